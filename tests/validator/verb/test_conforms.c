/* conforms: messages meet a schema. */
#include "tests/suites.h"
#include "validator/check/check.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *rule;
    const char *line;
    enum check_outcome outcome;
    const char *path;     /* of the finding */
    const char *expected; /* NULL: there is none */
    const char *found;
} rows[] = {
    {"conforms: a, schema: {required: [n]}", "{\"type\":\"a\",\"d\":{\"n\":1}}",
     CHECK_PASS, NULL, NULL, NULL},
    {"conforms: a, schema: {required: [n]}", "{\"type\":\"a\",\"d\":{}}",
     CHECK_FAIL, "/d", "a member \"n\"", "no such member"},
    {"conforms: a, schema: {required: [n]}", "{\"type\":\"b\",\"d\":{}}",
     CHECK_VACUOUS, NULL, NULL, NULL},
    {"conforms: a, schema: false", "{\"type\":\"a\"}", CHECK_FAIL, "", "data",
     "none"},
    {"conforms: '*', at: '', schema: {required: [n]}", "{\"type\":\"a\"}",
     CHECK_FAIL, "", "a member \"n\"", "no such member"},
    {"conforms: '*', at: '', schema: {type: object}", "[1]", CHECK_FAIL, "",
     "object", "[1]"},
    {"conforms: a, at: n, schema: {minimum: 2}",
     "{\"type\":\"a\",\"d\":{\"n\":1}}", CHECK_FAIL, "/d/n", "at least 2", "1"},
    {"conforms: a, at: n, missing: skip, schema: {minimum: 2}",
     "{\"type\":\"a\",\"d\":{}}", CHECK_VACUOUS, NULL, NULL, NULL},
    {"conforms: a, schema: {required: [n, m, o]}", "{\"type\":\"a\",\"d\":{}}",
     CHECK_FAIL, "/d", "a member \"n\"",
     "no such member, and 2 more like that"},
    {"conforms: a, schema: {properties: {d: {format: date}}}",
     "{\"type\":\"a\",\"d\":{\"d\":\"2025-02-30\"}}", CHECK_FAIL, "/d/d",
     "text in the format \"date\"", "\"2025-02-30\""},
};

static struct check_contract *load(const char *rule)
{
    struct schema_options how = {.assert_format = true};
    struct check_contract *contract = NULL;
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct td_buf text = {0};

    (void)td_buf_addf(&text,
                      "contract: 1\nstream: {data: /d}\n"
                      "rules: [{id: r, %s}]",
                      rule);
    if (td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_buf_bytes(&text), &err) ||
        check_contract_compile(&contract, &doc, &how, &err))
        printf("\n    %s: %s: %s\n", rule, err.where, err.text);
    td_buf_release(&text);
    return contract;
}

static void judge(size_t i)
{
    struct check_contract *contract = load(rows[i].rule);
    struct check_options how = {.contract = contract, .max_findings = 10};
    struct check *check;
    const struct check_verdict *v;
    const struct check_result *r;

    CU_ASSERT_PTR_NOT_NULL_FATAL(contract);
    check = check_new(&how, "-");
    CU_ASSERT_EQUAL(check_line(check, 1, td_text(rows[i].line)), TD_OK);
    v = check_end(check);
    r = &v->rules[v->rules_len - 1];
    if (r->outcome != rows[i].outcome)
        printf("\n    %s: %s\n", rows[i].rule, check_outcome_text(r->outcome));
    CU_ASSERT_EQUAL(r->outcome, rows[i].outcome);
    CU_ASSERT_EQUAL(v->findings_len, rows[i].expected ? 1u : 0u);
    for (size_t f = 0; rows[i].expected && f < v->findings_len; f++) {
        CU_ASSERT_STRING_EQUAL(v->findings[f].path, rows[i].path);
        CU_ASSERT_STRING_EQUAL(v->findings[f].expected, rows[i].expected);
        CU_ASSERT_STRING_EQUAL(v->findings[f].found, rows[i].found);
        if (strcmp(v->findings[f].found, rows[i].found) != 0 ||
            strcmp(v->findings[f].expected, rows[i].expected) != 0)
            printf("\n    %s: %s: %s, %s\n", rows[i].rule, v->findings[f].path,
                   v->findings[f].expected, v->findings[f].found);
    }
    check_free(check);
    check_contract_free(contract);
}

static void messages_are_held_to_a_schema(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        judge(i);
}

CU_TestInfo validator_verb_conforms_tests[] = {
    {"messages are held to a schema", messages_are_held_to_a_schema},
    CU_TEST_INFO_NULL,
};
