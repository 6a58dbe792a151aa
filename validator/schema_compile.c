#include "core/mem.h"
#include "validator/schema_int.h"

#include <stdlib.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The node that is being compiled. */
struct compiler {
    struct check_schemas *set;
    const struct td_jsonx *x;
    const struct td_json_doc *json;
    struct schema_place place;
    enum schema_draft draft;
    struct td_error *err;
};

typedef enum td_code keyword_fn(struct compiler *c, uint32_t at);

static enum td_code wrong(struct compiler *c, uint32_t at, const char *want)
{
    return td_jsonx_fail(c->x, at, TD_USAGE, c->err, "this keyword takes %s",
                         want);
}

static bool is_kind(const struct compiler *c, uint32_t at,
                    enum td_json_kind kind)
{
    return c->json->values[at].kind == kind;
}

static uint32_t keyword(const struct compiler *c, const char *name)
{
    return td_json_member(c->json, c->place.at, td_text(name));
}

uint32_t schema_node_of(struct check_schemas *set, struct schema_place place)
{
    for (uint32_t i = set->nodes_len; i > 0; i--) {
        const struct schema_node *n = &set->nodes[i - 1];

        if (n->place.doc == place.doc && n->place.at == place.at)
            return i - 1;
    }
    if (set->nodes_len == set->nodes_cap) {
        set->nodes_cap = set->nodes_cap ? set->nodes_cap * 2 : 64;
        set->nodes =
            td_realloc(set->nodes, set->nodes_cap * sizeof(*set->nodes));
    }
    set->nodes[set->nodes_len] = (struct schema_node){.place = place};
    return set->nodes_len++;
}

static uint32_t node_at(struct compiler *c, uint32_t at)
{
    return schema_node_of(c->set, (struct schema_place){c->place.doc, at});
}

/* The nodes of all elements of an array, in a row in the pool. */
static uint32_t nodes_of_list(struct compiler *c, uint32_t array)
{
    uint32_t first = (uint32_t)(c->set->lists.len / sizeof(uint32_t));

    for (uint32_t i = array + 1; i < c->json->values[array].next;
         i = c->json->values[i].next) {
        uint32_t node = node_at(c, i);

        (void)td_buf_add(&c->set->lists, &node, sizeof(node));
    }
    return first;
}

struct schema_op *schema_add_op(struct check_schemas *set,
                                enum schema_op_kind kind, uint32_t at)
{
    if (set->ops_len == set->ops_cap) {
        set->ops_cap = set->ops_cap ? set->ops_cap * 2 : 64;
        set->ops = td_realloc(set->ops, set->ops_cap * sizeof(*set->ops));
    }
    set->ops[set->ops_len] = (struct schema_op){
        .kind = kind, .at = at, .node = SCHEMA_NONE, .high = UINT64_MAX};
    return &set->ops[set->ops_len++];
}

static struct schema_op *add(struct compiler *c, enum schema_op_kind kind,
                             uint32_t at)
{
    return schema_add_op(c->set, kind, at);
}

static bool kind_of_name(struct td_bytes name, uint32_t *kinds)
{
    static const struct {
        const char *name;
        uint32_t kinds;
    } types[] = {
        {"null", SCHEMA_KIND(TD_JSON_NULL)},
        {"boolean", SCHEMA_KIND(TD_JSON_FALSE) | SCHEMA_KIND(TD_JSON_TRUE)},
        {"integer", SCHEMA_INTEGER},
        {"number", SCHEMA_KIND(TD_JSON_NUMBER)},
        {"string", SCHEMA_KIND(TD_JSON_STRING)},
        {"array", SCHEMA_KIND(TD_JSON_ARRAY)},
        {"object", SCHEMA_KIND(TD_JSON_OBJECT)},
    };

    for (size_t i = 0; i < LEN(types); i++) {
        if (td_bytes_is(name, types[i].name)) {
            *kinds |= types[i].kinds;
            return true;
        }
    }
    return false;
}

static enum td_code on_type(struct compiler *c, uint32_t at)
{
    static const char want[] =
        "null, boolean, integer, number, string, array, object or a list of "
        "them";
    uint32_t kinds = 0;
    uint32_t i = at;

    if (is_kind(c, at, TD_JSON_ARRAY))
        i++;
    for (; i < c->json->values[at].next; i++) {
        if (!is_kind(c, i, TD_JSON_STRING) ||
            !kind_of_name(td_json_inner(c->json, i), &kinds))
            return wrong(c, i, want);
    }
    add(c, SCHEMA_TYPE, at)->kinds = kinds;
    return TD_OK;
}

static enum td_code on_const(struct compiler *c, uint32_t at)
{
    (void)add(c, SCHEMA_CONST, at);
    return TD_OK;
}

static enum td_code on_enum(struct compiler *c, uint32_t at)
{
    if (!is_kind(c, at, TD_JSON_ARRAY))
        return wrong(c, at, "an array");
    (void)add(c, SCHEMA_ENUM, at);
    return TD_OK;
}

static enum td_code add_number(struct compiler *c, uint32_t at,
                               enum schema_op_kind kind)
{
    struct schema_op *op;

    if (!is_kind(c, at, TD_JSON_NUMBER))
        return wrong(c, at, "a number");
    op = add(c, kind, at);
    check_decimal_read(&op->number, td_json_raw(c->json, at));
    op->small = check_decimal_int64(&op->number, &op->integer);
    return TD_OK;
}

static enum td_code on_minimum(struct compiler *c, uint32_t at)
{
    return add_number(c, at, SCHEMA_MINIMUM);
}

static enum td_code on_maximum(struct compiler *c, uint32_t at)
{
    return add_number(c, at, SCHEMA_MAXIMUM);
}

static enum td_code on_above(struct compiler *c, uint32_t at)
{
    return add_number(c, at, SCHEMA_ABOVE);
}

static enum td_code on_below(struct compiler *c, uint32_t at)
{
    return add_number(c, at, SCHEMA_BELOW);
}

static enum td_code on_multiple(struct compiler *c, uint32_t at)
{
    enum td_code code = add_number(c, at, SCHEMA_MULTIPLE);

    if (code)
        return code;
    if (!check_decimal_can_divide(&c->set->ops[c->set->ops_len - 1].number))
        return wrong(c, at, "a number above 0 of at most 18 digits");
    return TD_OK;
}

static enum td_code read_count(struct compiler *c, uint32_t at, uint64_t *count)
{
    struct check_decimal d;
    int64_t n = -1;

    if (!is_kind(c, at, TD_JSON_NUMBER))
        return wrong(c, at, "an integer from 0");
    check_decimal_read(&d, td_json_raw(c->json, at));
    if (!check_decimal_is_integer(&d) || d.negative)
        return wrong(c, at, "an integer from 0");
    *count = check_decimal_int64(&d, &n) ? (uint64_t)n : UINT64_MAX;
    return TD_OK;
}

static enum td_code add_count(struct compiler *c, uint32_t at,
                              enum schema_op_kind kind, uint32_t kinds)
{
    uint64_t count = 0;
    enum td_code code = read_count(c, at, &count);
    struct schema_op *op;

    if (code)
        return code;
    op = add(c, kind, at);
    op->low = count;
    op->kinds = kinds;
    return TD_OK;
}

static enum td_code on_min_length(struct compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MIN_LENGTH, 0);
}

static enum td_code on_max_length(struct compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MAX_LENGTH, 0);
}

static enum td_code on_min_items(struct compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MIN_COUNT, SCHEMA_KIND(TD_JSON_ARRAY));
}

static enum td_code on_max_items(struct compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MAX_COUNT, SCHEMA_KIND(TD_JSON_ARRAY));
}

static enum td_code on_min_members(struct compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MIN_COUNT, SCHEMA_KIND(TD_JSON_OBJECT));
}

static enum td_code on_max_members(struct compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MAX_COUNT, SCHEMA_KIND(TD_JSON_OBJECT));
}

static enum td_code on_unique(struct compiler *c, uint32_t at)
{
    if (!is_kind(c, at, TD_JSON_TRUE) && !is_kind(c, at, TD_JSON_FALSE))
        return wrong(c, at, "true or false");
    if (is_kind(c, at, TD_JSON_TRUE))
        (void)add(c, SCHEMA_UNIQUE, at);
    return TD_OK;
}

static enum td_code on_pattern(struct compiler *c, uint32_t at)
{
    struct schema_place place = {c->place.doc, at};
    struct check_pattern *pattern = NULL;
    enum td_code code = schema_compile_pattern(c->set, place, &pattern, c->err);

    if (code == TD_OK)
        add(c, SCHEMA_PATTERN, at)->pattern = pattern;
    return code;
}

static enum td_code on_format(struct compiler *c, uint32_t at)
{
    check_format_fn *format;

    if (!is_kind(c, at, TD_JSON_STRING))
        return wrong(c, at, "a string");
    format = check_format_find(td_json_inner(c->json, at));
    if (c->set->how.assert_format && format)
        add(c, SCHEMA_FORMAT, at)->format = format;
    return TD_OK;
}

static enum td_code add_node_op(struct compiler *c, uint32_t at,
                                enum schema_op_kind kind)
{
    uint32_t node = node_at(c, at);

    add(c, kind, at)->node = node;
    return TD_OK;
}

static enum td_code on_names(struct compiler *c, uint32_t at)
{
    return add_node_op(c, at, SCHEMA_NAMES);
}

static enum td_code on_not(struct compiler *c, uint32_t at)
{
    return add_node_op(c, at, SCHEMA_NOT);
}

static enum td_code on_contains(struct compiler *c, uint32_t at)
{
    uint32_t min = keyword(c, "minContains");
    uint32_t max = keyword(c, "maxContains");
    uint64_t low = 1;
    uint64_t high = UINT64_MAX;
    struct schema_op *op;
    enum td_code code = TD_OK;

    if (c->draft == SCHEMA_DRAFT_2020 && min)
        code = read_count(c, min, &low);
    if (c->draft == SCHEMA_DRAFT_2020 && max && code == TD_OK)
        code = read_count(c, max, &high);
    if (code)
        return code;
    (void)add_node_op(c, at, SCHEMA_CONTAINS);
    op = &c->set->ops[c->set->ops_len - 1];
    op->low = low;
    op->high = high;
    return TD_OK;
}

static enum td_code add_list_op(struct compiler *c, uint32_t at,
                                enum schema_op_kind kind)
{
    struct schema_op *op;
    uint32_t list;

    if (!is_kind(c, at, TD_JSON_ARRAY))
        return wrong(c, at, "an array of schemas");
    list = nodes_of_list(c, at);
    op = add(c, kind, at);
    op->list = list;
    op->count = c->json->values[at].count;
    return TD_OK;
}

static enum td_code on_all(struct compiler *c, uint32_t at)
{
    return add_list_op(c, at, SCHEMA_ALL);
}

static enum td_code on_any(struct compiler *c, uint32_t at)
{
    return add_list_op(c, at, SCHEMA_ANY);
}

static enum td_code on_one(struct compiler *c, uint32_t at)
{
    return add_list_op(c, at, SCHEMA_ONE);
}

static enum td_code on_if(struct compiler *c, uint32_t at)
{
    uint32_t then_at = keyword(c, "then");
    uint32_t else_at = keyword(c, "else");
    uint32_t then_node = then_at ? node_at(c, then_at) : SCHEMA_NONE;
    uint32_t else_node = else_at ? node_at(c, else_at) : SCHEMA_NONE;
    struct schema_op *op;

    if (then_node == SCHEMA_NONE && else_node == SCHEMA_NONE)
        return TD_OK;
    (void)add_node_op(c, at, SCHEMA_IF);
    op = &c->set->ops[c->set->ops_len - 1];
    op->list = then_node;
    op->count = else_node;
    return TD_OK;
}

static enum td_code on_ref(struct compiler *c, uint32_t at)
{
    struct schema_place target = {0, 0};
    enum td_code code;
    uint32_t node;

    if (!is_kind(c, at, TD_JSON_STRING))
        return wrong(c, at, "a string");
    code = schema_store_resolve(c->set, (struct schema_place){c->place.doc, at},
                                &target, c->err);
    if (code)
        return code;
    node = schema_node_of(c->set, target);
    add(c, SCHEMA_REF, at)->node = node;
    return TD_OK;
}

/* What comes with a member: names that must be there too, or a schema. */
static enum td_code add_dependency(struct compiler *c, uint32_t key, bool names)
{
    uint32_t at = key + 1;
    struct schema_op *op;

    if (names) {
        for (uint32_t i = at + 1; i < c->json->values[at].next; i++) {
            if (!is_kind(c, i, TD_JSON_STRING))
                return wrong(c, i, "arrays of names");
        }
    } else {
        (void)node_at(c, at);
    }
    op = add(c, names ? SCHEMA_NEEDS : SCHEMA_WHEN_MEMBER, at);
    op->name = schema_copy_text(c->json, key);
    if (!names)
        op->node = node_at(c, at);
    return TD_OK;
}

static enum td_code on_dependencies(struct compiler *c, uint32_t at)
{
    enum td_code code = TD_OK;

    if (!is_kind(c, at, TD_JSON_OBJECT))
        return wrong(c, at, "an object");
    for (uint32_t key = at + 1; key < c->json->values[at].next && code == TD_OK;
         key = c->json->values[key + 1].next)
        code = add_dependency(c, key, is_kind(c, key + 1, TD_JSON_ARRAY));
    return code;
}

/* prefixItems and items; or, in draft 7, items and additionalItems. */
static enum td_code compile_items(struct compiler *c)
{
    bool modern = c->draft == SCHEMA_DRAFT_2020;
    uint32_t items = keyword(c, "items");
    uint32_t prefix = modern ? keyword(c, "prefixItems") : 0;
    uint32_t rest = items;
    uint32_t list = 0;
    uint32_t node;
    struct schema_op *op;

    if (!modern && items && is_kind(c, items, TD_JSON_ARRAY)) {
        prefix = items;
        rest = keyword(c, "additionalItems");
    }
    if (!prefix && !rest)
        return TD_OK;
    if (prefix && !is_kind(c, prefix, TD_JSON_ARRAY))
        return wrong(c, prefix, "an array of schemas");
    if (prefix)
        list = nodes_of_list(c, prefix);
    node = rest ? node_at(c, rest) : SCHEMA_NONE;
    op = add(c, SCHEMA_ARRAY, rest ? rest : prefix);
    op->list = list;
    op->count = prefix ? c->json->values[prefix].count : 0;
    op->node = node;
    return TD_OK;
}

static enum td_code refuse(struct compiler *c, uint32_t at)
{
    struct td_bytes name = td_json_inner(c->json, at - 1);

    return td_jsonx_fail(c->x, at - 1, TD_USAGE, c->err,
                         "the keyword %.*s is not supported by this version",
                         (int)name.len, (const char *)name.ptr);
}

#define OLD  1 /* draft 7 */
#define NEW  2 /* draft 2020-12 */
#define BOTH 3

static const struct {
    const char *name;
    unsigned drafts;
    keyword_fn *compile;
} keywords[] = {
    {"$ref", BOTH, on_ref},
    {"$dynamicRef", NEW, refuse},
    {"unevaluatedItems", NEW, refuse},
    {"unevaluatedProperties", NEW, refuse},
    {"type", BOTH, on_type},
    {"const", BOTH, on_const},
    {"enum", BOTH, on_enum},
    {"minimum", BOTH, on_minimum},
    {"maximum", BOTH, on_maximum},
    {"exclusiveMinimum", BOTH, on_above},
    {"exclusiveMaximum", BOTH, on_below},
    {"multipleOf", BOTH, on_multiple},
    {"minLength", BOTH, on_min_length},
    {"maxLength", BOTH, on_max_length},
    {"pattern", BOTH, on_pattern},
    {"format", BOTH, on_format},
    {"minItems", BOTH, on_min_items},
    {"maxItems", BOTH, on_max_items},
    {"uniqueItems", BOTH, on_unique},
    {"contains", BOTH, on_contains},
    {"minProperties", BOTH, on_min_members},
    {"maxProperties", BOTH, on_max_members},
    {"propertyNames", BOTH, on_names},
    {"dependentRequired", NEW, on_dependencies},
    {"dependentSchemas", NEW, on_dependencies},
    {"dependencies", OLD, on_dependencies},
    {"allOf", BOTH, on_all},
    {"anyOf", BOTH, on_any},
    {"oneOf", BOTH, on_one},
    {"not", BOTH, on_not},
    {"if", BOTH, on_if},
};

static enum td_code compile_keyword(struct compiler *c, uint32_t key)
{
    unsigned draft = c->draft == SCHEMA_DRAFT_7 ? OLD : NEW;

    for (size_t i = 0; i < LEN(keywords); i++) {
        if (keywords[i].drafts & draft &&
            td_json_string_is(c->json, key, td_text(keywords[i].name)))
            return keywords[i].compile(c, key + 1);
    }
    return TD_OK;
}

static enum td_code compile_object(struct compiler *c)
{
    uint32_t ref = keyword(c, "$ref");
    enum td_code code = TD_OK;

    if (ref && c->draft == SCHEMA_DRAFT_7)
        return on_ref(c, ref);
    for (uint32_t key = c->place.at + 1;
         key < c->json->values[c->place.at].next && code == TD_OK;
         key = c->json->values[key + 1].next)
        code = compile_keyword(c, key);
    if (code == TD_OK)
        code = schema_compile_members(c->set, c->place, c->err);
    return code == TD_OK ? compile_items(c) : code;
}

static enum td_code compile_node(struct check_schemas *set, uint32_t n,
                                 struct td_error *err)
{
    struct schema_place place = set->nodes[n].place;
    const struct td_jsonx *x = set->docs[place.doc].x;
    struct compiler c = {
        .set = set,
        .x = x,
        .json = &x->json,
        .place = place,
        .draft = schema_store_resource(set, place)->draft,
        .err = err,
    };
    uint32_t first = set->ops_len;
    enum td_code code = TD_OK;

    if (is_kind(&c, place.at, TD_JSON_OBJECT))
        code = compile_object(&c);
    else if (is_kind(&c, place.at, TD_JSON_FALSE))
        (void)add(&c, SCHEMA_NEVER, place.at);
    else if (!is_kind(&c, place.at, TD_JSON_TRUE))
        code = td_jsonx_fail(x, place.at, TD_USAGE, err,
                             "a schema is an object, true or false");
    set->nodes[n].first = first;
    set->nodes[n].count = set->ops_len - first;
    set->nodes[n].leaf = true;
    for (uint32_t i = first; i < set->ops_len; i++)
        set->nodes[n].leaf &= set->ops[i].kind < SCHEMA_LEAVES;
    return code;
}

enum td_code schema_compile(struct check_schemas *set, struct td_error *err)
{
    enum td_code code = TD_OK;

    while (set->nodes_done < set->nodes_len && code == TD_OK)
        code = compile_node(set, set->nodes_done++, err);
    return code;
}
