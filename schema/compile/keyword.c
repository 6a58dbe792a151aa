#include "core/mem.h"
#include "schema/compile/compile.h"
#include "schema/format/content.h"
#include "schema/load/load.h"

#include <stdlib.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

typedef enum td_code keyword_fn(struct schema_compiler *c, uint32_t at);

static struct schema_op *add(struct schema_compiler *c,
                             enum schema_op_kind kind, uint32_t at)
{
    return schema_add_op(c->set, kind, at);
}

static bool is_kind(const struct schema_compiler *c, uint32_t at,
                    enum td_json_kind kind)
{
    return c->json->values[at].kind == kind;
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

static enum td_code on_type(struct schema_compiler *c, uint32_t at)
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
            return schema_wrong(c, i, want);
    }
    if (kinds & SCHEMA_INTEGER && c->draft == SCHEMA_DRAFT_4)
        kinds |= SCHEMA_SHORT_INTEGER;
    add(c, SCHEMA_TYPE, at)->kinds = kinds;
    return TD_OK;
}

static enum td_code on_const(struct schema_compiler *c, uint32_t at)
{
    (void)add(c, SCHEMA_CONST, at);
    return TD_OK;
}

static enum td_code on_enum(struct schema_compiler *c, uint32_t at)
{
    if (!is_kind(c, at, TD_JSON_ARRAY))
        return schema_wrong(c, at, "an array");
    (void)add(c, SCHEMA_ENUM, at);
    return TD_OK;
}

static enum td_code add_number(struct schema_compiler *c, uint32_t at,
                               enum schema_op_kind kind)
{
    struct schema_op *op;

    if (!is_kind(c, at, TD_JSON_NUMBER))
        return schema_wrong(c, at, "a number");
    op = add(c, kind, at);
    schema_decimal_read(&op->number, td_json_raw(c->json, at));
    op->small = schema_decimal_int64(&op->number, &op->integer);
    return TD_OK;
}

/* In draft 4 exclusiveMinimum and -Maximum are switches beside the bound. */
static bool is_exclusive(struct schema_compiler *c, const char *keyword)
{
    uint32_t at = c->draft == SCHEMA_DRAFT_4 ? schema_keyword(c, keyword) : 0;

    return at != 0 && is_kind(c, at, TD_JSON_TRUE);
}

static enum td_code on_minimum(struct schema_compiler *c, uint32_t at)
{
    return add_number(c, at,
                      is_exclusive(c, "exclusiveMinimum") ? SCHEMA_ABOVE
                                                          : SCHEMA_MINIMUM);
}

static enum td_code on_maximum(struct schema_compiler *c, uint32_t at)
{
    return add_number(c, at,
                      is_exclusive(c, "exclusiveMaximum") ? SCHEMA_BELOW
                                                          : SCHEMA_MAXIMUM);
}

static enum td_code on_switch(struct schema_compiler *c, uint32_t at)
{
    if (is_kind(c, at, TD_JSON_TRUE) || is_kind(c, at, TD_JSON_FALSE))
        return TD_OK;
    return schema_wrong(c, at, "true or false in draft 4");
}

static enum td_code on_above(struct schema_compiler *c, uint32_t at)
{
    return add_number(c, at, SCHEMA_ABOVE);
}

static enum td_code on_below(struct schema_compiler *c, uint32_t at)
{
    return add_number(c, at, SCHEMA_BELOW);
}

static enum td_code on_multiple(struct schema_compiler *c, uint32_t at)
{
    enum td_code code = add_number(c, at, SCHEMA_MULTIPLE);

    if (code)
        return code;
    if (!schema_decimal_can_divide(&c->set->ops[c->set->ops_len - 1].number))
        return schema_wrong(c, at, "a number above 0");
    return TD_OK;
}

static enum td_code read_count(struct schema_compiler *c, uint32_t at,
                               uint64_t *count)
{
    struct schema_decimal d;
    int64_t n = -1;

    if (!is_kind(c, at, TD_JSON_NUMBER))
        return schema_wrong(c, at, "an integer from 0");
    schema_decimal_read(&d, td_json_raw(c->json, at));
    if (!schema_decimal_is_integer(&d) || d.negative)
        return schema_wrong(c, at, "an integer from 0");
    *count = schema_decimal_int64(&d, &n) ? (uint64_t)n : UINT64_MAX;
    return TD_OK;
}

static enum td_code add_count(struct schema_compiler *c, uint32_t at,
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

static enum td_code on_min_length(struct schema_compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MIN_LENGTH, SCHEMA_KIND(TD_JSON_STRING));
}

static enum td_code on_max_length(struct schema_compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MAX_LENGTH, SCHEMA_KIND(TD_JSON_STRING));
}

static enum td_code on_min_items(struct schema_compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MIN_COUNT, SCHEMA_KIND(TD_JSON_ARRAY));
}

static enum td_code on_max_items(struct schema_compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MAX_COUNT, SCHEMA_KIND(TD_JSON_ARRAY));
}

static enum td_code on_min_members(struct schema_compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MIN_COUNT, SCHEMA_KIND(TD_JSON_OBJECT));
}

static enum td_code on_max_members(struct schema_compiler *c, uint32_t at)
{
    return add_count(c, at, SCHEMA_MAX_COUNT, SCHEMA_KIND(TD_JSON_OBJECT));
}

static enum td_code on_unique(struct schema_compiler *c, uint32_t at)
{
    if (!is_kind(c, at, TD_JSON_TRUE) && !is_kind(c, at, TD_JSON_FALSE))
        return schema_wrong(c, at, "true or false");
    if (is_kind(c, at, TD_JSON_TRUE))
        (void)add(c, SCHEMA_UNIQUE, at);
    return TD_OK;
}

static enum td_code on_pattern(struct schema_compiler *c, uint32_t at)
{
    struct schema_pattern *pattern = NULL;
    enum td_code code = schema_compile_pattern(c, at, &pattern);

    if (code == TD_OK)
        add(c, SCHEMA_PATTERN, at)->pattern = pattern;
    return code;
}

/* A format that is not known is a note to people. */
static enum td_code on_format(struct schema_compiler *c, uint32_t at)
{
    schema_format_fn *format;

    if (!is_kind(c, at, TD_JSON_STRING))
        return schema_wrong(c, at, "a string");
    if (!c->set->how.assert_format && !(c->words & SCHEMA_FORMAT_CHECK))
        return TD_OK;
    format = schema_format_find(td_json_inner(c->json, at));
    if (format)
        add(c, SCHEMA_FORMAT, at)->format = format;
    return TD_OK;
}

/* What checks the text of a content keyword is of a kind with formats. */
static enum td_code on_encoding(struct schema_compiler *c, uint32_t at)
{
    schema_format_fn *check;

    if (!is_kind(c, at, TD_JSON_STRING))
        return schema_wrong(c, at, "a string");
    check = schema_content_encoding(td_json_inner(c->json, at));
    if (c->set->how.assert_content && check)
        add(c, SCHEMA_FORMAT, at)->format = check;
    return TD_OK;
}

static enum td_code on_media_type(struct schema_compiler *c, uint32_t at)
{
    uint32_t encoding = schema_keyword(c, "contentEncoding");
    struct td_bytes name = td_bytes(NULL, 0);
    schema_format_fn *check;

    if (!is_kind(c, at, TD_JSON_STRING))
        return schema_wrong(c, at, "a string");
    if (encoding && is_kind(c, encoding, TD_JSON_STRING))
        name = td_json_inner(c->json, encoding);
    check = schema_content_media(name, td_json_inner(c->json, at));
    if (c->set->how.assert_content && check)
        add(c, SCHEMA_FORMAT, at)->format = check;
    return TD_OK;
}

static struct schema_op *add_node_op(struct schema_compiler *c, uint32_t at,
                                     enum schema_op_kind kind)
{
    uint32_t node = schema_node_at(c, at);
    struct schema_op *op = add(c, kind, at);

    op->node = node;
    return op;
}

static enum td_code on_names(struct schema_compiler *c, uint32_t at)
{
    (void)add_node_op(c, at, SCHEMA_NAMES);
    return TD_OK;
}

static enum td_code on_not(struct schema_compiler *c, uint32_t at)
{
    (void)add_node_op(c, at, SCHEMA_NOT);
    return TD_OK;
}

static enum td_code on_contains(struct schema_compiler *c, uint32_t at)
{
    bool counted =
        c->draft >= SCHEMA_DRAFT_2019 && c->words & SCHEMA_VALIDATION;
    uint32_t min = counted ? schema_keyword(c, "minContains") : 0;
    uint32_t max = counted ? schema_keyword(c, "maxContains") : 0;
    uint64_t low = 1;
    uint64_t high = UINT64_MAX;
    struct schema_op *op;
    enum td_code code = TD_OK;

    if (min)
        code = read_count(c, min, &low);
    if (max && code == TD_OK)
        code = read_count(c, max, &high);
    if (code)
        return code;
    op = add_node_op(c, at, SCHEMA_CONTAINS);
    op->low = low;
    op->high = high;
    op->other = c->draft == SCHEMA_DRAFT_2020;
    return TD_OK;
}

static enum td_code add_list_op(struct schema_compiler *c, uint32_t at,
                                enum schema_op_kind kind)
{
    struct schema_op *op;
    uint32_t list;

    if (!is_kind(c, at, TD_JSON_ARRAY))
        return schema_wrong(c, at, "an array of schemas");
    list = schema_nodes_of_list(c, at);
    op = add(c, kind, at);
    op->list = list;
    op->count = c->json->values[at].count;
    return TD_OK;
}

static enum td_code on_all(struct schema_compiler *c, uint32_t at)
{
    return add_list_op(c, at, SCHEMA_ALL);
}

static enum td_code on_any(struct schema_compiler *c, uint32_t at)
{
    return add_list_op(c, at, SCHEMA_ANY);
}

static enum td_code on_one(struct schema_compiler *c, uint32_t at)
{
    return add_list_op(c, at, SCHEMA_ONE);
}

/* Kept without branches too: what it finds counts as evaluated. */
static enum td_code on_if(struct schema_compiler *c, uint32_t at)
{
    uint32_t then_at = schema_keyword(c, "then");
    uint32_t else_at = schema_keyword(c, "else");
    uint32_t then_node = then_at ? schema_node_at(c, then_at) : SCHEMA_NONE;
    uint32_t else_node = else_at ? schema_node_at(c, else_at) : SCHEMA_NONE;
    struct schema_op *op = add_node_op(c, at, SCHEMA_IF);

    op->list = then_node;
    op->count = else_node;
    op->other = then_at;
    op->last = else_at;
    return TD_OK;
}

static enum td_code add_ref(struct schema_compiler *c, uint32_t at,
                            struct schema_target *target)
{
    enum td_code code;
    uint32_t node;

    if (!is_kind(c, at, TD_JSON_STRING))
        return schema_wrong(c, at, "a string");
    code = schema_resolve(c->set, (struct schema_place){c->place.doc, at},
                          c->resource, target, c->err);
    if (code)
        return code;
    node = schema_node_of(c->set, target->place,
                          schema_resource_of(c->set, target->place));
    add(c, SCHEMA_REF, at)->node = node;
    return TD_OK;
}

static enum td_code on_ref(struct schema_compiler *c, uint32_t at)
{
    struct schema_target target;

    return add_ref(c, at, &target);
}

/* Make the reference that was just added a dynamic one. */
static void make_dynamic(struct schema_compiler *c, struct td_bytes name)
{
    struct schema_op *op = &c->set->ops[c->set->ops_len - 1];

    op->kind = SCHEMA_DYNAMIC;
    op->name = name;
    (void)schema_table_add(&c->set->wanted, name);
}

/* It leads to where a $ref would, unless that is a dynamic anchor. */
static enum td_code on_dynamic_ref(struct schema_compiler *c, uint32_t at)
{
    struct schema_target target;
    enum td_code code = add_ref(c, at, &target);
    struct td_bytes text;

    if (code || !target.dynamic)
        return code;
    text = schema_copy_text(c->json, at);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '#') {
            make_dynamic(
                c, schema_copy(td_bytes(text.ptr + i + 1, text.len - i - 1)));
            break;
        }
    }
    schema_free_bytes(&text);
    return TD_OK;
}

static enum td_code on_recursive_ref(struct schema_compiler *c, uint32_t at)
{
    struct schema_target target = {0};
    struct schema_place anchor = {0};
    enum td_code code = add_ref(c, at, &target);

    if (code)
        return code;
    if (schema_dynamic_anchor(c->set, schema_resource_of(c->set, target.place),
                              td_bytes("", 0), &anchor) &&
        anchor.doc == target.place.doc && anchor.at == target.place.at)
        make_dynamic(c, schema_copy(td_bytes("", 0)));
    return TD_OK;
}

/* What comes with a member: names that must be there too, or a schema. */
static enum td_code add_dependency(struct schema_compiler *c, uint32_t key,
                                   bool names)
{
    uint32_t at = key + 1;
    uint32_t node = SCHEMA_NONE;
    struct schema_op *op;

    for (uint32_t i = at + 1; names && i < c->json->values[at].next; i++) {
        if (!is_kind(c, i, TD_JSON_STRING))
            return schema_wrong(c, i, "arrays of names");
    }
    if (!names)
        node = schema_node_at(c, at);
    op = add(c, names ? SCHEMA_NEEDS : SCHEMA_WHEN_MEMBER, at);
    op->name = schema_copy_text(c->json, key);
    op->node = node;
    return TD_OK;
}

static enum td_code add_dependencies(struct schema_compiler *c, uint32_t at,
                                     bool names, bool schemas)
{
    enum td_code code = TD_OK;

    if (!is_kind(c, at, TD_JSON_OBJECT))
        return schema_wrong(c, at, "an object");
    for (uint32_t key = at + 1; key < c->json->values[at].next && code == TD_OK;
         key = c->json->values[key + 1].next) {
        bool list = is_kind(c, key + 1, TD_JSON_ARRAY);

        if (list ? !names : !schemas)
            return schema_wrong(c, key + 1,
                                names ? "arrays of names" : "schemas");
        code = add_dependency(c, key, list);
    }
    return code;
}

static enum td_code on_dependencies(struct schema_compiler *c, uint32_t at)
{
    return add_dependencies(c, at, true, true);
}

static enum td_code on_dependent_names(struct schema_compiler *c, uint32_t at)
{
    return add_dependencies(c, at, true, false);
}

static enum td_code on_dependent_schemas(struct schema_compiler *c, uint32_t at)
{
    return add_dependencies(c, at, false, true);
}

/* prefixItems and items; or, up to 2019-09, items and additionalItems. */
static enum td_code add_array(struct schema_compiler *c, uint32_t prefix,
                              uint32_t rest)
{
    uint32_t list = prefix ? schema_nodes_of_list(c, prefix) : 0;
    uint32_t node = rest ? schema_node_at(c, rest) : SCHEMA_NONE;
    struct schema_op *op = add(c, SCHEMA_ARRAY, rest ? rest : prefix);

    op->list = list;
    op->count = prefix ? c->json->values[prefix].count : 0;
    op->node = node;
    op->other = prefix;
    op->last = rest;
    return TD_OK;
}

static enum td_code on_items(struct schema_compiler *c, uint32_t at)
{
    uint32_t prefix = 0;

    if (c->draft == SCHEMA_DRAFT_2020) {
        prefix = schema_keyword(c, "prefixItems");
        if (prefix && !is_kind(c, prefix, TD_JSON_ARRAY))
            return schema_wrong(c, prefix, "an array of schemas");
        return add_array(c, prefix, at);
    }
    if (is_kind(c, at, TD_JSON_ARRAY))
        return add_array(c, at, schema_keyword(c, "additionalItems"));
    return add_array(c, 0, at);
}

/* Without items; else that is where it was read. */
static enum td_code on_prefix_items(struct schema_compiler *c, uint32_t at)
{
    if (!is_kind(c, at, TD_JSON_ARRAY))
        return schema_wrong(c, at, "an array of schemas");
    return schema_keyword(c, "items") ? TD_OK : add_array(c, at, 0);
}

#define ANY_DRAFT SCHEMA_EVERY
#define FROM_6    SCHEMA_FROM(SCHEMA_DRAFT_6)
#define FROM_7    SCHEMA_FROM(SCHEMA_DRAFT_7)
#define FROM_2019 SCHEMA_FROM(SCHEMA_DRAFT_2019)
#define ONLY_4    SCHEMA_IN(SCHEMA_DRAFT_4)
#define ONLY_2019 SCHEMA_IN(SCHEMA_DRAFT_2019)
#define ONLY_2020 SCHEMA_IN(SCHEMA_DRAFT_2020)

static const struct {
    const char *name;
    unsigned drafts;
    uint32_t words;
    keyword_fn *compile;
} keywords[] = {
    {"$ref", ANY_DRAFT, SCHEMA_CORE, on_ref},
    {"$dynamicRef", ONLY_2020, SCHEMA_CORE, on_dynamic_ref},
    {"$recursiveRef", ONLY_2019, SCHEMA_CORE, on_recursive_ref},
    {"type", ANY_DRAFT, SCHEMA_VALIDATION, on_type},
    {"const", FROM_6, SCHEMA_VALIDATION, on_const},
    {"enum", ANY_DRAFT, SCHEMA_VALIDATION, on_enum},
    {"minimum", ANY_DRAFT, SCHEMA_VALIDATION, on_minimum},
    {"maximum", ANY_DRAFT, SCHEMA_VALIDATION, on_maximum},
    {"exclusiveMinimum", ONLY_4, SCHEMA_VALIDATION, on_switch},
    {"exclusiveMaximum", ONLY_4, SCHEMA_VALIDATION, on_switch},
    {"exclusiveMinimum", FROM_6, SCHEMA_VALIDATION, on_above},
    {"exclusiveMaximum", FROM_6, SCHEMA_VALIDATION, on_below},
    {"multipleOf", ANY_DRAFT, SCHEMA_VALIDATION, on_multiple},
    {"minLength", ANY_DRAFT, SCHEMA_VALIDATION, on_min_length},
    {"maxLength", ANY_DRAFT, SCHEMA_VALIDATION, on_max_length},
    {"pattern", ANY_DRAFT, SCHEMA_VALIDATION, on_pattern},
    {"format", ANY_DRAFT, SCHEMA_FORMAT_NOTE | SCHEMA_FORMAT_CHECK, on_format},
    {"contentEncoding", FROM_7, SCHEMA_CONTENT, on_encoding},
    {"contentMediaType", FROM_7, SCHEMA_CONTENT, on_media_type},
    {"minItems", ANY_DRAFT, SCHEMA_VALIDATION, on_min_items},
    {"maxItems", ANY_DRAFT, SCHEMA_VALIDATION, on_max_items},
    {"uniqueItems", ANY_DRAFT, SCHEMA_VALIDATION, on_unique},
    {"minProperties", ANY_DRAFT, SCHEMA_VALIDATION, on_min_members},
    {"maxProperties", ANY_DRAFT, SCHEMA_VALIDATION, on_max_members},
    {"dependentRequired", FROM_2019, SCHEMA_VALIDATION, on_dependent_names},
    {"items", ANY_DRAFT, SCHEMA_APPLICATOR, on_items},
    {"prefixItems", ONLY_2020, SCHEMA_APPLICATOR, on_prefix_items},
    {"contains", FROM_6, SCHEMA_APPLICATOR, on_contains},
    {"propertyNames", FROM_6, SCHEMA_APPLICATOR, on_names},
    {"dependentSchemas", FROM_2019, SCHEMA_APPLICATOR, on_dependent_schemas},
    {"dependencies", ANY_DRAFT, SCHEMA_APPLICATOR, on_dependencies},
    {"allOf", ANY_DRAFT, SCHEMA_APPLICATOR, on_all},
    {"anyOf", ANY_DRAFT, SCHEMA_APPLICATOR, on_any},
    {"oneOf", ANY_DRAFT, SCHEMA_APPLICATOR, on_one},
    {"not", ANY_DRAFT, SCHEMA_APPLICATOR, on_not},
    {"if", FROM_7, SCHEMA_APPLICATOR, on_if},
};

enum td_code schema_compile_keyword(struct schema_compiler *c, uint32_t at)
{
    for (size_t i = 0; i < LEN(keywords); i++) {
        if (keywords[i].drafts & SCHEMA_IN(c->draft) &&
            keywords[i].words & c->words &&
            td_json_string_is(c->json, at - 1, td_text(keywords[i].name)))
            return keywords[i].compile(c, at);
    }
    return TD_OK;
}
