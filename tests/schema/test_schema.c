/* What a problem says, what a wrong schema says, and where it gives up. */
#include "schema/schema.h"
#include "schema/value/decimal.h"
#include "tests/suites.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

struct last {
    char text[512];
    unsigned count;
};

static void keep(void *self, const struct schema_problem *p)
{
    struct last *last = self;

    if (last->count++ == 0)
        (void)snprintf(last->text, sizeof(last->text), "%s|%s|%s|%s", p->path,
                       p->schema_path, p->expected, p->found);
}

static enum td_code explain(const struct schema_set *set, uint32_t root,
                            const struct td_json_doc *doc, struct last *last)
{
    struct schema_run *run = schema_run_new(set);
    enum td_code code =
        schema_explain(run, root, (struct schema_value){doc, 0}, keep, last);

    schema_run_free(run);
    return code;
}

static enum td_code judge(const char *schema, const char *data,
                          struct last *last, struct td_error *err)
{
    struct schema_options how = {.assert_format = true};
    struct schema_set *set = schema_set_new(&how);
    struct td_jsonx x = {0};
    struct td_json_doc doc = {0};
    uint32_t root = 0;
    enum td_code code =
        td_jsonx_parse(&x, "s", TD_JSONX_YAML, td_text(schema), err);

    if (code == TD_OK)
        code = schema_set_add(set, &x, 0, &root, err);
    if (code == TD_OK)
        code = td_json_parse(&doc, td_text(data), 64, err);
    if (code == TD_OK)
        code = explain(set, root, &doc, last);
    schema_set_free(set);
    td_json_release(&doc);
    td_jsonx_release(&x);
    return code;
}

static void problems_name_place_and_reason(void)
{
    static const struct {
        const char *schema;
        const char *data;
        const char *problem; /* "" = valid */
    } rows[] = {
        {"{type: integer}", "1.0", ""},
        {"{type: integer}", "1.5", "|s#/type|integer|1.5"},
        {"{type: [string, 'null']}", "{}", "|s#/type|null or string|{}"},
        {"{properties: {a/b: {minimum: 1.10}}}", "{\"a/b\":1.09}",
         "/a~1b|s#/properties/a~1b/minimum|at least 1.10|1.09"},
        {"{required: [a, b]}", "{\"a\":1}",
         "|s#/required/1|a member \"b\"|no such member"},
        {"{properties: {a: {}}, additionalProperties: false}", "{\"b\":[]}",
         "/b|s#/additionalProperties|no member of this name|[]"},
        {"{items: {enum: [1, x]}}", "[1,2]",
         "/1|s#/items/enum|one of [1,\"x\"]|2"},
        {"{oneOf: [true, true]}", "0",
         "|s#/oneOf|exactly one of 2 schemas to fit|more than one fits"},
        {"{anyOf: [{type: string}, false]}", "0", "|s#/anyOf|string|0"},
        {"{anyOf: [{type: string}, {type: 'null'}]}", "0",
         "|s#/anyOf|string or null|0"},
        {"{anyOf: [{type: string}, {type: object, required: [a]}]}", "{}",
         "|s#/anyOf/1/required/0|a member \"a\"|no such member"},
        {"{oneOf: [{properties: {t: {const: a}, v: {type: string}}},"
         "{properties: {t: {const: b}, v: {type: integer}}}]}",
         "{\"t\":\"b\",\"v\":\"x\"}",
         "/v|s#/oneOf/1/properties/v/type|integer|\"x\""},
        {"{oneOf: [{properties: {t: {const: a}}},"
         "{properties: {t: {const: b}}}]}",
         "{\"t\":\"c\"}", "/t|s#/oneOf|one of \"a\", \"b\"|\"c\""},
        {"{anyOf: [{required: [a]}, {properties: {b: {type: string}}}]}",
         "{\"b\":1}", "|s#/anyOf|one of 2 schemas to fit|{\"b\":1}"},
        {"{maxLength: 2}", "\"\\u00e9\\ud83d\\ude00\"", ""},
        {"{maxLength: 1}", "\"abc\"",
         "|s#/maxLength|at most 1 character|\"abc\""},
        {"{multipleOf: 0.01}", "123456789012345678901234567890.12", ""},
        {"{multipleOf: 12345678901234567890123.5}", "37037036703703703670370.5",
         ""},
        {"{multipleOf: 12345678901234567890123.5}", "37037036703703703670370.6",
         "|s#/multipleOf|a multiple of 12345678901234567890123.5|"
         "37037036703703703670370.6"},
        {"{multipleOf: 1000000000000000000000007}", "7e24",
         "|s#/multipleOf|a multiple of 1000000000000000000000007|7e24"},
        {"{multipleOf: 0.01}", "1e-3",
         "|s#/multipleOf|a multiple of 0.01|1e-3"},
        {"{maximum: 9007199254740993}", "9007199254740994",
         "|s#/maximum|at most 9007199254740993|9007199254740994"},
        {"{uniqueItems: true}", "[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]",
         "|s#/uniqueItems|no two equal items|"
         "[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]"},
        {"{propertyNames: {maxLength: 1}}", "{\"ab\":1}",
         "/ab|s#/propertyNames/maxLength|at most 1 character|\"ab\""},
        {"{contains: {type: string}}", "[1,2]",
         "|s#/contains|at least 1 items that fit|0 of 2"},
        {"{format: date-time}", "\"2024-02-30T00:00:00Z\"",
         "|s#/format|text in the format \"date-time\"|"
         "\"2024-02-30T00:00:00Z\""},
        {"{format: date-time}", "\"1998-12-31T15:59:60.1-08:00\"", ""},
        {"{format: uuid}", "\"2EB8AA08-AA98-11EA-B4AA-73B441D16380\"", ""},
        {"{format: no-such-format}", "\"x\"", ""},
        {"{dependentRequired: {a: [b]}}", "{\"a\":1}",
         "|s#/dependentRequired/a|[\"b\"] beside \"a\"|no such member"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct last last = {0};
        struct td_error err = {0};
        enum td_code code = judge(rows[i].schema, rows[i].data, &last, &err);

        if (strcmp(last.text, rows[i].problem) != 0)
            printf("\n    row %zu: %s %s\n", i, last.text, err.text);
        CU_ASSERT_STRING_EQUAL(last.text, rows[i].problem);
        CU_ASSERT_EQUAL(code, rows[i].problem[0] ? TD_FAILED : TD_OK);
    }
}

static void every_problem_is_reported(void)
{
    struct last last = {0};

    CU_ASSERT_EQUAL(
        judge("{required: [x], properties: {a: {type: string, minimum: 5}}}",
              "{\"a\":1}", &last, NULL),
        TD_FAILED);
    CU_ASSERT_EQUAL(last.count, 3);
}

static void wrong_schemas_are_refused_where_they_are_wrong(void)
{
    static const struct {
        const char *schema;
        const char *where;
    } rows[] = {
        {"type: text", "s:1:7"},
        {"properties:\n  a: 1", "s:2:6"},
        {"minLength: -1", "s:1:12"},
        {"minLength: 1.5", "s:1:12"},
        {"multipleOf: 0", "s:1:13"},
        {"pattern: '('", "s:1:10"},
        {"$ref: '#/nowhere'", "s:1:7"},
        {"$ref: http://example.com/x.json", "s:1:7"},
        {"allOf:\n- $dynamicRef: '#x'", "s:2:16"},
        {"$schema: http://json-schema.org/draft-03/schema#", "s:1:10"},
        {"$ref: '#'", "s:1:7"},
        {"allOf:\n- anyOf:\n  - $ref: '#/allOf/0'", "s:3:11"},
        {"$ref: '#/$defs/a'\n$defs:\n  a: {not: {$ref: '#/$defs/b'}}\n"
         "  b: {if: {}, then: {$ref: '#/$defs/a'}}",
         "s:4:28"},
        {"format: 1", "s:1:9"},
        {"required: a", "s:1:11"},
        {"title: 1", "s:1:8"},
        {"$defs:\n  unused: {minLength: -1}", "s:2:23"},
        {"definitions: {a: {properties: {b: {type: text}}}}", "s:1:42"},
        {"enum: 1", "s:1:7"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_error err = {0};

        CU_ASSERT_EQUAL(judge(rows[i].schema, "1", NULL, &err), TD_USAGE);
        if (strcmp(err.where, rows[i].where) != 0)
            printf("\n    row %zu: %s: %s\n", i, err.where, err.text);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
    }
}

static void schemas_and_patterns_without_end_are_given_up(void)
{
    static const struct {
        const char *schema;
        const char *data;
    } rows[] = {
        {"$dynamicAnchor: a\n$dynamicRef: '#a'", "1"},
        {"pattern: '^(a|a)*$'", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\""},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct last last = {0};

        CU_ASSERT_EQUAL(judge(rows[i].schema, rows[i].data, &last, NULL),
                        TD_LIMIT);
    }
}

static void decimals_are_exact(void)
{
    static const struct {
        const char *a;
        const char *b;
        int order;
    } rows[] = {
        {"0", "-0.00e9", 0},
        {"1.10", "1.1", 0},
        {"100", "1e2", 0},
        {"0.001", "1E-3", 0},
        {"-1", "1", -1},
        {"-2", "-1", -1},
        {"1e400", "1e401", -1},
        {"9007199254740993", "9007199254740992", 1},
        {"0.30000000000000001", "0.3", 1},
        {"12", "2", 1},
        {"1.05", "1.5", -1},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct schema_decimal a;
        struct schema_decimal b;

        schema_decimal_read(&a, td_text(rows[i].a));
        schema_decimal_read(&b, td_text(rows[i].b));
        CU_ASSERT_EQUAL(schema_decimal_compare(&a, &b), rows[i].order);
        CU_ASSERT_EQUAL(schema_decimal_compare(&b, &a), -rows[i].order);
    }
}

CU_TestInfo schema_schema_tests[] = {
    {"problems name place and reason", problems_name_place_and_reason},
    {"every problem is reported", every_problem_is_reported},
    {"wrong schemas are refused where they are wrong",
     wrong_schemas_are_refused_where_they_are_wrong},
    {"schemas and patterns without end are given up",
     schemas_and_patterns_without_end_are_given_up},
    {"decimals are exact", decimals_are_exact},
    CU_TEST_INFO_NULL,
};
