/* Contracts: every way to be wrong, with line and column; what is right. */
#include "tests/suites.h"
#include "validator/check/check.h"
#include "validator/contract/contract.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define RULE    "contract: 1\nrules:\n- "
#define SCOPE                                                                  \
    "when is {after: A}, {before: B}, {between: [A, B]}, {after: A, until: "   \
    "B} or globally"
#define SHARE "mostly is a share above 0 and at most 1, like 0.95"
#define RESPONSE                                                               \
    "response is {trigger: EVENT, expect: EVENT}, and perhaps within: "        \
    "DURATION"
#define REQUIRES "requires is {event: EVENT, known: FIELD, from: EVENT.FIELD}"

static enum td_code load(struct check_contract **out, const char *text,
                         struct td_error *err)
{
    struct schema_options how = {0};
    struct td_jsonx doc = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(text), err);

    return code ? code : check_contract_compile(out, &doc, &how, err);
}

#define STATES                                                                 \
    "states is {field: FIELD, allow: {STATE: [STATE, ...], ...}}, and "        \
    "perhaps "                                                                 \
    "event, start and final"
#define LATENCY                                                                \
    "latency is {from: EVENT, to: EVENT} with min, max, p50, p95 or p99"

static const struct {
    const char *text;
    const char *where;
    const char *why;
} wrong[] = {
    {"[]", "c:1:1", "a contract begins with `contract: 1`"},
    {"events: {}", "c:1:1", "a contract begins with `contract: 1`"},
    {"contract: 2", "c:1:11", "contracts of version 1 are read here, not 2"},
    {"contract: '1'", "c:1:11", "a contract begins with `contract: 1`"},
    {"contract: 1\nevent: {}", "c:2:1", "there is no key \"event\" here"},
    {"contract: 1\nasyncapi: x", "c:2:11",
     "cannot read x: cannot open: No such file or directory"},
    {"contract: 1\nasyncapi: 1", "c:2:11",
     "asyncapi is the path of a document"},
    {"contract: 1\nstream: /a", "c:2:9", "stream is an object"},
    {"contract: 1\nstream: {nam: /a}", "c:2:10",
     "there is no key \"nam\" here"},
    {"contract: 1\nstream: {clock: /a}", "c:2:17",
     "a clock is recorded, sequence or event:/POINTER of a field"},
    {"contract: 1\nstream: {clock: 'event:'}", "c:2:17",
     "a clock is recorded, sequence or event:/POINTER of a field"},
    {"contract: 1\nstream: {clock: 'event:a..b'}", "c:2:17",
     "a clock is recorded, sequence or event:/POINTER of a field"},
    {"contract: 1\nstream: {clock: {event: /a, units: s}}", "c:2:17",
     "a clock with a unit is {event: FIELD, unit: s}"},
    {"contract: 1\nstream: {clock: {event: /a, unit: h}}", "c:2:35",
     "the unit of a clock is ns, us, ms or s"},
    {"contract: 1\nstream: {key: 1}", "c:2:15",
     "a field is text like status, a.b or /data/status"},
    {"contract: 1\nstream: {key: a.}", "c:2:15",
     "\"a.\" names no field: write it like status, a.b or /data/status"},
    {"contract: 1\nstream:\n  name: 1", "c:3:9",
     "a pointer is text like /type"},
    {"contract: 1\nstream:\n  data: [a]", "c:3:9",
     "a pointer is text like /type"},
    {"contract: 1\nstream:\n  data: data", "c:3:9", "a pointer begins with /"},
    {"contract: 1\ncomplete: maybe", "c:2:11", "complete is true or false"},
    {"contract: 1\nunknown: fatal", "c:2:10",
     "unknown is error, warn or ignore"},
    {"contract: 1\nunknown: 1", "c:2:10", "unknown is error, warn or ignore"},
    {"contract: 1\nevents: [a]", "c:2:9",
     "events is an object: a name, then what it is"},
    {"contract: 1\nevents:\n  a: 1", "c:3:6",
     "an event is an object, which may be empty"},
    {"contract: 1\nevents:\n  a: {shema: {}}", "c:3:7",
     "there is no key \"shema\" here"},
    {"contract: 1\nevents:\n  a: {aliases: []}", "c:3:16",
     "aliases is an object: the contract's name of a field, then other names "
     "of it"},
    {"contract: 1\nevents:\n  a: {optional: 1}", "c:3:17",
     "optional is true or false"},
    {"contract: 1\ndialects: [a]", "c:2:11",
     "dialects is an object: a name, then its events"},
    {"contract: 1\ndialects: {d: 1}", "c:2:15",
     "a dialect is an object with its events"},
    {"contract: 1\ndialects: {d: {events: {a: {}}}}", "c:2:25",
     "the contract has no event \"a\""},
    {"contract: 1\nevents: {a: {}}\ndialects: {d: {events: {a: 1}}}", "c:3:28",
     "an event of a dialect is an object with schema, aliases or values"},
    {"contract: 1\nevents: {a: {}}\ndialects: {d: {events: {a: {x: 1}}}}",
     "c:3:29", "there is no key \"x\" here"},
    {"contract: 1\nprofiles: full", "c:2:11",
     "profiles is a list of names, or an object: a name, then what it is for"},
    {"contract: 1\nprofiles: [full]\nrules: [{id: x, first: a, profile: ful}]",
     "c:3:36", "the contract has no profile \"ful\""},
    {"contract: 1\ndialects: {d: {}}\nrules: [{id: x, first: a, dialect: e}]",
     "c:3:36", "the contract has no dialect \"e\""},
    {"contract: 1\nevents:\n  a: {schema: {minimum: x}}", "c:3:25",
     "\"minimum\" takes a number"},
    {"contract: 1\nrules: {}", "c:2:8", "rules is a list"},
    {RULE "first", "c:3:3", "a rule is an object"},
    {RULE "{id: x}", "c:3:3",
     "no verb among the keys of the rule: it needs one of first, last, count, "
     "absent, conforms, before, response, balanced, unique, no_duplicate, "
     "requires, "
     "monotonic, "
     "step, constant, contiguous, on, sequence, states, gap, rate, latency, "
     "clock_skew"},
    {RULE "{id: x, on: a}", "c:3:3",
     "on needs expr: what must be true of the event"},
    {RULE "{id: x, on: a, expr: 1}", "c:3:24",
     "an expression is text like \"a + b == c\""},
    {RULE "{id: x, on: a, expr: n == m +}", "c:3:32",
     "expected a value, but the text ends here"},
    {RULE "{id: x, on: a, expr: n ~= 1, tol: -1}", "c:3:37",
     "tol is a number from 0"},
    {"contract: 1\nevents: {a: {}}\nrules:\n- {id: x, on: a, expr: "
     "'count(b) > 1'}",
     "c:4:31", "there is no event \"b\" in this contract"},
    {"contract: 1\nevents: {a: {}}\nrules:\n- {id: x, count: 'b[a.n > 1]', "
     "exactly: 1}",
     "c:4:24",
     "only the message itself can be asked here, not what came before it"},
    {RULE "{id: x, sequence: [a]}", "c:3:21",
     "a sequence is text like \"start work* end\""},
    {RULE "{id: x, sequence: ''}", "c:3:22", "an event has no name"},
    {RULE "{id: x, sequence: a (b}", "c:3:25",
     "expected \")\" after a part of the sequence, but the text ends here"},
    {RULE "{id: x, sequence: a b)}", "c:3:24",
     "expected the end of the sequence, found )"},
    {RULE "{id: x, sequence: '* a'}", "c:3:22",
     "there is nothing here that \"*\" could repeat"},
    {RULE "{id: x, sequence: 'a{2'}", "c:3:24",
     "a repeat is {TIMES}, {LEAST,MOST} or {LEAST,}"},
    {RULE "{id: x, sequence: 'a{3,2}'}", "c:3:24", "a repeat of 3 to 2 times"},
    {RULE "{id: x, sequence: 'a{0}'}", "c:3:24", "a repeat of 0 to 0 times"},
    {RULE "{id: x, sequence: 'a[n>] b'}", "c:3:26",
     "expected a value, found ]"},
    {RULE "{id: x, sequence: a, anchored: 1}", "c:3:34",
     "anchored is true or false"},
    {RULE "{id: x, states: a}", "c:3:19", STATES},
    {RULE "{id: x, states: {field: s}}", "c:3:19", STATES},
    {RULE "{id: x, states: {field: s, allow: {}, finale: []}}", "c:3:41",
     "states has no key \"finale\""},
    {RULE "{id: x, states: {field: s, allow: []}}", "c:3:37",
     "allow is an object: a state, then the list of those that may follow"},
    {RULE "{id: x, states: {field: s, allow: {a: [1]}}}", "c:3:42",
     "a state is named by text"},
    {RULE "{id: x, states: {field: s, allow: {a: [b]}, start: c}}", "c:3:54",
     "there is no state \"c\""},
    {RULE "{id: x, states: {field: s, allow: {a: [b]}, final: [b, c]}}",
     "c:3:58", "there is no state \"c\""},
    {RULE "{id: x, gap: a}", "c:3:3",
     "gap needs one of min, max, p50, p95 and p99"},
    {RULE "{id: x, latency: a}", "c:3:20", LATENCY},
    {RULE "{id: x, latency: {from: a, to: b, within: 1s}}", "c:3:37",
     "latency has no key \"within\""},
    {RULE "{id: x, latency: {from: a, to: b}}", "c:3:20",
     "latency needs one of min, max, p50, p95 and p99"},
    {RULE "{id: x, rate: a}", "c:3:3", "rate needs a window, and min or max"},
    {RULE "{id: x, rate: a, window: 1s}", "c:3:3",
     "rate needs a window, and min or max"},
    {RULE "{id: x, rate: a, window: 1s, max: 0}", "c:3:37",
     "max of a rate is from 1 to 100000"},
    {RULE "{id: x, clock_skew: {event: /t}}", "c:3:23",
     "clock_skew is {event: /POINTER, recorded: true, max: DURATION}"},
    {RULE "{id: x, first: a, when: b}", "c:3:27", SCOPE},
    {RULE "{id: x, first: a, when: {}}", "c:3:27", SCOPE},
    {RULE "{id: x, first: a, when: {until: b}}", "c:3:27", SCOPE},
    {RULE "{id: x, first: a, when: {after: b, before: c}}", "c:3:27", SCOPE},
    {RULE "{id: x, first: a, when: {between: [b]}}", "c:3:27", SCOPE},
    {RULE "{id: x, first: a, when: {after: ''}}", "c:3:36",
     "an event has no name"},
    {RULE "{id: x, first: a, by: 1}", "c:3:25",
     "a field is text like status, a.b or /data/status"},
    {RULE "{id: x, first: a, by: [k, k]}", "c:3:25", "by names a field twice"},
    {RULE "{id: x, first: a, mostly: 0}", "c:3:29", SHARE},
    {RULE "{id: x, first: a, mostly: 1.01}", "c:3:29", SHARE},
    {RULE "{id: x, first: a, mostly: most}", "c:3:29", SHARE},
    {RULE "{id: x, first: a, mostly: 0.0000000001}", "c:3:29", SHARE},
    {RULE "{id: x, first: a, missing: ok}", "c:3:30",
     "missing is fail or skip"},
    {RULE "{id: x, first: a, profile: 1}", "c:3:30",
     "profile takes the name of a profile or a list of them"},
    {RULE "{id: x, first: a, dialect: [1]}", "c:3:31",
     "dialect takes the name of a dialect or a list of them"},
    {RULE "{id: x, first: a, clock: now}", "c:3:28",
     "a clock is recorded, sequence or event:/POINTER of a field"},
    {RULE "{id: x, first: a, max_keys: 0}", "c:3:31",
     "max_keys is from 1 to 1073741823"},
    {RULE "{id: x, first: a, note: 1}", "c:3:27", "a note is text"},
    {RULE "{id: x, first: a, mode: b}", "c:3:21",
     "a rule with \"first\" has no key \"mode\""},
    {RULE "{id: x, first: a, last: b}", "c:3:21",
     "a rule with \"first\" has no key \"last\""},
    {RULE "{first: a}", "c:3:3", "a rule needs an id, which is text"},
    {RULE "{id: 7, first: a}", "c:3:8", "a rule needs an id, which is text"},
    {RULE "{id: x, first: a, max_report: -1}", "c:3:33",
     "max_report is an integer from 0"},
    {RULE "{id: x, first: a, max_report: 1.5}", "c:3:33",
     "max_report is an integer from 0"},
    {RULE "{id: x, first: a, max_report: many}", "c:3:33",
     "max_report is an integer from 0"},
    {RULE "{id: x, first: a, level: bad}", "c:3:28",
     "a level is error, warn or info"},
    {RULE "{id: x, first: a, level: 1}", "c:3:28",
     "a level is error, warn or info"},
    {RULE "{id: x, first: [a]}", "c:3:18", "an event is named by text"},
    {RULE "{id: x, count: a||b, exactly: 1}", "c:3:19",
     "expected the end of the selector, found ||"},
    {RULE "{id: x, count: a}", "c:3:3",
     "count needs one of exactly, equals, at_most, at_least and "
     "between"},
    {RULE "{id: x, count: a, exactly: 1, at_most: 2}", "c:3:3",
     "count needs one of exactly, equals, at_most, at_least and "
     "between"},
    {RULE "{id: x, count: a, exactly: -1}", "c:3:30",
     "a count is an integer from 0"},
    {RULE "{id: x, count: a, at_most: 1.5}", "c:3:30",
     "a count is an integer from 0"},
    {RULE "{id: x, count: a, at_least: b}", "c:3:32",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, count: a, at_least: [1]}", "c:3:31",
     "a count is an integer from 0"},
    {RULE "{id: x, count: a, at_least: n + 1}", "c:3:31",
     "there is no message here that could be asked"},
    {RULE "{id: x, count: a, at_least: 1 + this.n}", "c:3:35",
     "there is no message here that could be asked"},
    {"contract: 1\nevents: {a: {}}\nrules:\n- {id: x, count: a, at_least: b.n "
     "+ "
     "1}",
     "c:4:31", "there is no event \"b\""},
    {RULE "{id: x, count: a, at_least: 1 + now}", "c:3:35",
     "there is no message here that could be asked"},
    {RULE "{id: x, count: a, at_least: prev(a.n)}", "c:3:31",
     "there is no message here that could be asked"},
    {RULE "{id: x, count: a, at_least: elapsed(a)}", "c:3:31",
     "there is no message here that could be asked"},
    {RULE "{id: x, count: a, at_least: has(a.n)}", "c:3:31",
     "a count takes a number, and this is true or false"},
    {RULE "{id: x, count: a, at_least: count(a) +}", "c:3:41",
     "expected a value, but the text ends here"},
    {RULE "{id: x, count: a, between: 3}", "c:3:30",
     "between takes [LEAST, MOST]"},
    {RULE "{id: x, count: a, between: [3]}", "c:3:30",
     "between takes [LEAST, MOST]"},
    {RULE "{id: x, count: a, between: [1, x]}", "c:3:35",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, count: a, between: [3, 1]}", "c:3:30",
     "the first of the two is the greater one"},
    {RULE "{id: x, monotonic: a}", "c:3:23",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, monotonic: a.}", "c:3:23",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, monotonic: a.n, mode: up}", "c:3:33",
     "a mode is non-decreasing, increasing, non-increasing or decreasing"},
    {RULE "{id: x, step: a.n}", "c:3:3",
     "step needs by_at_most or by_at_least"},
    {RULE "{id: x, step: a.n, by_at_most: b}", "c:3:34",
     "by_at_most takes a number"},
    {RULE "{id: x, step: a.n, by_at_most: 1, by_at_least: 2}", "c:3:3",
     "by_at_least is greater than by_at_most"},
    {RULE "{id: x, contiguous: a.n, from: '1'}", "c:3:34",
     "from takes a number"},
    {RULE "{id: x, constant: a}", "c:3:22",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, constant: a.n, equals: 3}", "c:3:34",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, unique: a}", "c:3:20",
     "expected EVENT.FIELD, like progress.percent"},
    {RULE "{id: x, unique: a, on_fields: []}", "c:3:33",
     "on_fields names no field"},
    {RULE "{id: x, before: a}", "c:3:19",
     "before takes a list of 2 to 8 events: [FIRST, THEN]"},
    {RULE "{id: x, before: [a]}", "c:3:19",
     "before takes a list of 2 to 8 events: [FIRST, THEN]"},
    {RULE "{id: x, before: [a, b], each: one}", "c:3:33",
     "each is second, first or pair"},
    {RULE "{id: x, response: a}", "c:3:21", RESPONSE},
    {RULE "{id: x, response: {trigger: a}}", "c:3:21", RESPONSE},
    {RULE "{id: x, response: {trigger: a, expect: b, with: 1s}}", "c:3:45",
     "response has no key \"with\""},
    {RULE "{id: x, response: {trigger: a, expect: b, within: 30}}", "c:3:53",
     "a duration is text like 250ms, 1.5s, 5m or 2h"},
    {RULE "{id: x, response: {trigger: a, expect: b, within: 1.5}}", "c:3:53",
     "a duration is text like 250ms, 1.5s, 5m or 2h"},
    {RULE "{id: x, response: {trigger: a, expect: b, within: 106752d}}",
     "c:3:53", "a duration is text like 250ms, 1.5s, 5m or 2h"},
    {RULE "{id: x, clock: sequence, response: {trigger: a, expect: b, within: "
          "1s}}",
     "c:3:70", "with clock: sequence this is an integer from 0"},
    {RULE "{id: x, no_duplicate: a, same: type}", "c:3:34",
     "same takes a list of type, data and fields"},
    {RULE "{id: x, requires: a}", "c:3:21", REQUIRES},
    {RULE "{id: x, requires: {event: a, known: k}}", "c:3:21", REQUIRES},
    {RULE "{id: x, requires: {event: a, know: k, from: b.k}}", "c:3:32",
     "requires has no key \"know\""},
    {RULE "{id: x, requires: {event: a, known: k, from: []}}", "c:3:48",
     "from takes EVENT.FIELD, or a list of 1 to 8"},
    {RULE "{id: x, requires: {event: a, known: k, from: b.k, order: all}}",
     "c:3:60", "order is before or any"},
    {RULE "{id: x, monotonic: a.n, mode: 1}", "c:3:33",
     "a mode is non-decreasing, increasing, non-increasing or decreasing"},
};

static void wrong_contracts_say_where_and_why(void)
{
    for (size_t i = 0; i < ROWS(wrong); i++) {
        struct check_contract *contract = NULL;
        struct td_error err = {0};
        enum td_code code = load(&contract, wrong[i].text, &err);

        CU_ASSERT_EQUAL(code, TD_USAGE);
        CU_ASSERT_STRING_EQUAL(err.where, wrong[i].where);
        CU_ASSERT_STRING_EQUAL(err.text, wrong[i].why);
        if (code != TD_USAGE || strcmp(err.where, wrong[i].where) != 0 ||
            strcmp(err.text, wrong[i].why) != 0)
            printf("\n    %s\n        %s: %s\n", wrong[i].text, err.where,
                   err.text);
        CU_ASSERT_PTR_NULL(contract);
    }
}

static void the_number_of_rules_is_limited(void)
{
    struct check_contract *contract = NULL;
    struct td_error err = {0};
    struct td_buf text = {0};

    (void)td_buf_add_text(&text, "contract: 1\nrules:\n");
    for (int i = 0; i <= CHECK_RULES_MAX; i++)
        (void)td_buf_add_text(&text, "- {id: x, first: a}\n");
    CU_ASSERT_EQUAL(load(&contract, td_buf_str(&text), &err), TD_LIMIT);
    CU_ASSERT_STRING_EQUAL(err.text, "more than 10000 rules");
    td_buf_release(&text);
}

static void events_are_found_by_name(void)
{
    struct check_contract *contract = NULL;
    struct td_error err = {0};
    struct td_buf text = {0};
    char name[20];

    (void)td_buf_add_text(&text, "contract: 1\nevents:\n  '': {}\n"
                                 "  \"a\\u00e9\": {}\n");
    for (int i = 0; i < 500; i++)
        (void)td_buf_addf(&text, "  event_%d: {}\n", i);
    CU_ASSERT_EQUAL_FATAL(load(&contract, td_buf_str(&text), &err), TD_OK);
    for (int i = -1; i <= 500; i++) {
        const struct check_contract_event *e;

        (void)snprintf(name, sizeof(name), "event_%d", i);
        e = check_contract_event(contract, td_text(name));
        CU_ASSERT_EQUAL(e != NULL, i >= 0 && i < 500);
        if (e)
            CU_ASSERT(td_bytes_is(e->name, name));
    }
    CU_ASSERT_PTR_NOT_NULL(check_contract_event(contract, td_bytes(NULL, 0)));
    CU_ASSERT_PTR_NOT_NULL(check_contract_event(contract, td_text("a\u00e9")));
    CU_ASSERT_PTR_NULL(check_contract_event(contract, td_text("event_")));
    check_contract_free(contract);
    td_buf_release(&text);
    CU_ASSERT_EQUAL_FATAL(load(&contract, "contract: 1", &err), TD_OK);
    CU_ASSERT_PTR_NULL(check_contract_event(contract, td_text("a")));
    check_contract_free(contract);
}

#define DIALECTS                                                               \
    "contract: 1\n"                                                            \
    "stream: {data: /d}\n"                                                     \
    "events:\n"                                                                \
    "  a: {schema: {required: [n, s], properties: {n: {maximum: 5}, s: "       \
    "{enum: "                                                                  \
    "[done]}}}, aliases: {n: [m]}}\n"                                          \
    "dialects:\n"                                                              \
    "  old: {events: {a: {aliases: {n: [count], s: [x.state]}, values: {s: "   \
    "{ok: done}}}}}\n"                                                         \
    "  raw: {events: {a: {schema: {required: [m]}}}}\n"                        \
    "rules: [{id: r, monotonic: a.n}]\n"

static void dialects_are_read_under_the_contracts_names(void)
{
    static const struct {
        const char *dialect;
        const char *line;
        const char *finding; /* "path expected found excerpt", or "" */
    } rows[] = {
        {NULL, "{\"type\":\"a\",\"d\":{\"m\":5,\"s\":\"done\"}}", ""},
        {NULL, "{\"type\":\"a\",\"d\":{\"m\":6,\"s\":\"done\"}}",
         "/d/m|at most 5|6|{\"type\":\"a\",\"d\":{\"m\":6,\"s\":\"done\"}}"},
        {"old", "{\"type\":\"a\",\"d\":{\"count\":1,\"x\":{\"state\":\"ok\"}}}",
         ""},
        {"old", "{\"type\":\"a\",\"d\":{\"m\":1,\"x\":{\"state\":\"no\"}}}",
         "/d/x/state|one of "
         "[\"done\"]|\"no\"|{\"type\":\"a\",\"d\":{\"m\":1,\"x\":{"
         "\"state\":\"no\"}}}"},
        {"raw", "{\"type\":\"a\",\"d\":{\"m\":9}}", ""},
        {"raw", "{\"type\":\"a\",\"d\":{\"n\":9}}",
         "/d|a member \"m\"|no such member|{\"type\":\"a\",\"d\":{\"n\":9}}"},
    };
    struct check_contract *contract = NULL;
    struct td_error err = {0};

    CU_ASSERT_EQUAL_FATAL(load(&contract, DIALECTS, &err), TD_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_options options = {.contract = contract,
                                        .max_findings = 9,
                                        .dialect = rows[i].dialect};
        struct check *check = check_new(&options, "s");
        const struct check_verdict *v;
        struct td_buf seen = {0};

        CU_ASSERT_EQUAL(check_line(check, 1, td_text(rows[i].line)), TD_OK);
        v = check_end(check);
        if (v->findings_len > 0)
            (void)td_buf_addf(&seen, "%s|%s|%s|%s", v->findings[0].path,
                              v->findings[0].expected, v->findings[0].found,
                              v->findings[0].excerpt);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&seen), rows[i].finding);
        if (strcmp(td_buf_str(&seen), rows[i].finding) != 0)
            printf("\n    %s\n        %s\n", rows[i].line, td_buf_str(&seen));
        td_buf_release(&seen);
        check_free(check);
    }
    CU_ASSERT_EQUAL(check_contract_dialect(contract, "old", &err), TD_OK);
    CU_ASSERT_EQUAL(check_contract_dialect(contract, "odl", &err), TD_USAGE);
    CU_ASSERT_STRING_EQUAL(err.hint, "did you mean old?");
    check_contract_free(contract);
}

static void note_error(void *self, const struct td_error *error)
{
    struct td_buf *all = self;

    (void)td_buf_addf(all, "%s %s\n", error->where, error->text);
}

static void all_errors_are_reported(void)
{
    static const char text[] = "contract: 1\n"
                               "event: {}\n"
                               "events:\n"
                               "  a: {schema: {minimum: x}}\n"
                               "  b: {schema: {maximum: y}}\n"
                               "rules:\n"
                               "- {id: one, first: a, lst: b}\n"
                               "- {first: a}\n"
                               "stream: 1\n";
    struct td_buf all = {0};
    const struct td_jsonx_errors errors = {note_error, &all};
    struct schema_options how = {0};
    struct check_contract *contract = NULL;
    struct td_error err = {0};
    struct td_jsonx doc = {0};

    CU_ASSERT_EQUAL_FATAL(
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(text), &err), TD_OK);
    CU_ASSERT_EQUAL(
        check_contract_compile_all(&contract, &doc, &how, &errors, &err),
        TD_USAGE);
    CU_ASSERT_PTR_NULL(contract);
    CU_ASSERT_STRING_EQUAL(err.where, "c:2:1");
    for (const char *const *where =
             (const char *const[]){"c:2:1 ", "c:4:25 ", "c:5:25 ", "c:7:23 ",
                                   "c:8:3 ", "c:9:9 ", NULL};
         *where; where++) {
        if (!strstr(td_buf_str(&all), *where))
            printf("\n    %s is not among\n%s", *where, td_buf_str(&all));
        CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&all), *where));
    }
    td_buf_release(&all);
}

static void sequences_are_limited(void)
{
    static const struct {
        const char *part;
        int times;
        const char *why;
    } rows[] = {
        {"(", 1000, "this sequence is nested too deep"},
        {"a{512} b", 1,
         "a sequence of more than 512 events, with its repeats written out"},
        {"(((a{99}){99}){99}){99}", 1,
         "a sequence of more than 512 events, with its repeats written out"},
        {"a{1000000000}", 1, "a repeat of more than 512 times"},
        {"a{1,99999999999999999999}", 1, "a repeat of more than 512 times"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_contract *contract = NULL;
        struct td_error err = {0};
        struct td_buf text = {0};

        (void)td_buf_add_text(&text, RULE "{id: x, sequence: '");
        for (int n = 0; n < rows[i].times; n++)
            (void)td_buf_add_text(&text, rows[i].part);
        (void)td_buf_add_text(&text, "'}");
        CU_ASSERT_EQUAL(load(&contract, td_buf_str(&text), &err), TD_LIMIT);
        CU_ASSERT_STRING_EQUAL(err.text, rows[i].why);
        td_buf_release(&text);
    }
}

CU_TestInfo validator_contract_contract_tests[] = {
    {"sequences are limited", sequences_are_limited},
    {"all errors are reported, not only the first", all_errors_are_reported},
    {"wrong contracts say where and why", wrong_contracts_say_where_and_why},
    {"the number of rules is limited", the_number_of_rules_is_limited},
    {"events are found by name", events_are_found_by_name},
    {"dialects are read under the contract's names",
     dialects_are_read_under_the_contracts_names},
    CU_TEST_INFO_NULL,
};
