/* What the fold remembers of the last messages: it must not show. */
#include "tests/suites.h"
#include "tests/support/verb_rows.h"
#include "validator/check/check.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void a_key_is_a_value_however_it_is_written(void)
{
    static const struct verb_row rows[] = {
        {"monotonic: a.n, by: k", "a k='x' n=2; a k='\\u0078' n=1",
         "fail 1: 2 k = \"x\"|/n|at least 2|1|1=2 2=1"},
        {"monotonic: a.n, by: k", "a k='\\u0078' n=2; a k='x' n=1",
         "fail 1: 2 k = \"x\"|/n|at least 2|1|1=2 2=1"},
        {"monotonic: a.n, by: k", "a k=1 n=2; a k=1.0 n=3; a k=1e0 n=1",
         "fail 1: 3 k = 1|/n|at least 3|1|2=3 3=1"},
        {"monotonic: a.n, by: k", "a k=1 n=2; a k='1' n=1; a k=1 n=3", "pass"},
        {"monotonic: a.n, by: k",
         "a k={'b':1,'c':2} n=2; a k={'c':2,'b':1} n=1",
         "fail 1: 2 k = {\"b\":1,\"c\":2}|/n|at least 2|1|1=2 2=1"},
        {"monotonic: a.n, by: [k, j]",
         "a k=1 j=2 n=2; a k=2 j=1 n=1; a k=1.0 j=2 n=1",
         "fail 1: 3 k = 1, j = 2|/n|at least 2|1|1=2 3=1"},
        {"monotonic: a.n, by: [k, j]",
         "a k=1 j=23 n=2; a k=1 j=2 n=1; a k=12 j=3 n=1; a k=1 j=234 n=1",
         "vacuous"},
        {"monotonic: a.n, by: [k, j]",
         "a k='x' j=2 n=2; a k='x' j=2 n=3; a j=2 n=1; a k='x' j=2.0 n=1",
         "fail 1: 4 k = \"x\", j = 2|/n|at least 3|1|2=3 4=1"},
        {"monotonic: a.n, by: [k, j], ends: z",
         "a k=1 j=2 n=2; a k=1 j=2 n=3; z k=1 j=2; a k=1 j=2 n=1", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void keys_leave_and_come_again(void)
{
    static const struct verb_row rows[] = {
        {"monotonic: a.n, by: k, ends: z", "a k=1 n=5; z k=1; a k=1 n=1",
         "vacuous"},
        {"monotonic: a.n, by: k, ends: z",
         "a k=1 n=5; a k=1 n=6; z k=1; a k=1 n=1; a k=1 n=0",
         "fail 1: 5 k = 1|/n|at least 1|0|4=1 5=0"},
        {"before: [a, b], by: k, ends: z", "a k=1; z k=1; b k=1",
         "fail 1: 3 k = 1||\"a\" before \"b\"|none yet|3"},
        {"before: [a, b], by: k, ends: z", "a k=1; z k=1; a k=2; b k=1",
         "fail 1: 4 k = 1||\"a\" before \"b\"|none yet|4"},
        {"before: [a, b], by: k, ends: z", "a k=1; a k=1; z k=1; a k=1; b k=2",
         "fail 1: 5 k = 2||\"a\" before \"b\"|none yet|5"},
        {"before: [a, b], by: k", "a k=1; b k=1; c; b k=1; b k=2; b k=1",
         "fail 1: 5 k = 2||\"a\" before \"b\"|none yet|5"},
        {"before: [a, b], by: k, missing: fail", "a k=1; b; b k=1",
         "fail 1: 2 ||the field k|none|2"},
        {"before: [a, b], ends: z", "a; b; z; b",
         "fail 1: 4 ||\"a\" before \"b\"|none yet|4"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void streams_of_one_key_do_not_mix(void)
{
    static const struct verb_row rows[] = {
        {"monotonic: a.n", "a s=1 n=5; a s=2 n=1; a s=1 n=6; a s=2 n=0",
         "fail 1: 4 /s = 2|/n|at least 1|0|2=1 4=0"},
        {"monotonic: a.n, by: k",
         "a s=1 k=1 n=5; a s=2 k=1 n=1; a s=1 k=1 n=4; a s=2 k=1 n=2",
         "fail 1: 3 /s = 1, k = 1|/n|at least 5|4|1=5 3=4"},
        {"first: a", "a s=1; b s=2; a s=2",
         "fail 1: 2 /s = 2||\"a\" as the first event|\"b\"|2"},
        {"first: a", "a s=1; z s=1; b s=1",
         "fail 1: 3 /s = 1||\"a\" as the first event|\"b\"|3"},
        {"monotonic: a.n", "a s=1 n=5; z s=1; a s=1 n=1; a s=1 n=2", "pass"},
        {"before: [a, b], by: k", "a s=1 k=1; z s=1; b s=1 k=1",
         "fail 1: 3 /s = 1, k = 1||\"a\" before \"b\"|none yet|3"},
        {"before: [a, b], by: k",
         "a s=1 k=1; a s=1 k=1; z s=1; a s=1 k=1; b s=1 k=2",
         "fail 1: 5 /s = 1, k = 2||\"a\" before \"b\"|none yet|5"},
        {"count: a, exactly: 1", "a s=1; z s=1; a s=1; a s=1; a s=1",
         "fail 2: 4 /s = 1||exactly 1 \"a\"|2|3 4"},
        {"monotonic: a.n, by: []", "a s=1 n=5; a s=2 n=1",
         "fail 1: 2 |/n|at least 5|1|1=5 2=1"},
    };

    verb_rows_judge(", key: /s, ends: z}", rows, ROWS(rows));
}

/* Names of one length that begin and end alike have one place between them. */
static void names_that_are_alike_are_told_apart(void)
{
    static const struct verb_row rows[] = {
        {"count: axb, exactly: 2", "axb; ayb; axb; azb", "pass"},
        {"count: ayb, exactly: 0", "axb; azb; axb", "pass"},
        {"count: axb, exactly: 1", "ayb; axb; ayb; azb", "pass"},
        {"count: ax_longer_than_what_is_remembered_of_a_name_b, exactly: 1",
         "ay_longer_than_what_is_remembered_of_a_name_b; "
         "ax_longer_than_what_is_remembered_of_a_name_b; "
         "ay_longer_than_what_is_remembered_of_a_name_b",
         "pass"},
        {"count: abcdefgh1jklmnop, exactly: 1",
         "abcdefgh2jklmnop; abcdefgh1jklmnop; abcdefgh2jklmnop", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void numbers_are_shown_as_they_were_written(void)
{
    static const struct verb_row rows[] = {
        {"monotonic: a.n", "a n=1; a n=-0",
         "fail 1: 2 |/n|at least 1|-0|1=1 2=-0"},
        {"monotonic: a.n", "a n=-0; a n=0; a n=-1",
         "fail 1: 3 |/n|at least 0|-1|2=0 3=-1"},
        {"monotonic: a.n, mode: increasing", "a n=-0; a n=0",
         "fail 1: 2 |/n|more than -0|0|1=-0 2=0"},
        {"monotonic: a.n", "a n=1; a n=2.50; a n=2",
         "fail 1: 3 |/n|at least 2.50|2|2=2.50 3=2"},
        {"monotonic: a.n", "a n=2.50; a n=3; a n=4; a n=2",
         "fail 1: 4 |/n|at least 4|2|3=4 4=2"},
        {"monotonic: a.n, mode: decreasing", "a n=9; a n=8; a n=8",
         "fail 1: 3 |/n|less than 8|8|2=8 3=8"},
        {"monotonic: a.n, mode: non-increasing", "a n=9; a n=9; a n=10",
         "fail 1: 3 |/n|at most 9|10|2=9 3=10"},
        {"monotonic: a.n",
         "a n=999999999999999999; a n=1000000000000000000; "
         "a n=999999999999999999",
         "fail 1: 3 |/n|at least 1000000000000000000|999999999999999999|"
         "2=1000000000000000000 3=999999999999999999"},
        {"monotonic: a.n, mode: decreasing",
         "a n=9223372036854775808; a n=9223372036854775807; a n=5; a n=6",
         "fail 1: 4 |/n|less than 5|6|3=5 4=6"},
        {"step: a.n, by_at_most: 1", "a n=1; a n=2; a n=4",
         "fail 1: 3 |/n|a step of at most 1 from 2|4, a step of 2|2=2 3=4"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

/* A rule that has judged all it will is not told of more, but of its count
 * nothing is missing.
 */
static void events_are_counted_for_a_rule_that_is_done(void)
{
    struct check_contract *contract = verb_rows_contract("}", "first: a");
    struct check_options options = {.contract = contract};
    struct check *check = check_new(&options, "s");
    const struct check_verdict *v;

    for (uint64_t i = 1; i <= 5; i++)
        CU_ASSERT_EQUAL(check_line(check, i,
                                   td_text(i == 1 ? "{\"type\":\"a\"}"
                                                  : "{\"type\":\"b\"}")),
                        TD_OK);
    v = check_end(check);
    CU_ASSERT_EQUAL(v->rules[v->rules_len - 1].applied, 5);
    CU_ASSERT_EQUAL(v->rules[v->rules_len - 1].judged, 1);
    check_free(check);
    check_contract_free(contract);
}

CU_TestInfo validator_engine_engine_tests[] = {
    {"a key is a value, however it is written",
     a_key_is_a_value_however_it_is_written},
    {"keys leave and come again", keys_leave_and_come_again},
    {"streams of one key do not mix", streams_of_one_key_do_not_mix},
    {"names that are alike are told apart",
     names_that_are_alike_are_told_apart},
    {"numbers are shown as they were written",
     numbers_are_shown_as_they_were_written},
    {"events are counted for a rule that is done",
     events_are_counted_for_a_rule_that_is_done},
    CU_TEST_INFO_NULL,
};
