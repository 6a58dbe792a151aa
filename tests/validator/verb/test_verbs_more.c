/* Verbs with expressions, automata and durations: rows as in test_verbs.c. */
#include "core/histogram.h"
#include "tests/suites.h"
#include "tests/support/verb_rows.h"
#include "validator/check/check.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void expressions(void)
{
    static const struct verb_row rows[] = {
        {"on: a, expr: x == 1", "a x=1; b x=2; a x=1.0", "pass"},
        {"on: a, expr: x == 1", "b x=2", "vacuous"},
        {"on: a, expr: x == 1", "a x=1; a x=2",
         "fail 1: 2 |/x|x == 1|x = 2|2=2"},
        {"on: 'a|b', expr: x <= y", "a x=1 y=2; b x=3 y=2",
         "fail 1: 2 |/x|x <= y|y = 2; found x = 3|2=3"},
        {"on: 'a[y == 1]', expr: x == 1", "a y=2 x=5; a x=5; a y=1 x=1",
         "pass"},
        {"on: a, expr: 'p ~= 100 * n / t'", "a p=37.5 n=45 t=120", "pass"},
        {"on: a, expr: 'p ~= 100 * n / t'", "a p=37.6 n=45 t=120",
         "fail 1: 1 |/p|p ~= 100 * n / t|n = 45, t = 120, so 100 * n / t = "
         "37.5; found p = 37.6|1=37.6"},
        {"on: a, expr: 'p ~= 100 * n / t', tol: 0.2", "a p=37.6 n=45 t=120",
         "pass"},
        {"on: a, expr: 'p ~= 100 * n / t', tol: 0.2", "a p=37.71 n=45 t=120",
         "fail 1: 1 |/p|p ~= 100 * n / t (tol 0.2)|n = 45, t = 120, so 100 * n "
         "/ t = 37.5; found p = 37.71|1=37.71"},
        {"on: a, expr: x > 0", "a", "fail 1: 1 ||x > 0|x is missing|1"},
        {"on: a, expr: x > 0, missing: skip", "a; a x=1", "pass"},
        {"on: a, expr: x > 0, missing: skip", "a", "vacuous"},
        {"on: a, expr: x > 0, missing: skip", "a; a x=0",
         "fail 1: 2 |/x|x > 0|x = 0|2=0"},
        {"on: a, expr: 100 / x > 0", "a x=0",
         "fail 1: 1 ||100 / x > 0|100 / x divides by zero|1"},
        {"on: a, expr: n == count(b)", "b; b; a n=2; b; a n=2",
         "fail 1: 5 |/n|n == count(b)|count(b) = 3; found n = 2|5=2"},
        {"on: a, expr: 'n == count(b)', by: k",
         "b k=1; b k=2; a k=1 n=1; a k=2 n=2",
         "fail 1: 4 k = 2|/n|n == count(b)|count(b) = 1; found n = 2|4=2"},
        {"on: a, expr: x > prev(x), missing: skip", "a x=1; a x=2; a x=2",
         "fail 1: 3 |/x|x > prev(x)|prev(x) = 2; found x = 2|3=2"},
        {"on: a, expr: 'x > prev(x)', missing: skip, by: k",
         "a k=1 x=5; a k=2 x=1; a k=2 x=2; a k=1 x=6", "pass"},
        {"on: a, expr: 'n == count(c)', when: {after: b}", "c; c; b; c; a n=1",
         "pass"},
        {"on: a, expr: key == k, by: k", "a k=1; a k='x'", "pass"},
        {"on: a, expr: elapsed(b) <= 1000", "b t=500; a t=1000; a t=1501",
         "fail 1: 3 ||elapsed(b) <= 1000|elapsed(b) = 1001|3"},
        {"on: a, expr: elapsed() <= 2, clock: sequence", "b; b; a; a",
         "fail 1: 4 ||elapsed() <= 2|elapsed() = 3|4"},
        {"on: a, expr: 'sum(l, n) == n'", "a n=3 l=[{'n':1},{'n':2}]", "pass"},
        {"on: a, expr: 's.matches(\"^(x|x)*$\")'",
         "a s='xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!'", "error"},
        {"on: a, expr: x == 1, mostly: 0.5", "a x=1; a x=2",
         "pass 1: 2 |/x|x == 1|x = 2|2=2"},
    };

    static const struct verb_row listed[] = {
        {"on: a, expr: n == s.total", "s total=3; a n=3", "pass"},
        {"on: a, expr: n == s.total, by: k", "s total=3; a n=4 k=1",
         "fail 1: 2 k = 1|/n|n == s.total|s.total = 3; found n = 4|2=4"},
        {"on: a, expr: n == s.total, by: k",
         "s total=3; s total=4 k=2; a n=3 k=1; a n=4 k=2", "pass"},
        {"on: a, expr: 'n == s.total', when: {after: b}",
         "s total=3; a n=9; b; a n=3", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
    verb_rows_judge("}\nunknown: ignore\nevents: {s: {}}", listed,
                    ROWS(listed));
}

static void sequences(void)
{
    static const struct verb_row rows[] = {
        {"sequence: a b c, anchored: true", "a; b; c", "pass"},
        {"sequence: a b c, anchored: true", "x; a; y; b; c", "pass"},
        {"sequence: a b c, anchored: true", "x; y", "vacuous"},
        {"sequence: a b c, anchored: true", "a; c; b",
         "fail 1: 2 ||\"b\"|\"c\"|1 2"},
        {"sequence: a b c, anchored: true", "a; b",
         "fail 1: 0 ||\"c\"|the end|2"},
        {"sequence: a b? c, anchored: true", "a; c", "pass"},
        {"sequence: a b? c, anchored: true", "a; b; b",
         "fail 1: 3 ||\"c\"|\"b\"|2 3"},
        {"sequence: 'a (b|c)* d', anchored: true", "a",
         "fail 1: 0 ||\"b\", \"c\" or \"d\"|the end|1"},
        {"sequence: 'a (b|c)* d', anchored: true", "a; b; c; b; d", "pass"},
        {"sequence: 'a (b|c)* d', anchored: true", "a; b; d; d",
         "fail 1: 4 ||the end|\"d\"|3 4"},
        {"sequence: 'a (b|c)* d', anchored: true", "a; a",
         "fail 1: 2 ||\"b\", \"c\" or \"d\"|\"a\"|1 2"},
        {"sequence: 'a{2,3} b', anchored: true", "a; a; b", "pass"},
        {"sequence: 'a{2,3} b', anchored: true", "a; a; a; b", "pass"},
        {"sequence: 'a{2,3} b', anchored: true", "a; b",
         "fail 1: 2 ||\"a\"|\"b\"|1 2"},
        {"sequence: 'a{2,3} b', anchored: true", "a; a; a; a",
         "fail 1: 4 ||\"b\"|\"a\"|3 4"},
        {"sequence: 'a{2}', anchored: true", "a; a; a",
         "fail 1: 3 ||the end|\"a\"|2 3"},
        {"sequence: 'a{2,}', anchored: true", "a; a; a; a", "pass"},
        {"sequence: '(a b){2,}', anchored: true", "a; b; a; b; a; b", "pass"},
        {"sequence: '(a b){2,}', anchored: true", "a; b",
         "fail 1: 0 ||\"a\"|the end|2"},
        {"sequence: '(a b)+ c?', anchored: true", "a; b; c; a",
         "fail 1: 4 ||the end|\"a\"|3 4"},
        {"sequence: 'a . b', anchored: true", "a; x; b", "pass"},
        {"sequence: 'a .[n > 1] b', anchored: true", "a; x n=1; x n=2; b",
         "pass"},
        {"sequence: 'a[n == 1] a[n == 2]', anchored: true", "a n=1; a n=2",
         "pass"},
        {"sequence: 'a[n == 1] a', anchored: true", "a n=1; a n=1", "pass"},
        {"sequence: a b, anchored: true, strict: true", "a; x; b",
         "fail 1: 2 ||\"b\"|\"x\"|1 2"},
        {"sequence: a b, anchored: true, by: k", "a k=1; a k=2; b k=2; b k=1",
         "pass"},
        {"sequence: a b, anchored: true, by: k", "a k=1; b k=2; a k=2",
         "fail 2: 2 k = 2||\"a\"|\"b\"|2"},
        {"sequence: a b", "b; a; a; b", "pass"},
        {"sequence: a b, strict: true", "a; x; b; a; b", "pass"},
        {"sequence: a b", "a; c; a", "fail 1: 0 ||\"b\"|the end|3"},
        {"sequence: a b c", "a; b; a; b; c", "pass"},
        {"sequence: 'a a b'", "a; a; a; b", "pass"},
        {"sequence: 'a{0,4} b', anchored: true, by: k",
         "b k=1; a k=2; a k=2; b k=2", "pass"},
    };
    static const struct verb_row cut[] = {
        {"sequence: a b, anchored: true", "a", "open"},
        {"sequence: a b, anchored: true", "a; b", "open"},
        {"sequence: a b, anchored: true", "b", "fail 1: 1 ||\"a\"|\"b\"|1"},
        {"sequence: a b", "a", "open"},
        {"sequence: a b", "a; b", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
    verb_rows_judge("}\ncomplete: false", cut, ROWS(cut));
}

#define LIFE                                                                   \
    "states: {field: s, start: new, allow: {new: [run], run: [ok, bad], bad: " \
    "[run]}, final: [ok, bad]}"

static void states(void)
{
    static const struct verb_row rows[] = {
        {LIFE, "a s='new'; a s='run'; b s='ok'", "pass"},
        {LIFE, "a s='run'; a s='run'; a s='bad'; a s='run'; a s='ok'", "pass"},
        {LIFE, "a; b", "vacuous"},
        {LIFE, "a s='ok'", "fail 1: 1 |/s|\"new\" at first|\"ok\"|1=\"ok\""},
        {LIFE, "a s='run'; a s='new'; a s='run'; a s='ok'",
         "fail 1: 2 |/s|\"ok\" or \"bad\" after \"run\"|\"new\"|1=\"run\" "
         "2=\"new\""},
        {LIFE, "a s='run'; a s='ok'; a s='run'; a s='ok'",
         "fail 1: 3 |/s|no other after \"ok\"|\"run\"|2=\"ok\" 3=\"run\""},
        {LIFE, "a s='run'; a s='odd'; a s='ok'",
         "fail 1: 2 |/s|\"new\", \"run\", \"ok\" or \"bad\" after "
         "\"run\"|\"odd\"|1=\"run\" 2=\"odd\""},
        {LIFE, "a s='run'",
         "fail 1: 0 ||\"ok\" or \"bad\" at the end|\"run\"|1=\"run\""},
        {LIFE ", by: k", "a k=1 s='run'; a k=2 s='run'; a k=1 s='ok'",
         "fail 1: 0 k = 2||\"ok\" or \"bad\" at the end|\"run\"|2=\"run\""},
        {"states: {field: p, allow: {'1': ['2'], '2': []}}", "a p=1; a p=2",
         "pass"},
        {"states: {field: p, allow: {'1': ['2'], '2': []}}", "a p=2; a p=1",
         "fail 1: 2 |/p|no other after \"2\"|1|1=\"2\" 2=1"},
        {"states: {event: a, field: s, allow: {x: []}}", "a; b",
         "fail 1: 1 ||the field s|none|1"},
        {"states: {event: a, field: s, allow: {x: []}}", "b s='y'; a s='x'",
         "pass"},
    };
    static const struct verb_row cut[] = {
        {LIFE, "a s='run'", "open"},
        {LIFE, "a s='run'; a s='ok'", "pass"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
    verb_rows_judge("}\ncomplete: false", cut, ROWS(cut));
}

static void durations(void)
{
    static const struct verb_row rows[] = {
        {"gap: a, max: 1s", "a t=0; a t=1000; b t=5000; a t=2000", "pass"},
        {"gap: a, max: 1s", "a t=0", "vacuous"},
        {"gap: a, max: 1s", "a t=0; a t=1000; a t=2001",
         "fail 1: 3 ||at most 1s|1.001s|2 3"},
        {"gap: a, min: 1s", "a t=0; a t=999",
         "fail 1: 2 ||at least 1s|999ms|1 2"},
        {"gap: a, max: 1s, by: k", "a k=1 t=0; a k=2 t=1500; a k=2 t=2500",
         "pass"},
        {"gap: a, p50: 1s", "a t=0; a t=1000; a t=9000; a t=10000", "pass"},
        {"gap: a, p50: 1s, p99: 3s", "a t=0; a t=500; a t=4500",
         "fail 1: 0 ||99% of the gaps at most 3s|99% of 2 are 4s or less|"},
        {"gap: a, p95: 1s, by: k",
         "a k=1 t=0; a k=1 t=1000; a k=2 t=0; a k=2 t=3000",
         "fail 1: 0 ||95% of the gaps at most 1s|95% of 2 are 3s or less|"},
        {"gap: a, max: 2, clock: sequence", "a; b; a; b; b; a",
         "fail 1: 6 ||at most 2 messages|3 messages|3 6"},
        {"latency: {from: a, to: b, max: 1s}", "a t=0; b t=1000", "pass"},
        {"latency: {from: a, to: b, max: 1s}", "a t=0; a t=500; b t=1001",
         "fail 1: 3 ||at most 1s|1.001s|1 3"},
        {"latency: {from: a, to: b, max: 1s}", "b t=0; a t=1", "vacuous"},
        {"latency: {from: a, to: b, min: 1s}", "a t=0; b t=2000; b t=2001",
         "pass"},
        {"latency: {from: a, to: a, max: 1s}", "a t=0; a t=1; a t=3000",
         "fail 1: 3 ||at most 1s|2.999s|2 3"},
        {"latency: {from: a, to: b, p95: 1s}, by: k",
         "a k=1 t=0; a k=2 t=0; b k=2 t=900; b k=1 t=2000",
         "fail 1: 0 ||95% of the latencies at most 1s|95% of 2 are 2s or "
         "less|"},
        {"rate: a, window: 1s, max: 2", "a t=0; a t=1; a t=1000; a t=1001",
         "pass"},
        {"rate: a, window: 1s, max: 2", "a t=0; a t=1; a t=999",
         "fail 1: 3 ||at most 2 within 1s|3 within 999ms|1 3"},
        {"rate: a, window: 1s, max: 1, by: k", "a k=1 t=0; a k=2 t=1", "pass"},
        {"rate: a, window: 1s, min: 1", "a t=0; a t=1000; b t=1999", "pass"},
        {"rate: a, window: 1s, min: 1", "a t=0; a t=1001",
         "fail 1: 2 ||at least 1 more within 1s|the last of them after "
         "1.001s|1 2"},
        {"rate: a, window: 1s, min: 1", "a t=0; b t=1000",
         "fail 1: 1 ||at least 1 more within 1s|fewer after 1s|1"},
        {"rate: a, window: 1s, min: 2", "a t=0; a t=1; a t=900; b t=1000",
         "pass"},
    };
    static const struct verb_row cut[] = {
        {"gap: a, p50: 1s", "a t=0; a t=1", "open"},
        {"gap: a, max: 1s", "a t=0; a t=1", "pass"},
        {"rate: a, window: 1s, min: 1", "a t=0; a t=500", "open"},
        {"rate: a, window: 1s, min: 1", "a t=0; b t=1500",
         "fail 1: 1 ||at least 1 more within 1s|fewer after 1.5s|1"},
    };

    verb_rows_judge("}", rows, ROWS(rows));
    verb_rows_judge("}\ncomplete: false", cut, ROWS(cut));
}

/* Two keys; the clock of the events counts ms, that of the recording 100 ms. */
static void feed_pairs(struct check *check)
{
    static const struct {
        const char *name;
        int k;
        int t;
    } events[] = {{"a", 1, 0},  {"b", 1, 7},  {"a", 2, 8},
                  {"a", 1, 10}, {"b", 2, 12}, {"b", 1, 19}};

    for (size_t i = 0; i < ROWS(events); i++) {
        char text[80];
        struct td_event ev = {.seq = i + 1,
                              .at_ns = (uint64_t)events[i].t * 100000000,
                              .form = TD_FORM_JSON};

        (void)snprintf(text, sizeof(text),
                       "{\"type\":\"%s\",\"k\":%d,\"t\":%d}", events[i].name,
                       events[i].k, events[i].t);
        ev.payload = td_text(text);
        CU_ASSERT_EQUAL(check_event(check, &ev), TD_OK);
    }
}

/* What rules measure, for who looks at the verdict. A response without `within`
 * asks for no time: the recording's count.
 */
static void spreads(void)
{
    static const struct {
        const char *head; /* as of verb_rows_contract() */
        const char *rule;
        uint64_t n;
        uint64_t max_ms;
    } rows[] = {
        {"}", "response: {trigger: a, expect: b, within: 1m}", 3, 7},
        {"}", "response: {trigger: a, expect: b, within: 1m}, by: k", 3, 9},
        {"}", "response: {trigger: a, expect: b, within: 5ms}", 3, 7},
        {"}", "response: {trigger: a, expect: b}", 3, 700},
        {"}", "response: {trigger: a, expect: c}", 0, 0},
        {"}", "latency: {from: a, to: b, max: 1m}", 2, 7},
        {", key: k}", "latency: {from: a, to: b, max: 1m}", 3, 9},
        {", key: k}", "response: {trigger: a, expect: b, within: 1m}", 3, 9},
        {"}", "latency: {from: a, to: b, max: 9}, clock: sequence", 0, 0},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_contract *contract =
            verb_rows_contract(rows[i].head, rows[i].rule);
        struct check_options options = {.contract = contract,
                                        .max_findings = 9};
        struct check *check = check_new(&options, "s");
        const struct check_verdict *v;
        const struct check_spread *s;
        uint32_t r = 0;

        feed_pairs(check);
        v = check_end(check);
        while (strcmp(v->rules[r].id, "r") != 0)
            r++;
        s = &v->rules[r].spread;
        CU_ASSERT_EQUAL(s->n, rows[i].n);
        CU_ASSERT_EQUAL(s->max, rows[i].max_ms * 1000000);
        if (s->n != rows[i].n || s->max != rows[i].max_ms * 1000000)
            printf("\n    %s %s: %llu, %llu ns\n", rows[i].head, rows[i].rule,
                   (unsigned long long)s->n, (unsigned long long)s->max);
        check_free(check);
        check_contract_free(contract);
    }
}

/* The tape began at 2025-01-01T00:00:00Z. */
static void skews(void)
{
    static const struct {
        const char *payload;
        const char *says; /* "outcome|path|expected|found" */
    } rows[] = {
        {"{\"at\":\"2025-01-01T00:00:01.5Z\"}", "pass"},
        {"{\"at\":\"2025-01-01T01:00:00.5+01:00\"}", "pass"},
        {"{\"at\":1735689601000}", "pass"},
        {"{}", "vacuous"},
        {"{\"at\":\"2025-01-01T00:00:00.499Z\"}",
         "fail|/at|the time of its recording, give or take 500ms|501ms "
         "earlier"},
        {"{\"at\":\"2025-01-01T00:00:03Z\"}",
         "fail|/at|the time of its recording, give or take 500ms|2s later"},
        {"{\"at\":\"noon\"}", "fail|/at|a time|\"noon\""},
    };
    struct check_contract *contract = verb_rows_contract(
        "}", "clock_skew: {event: /at, recorded: true, max: 500ms}");

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_options options = {.contract = contract,
                                        .max_findings = 9};
        struct check *check = check_new(&options, "s");
        struct td_event ev = {.seq = 1,
                              .at_ns = 1000000000,
                              .form = TD_FORM_JSON,
                              .payload = td_text(rows[i].payload)};
        const struct check_verdict *v;
        char said[200];
        uint32_t r = 0;

        check_began(check, UINT64_C(1735689600000000000));
        CU_ASSERT_EQUAL(check_event(check, &ev), TD_OK);
        v = check_end(check);
        while (strcmp(v->rules[r].id, "r") != 0)
            r++;
        (void)snprintf(said, sizeof(said), "%s",
                       check_outcome_text(v->rules[r].outcome));
        for (size_t f = 0; f < v->findings_len; f++) {
            if (v->findings[f].rule != r)
                continue;
            (void)snprintf(said, sizeof(said), "fail|%s|%s|%s",
                           v->findings[f].path, v->findings[f].expected,
                           v->findings[f].found);
        }
        CU_ASSERT_STRING_EQUAL(said, rows[i].says);
        if (strcmp(said, rows[i].says) != 0)
            printf("\n    %s: %s\n", rows[i].payload, said);
        check_free(check);
    }
    check_contract_free(contract);
}

static void percentiles_are_exact_and_then_near(void)
{
    static const unsigned percents[] = {1, 50, 95, 99, 100};
    struct td_histogram s = {0};
    struct td_histogram half = {0};

    for (int64_t i = 1; i <= 1000; i++)
        td_histogram_add(i % 2 ? &s : &half, (i * 7919) % 1000 + 1);
    td_histogram_merge(&s, &half);
    CU_ASSERT_EQUAL(half.len, 0);
    for (size_t i = 0; i < ROWS(percents); i++)
        CU_ASSERT_EQUAL(td_histogram_percentile(&s, percents[i]),
                        percents[i] * 10);
    CU_ASSERT_FALSE(td_histogram_rounded(&s));
    td_histogram_release(&s);
    for (int64_t i = 0; i < 200000; i++)
        td_histogram_add(&s, (i * 7919 % 200000) * 1000 + 1000);
    CU_ASSERT_TRUE(td_histogram_rounded(&s));
    for (size_t i = 0; i < ROWS(percents); i++) {
        int64_t exact = (int64_t)percents[i] * 2000 * 1000;
        int64_t said = td_histogram_percentile(&s, percents[i]);

        CU_ASSERT(said >= exact);
        CU_ASSERT(said - exact < exact / 125);
    }
    td_histogram_add(&s, INT64_MAX);
    td_histogram_add(&s, -5);
    CU_ASSERT_EQUAL(td_histogram_percentile(&s, 100), INT64_MAX);
    td_histogram_release(&s);
}

CU_TestInfo validator_verb_verbs_more_tests[] = {
    {"expressions", expressions},
    {"sequences", sequences},
    {"states", states},
    {"durations", durations},
    {"spreads", spreads},
    {"skews", skews},
    {"percentiles are exact and then near",
     percentiles_are_exact_and_then_near},
    CU_TEST_INFO_NULL,
};
