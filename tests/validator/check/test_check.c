/* A check of messages: what fits no contract, and what strict means. */
#include "tests/suites.h"
#include "validator/check/check.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static enum td_code load(struct check_contract **out, const char *text,
                         struct td_error *err)
{
    struct schema_options how = {0};
    struct td_jsonx doc = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(text), err);

    return code ? code : check_contract_compile(out, &doc, &how, err);
}

/* Outcome of the whole by a contract with these keys, strict or not. */
static void a_strict_verdict_lets_nothing_pass(void)
{
    static const struct {
        const char *keys;
        enum check_outcome lenient;
        enum check_outcome strict;
    } rows[] = {
        {"events: {a: {}}", CHECK_PASS, CHECK_PASS},
        {"events: {a: {}, b: {}}", CHECK_PASS, CHECK_FAIL},
        {"events: {a: {}, b: {optional: true}}", CHECK_PASS, CHECK_PASS},
        {"unknown: ignore\nevents: {b: {optional: true}}", CHECK_PASS,
         CHECK_FAIL},
        {"unknown: warn\nevents: {b: {optional: true}}", CHECK_PASS,
         CHECK_FAIL},
        {"rules: [{id: r, absent: a, level: warn}]", CHECK_PASS, CHECK_FAIL},
        {"rules: [{id: r, absent: a, level: info}]", CHECK_PASS, CHECK_PASS},
        {"rules: [{id: r, absent: a, mostly: 0.1}]", CHECK_FAIL, CHECK_FAIL},
        {"rules: [{id: r, monotonic: b.n}]", CHECK_PASS, CHECK_FAIL},
        {"rules: [{id: r, first: a, profile: full}]", CHECK_PASS, CHECK_FAIL},
    };

    for (size_t i = 0; i < ROWS(rows) * 2; i++) {
        struct check_options options = {.max_findings = 9, .strict = i % 2};
        struct check_contract *contract = NULL;
        struct td_error err = {0};
        struct td_buf text = {0};
        struct check *check;

        (void)td_buf_addf(&text, "contract: 1\n%s\n", rows[i / 2].keys);
        CU_ASSERT_EQUAL_FATAL(load(&contract, td_buf_str(&text), &err), TD_OK);
        options.contract = contract;
        check = check_new(&options, "s");
        CU_ASSERT_EQUAL(check_line(check, 1, td_text("{\"type\":\"a\"}")),
                        TD_OK);
        CU_ASSERT_EQUAL(check_end(check)->outcome,
                        i % 2 ? rows[i / 2].strict : rows[i / 2].lenient);
        if (check_so_far(check)->outcome !=
            (i % 2 ? rows[i / 2].strict : rows[i / 2].lenient))
            printf("\n    %s: %s\n", rows[i / 2].keys,
                   check_outcome_text(check_so_far(check)->outcome));
        td_buf_release(&text);
        check_free(check);
        check_contract_free(contract);
    }
}

static void messages_that_do_not_fit_are_shown(void)
{
    static const struct {
        const char *contract;
        const char *line;
        const char *finding; /* "path|expected|found" */
    } rows[] = {
        {"stream: {data: /data}\nevents: {a: {schema: {}}}",
         "{\"type\":\"a\",\"x\":1}",
         "|data at /data (stream.data of the contract)|none there: the message "
         "is an object with the members type, x"},
        {"stream: {name: /0, data: /1}\nevents: {a: {schema: {}}}", "[\"a\"]",
         "|data at /1 (stream.data of the contract)|none there: the message is "
         "an array"},
        {"events: {a: {}}", "{\"type\":\"b\"}",
         "|an event that the contract names|\"b\""},
        {"stream: {name: /t}\nevents: {a: {}}", "{\"type\":\"a\"}",
         "|an event that the contract names|a message without a name at /t"},
        {"stream: {name: \"\"}\nevents: {a: {match: {required: [a]}}}",
         "{\"b\":1}",
         "|an event that the contract names|a message that has the shape of "
         "none"},
        {"events: {a: {}}", "{\"type\":7}",
         "|an event that the contract names|a message without a name at /type"},
        {"events: {a: {}}", "{\"type\":",
         "|a JSON value|text that is none: the text stops within a value (byte "
         "8)"},
        {"events: {a: {schema: {properties: {x: {type: string}}}}}",
         "{\"type\":\"a\",\"x\":{\"y\":1}}", "/x|string|{\"y\":1}"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_options options = {.max_findings = 9};
        struct check_contract *contract = NULL;
        const struct check_verdict *v;
        struct check *check;
        char text[200];
        char seen[300] = "none";

        (void)snprintf(text, sizeof(text), "contract: 1\n%s", rows[i].contract);
        CU_ASSERT_EQUAL_FATAL(load(&contract, text, NULL), TD_OK);
        options.contract = contract;
        check = check_new(&options, "s");
        CU_ASSERT_EQUAL(check_line(check, 5, td_text(rows[i].line)), TD_OK);
        v = check_end(check);
        CU_ASSERT_EQUAL_FATAL(v->findings_len, 1);
        CU_ASSERT_EQUAL(v->findings[0].seq, 5);
        CU_ASSERT_STRING_EQUAL(v->findings[0].excerpt, rows[i].line);
        (void)snprintf(seen, sizeof(seen), "%s|%s|%s", v->findings[0].path,
                       v->findings[0].expected, v->findings[0].found);
        CU_ASSERT_STRING_EQUAL(seen, rows[i].finding);
        if (strcmp(seen, rows[i].finding) != 0)
            printf("\n    %s\n    %s\n", seen, rows[i].finding);
        check_free(check);
        check_contract_free(contract);
    }
}

CU_TestInfo validator_check_check_tests[] = {
    {"a strict verdict lets nothing pass", a_strict_verdict_lets_nothing_pass},
    {"messages that do not fit are shown", messages_that_do_not_fit_are_shown},
    CU_TEST_INFO_NULL,
};
