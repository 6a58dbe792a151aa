/* Schemas that want to take for ever, or all memory: each ends with an answer,
 * an error that says why, or undecided. The suite's time limit is the bound.
 */
#include "core/json_shape.h"
#include "schema/schema.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>

struct outcome {
    enum td_code compile;
    enum td_code test;
    enum td_code explain;
    struct td_error err;
};

static void ignore(void *self, const struct schema_problem *problem)
{
    (void)self;
    CU_ASSERT_PTR_NOT_NULL(problem->path);
}

static struct outcome judge(struct td_buf *schema, struct td_buf *data)
{
    struct outcome o = {.test = TD_OK};
    struct schema_set *set = schema_set_new(NULL);
    struct td_jsonx x = {0};
    struct td_json_doc doc = {0};
    uint32_t root = 0;

    o.compile =
        td_jsonx_parse(&x, "s", TD_JSONX_JSON, td_buf_bytes(schema), &o.err);
    if (o.compile == TD_OK)
        o.compile = schema_set_add(set, &x, 0, &root, &o.err);
    if (o.compile == TD_OK &&
        td_json_parse(&doc, td_buf_bytes(data), 512, NULL) == TD_OK) {
        struct schema_run *run = schema_run_new(set);
        struct schema_value value = {&doc, 0};

        o.test = schema_test(run, root, value);
        o.explain = schema_explain(run, root, value, ignore, NULL);
        schema_run_free(run);
    }
    schema_set_free(set);
    td_json_release(&doc);
    td_jsonx_release(&x);
    td_buf_release(schema);
    td_buf_release(data);
    return o;
}

static struct td_buf text(const char *text)
{
    struct td_buf buf = {0};

    (void)td_buf_add_text(&buf, text);
    return buf;
}

/* `before`, then `each` so many times with its number for every #, `after`. */
static struct td_buf many(const char *before, const char *each, unsigned count,
                          const char *after)
{
    struct td_buf buf = text(before);

    for (unsigned i = 0; i < count; i++) {
        (void)td_buf_add_text(&buf, i ? "," : "");
        for (const char *c = each; *c; c++) {
            if (*c == '#')
                (void)td_buf_addf(&buf, "%u", i);
            else
                (void)td_buf_add_byte(&buf, (uint8_t)*c);
        }
    }
    (void)td_buf_add_text(&buf, after);
    return buf;
}

static void references_that_double_are_given_up(void)
{
    struct td_buf schema = text("{\"$ref\":\"#/$defs/30\",\"$defs\":{");
    struct td_buf data = text("1");
    struct outcome o;

    for (int i = 30; i > 0; i--)
        (void)td_buf_addf(&schema,
                          "\"%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/%d\"},"
                          "{\"$ref\":\"#/$defs/%d\"}]},",
                          i, i - 1, i - 1);
    (void)td_buf_add_text(&schema, "\"0\":{\"type\":\"string\"}}}");
    o = judge(&schema, &data);
    CU_ASSERT_EQUAL(o.compile, TD_OK);
    CU_ASSERT_EQUAL(o.test, TD_LIMIT);
    CU_ASSERT_EQUAL(o.explain, TD_LIMIT);
}

static void long_chains_of_references_are_refused_or_followed(void)
{
    struct td_buf schema = text("{\"$ref\":\"#/$defs/0\",\"$defs\":{");
    struct td_buf data = text("1");
    struct outcome o;

    for (int i = 0; i < 2000; i++)
        (void)td_buf_addf(&schema, "\"%d\":{\"$ref\":\"#/$defs/%d\"},", i,
                          i + 1);
    (void)td_buf_add_text(&schema, "\"2000\":{\"type\":\"string\"}}}");
    o = judge(&schema, &data);
    CU_ASSERT_EQUAL(o.compile, TD_OK);
    CU_ASSERT_EQUAL(o.test, TD_FAILED);
    CU_ASSERT_EQUAL(o.explain, TD_FAILED);
}

static void nesting_is_limited(void)
{
    struct td_buf schema = {0};
    struct td_buf data = text("1");
    struct outcome o;

    for (int i = 0; i < 5000; i++)
        (void)td_buf_add_text(&schema, "{\"not\":");
    (void)td_buf_add_text(&schema, "1");
    o = judge(&schema, &data);
    CU_ASSERT_EQUAL(o.compile, TD_LIMIT);
    CU_ASSERT_STRING_NOT_EQUAL(o.err.where, "");
}

/* As deep as values may be, through a schema that takes several steps a level.
 */
static void deep_values_are_judged(void)
{
    struct td_buf schema =
        text("{\"allOf\":[{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}]}],"
             "\"$defs\":{\"a\":{\"items\":{\"$ref\":\"#\"}}}}");
    struct td_buf data = {0};
    struct outcome o;

    for (int i = 0; i < 500; i++)
        (void)td_buf_add_text(&data, "[");
    for (int i = 0; i < 500; i++)
        (void)td_buf_add_text(&data, "]");
    o = judge(&schema, &data);
    CU_ASSERT_EQUAL(o.test, TD_OK);
    CU_ASSERT_EQUAL(o.explain, TD_OK);
}

static void patterns_without_end_are_refused_or_given_up(void)
{
    static const struct {
        const char *pattern;
        enum td_code compile;
        enum td_code test;
    } rows[] = {
        {"^(a+)+$", TD_OK, TD_LIMIT},
        {"^(a|a|aa)*$", TD_OK, TD_LIMIT},
        {"a{1000000000}", TD_USAGE, TD_OK},
        {"((((a{1,200}){1,200}){1,200}){1,200}){1,200}", TD_USAGE, TD_OK},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf schema = {0};
        struct td_buf data = text("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"");
        struct outcome o;

        (void)td_buf_addf(&schema, "{\"pattern\":\"%s\"}", rows[i].pattern);
        o = judge(&schema, &data);
        CU_ASSERT_EQUAL(o.compile, rows[i].compile);
        CU_ASSERT_EQUAL(o.test, rows[i].test);
    }
}

static void patterns_of_any_length_end(void)
{
    struct td_buf schema = many("{\"pattern\":\"", "x#|y#", 8000, "\"}");
    struct td_buf data = text("\"z\"");
    struct outcome o = judge(&schema, &data);

    CU_ASSERT_EQUAL(o.compile, TD_USAGE);
    CU_ASSERT_STRING_EQUAL(o.err.where, "s:1:12");
}

static void large_tables_are_looked_up(void)
{
    static const struct {
        const char *before;
        const char *each;
        const char *after;
        enum td_code code;
    } rows[] = {
        {"{\"enum\":[", "\"v#\"", "]}", TD_FAILED},
        {"{\"enum\":[", "{\"v\":#}", "]}", TD_FAILED},
        {"{\"properties\":{", "\"p#\":{\"type\":\"integer\"}",
         "},\"additionalProperties\":false}", TD_OK},
        {"{\"required\":[", "\"p#\"", "]}", TD_OK},
        {"{\"required\":[", "\"q#\"", "]}", TD_FAILED},
        {"{\"dependentRequired\":{", "\"q#\":[\"r\"]", "}}", TD_LIMIT},
        {"{\"patternProperties\":{", "\"^q#$\":{}", "}}", TD_LIMIT},
        {"{\"oneOf\":[", "{\"properties\":{\"p1\":{\"const\":\"#\"}}}", "]}",
         TD_FAILED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf schema =
            many(rows[i].before, rows[i].each, 4000, rows[i].after);
        struct td_buf data = many("{", "\"p#\":#", 4000, "}");
        struct outcome o = judge(&schema, &data);

        CU_ASSERT_EQUAL(o.compile, TD_OK);
        if (o.test != rows[i].code)
            printf("\n    row %zu: %d\n", i, (int)o.test);
        CU_ASSERT_EQUAL(o.test, rows[i].code);
    }
}

static void numbers_of_any_size_are_judged(void)
{
    static const struct {
        const char *schema;
        const char *data;
        enum td_code code;
    } rows[] = {
        {"{\"minLength\":1000000000}", "\"a\"", TD_FAILED},
        {"{\"maxItems\":1e300}", "[1]", TD_OK},
        {"{\"minimum\":1e400}", "1e399", TD_FAILED},
        {"{\"multipleOf\":1e-300}", "1e300", TD_OK},
        {"{\"multipleOf\":3}", "1e1000000000", TD_FAILED},
        {"{\"type\":\"integer\"}", "1e-1000000000", TD_FAILED},
        {"{\"multipleOf\":1234567890123456789012345}", "1e1000000000",
         TD_FAILED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf schema = text(rows[i].schema);
        struct td_buf data = text(rows[i].data);
        struct outcome o = judge(&schema, &data);

        CU_ASSERT_EQUAL(o.compile, TD_OK);
        CU_ASSERT_EQUAL(o.test, rows[i].code);
    }
}

static void too_many_references_are_refused(void)
{
    struct td_buf schema =
        many("{\"$defs\":{", "\"#\":true", 30000, "},\"allOf\":[");
    struct td_buf data = text("1");
    unsigned line = 0;
    struct outcome o;

    for (unsigned i = 0; i < 30000; i++)
        (void)td_buf_addf(&schema, "%s\n{\"$ref\":\"#/$defs/%u\"}",
                          i ? "," : "", i);
    (void)td_buf_add_text(&schema, "]}");
    o = judge(&schema, &data);
    CU_ASSERT_EQUAL(o.compile, TD_LIMIT);
    CU_ASSERT_EQUAL(sscanf(o.err.where, "s:%u:9", &line), 1);
    CU_ASSERT_TRUE(line > 1000 && line <= 30001);
}

/* --- documents of a shape that was seen --- */

/* What comes of the second document, judged after the first. With shapes it is
 * what it is without.
 */
static enum td_code judge_second(const struct schema_set *set, uint32_t root,
                                 const char *const data[2], bool shapes)
{
    struct td_json_shapes *seen = td_json_shapes_new(512);
    struct schema_run *run = schema_run_new(set);
    struct td_json_doc doc = {0};
    enum td_code code = TD_USAGE;

    for (unsigned i = 0; i < 4; i++) {
        struct td_bytes bytes = td_text(data[i / 2]);

        CU_ASSERT_EQUAL(shapes ? td_json_shapes_parse(seen, &doc, bytes, NULL)
                               : td_json_parse(&doc, bytes, 512, NULL),
                        TD_OK);
        CU_ASSERT_EQUAL(doc.shape != 0, shapes && i > 0);
        code = schema_test(run, root, (struct schema_value){&doc, 0});
    }
    td_json_release(&doc);
    schema_run_free(run);
    td_json_shapes_free(seen);
    return code;
}

/* The schema is released. Returns what both ways say. */
static enum td_code judge_shapes(struct td_buf *schema, const char *first,
                                 const char *second)
{
    const char *const data[2] = {first, second};
    struct schema_set *set = schema_set_new(NULL);
    struct td_jsonx x = {0};
    struct td_error err = {0};
    enum td_code code;
    uint32_t root = 0;

    CU_ASSERT_EQUAL(
        td_jsonx_parse(&x, "s", TD_JSONX_JSON, td_buf_bytes(schema), &err),
        TD_OK);
    CU_ASSERT_EQUAL(schema_set_add(set, &x, 0, &root, &err), TD_OK);
    code = judge_second(set, root, data, false);
    CU_ASSERT_EQUAL(judge_second(set, root, data, true), code);
    schema_set_free(set);
    td_jsonx_release(&x);
    td_buf_release(schema);
    return code;
}

static void giving_up_is_seen_by_shape(void)
{
#define SLOW "{\"pattern\":\"^(a|a|aa)*$\"}"
    static const char *const rows[] = {
        "{\"properties\":{\"a\":{\"not\":" SLOW "}}}",
        "{\"not\":{\"properties\":{\"a\":" SLOW "}}}",
        "{\"anyOf\":[{\"properties\":{\"a\":" SLOW "}},{}]}",
        "{\"if\":{\"properties\":{\"a\":" SLOW "}}}",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf schema = text(rows[i]);

        CU_ASSERT_EQUAL(
            judge_shapes(&schema, "{\"a\":\"x\"}",
                         "{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"}"),
            TD_LIMIT);
    }
#undef SLOW
}

/* Ten schemas at each level of the value, and a thousand at the end of it. */
static void depth_is_limited_by_shape(void)
{
    struct td_buf schema = text("{\"$ref\":\"#/$defs/v\",\"$defs\":{\"v\":{");
    struct td_buf data = {0};

    for (int i = 0; i < 10; i++)
        (void)td_buf_add_text(&schema, "\"dependentSchemas\":{\"a\":{");
    (void)td_buf_add_text(&schema, "\"properties\":{\"a\":{\"$ref\":"
                                   "\"#/$defs/v\"},\"b\":{\"$ref\":"
                                   "\"#/$defs/0\"}}");
    for (int i = 0; i < 10; i++)
        (void)td_buf_add_text(&schema, "}}");
    (void)td_buf_add_text(&schema, "}");
    for (int i = 0; i < 1000; i++)
        (void)td_buf_addf(&schema,
                          ",\"%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/%d\"}]}", i,
                          i + 1);
    (void)td_buf_add_text(&schema, ",\"1000\":{\"minLength\":1}}}");
    for (int i = 0; i < 400; i++)
        (void)td_buf_add_text(&data, "{\"a\":");
    (void)td_buf_add_text(&data, "{\"a\":{},\"b\":\"x\"}");
    for (int i = 0; i < 400; i++)
        (void)td_buf_add_text(&data, "}");
    CU_ASSERT_EQUAL(judge_shapes(&schema, td_buf_str(&data), td_buf_str(&data)),
                    TD_LIMIT);
    td_buf_release(&data);
}

/* Sixty schemas look at two hundred members, which the shape spares, and a
 * list costs eight thousand steps an element, up to the limit and beyond.
 */
static void steps_are_limited_by_shape(void)
{
    struct td_buf members = many("", "\"m#\":0", 190, "");
    bool limit = false;
    bool good = false;

    for (unsigned n = 616; n < 620; n++) {
        struct td_buf schema = text("{\"properties\":{\"l\":{\"contains\":"
                                    "{\"$ref\":\"#/$defs/12\"}}},\"$defs\":{");
        struct td_buf data = {0};
        enum td_code code;

        for (unsigned i = 12; i > 0; i--)
            (void)td_buf_addf(&schema,
                              "\"%u\":{\"anyOf\":[{\"$ref\":\"#/$defs/%u\"},"
                              "{\"$ref\":\"#/$defs/%u\"}]},",
                              i, i - 1, i - 1);
        (void)td_buf_add_text(&schema, "\"0\":{\"minimum\":1}},\"allOf\":[");
        for (unsigned i = 0; i < 64; i++)
            (void)td_buf_addf(&schema, "%s{\"properties\":{\"z%u\":false}}",
                              i ? "," : "", i);
        (void)td_buf_add_text(&schema, "]}");
        (void)td_buf_addf(&data, "{%s,\"l\":[", td_buf_str(&members));
        for (unsigned i = 1; i < n; i++)
            (void)td_buf_add_text(&data, "0,");
        (void)td_buf_add_text(&data, "1]}");
        code = judge_shapes(&schema, td_buf_str(&data), td_buf_str(&data));
        limit |= code == TD_LIMIT;
        good |= code == TD_OK;
        td_buf_release(&data);
    }
    CU_ASSERT(limit && good);
    td_buf_release(&members);
}

CU_TestInfo schema_hostile_tests[] = {
    {"references that double are given up",
     references_that_double_are_given_up},
    {"long chains of references are refused or followed",
     long_chains_of_references_are_refused_or_followed},
    {"nesting is limited", nesting_is_limited},
    {"deep values are judged", deep_values_are_judged},
    {"patterns without end are refused or given up",
     patterns_without_end_are_refused_or_given_up},
    {"patterns of any length end", patterns_of_any_length_end},
    {"large tables are looked up", large_tables_are_looked_up},
    {"numbers of any size are judged", numbers_of_any_size_are_judged},
    {"too many references are refused", too_many_references_are_refused},
    {"giving up is seen by shape", giving_up_is_seen_by_shape},
    {"depth is limited by shape", depth_is_limited_by_shape},
    {"steps are limited by shape", steps_are_limited_by_shape},
    CU_TEST_INFO_NULL,
};
