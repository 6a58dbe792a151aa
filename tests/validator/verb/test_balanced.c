/* balanced: what is opened is closed, and nothing is left open. */
#include "tests/suites.h"
#include "tests/support/verb_rows.h"
#include "validator/check/check.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define PLAIN   "balanced: {open: a, close: b}"
#define BY      "balanced: {open: a, close: b, by: k}"
#define BY_AT   "balanced: {open: a, close: b, by: k, at: z}"

static void what_is_opened_is_closed(void)
{
    static const struct verb_row rows[] = {
        {PLAIN, "a; b", "pass"},
        {PLAIN, "a; a; b; b", "pass"},
        {PLAIN, "c", "vacuous"},
        {PLAIN, "a; b; a",
         "fail 1: 0 ||\"b\" of all that is open before the "
         "end|1 left open|3"},
        {PLAIN, "b; a; b", "fail 1: 1 ||\"a\" before it|none that is open|1"},
        {BY, "a k=1; a k=2; b k=2; b k=1.0", "pass"},
        {BY, "a k=1; b k=2; b k=1",
         "fail 1: 2 ||\"a\" before it|none that is open of k = 2|2"},
        {BY, "a k=1; a k='x'; b k=1",
         "fail 1: 0 ||\"b\" of all that is open before the end|1 left open: k "
         "= \"x\"|2=\"x\""},
        {BY, "a k=1; a k=1; b k=1",
         "fail 1: 0 ||\"b\" of all that is open before the end|1 left open: k "
         "= 1|1=1"},
        {BY, "a; b k=1", "fail 2: 1 ||the field k|none|1"},
        {BY ", missing: skip", "a; a k=1; b k=1", "pass"},
        {"balanced: {open: a, close: b, by: [k, n]}",
         "a k=1 n=1; a k=1 n=2; b k=1 n=2",
         "fail 1: 0 ||\"b\" of all that is open before the end|1 left open: k, "
         "n = 1, 1|1=1, 1"},
        {BY ", max_keys: 1", "a k=1; a k=2; b k=1", "error"},
        {PLAIN ", by: n", "a n=1; a n=2; b n=2",
         "fail 1: 0 n = 1||\"b\" of all that is open before the end|1 left "
         "open|1"},
        {PLAIN ", when: {between: [c, d]}", "c; a; d; b; c; a; b; d",
         "fail 1: 0 ||\"b\" of all that is open before the end|1 left open|2"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void nothing_is_open_at_an_event(void)
{
    static const struct verb_row rows[] = {
        {BY_AT, "a k=1; b k=1; z; a k=2", "pass"},
        {BY_AT, "z", "pass"},
        {BY_AT, "a k=7; a k=5; b k=5; a k=6; z; z; b k=7",
         "fail 1: 5 ||\"b\" of all that is open before it|2 left open: k = 7, "
         "6|1=7 4=6 5"},
        {BY_AT, "a k=1; z; a k=2; z",
         "fail 2: 2 ||\"b\" of all that is open before it|1 left open: k = "
         "1|1=1 2"},
        {BY_AT, "a k=1; a k=2; a k=3; a k=4; a k=5; a k=6; a k=7; z",
         "fail 1: 8 ||\"b\" of all that is open before it|7 left open: k = 1, "
         "2, 3, 4, 5 and 2 more|1=1 2=2 3=3 8"},
        {"balanced: {open: a, close: b|z, at: z}", "a; z", "pass"},
        {"balanced: {open: a|z, close: b, at: z}", "z; z",
         "fail 1: 2 ||\"b\" of all that is open before it|1 left open|1 2"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void what_is_cut_off_is_open(void)
{
    static const struct verb_row rows[] = {
        {PLAIN, "a; b; a", "open"},
        {PLAIN, "a; b", "pass"},
        {BY_AT, "a k=1", "vacuous"},
    };

    verb_rows_judge("}\ncomplete: false", rows, ROWS(rows));
}

/* What a random stream makes, counted by hand: events that close nothing, and
 * values that are open at an end that they were not told of.
 */
struct counts {
    int open[3];
    bool told[3];
    unsigned findings;
};

static void count(struct counts *c, int kind, int key)
{
    bool left = false;

    if (kind == 0) {
        c->told[key] = c->open[key]++ > 0 && c->told[key];
    } else if (kind == 1) {
        c->findings += c->open[key] == 0;
        c->open[key] -= c->open[key] > 0;
    } else {
        for (int k = 0; k < 3; k++) {
            left = left || (c->open[k] > 0 && !c->told[k]);
            c->told[k] = true;
        }
        c->findings += left;
    }
}

static void random_streams_are_counted_by_hand(void)
{
    struct check_contract *contract = verb_rows_contract("}", BY_AT);
    const struct check_options options = {.contract = contract};
    uint32_t random = 1;

    for (int n = 0; n < 500; n++) {
        struct check *check = check_new(&options, "s");
        struct counts c = {0};
        const struct check_verdict *v;

        for (uint64_t i = 1; i <= 30; i++) {
            char line[60];
            int kind;
            int key;

            random = random * 1103515245 + 12345;
            kind = (int)((random >> 16) % 7) / 3;
            key = (int)((random >> 20) % 3);
            (void)snprintf(line, sizeof(line), "{\"type\":\"%c\",\"k\":%d}",
                           "abz"[kind], key);
            CU_ASSERT_EQUAL(check_line(check, i, td_text(line)), TD_OK);
            count(&c, kind, key);
        }
        v = check_end(check);
        CU_ASSERT_EQUAL(v->rules[v->rules_len - 1].total, c.findings);
        check_free(check);
    }
    check_contract_free(contract);
}

CU_TestInfo validator_verb_balanced_tests[] = {
    {"what is opened is closed", what_is_opened_is_closed},
    {"nothing is open at an event", nothing_is_open_at_an_event},
    {"what is cut off is open", what_is_cut_off_is_open},
    {"random streams are counted by hand", random_streams_are_counted_by_hand},
    CU_TEST_INFO_NULL,
};
