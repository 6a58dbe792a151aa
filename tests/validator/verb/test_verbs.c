/* Rule verbs: what each says of small streams, by outcome and findings. */
#include "tests/suites.h"
#include "tests/support/verb_rows.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* What EVENT.FIELD says, where the rule is about each key. */
static void own_numbers(void)
{
    static const struct verb_row rows[] = {
        {"count: a, equals: s.n, by: k",
         "s k=1 n=2; s k=2 n=1; a k=1; a k=2; a k=1", "pass"},
        {"count: a, equals: s.n, by: k", "s k=1 n=1; s n=2; a k=1; a k=2",
         "fail 1: 0 k = 2||exactly 2 \"a\" (as s says)|1|2=2 4"},
        {"count: a, equals: s.n, by: k", "s k=1 n=0; s k=2 n=1",
         "fail 1: 0 k = 2||exactly 1 \"a\" (as s says)|0|2=1"},
        {"count: a, equals: s.n, by: k, when: {between: [s, c]}",
         "s k=1 n=1; s k=2 n=2; a k=2; a k=1; a k=2; c k=1; c k=2", "pass"},
        {"count: a, equals: c.n, by: k, when: {between: [s, c]}",
         "s k=1; s k=2; a k=2; c n=3 k=1; c n=1 k=2",
         "fail 1: 0 k = 1||exactly 3 \"a\" (as c says)|0|4=3"},
        {"count: a, equals: s.n, by: k, missing: fail", "s n=1; a k=1", "pass"},
        {"constant: a.x, equals: s.x, by: k",
         "s k=1 x=1; s k=2 x=2; a k=1 x=1; a k=2 x=2", "pass"},
        {"constant: a.x, equals: s.x, by: k",
         "s x=1; s k=2 x=2; a k=1 x=1; a k=2 x=1",
         "fail 1: 4 k = 2|/x|2, as in \"s\"|1|2=2 4=1"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void order_and_number(void)
{
    static const struct verb_row rows[] = {
        {"first: a", "a; b", "pass"},
        {"first: a|b", "b; a", "pass"},
        {"first: a", "b; a", "fail 1: 1 ||\"a\" as the first event|\"b\"|1"},
        {"first: a", "", "vacuous"},
        {"first: a, by: k", "a k=1; b k=2; b k=1",
         "fail 1: 2 k = 2||\"a\" as the first event|\"b\"|2"},
        {"last: b", "a; b", "pass"},
        {"last: b, by: k", "b k='x'; a k='x'; b k='y'",
         "fail 1: 2 k = \"x\"||\"b\" as the last event|\"a\"|2"},
        {"count: a, exactly: 2", "a; b; a", "pass"},
        {"count: a, exactly: 1, by: k", "a k=1; a k=2; a k=1.0",
         "fail 1: 3 k = 1||exactly 1 \"a\"|2|1 3"},
        {"count: a, at_least: 1, by: k", "b k=1", "vacuous"},
        {"count: a, equals: s.n", "s n=2; a; a", "pass"},
        {"count: a, equals: s.n", "s n=2; a",
         "fail 1: 0 ||exactly 2 \"a\" (as s says)|1|1=2 2"},
        {"count: a, equals: s.n", "a; a", "vacuous"},
        {"count: a, at_most: s.n", "a; a; s n=1.0",
         "fail 1: 0 ||at most 1 \"a\" (as s says)|2|3=1.0 2"},
        {"count: a, between: [s.n, 2]", "s n=1; a", "pass"},
        {"count: a, exactly: s.n, by: k", "s n=1; a k=1; a k=2; a k=2",
         "fail 1: 0 k = 2||exactly 1 \"a\" (as s says)|2|1=1 4"},
        {"count: a, equals: s.n - 1", "s n=2; a", "pass"},
        {"count: a, equals: s.n - 1", "s n=2; a; a",
         "fail 1: 0 ||exactly 1 \"a\" (s.n - 1)|2|3"},
        {"count: a, equals: s.n - 1", "a", "vacuous"},
        {"count: a, at_most: s.n / 2", "s n=3; a; a",
         "fail 1: 0 ||at most 1.5 \"a\" (s.n / 2)|2|3"},
        {"count: a, exactly: s.n / 2", "s n=3; a",
         "fail 1: 0 ||exactly 1.5 \"a\" (s.n / 2)|1|2"},
        {"count: a, at_most: 2 - 3", "a",
         "fail 1: 0 ||at most -1 \"a\" (2 - 3)|1|1"},
        {"count: a, equals: count(b)", "", "pass"},
        {"count: a, equals: count(b)", "a; b", "pass"},
        {"count: a, between: [count(b), s.n]", "s n=3; a; b; b",
         "fail 1: 0 ||between 2 and 3 \"a\" (count(b)) (as s says)|1|1=3 2"},
        {"count: a, at_least: 'sum(b.n) * 0.5', by: k",
         "b k=1 n=2; a k=1; b k=3 n=1; a k=2; b n=1",
         "fail 1: 0 k = 3||at least 0.5 \"a\" (sum(b.n) * 0.5)|0|"},
        {"count: a, at_most: 'key - 1', by: k", "a k=1; a k=2",
         "fail 1: 0 k = 1||exactly 0 \"a\" (key - 1)|1|1"},
        {"count: a, equals: 'count(b[n > 1])'", "a; b n=1; b n=2", "pass"},
        {"count: a, equals: 's.n + 0', when: {between: [s, c]}",
         "s n=1; a; c; s n=2; a; c",
         "fail 1: 0 ||exactly 2 \"a\" (s.n + 0)|1|5"},
        {"absent: a", "b", "pass"},
        {"absent: a", "b; a; a", "fail 2: 2 ||no \"a\"|\"a\"|2"},
        {"absent: '*', when: {after: b}", "a; b", "pass"},
        {"absent: '*', when: {after: b}", "a; b; c",
         "fail 1: 3 ||no event after \"b\"|\"c\"|3"},
        {"absent: '*', when: {after: b}", "a; a", "vacuous"},
        {"before: [a, b]", "a; b; b", "pass"},
        {"before: [a, b]", "b; a; b",
         "fail 1: 1 ||\"a\" before \"b\"|none yet|1"},
        {"before: [a, b]", "a", "vacuous"},
        {"before: [a, b], by: k", "a k=1; b k=2; b k=1",
         "fail 1: 2 k = 2||\"a\" before \"b\"|none yet|2"},
        {"before: [a, b], each: pair", "a; b; b",
         "fail 1: 3 ||\"a\" before \"b\"|none since the one before|3"},
        {"before: [a, b], each: first", "b; b",
         "fail 1: 1 ||\"a\" before \"b\"|none yet|1"},
        {"before: [a, b, c]", "a; b; c", "pass"},
        {"before: [a, b, c]", "b; a; c",
         "fail 2: 1 ||\"a\" before \"b\"|none yet|1"},
        {"before: [a, a|b]", "a; b",
         "fail 1: 1 ||\"a\" before \"a|b\"|none yet|1"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

/* task-started.total is what an event says; s.n-1 is calculated. */
static void names_in_bounds(void)
{
    static const struct verb_row rows[] = {
        {"count: a, equals: a-s.n", "a-s n=2; a",
         "fail 1: 0 ||exactly 2 \"a\" (as a-s says)|1|1=2 2"},
        {"count: a, equals: a/s.n", "a/s n=1; a", "pass"},
        {"count: a, equals: s.max-n", "s max-n=1; a", "pass"},
        {"count: a, equals: 2nd.n", "2nd n=1; a", "pass"},
        {"count: a, equals: s.n-1", "s n=2; a", "pass"},
        {"count: a, equals: 10-s.n", "s n=9; a", "pass"},
        {"count: a, equals: s.n-b.n", "s n=2; b n=1; a", "pass"},
        {"count: a, equals: s.n/s.of", "s n=2 of=2; a", "pass"},
        {"count: a, equals: \"'a-s'.n - 1\"", "a-s n=2; a", "pass"},
        {"count: a, equals: count(a-s)-1", "a-s; a-s; a", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void answers_and_repeats(void)
{
    static const struct verb_row rows[] = {
        {"response: {trigger: a, expect: b}", "a; a; b", "pass"},
        {"response: {trigger: a, expect: b}", "b; a",
         "fail 1: 2 ||\"b\" after it|none|2"},
        {"response: {trigger: a, expect: b}", "b", "vacuous"},
        {"response: {trigger: a, expect: a|b}", "a; a; b", "pass"},
        {"response: {trigger: a, expect: b, within: 1s}", "a t=0; b t=1000",
         "pass"},
        {"response: {trigger: a, expect: b, within: 1s}",
         "a t=0; a t=1; b t=1001",
         "fail 1: 1 ||\"b\" after it within 1s|one after 1.001s|1 3"},
        {"response: {trigger: a, expect: b, within: 1.5m}, by: k",
         "a k=1 t=0; a k=2 t=0; b k=1 t=90000",
         "fail 1: 2 k = 2||\"b\" after it within 90s|none|2"},
        {"response: {trigger: a, expect: b, within: 2}, clock: sequence",
         "a; c; b; a; c; c; b",
         "fail 1: 4 ||\"b\" after it within 2 messages|one after 3 "
         "messages|4 7"},
        {"response: {trigger: a, expect: b, within: 1s}", "a; b",
         "fail 2: 1 ||a time at t|nothing|1"},
        {"response: {trigger: a, expect: b, within: 1s}, missing: skip", "a; b",
         "vacuous"},
        {"response: {trigger: a, expect: b, within: 1s}, clock: recorded",
         "a t=0; b t=0", "skipped"},
        {"response: {trigger: a, expect: b, within: 1s}, clock: 'event:/u'",
         "a u='2024-12-31T23:59:60Z'; b u='2025-01-01T02:00:01+02:00'", "pass"},
        {"unique: a, on_fields: [k]", "a k=1; a k=2; b k=1", "pass"},
        {"unique: a.k", "a k=1; a k=2; a k=10e-1",
         "fail 1: 3 |/k|another k each time|10e-1 again|1=1 3=10e-1"},
        {"unique: a, on_fields: [k, n]", "a k=1 n=1; a k=1 n=2; a k=1 n=1",
         "fail 1: 3 ||another k, n each time|1, 1 again|1=1, 1 3"},
        {"unique: a.k, by: n", "a k=1 n=1; a k=1 n=2", "pass"},
        {"unique: a.k", "a n=1", "fail 1: 1 ||the field k|none|1"},
        {"unique: a.k, missing: skip", "a n=1", "vacuous"},
        {"unique: a.k, max_keys: 2", "a k=1; a k=2; a k=2; a k=3",
         "fail 1: 3 "
         "|/k|another k each time|2 again|2=2 3=2"},
        {"unique: a.k, max_keys: 2", "a k=1; a k=2; a k=3", "error"},
        {"no_duplicate: '*'", "a k=1; a k=2; b k=1", "pass"},
        {"no_duplicate: '*'", "a k=1 n=2; b; a n=2.0 k=1",
         "fail 1: 3 ||no event twice|\"a\" again|1 3"},
        {"no_duplicate: '*', same: [k]",
         "a k=100; a k=0.5; a k=-0; a k=12345678901234567890; a k=1.50; a "
         "k=1e30; a k=1e2; a k=5e-1; a k=0; a k=1234567890123456789e1; a "
         "k=15e-1; a k=1000000000000000000000000000000",
         "fail 6: 7 ||no event twice|\"a\" again|1 7"},
        {"no_duplicate: '*', same: [k]", "a k='\\u0078'; b k='x'",
         "fail 1: 2 ||no event twice|\"b\" again|1 2"},
        {"no_duplicate: '*', same: [k, n]", "a k=1; a n=1; a k=1 n=null",
         "pass"},
        {"no_duplicate: '*', same: [type, k], within: 1s",
         "a k=1 t=0; a k=1 t=1001; a k=1 t=2001",
         "fail 1: 3 ||no event twice within 1s|\"a\" again after 1s|2 3"},
        {"no_duplicate: '*', same: [type], within: 1, clock: sequence",
         "a; b; a; a",
         "fail 1: 4 ||no event twice within 1 message|\"a\" "
         "again after 1 message|3 4"},
        {"no_duplicate: a, by: k", "a k=1; a k=2", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

#define FOUR "a k=1; a k=1; a k=1; a k=1; "

static void values_that_came(void)
{
    static const struct verb_row rows[] = {
        {"requires: {event: a, known: k, from: s.k}", "s k=1; a k=1", "pass"},
        {"requires: {event: a, known: k, from: s.list}",
         "s list=['x','y']; a k='y'; a k='z'",
         "fail 1: 3 |/k|a value that came before in s.list|\"z\"|3=\"z\""},
        {"requires: {event: a, known: k, from: s.k}", "a k=1; s k=1",
         "fail 1: 1 |/k|a value that came before in s.k|1|1=1"},
        {"requires: {event: a, known: k, from: s.k, order: any}",
         "a k=1; s k=1", "pass"},
        {"requires: {event: a, known: k, from: [s.k, b.n], order: any}",
         "a k=1; a k=2; b n=2; a k=1",
         "fail 2: 1 ||a value that also comes in s.k or b.n|1|1"},
        {"requires: {event: a, known: k, from: s.k, order: any}",
         FOUR FOUR FOUR FOUR "s k=1; a k=2; a k=3; s k=3; a k=4",
         "fail 2: 18 ||a value that also comes in s.k|2|18"},
        {"max_keys: 2, requires: {event: a, known: k, from: s.k, order: any}",
         FOUR "s k=1; " FOUR "a k=2; a k=2; s k=2", "pass"},
        {"max_keys: 2, requires: {event: a, known: k, from: s.k, order: any}",
         FOUR "a k=1; s k=1", "error"},
        {"requires: {event: a, known: k, from: s.k}", "s k=1", "vacuous"},
        {"unique: a.k",
         "a k='a_name_that_is_long'; a k='a'; a k='b'; "
         "a k='a_name_that_is_long_too'",
         "pass"},
        {"unique: a.k, max_keys: 2", "a k=1; a k=2; a k=1",
         "fail 1: 3 |/k|another k each time|1 again|1=1 3=1"},
        {"unique: a.k, max_keys: 2", "a k=1; a k=2; a k=3", "error"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void numbers_and_values(void)
{
    static const struct verb_row rows[] = {
        {"monotonic: a.n", "a n=1; a n=1; a n=1.5", "pass"},
        {"monotonic: a.n, by: k", "a k=1 n=5; a k=2 n=1; a k=1 n=4",
         "fail 1: 3 k = 1|/n|at least 5|4|1=5 3=4"},
        {"monotonic: a.n", "a; a n=1; a n=2", "fail 1: 1 ||the field n|none|1"},
        {"monotonic: a.n, missing: skip", "a; a n=1; a n=2", "pass"},
        {"monotonic: a.n", "a n=1", "vacuous"},
        {"step: a.n, by_at_most: 1", "a n=1; a n=2; a n=2; a n=1", "pass"},
        {"step: a.n, by_at_most: 1", "a n=1; a n=2.5",
         "fail 1: 2 |/n|a step of at most 1 from 1|2.5, a step of 1.5|1=1 "
         "2=2.5"},
        {"step: a.n, by_at_least: 0, by_at_most: 0.1", "a n=0.1; a n=0.2",
         "pass"},
        {"step: a.n, by_at_least: 0, by_at_most: 1", "a n=3; a n=1",
         "fail 1: 2 |/n|a step of at least 0 and at most 1 from 3|1, a step of "
         "-2|1=3 2=1"},
        {"step: a.n, by_at_most: 1", "a n=1", "vacuous"},
        {"contiguous: a.n, from: 1", "a n=1; a n=2; b n=7; a n=3", "pass"},
        {"contiguous: a.n, from: 1", "a n=0; a n=1",
         "fail 1: 1 |/n|1 as the first|0|1=0"},
        {"contiguous: a.n", "a n=7; a n=8; a n=10; a n=11",
         "fail 1: 3 |/n|9|10|2=8 3=10"},
        {"contiguous: a.n, by: k", "a k=1 n=1; a k=2 n=1; a k=1 n=2", "pass"},
        {"contiguous: a.n", "a n=9007199254740993; a n=9007199254740994",
         "pass"},
        {"constant: a.n", "a n=1; a n=1.0; a n=1e0", "pass"},
        {"constant: a.n", "a n={'x':[1,2],'y':2}; a n={'y':2,'x':[1,2.0]}",
         "pass"},
        {"constant: a.n", "a n=1; a n='1'; a n=1",
         "fail 1: 2 |/n|1 as before|\"1\"|1=1 2=\"1\""},
        {"constant: a.n", "a n=1", "vacuous"},
        {"constant: a.n, equals: s.n", "s n=2; a n=2", "pass"},
        {"constant: a.n, equals: s.n", "s n=2; a n=3",
         "fail 1: 2 |/n|2, as in \"s\"|3|1=2 2=3"},
        {"constant: a.n, by: k", "a k=1 n=1; a k=2 n=2; a k=2 n=2", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void scopes_bound_a_rule(void)
{
    static const struct verb_row rows[] = {
        {"count: a, at_most: 1, when: {after: s}", "a; a; s; a", "pass"},
        {"count: a, at_most: 1, when: {after: s}", "a; a; s; a; s; a",
         "fail 1: 6 ||at most 1 \"a\"|2|4 6"},
        {"absent: a, when: {before: e}", "b; e; a", "pass"},
        {"absent: a, when: {before: e}", "a; e; a; e; a",
         "fail 1: 1 ||no \"a\" before \"e\"|\"a\"|1"},
        {"absent: a, when: {before: e}", "a",
         "fail 1: 1 ||no \"a\" before \"e\"|\"a\"|1"},
        {"absent: a, when: {between: [s, e]}", "a; s; b; e; a", "pass"},
        {"absent: a, when: {between: [s, e]}", "s; a; s; a; e; a; s; a; e",
         "fail 3: 2 ||no \"a\" between \"s\" and \"e\"|\"a\"|2"},
        {"absent: a, when: {between: [s, e]}", "s; a", "vacuous"},
        {"absent: a, when: {after: s, until: e}", "s; a",
         "fail 1: 2 ||no \"a\" between \"s\" and \"e\"|\"a\"|2"},
        {"count: a, exactly: 1, when: {between: [s, e]}",
         "s; a; e; e; s; a; a; e; s; e", "fail 2: 7 ||exactly 1 \"a\"|2|6 7"},
        {"count: a, exactly: 1, when: {between: [s, s]}", "s; a; s; a; s; a",
         "pass"},
        {"last: b, when: {after: s, until: e}", "s; a; b; e; s; a; e",
         "fail 1: 6 ||\"b\" as the last event|\"a\"|6"},
        {"absent: a, by: k, when: {after: s}", "s k=1; a k=2; a k=1",
         "fail 1: 3 k = 1||no \"a\" after \"s\"|\"a\"|3"},
        {"absent: a, by: k, when: {after: s}", "a k=1; s; b k=1; a k=1",
         "fail 1: 4 k = 1||no \"a\" after \"s\"|\"a\"|4"},
        {"count: a, at_most: 1, by: k, when: {after: s, until: e}",
         "s; a k=1; e; s; a k=1; e; a k=1; a k=1", "pass"},
        {"count: a, exactly: 2, by: k, when: {between: [s, e]}",
         "s; a k=1; a k=1; a k=2; e; a k=3",
         "fail 1: 0 k = 2||exactly 2 \"a\"|1|4"},
        {"count: a, at_most: 1, by: k, ends: e", "a k=1; e k=1; a k=1", "pass"},
        {"count: a, exactly: 2, by: k, ends: e", "a k=1; e k=1; a k=2; a k=2",
         "fail 1: 0 k = 1||exactly 2 \"a\"|1|1"},
        {"first: a, ends: e", "a; e; b",
         "fail 1: 3 ||\"a\" as the first event|\"b\"|3"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void keys_are_values(void)
{
    static const struct verb_row rows[] = {
        {"count: a, at_most: 1, by: [k, n]", "a k=1 n=2; a k=2 n=1; a k=1 n=2",
         "fail 1: 3 k = 1, n = 2||at most 1 \"a\"|2|1 3"},
        {"count: a, at_most: 1, by: k", "a k='1'; a k=1; a k=true; a k=null",
         "pass"},
        {"count: a, at_most: 1, by: k", "a; a", "vacuous"},
        {"count: a, at_most: 1, by: k, missing: fail", "a k=1; a",
         "fail 1: 2 ||the field k|none|2"},
        {"count: a, at_most: 1, by: /k", "a k='\\u00e9'; a k='\u00e9'",
         "fail 1: 2 /k = \"\u00e9\"||at most 1 \"a\"|2|1 2"},
        {"count: a, at_most: 2, by: k, max_keys: 2", "a k=1; a k=2; a k=3",
         "error"},
        {"count: a, at_most: 2, by: k, max_keys: 1, ends: e",
         "a k=1; e k=1; a k=2; e k=2; a k=3", "pass"},
        {"mostly: 0.6, monotonic: a.n", "a n=1; a n=2; a n=1; a n=2",
         "pass 1: "
         "3 |/n|at least 2|1|2=2 3=1"},
        {"mostly: 0.7, monotonic: a.n", "a n=1; a n=2; a n=1; a n=2",
         "fail 1: "
         "3 |/n|at least 2|1|2=2 3=1"},
        {"mostly: 1, monotonic: a.n", "a n=1; a n=0",
         "fail 1: 2 |/n|at least 1|0|1=1 2=0"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
}

static void what_is_cut_off_is_open(void)
{
    static const struct verb_row rows[] = {
        {"last: b", "a; b", "open"},
        {"count: a, exactly: 2", "a", "open"},
        {"count: a, at_least: 2", "a; a", "pass"},
        {"count: a, equals: s.n", "s n=2; a; a", "open"},
        {"absent: a", "b", "open"},
        {"absent: a, when: {before: e}", "b; e", "pass"},
        {"absent: a, when: {between: [s, e]}", "s; a", "open"},
        {"response: {trigger: a, expect: b}", "a", "open"},
        {"response: {trigger: a, expect: b, within: 1s}", "a t=0; c t=1000",
         "open"},
        {"response: {trigger: a, expect: b, within: 1s}", "a t=0; c t=1001",
         "fail 1: 1 ||\"b\" after it within 1s|none|1"},
        {"requires: {event: a, known: k, from: s.k, order: any}", "a k=1",
         "open"},
        {"before: [a, b]", "a; b", "pass"},
        {"first: a", "a", "pass"},
    };

    verb_rows_judge("}\ncomplete: false", rows, ROWS(rows));
}

static void a_stream_key_makes_many_streams(void)
{
    static const struct verb_row rows[] = {
        {"first: a", "a x=1; a x=2; b; b x=1", "pass"},
        {"first: a", "a x=1; b x=2",
         "fail 1: 2 x = 2||\"a\" as the first event|\"b\"|2"},
        {"count: b, at_most: 1, by: k", "b x=1 k=1; b x=2 k=1; b k=1",
         "fail 1: 3 x = 2, k = 1||at most 1 \"b\"|2|2 3"},
        {"count: a, exactly: 2, by: []", "a x=1; a x=2", "pass"},
        {"count: b, at_most: 1, when: {after: s}", "s x=1; b x=1; b x=2; b x=1",
         "fail 1: 4 x = 1||at most 1 \"b\"|2|2 4"},
        {"first: a", "b; a x=1",
         "fail 1: 1 ||\"a\" as the first event|\"b\"|1"},
    };

    verb_rows_judge(", key: x}", rows, ROWS(rows));
}

static void a_stream_ends_and_another_begins(void)
{
    static const struct verb_row one[] = {
        {"first: a", "a; z; a; z", "pass"},
        {"first: a", "a; z; b; z",
         "fail 1: 3 ||\"a\" as the first event|\"b\"|3"},
        {"count: a, exactly: 1", "a; z; a; z", "pass"},
        {"count: a, exactly: 1", "a; z; a", "pass"},
        {"count: a, exactly: 1", "", "fail 1: 0 ||exactly 1 \"a\"|0|"},
        {"count: a, exactly: 1", "z; a; z", "fail 1: 0 ||exactly 1 \"a\"|0|"},
        {"count: a, exactly: s.n", "s n=1; a; z; a; z", "pass"},
        {"count: a, at_most: 1, by: k", "a k=1; z; a k=1; a k=2; z", "pass"},
        {"count: a, exactly: 2, by: []", "a; z; a; z", "pass"},
        {"unique: a.k", "a k=1; z; a k=1", "pass"},
        {"response: {trigger: a, expect: b}", "a; z; b",
         "fail 1: 1 ||\"b\" after it|none|1"},
        {"absent: a, when: {after: s}", "s; z; a", "pass"},
    };
    static const struct verb_row many[] = {
        {"count: a, exactly: 1", "a x=1; a x=2; z x=1; a x=1; z x=2; z x=1",
         "pass"},
        {"first: a", "a x=1; b x=1; z x=1; b x=1",
         "fail 1: 4 x = 1||\"a\" as the first event|\"b\"|4"},
        {"count: a, at_most: 1, by: k, max_keys: 1",
         "a x=1 k=1; z x=1; a x=1 k=2; z x=1; a x=2 k=3", "pass"},
    };

    verb_rows_judge(", ends: z}", one, ROWS(one));
    verb_rows_judge(", key: x, ends: z}", many, ROWS(many));
}

CU_TestInfo validator_verb_verbs_tests[] = {
    {"order and number", order_and_number},
    {"numbers of keys", own_numbers},
    {"names in bounds", names_in_bounds},
    {"answers and repeats", answers_and_repeats},
    {"values that came", values_that_came},
    {"numbers and values", numbers_and_values},
    {"scopes bound a rule", scopes_bound_a_rule},
    {"keys are values", keys_are_values},
    {"what is cut off is open", what_is_cut_off_is_open},
    {"a stream key makes many streams", a_stream_key_makes_many_streams},
    {"a stream ends and another begins", a_stream_ends_and_another_begins},
    CU_TEST_INFO_NULL,
};
