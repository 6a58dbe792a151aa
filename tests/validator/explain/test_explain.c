/* Rules as sentences: one row for each verb, and for what all rules have. */
#include "tests/suites.h"
#include "validator/explain/explain.h"
#include "validator/verb/verb.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *rule;
    const char *sentence;
} rows[] = {
    {"first: a", "The first event is a."},
    {"last: \"a|b\"", "The last event is a or b."},
    {"count: a, exactly: 1", "The number of a events is exactly 1."},
    {"count: '*', at_least: 1, at_most: 3",
     "The number of events is at least 1 and at most 3."},
    {"count: a, between: [8, 10]", "The number of a events is 8 to 10."},
    {"count: \"a[x=='|']|b\", equals: c.n",
     "The number of a events where x=='|' or b events is c.n."},
    {"count: a, at_least: count(b) - 1",
     "The number of a events is at least count(b) - 1."},
    {"absent: '*', when: {after: z}", "After the first z, there is no event."},
    {"absent: a, when: {before: \"b[x]\"}",
     "Before the first b where x, there is no a."},
    {"absent: a, when: {between: [b, c]}",
     "Between each b and the next c, there is no a."},
    {"absent: a, when: {after: b, until: c}",
     "After each b until the next c, there is no a."},
    {"before: [a, b]", "Every b comes after a."},
    {"before: [a, b, c], each: pair, by: k",
     "For each k, every b comes after its own a and every c comes after its "
     "own b."},
    {"before: [a, b], each: first", "The first b comes after a."},
    {"conforms: a, schema: {}", "The data of every a meets a schema."},
    {"conforms: a, schema: {}, at: ''", "Every a meets a schema."},
    {"conforms: '*', schema: {}, at: /id",
     "The value at /id of every event meets a schema."},
    {"response: {trigger: a, expect: b|c, within: 30s}, by: [k, l]",
     "For each k and l, every a is followed by b or c within 30s."},
    {"unique: a, on_fields: [x, y, z]",
     "No two a events have the same x, y and z."},
    {"unique: a.n", "The value of n in a never comes twice."},
    {"no_duplicate: '*', same: [type, data], within: 1s",
     "No event comes twice within 1s with the same type and data."},
    {"requires: {event: a, known: id, from: b.id}",
     "What every a has as id is before that also id in b."},
    {"monotonic: a.n", "The value of n in a never decreases."},
    {"monotonic: a.n.m, mode: increasing",
     "The value of n.m in a always increases."},
    {"monotonic: a.n, mode: non-increasing",
     "The value of n in a never increases."},
    {"monotonic: a.n, mode: decreasing",
     "The value of n in a always decreases."},
    {"step: a.n, by_at_most: 1, by_at_least: 0",
     "The value of n in a changes from one to the next by at least 0 and by at "
     "most 1."},
    {"constant: \"a[x=='.'].n\", equals: b.n",
     "The value of n in a where x=='.' never changes and equals b.n."},
    {"contiguous: a.n, from: 1",
     "The value of n in a goes up by one each time, from 1."},
    {"on: a, expr: x ~= 1, tol: 0.01, mostly: 0.95",
     "In every a, x ~= 1, give or take 0.01, in at least this part of the "
     "cases: 0.95."},
    {"gap: a, p99: 10s, max: 30s",
     "From one a to the next it takes at most 30s and in 99% of the cases at "
     "most 10s."},
    {"rate: '*', window: 1s, max: 200",
     "The number of events in any 1s is at most 200."},
    {"latency: {from: a, to: b, p95: 15m}",
     "From a to b it takes in 95% of the cases at most 15m."},
    {"states: {field: s, start: p, allow: {p: [q, r], q: []}, final: [r]}",
     "The state s starts as p and goes from: p to q and r; q to nothing; it "
     "ends as r."},
    {"sequence: 'a{0,4} b', anchored: true",
     "The events come as a{0,4} b, from the first to the last."},
    {"clock_skew: {event: /t, recorded: true, max: 500ms}",
     "The time at /t and the time of its recording differ by at most 500ms."},
};

static void every_verb_is_a_sentence(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_jsonx doc = {0};
        struct td_error err = {0};
        struct td_buf rule = {0};
        struct td_buf said = {0};

        (void)td_buf_addf(&rule, "{%s}", rows[i].rule);
        CU_ASSERT_EQUAL_FATAL(
            td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_buf_bytes(&rule), &err),
            TD_OK);
        check_explain_rule(&said, &doc, 0);
        if (strcmp(td_buf_str(&said), rows[i].sentence) != 0)
            printf("\n    {%s}\n    %s\n", rows[i].rule, td_buf_str(&said));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&said), rows[i].sentence);
        td_buf_release(&rule);
        td_buf_release(&said);
        td_jsonx_release(&doc);
    }
}

static void every_verb_has_words(void)
{
#define HAS_WORDS(name) CU_ASSERT_PTR_NOT_NULL(check_verb_##name.say);
    CHECK_VERBS(HAS_WORDS)
#undef HAS_WORDS
}

CU_TestInfo validator_explain_explain_tests[] = {
    {"every verb has words", every_verb_has_words},
    {"every verb is a sentence", every_verb_is_a_sentence},
    CU_TEST_INFO_NULL,
};
