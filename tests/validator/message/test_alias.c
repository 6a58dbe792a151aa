/* Aliases: what is renamed, what is left alone, and the way back. */
#include "tests/suites.h"
#include "validator/message/alias.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static enum td_code load(struct check_aliases *a, const char *aliases,
                         const char *values, struct td_error *err)
{
    struct td_jsonx doc = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(aliases), err);

    if (code == TD_OK)
        code = check_aliases_read(a, &doc, 0, err);
    td_jsonx_release(&doc);
    if (code == TD_OK && values) {
        code = td_jsonx_parse(&doc, "v", TD_JSONX_YAML, td_text(values), err);
        if (code == TD_OK)
            code = check_values_read(a, &doc, 0, err);
        td_jsonx_release(&doc);
    }
    return code;
}

static const struct {
    const char *aliases;
    const char *values;
    const char *data;    /* the message is it, or has it */
    const char *renamed; /* NULL: nothing to rename */
    const char *pointer; /* in the renamed data */
    const char *wire;
} rows[] = {
    {"{a: [b]}", NULL, "{\"b\":1}", "{\"a\":1}", "/a", "/b"},
    {"{a: b}", NULL, "{\"b\":{\"x\":1}}", "{\"a\":{\"x\":1}}", "/a/x", "/b/x"},
    {"{a: [b, c]}", NULL, "{\"c\":1,\"b\":2}", "{\"c\":1,\"a\":2}", "/a", "/b"},
    {"{a: [b]}", NULL, "{\"a\":1,\"b\":2}", NULL, "/a", "/a"},
    {"{a: [b]}", NULL, "{\"c\":1}", NULL, "/a", "/a"},
    {"{a: [b]}", NULL, "[1]", NULL, "/0", "/0"},
    {"{a: [b]}", NULL, "7", NULL, "", ""},
    {"{a: [b], c: [d]}", NULL, "{\"x\":1.10,\"d\":2,\"b\":3}",
     "{\"x\":1.10,\"c\":2,\"a\":3}", "/x", "/x"},
    {"{s.n: [n]}", NULL, "{\"n\":1}", "{\"s\":{\"n\":1}}", "/s/n", "/n"},
    {"{s.n: [n], s.m: [m]}", NULL, "{\"s\":{\"k\":0},\"n\":1,\"m\":2}",
     "{\"s\":{\"k\":0,\"m\":2,\"n\":1}}", "/s/m", "/m"},
    {"{n: [s.n]}", NULL, "{\"s\":{\"n\":1,\"k\":2}}",
     "{\"s\":{\"k\":2},\"n\":1}", "/n", "/s/n"},
    {"{'l[].n': ['l[].m']}", NULL, "{\"l\":[{\"m\":1},{\"n\":2},3,{\"m\":4}]}",
     "{\"l\":[{\"n\":1},{\"n\":2},3,{\"n\":4}]}", "/l/3/n", "/l/3/m"},
    {"{'l[].n': ['l[].m']}", NULL, "{\"l\":[{\"m\":1},{\"n\":2}]}",
     "{\"l\":[{\"n\":1},{\"n\":2}]}", "/l/1/n", "/l/1/n"},
    {"{'l[].k[].n': ['l[].k[].m']}", NULL,
     "{\"l\":[{\"k\":[{\"m\":1}]},{\"k\":[{\"x\":1},{\"m\":2}]}]}",
     "{\"l\":[{\"k\":[{\"n\":1}]},{\"k\":[{\"x\":1},{\"n\":2}]}]}",
     "/l/1/k/1/n", "/l/1/k/1/m"},
    {"{\"a\\u00e9\": [b]}", NULL, "{\"\\u0062\":1}", "{\"a\u00e9\":1}",
     "/a\u00e9", "/b"},
    {"{a: ['x/y~z']}", NULL, "{\"x/y~z\":[1]}", "{\"a\":[1]}", "/a/0",
     "/x~1y~0z/0"},
    {"{}", "{s: {success: completed}}", "{\"s\":\"success\"}",
     "{\"s\":\"completed\"}", "/s", "/s"},
    {"{}", "{s: {success: completed}}", "{\"s\":\"failed\"}", NULL, "/s", "/s"},
    {"{s: [t]}", "{s: {'1': one}}", "{\"t\":\"1\"}", "{\"s\":\"one\"}", "/s",
     "/t"},
    {"{}", "{'l[].s': {a: b}}", "{\"l\":[{\"s\":\"a\"}]}",
     "{\"l\":[{\"s\":\"b\"}]}", "/l/0/s", "/l/0/s"},
};

static void check_row(size_t i, bool wrapped)
{
    struct check_aliases *a = check_aliases_new();
    struct td_json_doc doc = {0};
    struct td_buf text = {0};
    struct td_buf out = {0};
    struct td_error err = {0};
    uint32_t data = wrapped ? 2 : 0;
    bool changed;

    (void)td_buf_addf(&text, wrapped ? "{\"d\":%s}" : "%s", rows[i].data);
    CU_ASSERT_EQUAL_FATAL(load(a, rows[i].aliases, rows[i].values, &err),
                          TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        td_json_parse(&doc, td_buf_bytes(&text), TD_JSON_DEPTH, NULL), TD_OK);
    changed = check_aliases_apply(a, &doc, data, &out);
    CU_ASSERT_EQUAL(changed, rows[i].renamed != NULL);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           rows[i].renamed ? rows[i].renamed : rows[i].data);
    if (strcmp(td_buf_str(&out),
               rows[i].renamed ? rows[i].renamed : rows[i].data) != 0)
        printf("\n    %s\n        %s\n", rows[i].data, td_buf_str(&out));
    td_buf_clear(&out);
    check_aliases_wire(a, &doc, data, td_text(rows[i].pointer), &out);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].wire);
    if (strcmp(td_buf_str(&out), rows[i].wire) != 0)
        printf("\n    %s %s: %s\n", rows[i].data, rows[i].pointer,
               td_buf_str(&out));
    td_buf_release(&text);
    td_buf_release(&out);
    td_json_release(&doc);
    check_aliases_free(a);
}

static void data_is_renamed_and_found_again(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        check_row(i, false);
        check_row(i, true);
    }
}

static void wrong_aliases_say_where(void)
{
    static const struct {
        const char *aliases;
        const char *values;
        const char *where;
        const char *why;
    } wrong[] = {
        {"[a]", NULL, "c:1:1",
         "aliases is an object: the contract's name of a field, then other "
         "names of it"},
        {"{a: 1}", NULL, "c:1:5", "a field is text like path or stats.total"},
        {"{a: [b, c.]}", NULL, "c:1:9",
         "a field is text like path, stats.total or phases[].name, and ends "
         "in a name"},
        {"{'a[]': b}", NULL, "c:1:2",
         "a field is text like path, stats.total or phases[].name, and ends "
         "in a name"},
        {"{'a[].n': n}", NULL, "c:1:11",
         "a field and its aliases go through the same lists"},
        {"{a: a}", NULL, "c:1:5",
         "an alias cannot be what contains the field, or itself"},
        {"{a.b: a}", NULL, "c:1:7",
         "an alias cannot be what contains the field, or itself"},
        {"{a: b, c: b}", NULL, "c:1:11",
         "this is already a field of its own, or an alias of another"},
        {"{a: b, b: c}", NULL, "c:1:8",
         "this is already an alias of another field"},
        {"{}", "[]", "v:1:1",
         "values is an object: a field, then what its values mean"},
        {"{}", "{a: b}", "v:1:5",
         "the values of a field are an object: what is on the wire, then what "
         "the contract calls it"},
    };

    for (size_t i = 0; i < ROWS(wrong); i++) {
        struct check_aliases *a = check_aliases_new();
        struct td_error err = {0};

        CU_ASSERT_EQUAL(load(a, wrong[i].aliases, wrong[i].values, &err),
                        TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, wrong[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, wrong[i].why);
        if (strcmp(err.text, wrong[i].why) != 0 ||
            strcmp(err.where, wrong[i].where) != 0)
            printf("\n    %s: %s: %s\n", wrong[i].aliases, err.where, err.text);
        check_aliases_free(a);
    }
}

static void the_number_of_names_is_limited(void)
{
    struct check_aliases *a = check_aliases_new();
    struct td_error err = {0};
    struct td_buf text = {0};

    for (int i = 0; i < CHECK_ALIASES_MAX; i++)
        (void)td_buf_addf(&text, "a%d: [b%d]\n", i, i);
    CU_ASSERT_EQUAL(load(a, td_buf_str(&text), NULL, &err), TD_LIMIT);
    td_buf_release(&text);
    check_aliases_free(a);
}

CU_TestInfo validator_message_alias_tests[] = {
    {"data is renamed and found again", data_is_renamed_and_found_again},
    {"wrong aliases say where", wrong_aliases_say_where},
    {"the number of names is limited", the_number_of_names_is_limited},
    CU_TEST_INFO_NULL,
};
