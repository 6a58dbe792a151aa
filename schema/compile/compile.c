#include "schema/compile/compile.h"
#include "core/mem.h"
#include "schema/load/load.h"

#include <stdlib.h>

enum td_code schema_wrong(struct schema_compiler *c, uint32_t at,
                          const char *want)
{
    const struct td_json_value *schema = &c->json->values[c->place.at];
    struct td_bytes name = td_bytes("the keyword", 11);

    /* The keyword is the member of the schema that `at` lies in. */
    for (uint32_t key = c->place.at + 1; key < schema->next;
         key = c->json->values[key + 1].next) {
        if (at > key && at < c->json->values[key + 1].next)
            name = td_json_raw(c->json, key);
    }
    return td_jsonx_fail(c->x, at, TD_USAGE, c->err, "%.*s takes %s",
                         (int)(name.len < 60 ? name.len : 60),
                         (const char *)name.ptr, want);
}

uint32_t schema_keyword(const struct schema_compiler *c, const char *name)
{
    return td_json_member(c->json, c->place.at, td_text(name));
}

uint32_t schema_node_of(struct schema_set *set, struct schema_place place,
                        uint32_t resource)
{
    uint32_t *known = &set->docs[place.doc].node_of[place.at];

    if (*known)
        return *known - 1;
    set->nodes = td_list_room(set->nodes, set->nodes_len, sizeof(*set->nodes));
    set->nodes[set->nodes_len] =
        (struct schema_node){.place = place, .resource = resource};
    *known = ++set->nodes_len;
    return *known - 1;
}

uint32_t schema_node_at(struct schema_compiler *c, uint32_t at)
{
    struct schema_place place = {c->place.doc, at};
    uint32_t own = c->set->docs[place.doc].resource_of[at];

    return schema_node_of(c->set, place, own ? own - 1 : c->resource);
}

uint32_t schema_nodes_of_list(struct schema_compiler *c, uint32_t array)
{
    uint32_t first = (uint32_t)(c->set->lists.len / sizeof(uint32_t));

    for (uint32_t i = array + 1; i < c->json->values[array].next;
         i = c->json->values[i].next) {
        uint32_t node = schema_node_at(c, i);

        (void)td_buf_add(&c->set->lists, &node, sizeof(node));
    }
    return first;
}

struct schema_op *schema_add_op(struct schema_set *set,
                                enum schema_op_kind kind, uint32_t at)
{
    set->ops = td_list_room(set->ops, set->ops_len, sizeof(*set->ops));
    set->ops[set->ops_len] = (struct schema_op){
        .kind = kind, .at = at, .node = SCHEMA_NONE, .high = UINT64_MAX};
    return &set->ops[set->ops_len++];
}

enum td_code schema_compile_pattern(struct schema_compiler *c, uint32_t at,
                                    struct schema_pattern **out)
{
    struct td_error why = {0};
    struct td_bytes text;
    enum td_code code;

    if (c->json->values[at].kind != TD_JSON_STRING)
        return schema_wrong(c, at, "a pattern, which is a string");
    text = schema_copy_text(c->json, at);
    code = schema_pattern_new(out, text, &why);
    if (code)
        code = td_jsonx_fail(c->x, at, code, c->err,
                             "the pattern is wrong at byte %llu: %.160s",
                             (unsigned long long)why.offset, why.text);
    schema_free_bytes(&text);
    return code;
}

/* What looks at what the others have evaluated runs behind them. */
static void compile_late(struct schema_compiler *c)
{
    uint32_t items = schema_keyword(c, "unevaluatedItems");
    uint32_t members = schema_keyword(c, "unevaluatedProperties");

    if (c->draft < SCHEMA_DRAFT_2019 || !(c->words & SCHEMA_UNEVALUATED))
        return;
    if (items) {
        uint32_t node = schema_node_at(c, items);

        schema_add_op(c->set, SCHEMA_LATE_ITEMS, items)->node = node;
    }
    if (members) {
        uint32_t node = schema_node_at(c, members);

        schema_add_op(c->set, SCHEMA_LATE_MEMBERS, members)->node = node;
    }
}

/* In drafts up to 7 nothing counts beside $ref. */
static enum td_code compile_object(struct schema_compiler *c)
{
    uint32_t ref = schema_keyword(c, "$ref");
    uint32_t end = c->json->values[c->place.at].next;
    enum td_code code = TD_OK;

    if (ref && c->draft <= SCHEMA_DRAFT_7 &&
        c->json->values[ref].kind == TD_JSON_STRING)
        return schema_compile_keyword(c, ref);
    for (uint32_t key = c->place.at + 1; key < end && code == TD_OK;
         key = c->json->values[key + 1].next)
        code = schema_compile_keyword(c, key + 1);
    if (code == TD_OK)
        code = schema_compile_members(c);
    if (code == TD_OK)
        compile_late(c);
    return code;
}

static enum td_code compile_node(struct schema_set *set, uint32_t n,
                                 struct td_error *err)
{
    const struct schema_node *node = &set->nodes[n];
    const struct schema_dialect *d =
        &set->dialects[set->resources[node->resource].dialect];
    struct schema_compiler c = {
        .set = set,
        .x = set->docs[node->place.doc].x,
        .json = &set->docs[node->place.doc].x->json,
        .place = node->place,
        .resource = node->resource,
        .draft = d->draft,
        .words = d->words,
        .err = err,
    };
    enum td_json_kind kind = (enum td_json_kind)c.json->values[c.place.at].kind;
    uint32_t first = set->ops_len;
    enum td_code code = TD_OK;

    if (kind == TD_JSON_OBJECT)
        code = compile_object(&c);
    else if (kind == TD_JSON_FALSE)
        (void)schema_add_op(set, SCHEMA_NEVER, c.place.at);
    else if (kind != TD_JSON_TRUE)
        code = td_jsonx_fail(c.x, c.place.at, TD_USAGE, err,
                             "a schema is an object, true or false");
    set->nodes[n].first = first;
    set->nodes[n].count = set->ops_len - first;
    return code;
}

/* Anchors that a $dynamicRef may find when it runs. */
static void want_dynamic_anchors(struct schema_set *set)
{
    for (uint32_t i = 0; i < set->anchors_len; i++) {
        const struct schema_anchor *a = &set->anchors[i];

        if (a->dynamic &&
            schema_table_find(&set->wanted, a->name) != SCHEMA_NONE)
            (void)schema_node_of(set, a->place, a->resource);
    }
}

enum td_code schema_compile(struct schema_set *set, struct td_error *err)
{
    enum td_code code = TD_OK;

    want_dynamic_anchors(set);
    while (set->nodes_done < set->nodes_len && code == TD_OK) {
        code = compile_node(set, set->nodes_done++, err);
        if (set->nodes_done == set->nodes_len)
            want_dynamic_anchors(set);
    }
    return code;
}
