/* Named sets of events, and complements. */
#include "tests/suites.h"
#include "tests/support/verb_rows.h"
#include "validator/contract/contract.h"

#include <stdio.h>
#include <string.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD                                                                   \
    "}\nunknown: ignore\nevents: {a: , b: , c: , d: }\nsets: {ab: a|b, "       \
    "abc: \"@ab|c\", big: \"@ab[n > 5]\", rest: \"!@ab\"}"

static void sets_are_the_events_they_name(void)
{
    static const struct verb_row rows[] = {
        {"count: '@ab', exactly: 2", "a; b; c; d", "pass"},
        {"count: '@abc|d', exactly: 4", "a; b; c; d; e", "pass"},
        {"count: '@abc', exactly: 4", "a; b; c; d",
         "fail 1: 0 ||exactly 4 \"@abc\"|3|3"},
        {"count: '@big', exactly: 1", "a n=6; b n=1; c n=9", "pass"},
        {"count: '@ab[n == 1]', exactly: 1", "a n=2; b n=1; c n=1", "pass"},
        {"count: '@rest', exactly: 2", "a; c; e", "pass"},
        {"monotonic: '@ab.n'", "a n=2; c n=1; b n=1",
         "fail 1: 3 |/n|at least 2|1|1=2 3=1"},
        {"on: d, expr: 'n == count(@ab)'", "a; c; b; d n=2", "pass"},
        {"on: d, expr: 'n == last(@ab.n)'", "a n=1; b n=2; d n=2", "pass"},
        {"on: d, expr: 'n == @ab.n - 1'", "a n=3; c n=9; d n=2", "pass"},
        {"on: d, expr: 'has(@ab.m.x)'", "a n=3; d",
         "fail 1: 2 ||has(@ab.m.x)|false|2"},
        {"count: d, exactly: 'count(@abc)'", "a; d", "pass"},
        {"anchored: true, sequence: '@ab{2} c'", "a; b; c", "pass"},
        {"before: ['@ab', c]", "d; c; a",
         "fail 1: 2 ||\"@ab\" before \"c\"|none yet|2"},
        {"absent: '*', when: {after: '@ab'}", "d; b; d",
         "fail 1: 3 ||no event after \"@ab\"|\"d\"|3"},
        {"last: '@ab'", "c; b", "pass"},
    };

    verb_rows_judge(HEAD, rows, ROWS(rows));
}

static void complements_are_all_the_others(void)
{
    static const struct verb_row rows[] = {
        {"count: '!a', exactly: 2", "a; b; e", "pass"},
        {"count: '!a|b', exactly: 1", "a; b; e", "pass"},
        {"count: '!(a|b)', exactly: 1", "a; b; e", "pass"},
        {"count: '* except a|b', exactly: 1", "a; b; e", "pass"},
        {"count: '* except (a|b)', exactly: 1", "a; b; e", "pass"},
        {"count: '!@ab', exactly: 1", "a; b; e", "pass"},
        {"count: '@abc except b', exactly: 2", "a; b; c; d", "pass"},
        {"count: '*[n > 1] except a', exactly: 1", "a n=2; b n=2; c n=1",
         "pass"},
        {"count: '!a[n > 1]', exactly: 3", "a n=2; a n=1; a; b", "pass"},
        {"count: '@ab except @big', exactly: 2", "a n=9; a n=1; b", "pass"},
        {"count: '!*', exactly: 0", "a; b", "pass"},
        {"on: d, expr: 'n == count(!a|d)'", "a; b; c; d n=2", "pass"},
        {"on: d, expr: 'n == count(* except a|d)'", "a; b; c; d n=2", "pass"},
        {"anchored: true, sequence: 'a !a* a'", "a; b; c; a", "pass"},
        {"anchored: true, sequence: 'a !(a|d)+ a'", "a; b; d; a; c",
         "fail 1: 5 ||the end|\"c\"|4 5"},
        {"anchored: true, sequence: '!@ab+ a'", "c; e; a", "pass"},
        {"response: {trigger: a, expect: '!a'}", "a; a; e", "pass"},
        {"count: '!a', by: k, exactly: 1", "a k=1; b k=1; e k=2", "pass"},
    };

    verb_rows_judge(HEAD, rows, ROWS(rows));
}

static void many_alternatives_are_five_and_a_count(void)
{
    static const struct verb_row rows[] = {
        {"first: aa|bb|cc|dd|ee|ff|gg", "g",
         "fail 1: 1 ||\"gg\", \"aa\", \"bb\", \"cc\", \"dd\" or 2 more as the "
         "first event|\"g\"|1"},
        {"first: aa|bb|cc|dd|ee", "ez",
         "fail 1: 1 ||\"aa|bb|cc|dd|ee\" as the first event|\"ez\"|1"},
        {"first: '!aa|bb|cc|dd|ee|ff'", "aa",
         "fail 1: 1 ||\"!aa|bb|cc|dd|ee|ff\" as the first event|\"aa\"|1"},
        {"anchored: true, strict: true, sequence: "
         "'(aa|bb|cc|dd|ee|ff|gg)+'",
         "aa; ef",
         "fail 1: 2 ||\"ee\", \"ff\", \"aa\", \"bb\", \"cc\" or 2 more or the "
         "end|\"ef\"|1 2"},
        {"anchored: true, strict: true, sequence: 'aa|bb|cc'", "ef",
         "fail 1: 1 ||\"aa\", \"bb\" or \"cc\"|\"ef\"|1"},
        {"states: {field: s, allow: {a: [b, c, d, e, f, gh], gi: []}}",
         "m s='a'; m s='gi'",
         "fail 1: 2 |/s|\"gh\", \"b\", \"c\", \"d\", \"e\" or 1 more after "
         "\"a\"|\"gi\"|1=\"a\" 2=\"gi\""},
        {"response: {trigger: a, expect: bb|cc|dd|ee|ff|gg}", "a",
         "fail 1: 1 ||\"bb\", \"cc\", \"dd\", \"ee\", \"ff\" or 1 more after "
         "it|none|1"},
        {"absent: bb|cc|dd|ee|ff|gg", "gg",
         "fail 1: 1 ||no \"gg\", \"bb\", \"cc\", \"dd\", \"ee\" or 1 "
         "more|\"gg\"|1"},
        {"conforms: m, schema: {properties: {s: {enum: [aa, bb, cc, dd, ee, "
         "ff, 7]}}}",
         "m s='ef'",
         "fail 1: 1 |/s|one of \"ee\", \"ff\", \"aa\", \"bb\", \"cc\" or 2 "
         "more|\"ef\"|1=\"ef\""},
    };

    verb_rows_judge(HEAD, rows, ROWS(rows));
}

static enum td_code load(const char *text, struct td_error *err)
{
    struct check_contract *contract = NULL;
    struct td_jsonx doc = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(text), err);

    if (code == TD_OK)
        code = check_contract_compile(&contract, &doc, NULL, err);
    check_contract_free(contract);
    return code;
}

static void wrong_sets_are_refused_where_they_stand(void)
{
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        {"sets: a", "c:2:7: sets is an object: a name, then its events, like "
                    "{content: \"a|b\"} ()"},
        {"sets: {'a b': c}", "c:2:8: the name of a set is letters, digits, - "
                             "and _ ()"},
        {"sets: {a: 1}", "c:2:11: an event is named by text ()"},
        {"sets: {a: ''}", "c:2:12: an event has no name ()"},
        {"sets: {a: b, c: '@a|@b'}",
         "c:2:21: there is no set \"@b\" (did you mean @a?)"},
        {"sets: {content: b}\nrules: [{id: x, first: '@contents'}]",
         "c:3:25: there is no set \"@contents\" (did you mean @content?)"},
        {"sets: {a: '@b', b: '@a'}",
         "c:2:13: sets within sets more than 16 deep, or one within itself ()"},
        {"sets: {a: '!('}", "c:2:14: an event has no name ()"},
        {"sets: {a: 'b except'}", "c:2:20: an event has no name ()"},
        {"sets: {a: '!(b'}",
         "c:2:15: expected \")\" after the events, but the text ends here ()"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_error err = {0};
        struct td_buf text = {0};
        char said[1000];

        (void)td_buf_addf(&text, "contract: 1\n%s\n", rows[i].text);
        CU_ASSERT(load(td_buf_str(&text), &err) != TD_OK);
        (void)snprintf(said, sizeof(said), "%s: %s (%s)", err.where, err.text,
                       err.hint);
        if (strcmp(said, rows[i].says) != 0)
            printf("\n    %s\n        %s\n", rows[i].text, said);
        CU_ASSERT_STRING_EQUAL(said, rows[i].says);
        td_buf_release(&text);
    }
}

/* Each has the one before it often: nothing of it grows without a limit. */
static void sets_within_sets_cost_what_is_allowed(void)
{
    struct td_buf text = {0};
    struct td_error err = {0};

    (void)td_buf_add_text(&text, "contract: 1\nsets:\n  s0: a\n");
    for (int i = 1; i < 15; i++)
        (void)td_buf_addf(&text, "  s%d: '@s%d|@s%d|@s%d'\n", i, i - 1, i - 1,
                          i - 1);
    CU_ASSERT_EQUAL(load(td_buf_str(&text), &err), TD_LIMIT);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "more than 1000 alternatives, with those of sets");
    td_buf_release(&text);
}

CU_TestInfo validator_verb_sets_tests[] = {
    {"sets are the events they name", sets_are_the_events_they_name},
    {"complements are all the others", complements_are_all_the_others},
    {"many alternatives are five and a count",
     many_alternatives_are_five_and_a_count},
    {"wrong sets are refused where they stand",
     wrong_sets_are_refused_where_they_stand},
    {"sets within sets cost what is allowed",
     sets_within_sets_cost_what_is_allowed},
    CU_TEST_INFO_NULL,
};
