/* Thresholds: what is written, what holds. */
#include "tests/suites.h"
#include "validator/gates/limit.h"

#include <string.h>

static const struct {
    const char *measure;
    const char *limit;
    uint64_t now[2]; /* of a share; of a count in the first, second 0 */
    uint64_t base[2];
    bool holds;
} rows[] = {
    {"lines", ">= 90%", {9, 10}, {0}, true},
    {"lines", ">= 90%", {899, 1000}, {0}, false},
    {"lines", ">= 75.0001%", {3, 4}, {0}, false},
    {"lines", ">= 74.9999%", {3, 4}, {0}, true},
    {"lines", ">= 99.9999%", {999999, 1000000}, {0}, true},
    {"lines", ">= 99.9999%", {999998, 1000000}, {0}, false},
    {"lines", ">= 66.666666666%", {2, 3}, {0}, true},
    {"lines", ">= 66.666666667%", {2, 3}, {0}, false},
    {"lines", ">= 99999999999999999%", {3, 3}, {0}, false},
    {"lines", "90%", {9, 10}, {0}, true},
    {"lines", "<= 90%", {91, 100}, {0}, false},
    {"lines", ">= 33.333%", {1, 3}, {0}, true},
    {"lines", ">= 33.334%", {1, 3}, {0}, false},
    {"lines",
     ">= 100%",
     {18446744073709551614ULL, 18446744073709551615ULL},
     {0},
     false},
    {"lines", "ratchet", {6, 10}, {3, 5}, true},
    {"lines", "ratchet", {5, 10}, {6, 10}, false},
    {"lines", "ratchet", {5, 9}, {6, 10}, true}, /* covered code went away */
    {"lines", "ratchet", {1, 10}, {0, 0}, true}, /* nothing to hold it to */
    {"lines", "ratchet within 0.2%", {898, 1000}, {900, 1000}, true},
    {"lines", "ratchet within 0.2%", {897, 1000}, {900, 1000}, false},
    {"lines", "ratchet within 0.2%", {5, 9}, {6, 10}, true},
    {"lines", "ratchet within 0.2%", {1, 1000}, {1, 1000000}, true},
    {"branches", "ratchet within 100%", {0, 10}, {10, 10}, true},
};

static void shares_are_compared_exactly(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gates_limit limit = {.measure = rows[i].measure};
        struct gates_check check = {
            .kind = VERDICT_COVERAGE, .limits = &limit, .limits_len = 1};
        struct verdict_document doc;
        struct verdict_gate *gate;

        verdict_document_init(&doc);
        gate = verdict_add_gate(&doc);
        CU_ASSERT_PTR_NULL(gates_limit_read(
            &limit, gates_measure(VERDICT_COVERAGE, rows[i].measure),
            rows[i].limit));
        gates_limit_apply(&doc, gate, &check, rows[i].measure,
                          gates_share(rows[i].now[0], rows[i].now[1]),
                          gates_share(rows[i].base[0], rows[i].base[1]));
        CU_ASSERT_EQUAL(gate->measures->holds, rows[i].holds);
        verdict_document_release(&doc);
    }
}

static const struct {
    enum verdict_kind kind;
    const char *measure;
    const char *text;
    const char *wrong; /* NULL: it is fine */
    enum gates_op op;
    double value;
} texts[] = {
    {VERDICT_LINT, "new", "0", NULL, GATES_AT_MOST, 0},
    {VERDICT_LINT, "total", "<= 50", NULL, GATES_AT_MOST, 50},
    {VERDICT_TESTS, "count", "400", NULL, GATES_AT_LEAST, 400},
    {VERDICT_PERFORMANCE, "slower", "5%", NULL, GATES_AT_MOST, 5},
    {VERDICT_PERFORMANCE, "time", "250ms", NULL, GATES_AT_MOST, 250e6},
    {VERDICT_PERFORMANCE, "instructions", "ratchet", NULL, GATES_RATCHET, 0},
    {VERDICT_COVERAGE, "lines", "ratchet within 0.5%", NULL, GATES_RATCHET,
     0.5},
    {VERDICT_COVERAGE, "lines", "ratchet within 0.5",
     "this measure is a share: write it with %", GATES_RATCHET, 0},
    {VERDICT_COVERAGE, "lines", "ratchet 0.5%",
     "a ratchet is written as ratchet or \"ratchet within 0.2%\"",
     GATES_RATCHET, 0},
    {VERDICT_COVERAGE, "lines", "ratchets",
     "a ratchet is written as ratchet or \"ratchet within 0.2%\"",
     GATES_RATCHET, 0},
    {VERDICT_PERFORMANCE, "instructions", "ratchet within 2%",
     "only a share of coverage may be within: write the limit alone",
     GATES_RATCHET, 0},
    {VERDICT_PERFORMANCE, "time", "250", "a time is written as 250ms, 2s or 1m",
     GATES_AT_MOST, 0},
    {VERDICT_COVERAGE, "src/", ">=70.5%", NULL, GATES_AT_LEAST, 70.5},
    {VERDICT_COVERAGE, "lines", ">= 75.123456789%", NULL, GATES_AT_LEAST,
     75.123456789},
    {VERDICT_COVERAGE, "lines", ">= 75.1234567890%",
     "a share is written with at most 9 digits behind the point",
     GATES_AT_LEAST, 0},
    {VERDICT_COVERAGE, "src/", "ratchet",
     "this measure has no baseline to compare with", GATES_AT_LEAST, 0},
    {VERDICT_LINT, "new", "1e3",
     "a limit is written as 5, \"<= 5\", \">= 90%\" or ratchet", GATES_AT_MOST,
     0},
    {VERDICT_LINT, "new", "-1",
     "a limit is written as 5, \"<= 5\", \">= 90%\" or ratchet", GATES_AT_MOST,
     0},
    {VERDICT_LINT, "new", "1.5",
     "this measure is a count: write a whole number", GATES_AT_MOST, 0},
};

static void limits_are_read(void)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct gates_limit limit = {.measure = texts[i].measure};
        const char *wrong = gates_limit_read(
            &limit, gates_measure(texts[i].kind, texts[i].measure),
            texts[i].text);

        CU_ASSERT_STRING_EQUAL(wrong ? wrong : "",
                               texts[i].wrong ? texts[i].wrong : "");
        if (wrong)
            continue;
        CU_ASSERT_EQUAL(limit.op, texts[i].op);
        CU_ASSERT_EQUAL(limit.value, texts[i].value);
    }
}

static const struct {
    uint64_t part;
    uint64_t whole;
    double limit;
    const char *text;
} shown[] = {
    {9, 10, 80, "90.0 % (9 of 10)"},
    {8999, 10000, 90, "89.99 % (8999 of 10000)"},
    {5418, 10000, 54.181, "54.180 % (5418 of 10000)"},
    {9, 10, 90, "90.0 % (9 of 10)"},
};

static void digits_tell_it_from_the_limit(void)
{
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        struct td_buf out = {0};

        gates_share_text(&out, gates_share(shown[i].part, shown[i].whole),
                         shown[i].limit);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), shown[i].text);
        td_buf_release(&out);
    }
}

CU_TestInfo validator_gates_limit_tests[] = {
    {"shares are compared exactly", shares_are_compared_exactly},
    {"limits are read", limits_are_read},
    {"digits tell it from the limit", digits_tell_it_from_the_limit},
    CU_TEST_INFO_NULL,
};
