/* The tests of a contract: what they expect, what they say when it is not so,
 * and how a wrong one is refused.
 */
#include "tests/suites.h"
#include "validator/cases/cases.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD                                                                   \
    "contract: 1\n"                                                            \
    "events: {a: {}, b: {}, c: {schema: {required: [n]}}}\n"                   \
    "rules:\n"                                                                 \
    "- {id: R1, first: a}\n"                                                   \
    "- {id: R2, count: b, at_most: 1, level: warn}\n"                          \
    "- {id: R3, monotonic: c.n, missing: skip}\n"                              \
    "- {id: R4, profile: full, last: a}\n"                                     \
    "tests:\n"

static enum td_code load_all(struct check_contract **contract,
                             struct check_cases **cases, const char *tests,
                             const struct td_jsonx_errors *errors,
                             struct td_error *err)
{
    struct schema_options how = {0};
    struct check_options options = {.max_findings = 10};
    struct td_jsonx doc = {0};
    struct td_buf text = {0};
    enum td_code code;

    (void)td_buf_addf(&text, HEAD "%s", tests);
    *contract = NULL;
    *cases = NULL;
    code = td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_buf_bytes(&text), err);
    if (code == TD_OK)
        code = check_contract_compile(contract, &doc, &how, err);
    options.contract = *contract;
    if (code == TD_OK)
        code = check_cases_new_all(cases, &options, errors, err);
    td_buf_release(&text);
    return code;
}

static enum td_code load(struct check_contract **contract,
                         struct check_cases **cases, const char *tests,
                         struct td_error *err)
{
    return load_all(contract, cases, tests, NULL, err);
}

/* One test each; why is the first line of what it says, "" for a pass. */
static const struct {
    const char *stream;
    const char *expect;
    const char *why;
} rows[] = {
    {"[{type: a}]", "pass", ""},
    {"'{\"type\":\"a\"}'", "pass", ""},
    {"['{\"type\":\"a\"}', {type: b, t: 1s}, {type: b, t: 1s}]", "{fail: R2}",
     ""},
    {"[{type: b}]", "pass", "R1 (first: a) fails, which is not expected"},
    {"[{type: b}]", "{fail: [R1]}", ""},
    {"[{type: b}]", "{fail: [R1, R2]}", "expected fail for R2, found pass"},
    {"[{type: b}]", "{fail: R1, vacuous: R3}", ""},
    {"[{type: a}, {type: c, n: 1}, {type: c, n: 1}]", "{vacuous: R3}",
     "expected vacuous for R3, found pass"},
    {"[{type: a}]", "{fail: R9}",
     "expected fail for R9; the contract has no such rule"},
    {"[{type: a}, {type: b}, {type: b}]", "pass",
     "R2 (count: b) fails, which is not expected"},
    {"[{type: a}, {type: x}]", "{fail: unknown}", ""},
    {"[{type: a}, {type: c}]", "{fail: schema}", ""},
    {"[{type: a}, {type: c}]", "pass",
     "schema (schema: c) fails, which is not expected"},
    {"[{type: a}, 'no json']", "{fail: json}", ""},
};

static void a_test_expects_what_comes_and_nothing_else(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_contract *contract;
        struct check_cases *cases;
        const struct check_case *one;
        struct td_error err = {0};
        struct td_buf text = {0};
        size_t len = strlen(rows[i].why);

        (void)td_buf_addf(&text, "- {name: n, stream: %s, expect: %s}\n",
                          rows[i].stream, rows[i].expect);
        CU_ASSERT_EQUAL_FATAL(load(&contract, &cases, td_buf_str(&text), &err),
                              TD_OK);
        CU_ASSERT_EQUAL(check_cases_count(cases), 1);
        one = check_cases_run(cases, 0);
        if (one->passed != (len == 0) || one->why.len < len ||
            memcmp(one->why.ptr ? one->why.ptr : (const uint8_t *)"",
                   rows[i].why, len) != 0)
            printf("\n    %s: %.*s\n", td_buf_str(&text), (int)one->why.len,
                   (const char *)one->why.ptr);
        CU_ASSERT_EQUAL(one->passed, len == 0);
        CU_ASSERT_TRUE(one->why.len >= len);
        if (one->why.len >= len && len > 0)
            CU_ASSERT_EQUAL(memcmp(one->why.ptr, rows[i].why, len), 0);
        CU_ASSERT_STRING_EQUAL(one->where, "c:9:3");
        td_buf_release(&text);
        check_cases_free(cases);
        check_contract_free(contract);
    }
}

static void a_profile_is_chosen_for_a_test(void)
{
    static const char *const profiles[] = {"full", "[other, full]", NULL};

    for (size_t i = 0; profiles[i]; i++) {
        struct check_contract *contract;
        struct check_cases *cases;
        struct td_error err = {0};
        struct td_buf text = {0};

        (void)td_buf_addf(&text,
                          "- {name: with, profile: %s, stream: [{type: a}, "
                          "{type: b}], expect: {fail: R4}}\n"
                          "- {name: without, stream: [{type: a}, {type: b}], "
                          "expect: pass}\n",
                          profiles[i]);
        CU_ASSERT_EQUAL_FATAL(load(&contract, &cases, td_buf_str(&text), &err),
                              TD_OK);
        CU_ASSERT_TRUE(check_cases_run(cases, 0)->passed);
        CU_ASSERT_TRUE(check_cases_run(cases, 1)->passed);
        td_buf_release(&text);
        check_cases_free(cases);
        check_contract_free(contract);
    }
}

static void rules_that_failed_are_known(void)
{
    struct check_contract *contract;
    struct check_cases *cases;
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(
        load(&contract, &cases,
             "- {name: one, stream: [{type: a}], expect: pass}\n"
             "- {name: two, stream: [{type: b}], expect: {fail: R1}}\n",
             &err),
        TD_OK);
    for (uint32_t i = 0; i < check_cases_count(cases); i++)
        CU_ASSERT_TRUE(check_cases_run(cases, i)->passed);
    CU_ASSERT_TRUE(check_cases_failed(cases, 0));
    CU_ASSERT_FALSE(check_cases_failed(cases, 1));
    CU_ASSERT_FALSE(check_cases_failed(cases, 2));
    check_cases_free(cases);
    check_contract_free(contract);
}

static const struct {
    const char *test;
    const char *where;
    const char *why;
} wrong[] = {
    {"  x: 1\n", "c:9:3", "tests is a list"},
    {"- 1\n", "c:9:3", "a test is an object"},
    {"- {nam: n}\n", "c:9:4", "a test has no key \"nam\""},
    {"- {stream: [], expect: pass}\n", "c:9:3", "a test needs a name"},
    {"- {name: 1, stream: [], expect: pass}\n", "c:9:10",
     "a test needs a name"},
    {"- {name: n, expect: pass}\n", "c:9:3",
     "a test needs a stream and an expect"},
    {"- {name: n, stream: []}\n", "c:9:3",
     "a test needs a stream and an expect"},
    {"- {name: n, stream: 1, expect: pass}\n", "c:9:21",
     "a stream is a list of messages, or text"},
    {"- {name: n, stream: [1], expect: pass}\n", "c:9:22",
     "a message is an object, or text of NDJSON"},
    {"- {name: n, stream: [{t: 1}], expect: pass}\n", "c:9:26",
     "t is the time since the start of the stream"},
    {"- {name: n, stream: [{t: now}], expect: pass}\n", "c:9:26",
     "t is the time since the start of the stream"},
    {"- {name: n, stream: [{t: 2s}, {t: 1s}], expect: pass}\n", "c:9:35",
     "t goes back"},
    {"- {name: n, stream: [], expect: fail}\n", "c:9:33",
     "not what a test can expect"},
    {"- {name: n, stream: [], expect: {}}\n", "c:9:33",
     "not what a test can expect"},
    {"- {name: n, stream: [], expect: {pass: R1}}\n", "c:9:34",
     "what a test expects has no key \"pass\""},
    {"- {name: n, stream: [], expect: {fail: 1}}\n", "c:9:40",
     "here stands a list of rule ids"},
    {"- {name: n, stream: [], expect: {open: [1]}}\n", "c:9:40",
     "here stands a list of rule ids"},
    {"- {name: n, stream: [], expect: pass, profile: 1}\n", "c:9:48",
     "here stands a name, or a list of them"},
    {"- {name: n, stream: [], expect: pass, profile: [a, 1]}\n", "c:9:52",
     "here stands a name, or a list of them"},
    {"- {name: n, stream: [], expect: pass, dialect: [a]}\n", "c:9:48",
     "here stands the name of a dialect"},
    {"- {name: n, stream: [], expect: pass, complete: 1}\n", "c:9:49",
     "complete is true or false"},
};

static void a_wrong_test_is_refused_with_its_place(void)
{
    for (size_t i = 0; i < ROWS(wrong); i++) {
        struct check_contract *contract;
        struct check_cases *cases;
        struct td_error err = {0};
        enum td_code code = load(&contract, &cases, wrong[i].test, &err);

        if (code != TD_USAGE || strcmp(err.where, wrong[i].where) != 0 ||
            strcmp(err.text, wrong[i].why) != 0)
            printf("\n    %s    %s: %s\n", wrong[i].test, err.where, err.text);
        CU_ASSERT_EQUAL(code, TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, wrong[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, wrong[i].why);
        CU_ASSERT_PTR_NULL(cases);
        check_contract_free(contract);
    }
}

struct heard {
    size_t count;
    size_t wrong; /* rows that were heard, each in its line */
};

static void hear(void *self, const struct td_error *error)
{
    struct heard *heard = self;

    heard->count++;
    for (size_t i = 1; i < ROWS(wrong); i++) {
        char where[32];

        (void)snprintf(where, sizeof(where), "c:%zu%s", i + 8,
                       wrong[i].where + 3);
        if (!strcmp(error->where, where) && !strcmp(error->text, wrong[i].why))
            heard->wrong++;
    }
}

/* Each of what is wrong is told once: a key that is not known is not said to be
 * missing as well.
 */
static void every_wrong_test_is_heard_of_if_one_listens(void)
{
    struct check_contract *contract;
    struct check_cases *cases;
    struct heard heard = {0};
    const struct td_jsonx_errors errors = {hear, &heard};
    struct td_error err = {0};
    struct td_buf text = {0};

    for (size_t i = 1; i < ROWS(wrong); i++)
        (void)td_buf_add_text(&text, wrong[i].test);
    CU_ASSERT_EQUAL(
        load_all(&contract, &cases, td_buf_str(&text), &errors, &err),
        TD_USAGE);
    CU_ASSERT_PTR_NULL(cases);
    CU_ASSERT_STRING_EQUAL(err.text, wrong[1].why);
    CU_ASSERT_EQUAL(heard.wrong, ROWS(wrong) - 1);
    CU_ASSERT_EQUAL(heard.count, ROWS(wrong) - 1);
    td_buf_release(&text);
    check_contract_free(contract);
}

CU_TestInfo validator_cases_cases_tests[] = {
    {"a test expects what comes and nothing else",
     a_test_expects_what_comes_and_nothing_else},
    {"a profile is chosen for a test", a_profile_is_chosen_for_a_test},
    {"rules that failed are known", rules_that_failed_are_known},
    {"a wrong test is refused with its place",
     a_wrong_test_is_refused_with_its_place},
    {"every wrong test is heard of if one listens",
     every_wrong_test_is_heard_of_if_one_listens},
    CU_TEST_INFO_NULL,
};
