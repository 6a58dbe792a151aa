#include "core/mem.h"
#include "validator/schema_int.h"

#include <stdlib.h>

/* The first and the last eight bytes, or as many as there are. Copies of fixed
 * size: this runs for every member of every event.
 */
uint64_t schema_hash(struct td_bytes text)
{
    uint64_t head = 0;
    uint64_t tail = 0;

    if (text.len >= 8) {
        memcpy(&head, text.ptr, 8);
        memcpy(&tail, text.ptr + text.len - 8, 8);
    } else if (text.len >= 4) {
        memcpy(&head, text.ptr, 4);
        memcpy(&tail, text.ptr + text.len - 4, 4);
    } else if (text.len > 0) {
        head = text.ptr[0];
        tail = (uint64_t)text.ptr[text.len / 2] << 8 | text.ptr[text.len - 1];
    }
    head = (head ^ text.len) * UINT64_C(0x9E3779B97F4A7C15);
    tail = (tail + (head >> 32)) * UINT64_C(0xC2B2AE3D27D4EB4F);
    return tail ^ tail >> 29;
}

uint32_t schema_find_name(const struct schema_members *members,
                          struct td_bytes text)
{
    uint64_t hash;

    if (members->names_len == 0)
        return SCHEMA_NONE;
    hash = schema_hash(text);
    for (uint64_t i = hash;; i++) {
        uint32_t slot = members->slots[i & members->mask];

        if (slot == 0)
            return SCHEMA_NONE;
        if (members->names[slot - 1].hash == hash &&
            td_bytes_equal(members->names[slot - 1].text, text))
            return slot - 1;
    }
}

void schema_members_free(struct schema_members *members)
{
    if (!members)
        return;
    for (uint32_t i = 0; i < members->names_len; i++)
        free((void *)(uintptr_t)members->names[i].text.ptr);
    for (uint32_t i = 0; i < members->patterns_len; i++)
        check_pattern_free(members->patterns[i].pattern);
    free(members->names);
    free(members->slots);
    free(members->patterns);
    free(members);
}

/* The entry of a name, made when it is a new one. The table was made big
 * enough for all names before.
 */
static struct schema_name *name_entry(struct schema_members *m,
                                      const struct td_json_doc *json,
                                      uint32_t at)
{
    struct td_bytes text = schema_copy_text(json, at);
    uint32_t found = schema_find_name(m, text);
    uint64_t i;

    if (found != SCHEMA_NONE) {
        free((void *)(uintptr_t)text.ptr);
        return &m->names[found];
    }
    m->names[m->names_len] = (struct schema_name){
        .text = text, .hash = schema_hash(text), .node = SCHEMA_NONE, .at = at};
    for (i = m->names[m->names_len].hash; m->slots[i & m->mask] != 0; i++)
        continue;
    m->slots[i & m->mask] = ++m->names_len;
    return &m->names[m->names_len - 1];
}

static void make_table(struct schema_members *m, uint32_t names)
{
    uint32_t slots = 4;

    while (slots < names * 2)
        slots *= 2;
    m->mask = slots - 1;
    m->slots = td_calloc(slots, sizeof(*m->slots));
    m->names = td_calloc(names + 1, sizeof(*m->names));
}

static enum td_code add_required(struct schema_members *m,
                                 const struct td_jsonx *x, uint32_t at,
                                 struct td_error *err)
{
    const struct td_json_doc *json = &x->json;

    if (json->values[at].kind != TD_JSON_ARRAY)
        return td_jsonx_fail(x, at, TD_USAGE, err,
                             "this keyword takes an array of names");
    for (uint32_t i = at + 1; i < json->values[at].next;
         i = json->values[i].next) {
        struct schema_name *name;

        if (json->values[i].kind != TD_JSON_STRING)
            return td_jsonx_fail(x, i, TD_USAGE, err, "a name is a string");
        name = name_entry(m, json, i);
        name->at = i;
        if (!name->required)
            name->required = ++m->required;
    }
    return TD_OK;
}

enum td_code schema_compile_pattern(struct check_schemas *set,
                                    struct schema_place place,
                                    struct check_pattern **out,
                                    struct td_error *err)
{
    const struct td_jsonx *x = set->docs[place.doc].x;
    struct td_error why = {0};
    struct td_bytes text;
    enum td_code code;

    if (x->json.values[place.at].kind != TD_JSON_STRING)
        return td_jsonx_fail(x, place.at, TD_USAGE, err,
                             "a pattern is a string");
    text = schema_copy_text(&x->json, place.at);
    code = check_pattern_new(out, text, &why);
    if (code)
        code = td_jsonx_fail(x, place.at, TD_USAGE, err,
                             "the pattern is wrong at byte %llu: %.160s",
                             (unsigned long long)why.offset, why.text);
    free((void *)(uintptr_t)text.ptr);
    return code;
}

static void add_properties(struct check_schemas *set, struct schema_members *m,
                           struct schema_place place)
{
    const struct td_json_doc *json = &set->docs[place.doc].x->json;

    for (uint32_t key = place.at + 1; key < json->values[place.at].next;
         key = json->values[key + 1].next)
        name_entry(m, json, key)->node =
            schema_node_of(set, (struct schema_place){place.doc, key + 1});
}

static enum td_code add_patterns(struct check_schemas *set,
                                 struct schema_members *m,
                                 struct schema_place place,
                                 struct td_error *err)
{
    const struct td_json_doc *json = &set->docs[place.doc].x->json;
    enum td_code code = TD_OK;

    m->patterns =
        td_calloc(json->values[place.at].count + 1, sizeof(*m->patterns));
    for (uint32_t key = place.at + 1;
         key < json->values[place.at].next && code == TD_OK;
         key = json->values[key + 1].next) {
        struct schema_pattern *p = &m->patterns[m->patterns_len];

        code = schema_compile_pattern(
            set, (struct schema_place){place.doc, key}, &p->pattern, err);
        p->node =
            schema_node_of(set, (struct schema_place){place.doc, key + 1});
        m->patterns_len += code == TD_OK;
    }
    return code;
}

static enum td_code need_object(const struct td_jsonx *x, uint32_t at,
                                struct td_error *err)
{
    if (at == 0 || x->json.values[at].kind == TD_JSON_OBJECT)
        return TD_OK;
    return td_jsonx_fail(x, at, TD_USAGE, err,
                         "this keyword takes an object of schemas");
}

enum td_code schema_compile_members(struct check_schemas *set,
                                    struct schema_place place,
                                    struct td_error *err)
{
    const struct td_jsonx *x = set->docs[place.doc].x;
    const struct td_json_doc *json = &x->json;
    uint32_t names = td_json_member(json, place.at, td_text("properties"));
    uint32_t patterns =
        td_json_member(json, place.at, td_text("patternProperties"));
    uint32_t rest =
        td_json_member(json, place.at, td_text("additionalProperties"));
    uint32_t required = td_json_member(json, place.at, td_text("required"));
    struct schema_members *m;
    struct schema_op *op;
    enum td_code code;

    if (!names && !patterns && !rest && !required)
        return TD_OK;
    code = need_object(x, names, err);
    if (code == TD_OK)
        code = need_object(x, patterns, err);
    if (code)
        return code;
    m = td_calloc(1, sizeof(*m));
    op = schema_add_op(set, SCHEMA_OBJECT,
                       names      ? names
                       : patterns ? patterns
                                  : place.at);
    op->members = m;
    make_table(m, (names ? json->values[names].count : 0) +
                      (required ? json->values[required].count : 0));
    m->rest = rest ? schema_node_of(set, (struct schema_place){place.doc, rest})
                   : SCHEMA_NONE;
    if (names)
        add_properties(set, m, (struct schema_place){place.doc, names});
    if (patterns)
        code = add_patterns(set, m, (struct schema_place){place.doc, patterns},
                            err);
    if (code == TD_OK && required)
        code = add_required(m, x, required, err);
    return code;
}

void schema_op_release(struct schema_op *op)
{
    free((void *)(uintptr_t)op->name.ptr);
    check_pattern_free(op->pattern);
    schema_members_free(op->members);
}
