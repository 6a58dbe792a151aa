/* YAML becomes JSON, and every error names its line and column. */
#include "core/jsonx.h"
#include "tests/suites.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void yaml_becomes_json(void)
{
    static const struct {
        const char *yaml;
        const char *json;
    } rows[] = {
        {"", "null"},
        {"a: 1\nb: [x, 'y', \"z\\n\"]\n",
         "{\"a\":1,\"b\":[\"x\",\"y\",\"z\\n\"]}"},
        {"- null\n- ~\n-\n- Null\n- nULL", "[null,null,null,null,\"nULL\"]"},
        {"[true, True, FALSE, yes, no, on]",
         "[true,true,false,\"yes\",\"no\",\"on\"]"},
        {"[0, -0, +7, 007, 0o17, 0x1F, 0xfg, 1_000]",
         "[0,-0,7,7,15,31,\"0xfg\",\"1_000\"]"},
        {"[1.10, .5, -.5, 1., 1e5, +1.E-3, 1e, e1, ., -]",
         "[1.10,0.5,-0.5,1,1e5,1E-3,\"1e\",\"e1\",\".\",\"-\"]"},
        {"[123456789012345678901234567890]",
         "[123456789012345678901234567890]"},
        {"[2024-01-01, 1:30, '1', \"true\", !!str 1, !!int 7, ! 7]",
         "[\"2024-01-01\",\"1:30\",\"1\",\"true\",\"1\",7,\"7\"]"},
        {"1: a\ntrue: b\n~: c", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\"}"},
        {"a: &x {b: [1]}\nc: *x\nd: [*x, *x]",
         "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":[{\"b\":[1]},"
         "{\"b\":[1]}]}"},
        {"a: |\n  one\n  two\nb: >-\n  one\n  two\n",
         "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\"}"},
        {"\xEF\xBB\xBF"
         "a: 1\nb: 2",
         "{\"a\":1,\"b\":2}"},
        {"%YAML 1.2\n---\na: []\n...\n", "{\"a\":[]}"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_jsonx doc = {0};
        struct td_error err = {0};

        if (td_jsonx_parse(&doc, "y", TD_JSONX_YAML, td_text(rows[i].yaml),
                           &err))
            printf("\n    row %zu: %s: %s\n", i, err.where, err.text);
        if (!td_bytes_is(doc.json.text, rows[i].json))
            printf("\n    row %zu: %s\n", i, td_buf_str(&doc.text));
        CU_ASSERT(td_bytes_is(doc.json.text, rows[i].json));
        td_jsonx_release(&doc);
    }
}

static void errors_name_line_and_column(void)
{
    static const struct {
        enum td_jsonx_syntax syntax;
        const char *text;
        enum td_code code;
        const char *where;
    } rows[] = {
        {TD_JSONX_JSON, "{\"a\":\n  tru}", TD_USAGE, "f:2:6"},
        {TD_JSONX_JSON, "{\n \"a\":1,\n \"\\u0061\":2}", TD_USAGE, "f:3:2"},
        {TD_JSONX_YAML, "a: 1\nb: 2\na: 3\n", TD_USAGE, "f:3:1"},
        {TD_JSONX_YAML, "a: [1,\n  .inf]", TD_USAGE, "f:2:3"},
        {TD_JSONX_YAML, "a: !thing 1", TD_USAGE, "f:1:4"},
        {TD_JSONX_YAML, "a: !!int x", TD_USAGE, "f:1:4"},
        {TD_JSONX_YAML, "a: *x", TD_USAGE, "f:1:4"},
        {TD_JSONX_YAML, "a: &x [*x]", TD_USAGE, "f:1:8"},
        {TD_JSONX_YAML, "? [a]\n: b", TD_USAGE, "f:1:3"},
        {TD_JSONX_YAML, "a: 1\n---\nb: 2", TD_USAGE, "f:2:1"},
        {TD_JSONX_YAML, "a: [1\nb: 2", TD_USAGE, "f:2:2"},
        {TD_JSONX_YAML, "a: 0xfffffffffffffffff", TD_USAGE, "f:1:4"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_jsonx doc = {0};
        struct td_error err = {0};
        enum td_code code = td_jsonx_parse(&doc, "f", rows[i].syntax,
                                           td_text(rows[i].text), &err);

        if (code != rows[i].code || strcmp(err.where, rows[i].where) != 0)
            printf("\n    row %zu: %d %s: %s\n", i, (int)code, err.where,
                   err.text);
        CU_ASSERT_EQUAL(code, rows[i].code);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
        CU_ASSERT_PTR_NULL(doc.name);
    }
}

static void every_value_knows_its_place(void)
{
    static const char yaml[] = "a: &x\n  - 1\n  - two\nb: *x\n";
    static const struct {
        const char *pointer;
        uint32_t line;
        uint32_t column;
    } rows[] = {{"", 1, 1},
                {"/a", 1, 4},
                {"/a/0", 2, 5},
                {"/a/1", 3, 5},
                {"/b/1", 3, 5}};
    struct td_jsonx doc = {0};

    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(&doc, "f", TD_JSONX_YAML, td_text(yaml), NULL), TD_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint32_t at = td_json_pointer(&doc.json, 0, rows[i].pointer);
        struct td_jsonx_mark mark = td_jsonx_where(&doc, at);

        CU_ASSERT_EQUAL(mark.line, rows[i].line);
        CU_ASSERT_EQUAL(mark.column, rows[i].column);
    }
    td_jsonx_release(&doc);
}

/* Nine levels of ten aliases each would be a billion values. */
static void aliases_cannot_grow_without_end(void)
{
    struct td_buf yaml = {0};
    struct td_jsonx doc = {0};
    struct td_error err = {0};

    (void)td_buf_add_text(&yaml, "a0: &a0 x\n");
    for (int i = 1; i < 10; i++) {
        (void)td_buf_addf(&yaml, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            (void)td_buf_addf(&yaml, "%s*a%d", k ? "," : "", i - 1);
        (void)td_buf_add_text(&yaml, "]\n");
    }
    CU_ASSERT_EQUAL(
        td_jsonx_parse(&doc, "f", TD_JSONX_YAML, td_buf_bytes(&yaml), &err),
        TD_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "too long"));
    td_buf_release(&yaml);
}

static void depth_is_limited(void)
{
    char text[2 * TD_JSONX_DEPTH + 2];
    struct td_jsonx doc = {0};

    for (size_t n = TD_JSONX_DEPTH; n <= TD_JSONX_DEPTH + 1; n++) {
        enum td_code want = n > TD_JSONX_DEPTH ? TD_LIMIT : TD_OK;

        memset(text, '[', n);
        memset(text + n, ']', n);
        CU_ASSERT_EQUAL(td_jsonx_parse(&doc, "f", TD_JSONX_YAML,
                                       td_bytes(text, 2 * n), NULL),
                        want);
        td_jsonx_release(&doc);
        CU_ASSERT_EQUAL(td_jsonx_parse(&doc, "f", TD_JSONX_JSON,
                                       td_bytes(text, 2 * n), NULL),
                        want);
        td_jsonx_release(&doc);
    }
}

CU_TestInfo core_jsonx_tests[] = {
    {"yaml becomes json", yaml_becomes_json},
    {"errors name line and column", errors_name_line_and_column},
    {"every value knows its place", every_value_knows_its_place},
    {"aliases cannot grow without end", aliases_cannot_grow_without_end},
    {"depth is limited", depth_is_limited},
    CU_TEST_INFO_NULL,
};
