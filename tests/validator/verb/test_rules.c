/* Rules: what each finds, and thousands of random streams judged twice: as the
 * verbs do it, event by event, and by looking at the whole stream at once.
 */
#include "core/rand.h"
#include "tests/suites.h"
#include "validator/check/check.h"
#include "validator/contract/contract.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a)  (sizeof(a) / sizeof((a)[0]))
#define STREAMS  4000
#define LONGEST  12
#define FINDINGS 64

struct item {
    char name;   /* 'a' .. 'c', the event's name */
    int form;    /* 0: no number; 1: a number; 2: text where it should be */
    int halves;  /* the number, doubled */
    int spelled; /* one of several ways to write it */
};

/* What a rule must say of a stream. */
struct expectation {
    enum check_outcome outcome;
    uint64_t total;
    uint64_t seqs[FINDINGS]; /* of the findings; 0 = the whole stream */
};

static struct check_contract *contract_of(const char *text)
{
    struct schema_options how = {0};
    struct check_contract *contract = NULL;
    struct td_jsonx doc = {0};
    struct td_error err = {0};

    if (td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_text(text), &err) ||
        check_contract_compile(&contract, &doc, &how, &err))
        printf("\n    %s: %s\n", err.where, err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(contract);
    return contract;
}

static void line_of(const struct item *item, char out[120])
{
    static const char *const whole[] = {"", ".0", "e0", ".00e+0"};
    static const char *const half[] = {".5", ".50", ".5e0", ".500"};
    const char *tail = (item->halves % 2 ? half : whole)[item->spelled];

    if (item->form == 0)
        (void)snprintf(out, 120, "{\"type\":\"%c\"}", item->name);
    else if (item->form == 2)
        (void)snprintf(out, 120, "{\"type\":\"%c\",\"n\":\"x\"}", item->name);
    else
        (void)snprintf(out, 120, "{\"type\":\"%c\",\"n\":%s%d%s}", item->name,
                       item->halves < 0 ? "-" : "", abs(item->halves) / 2,
                       tail);
}

static bool targets(char rule, char name)
{
    return rule == '*' || rule == name;
}

static void expect_finding(struct expectation *e, uint64_t seq)
{
    e->outcome = CHECK_FAIL;
    if (e->total < FINDINGS)
        e->seqs[e->total] = seq;
    e->total++;
}

/* A rule, and what the naive judge needs to know of it. */
enum kind { FIRST, LAST, COUNT, MONOTONIC };

static const struct naive_rule {
    const char *text;
    enum kind kind;
    char target;
    uint64_t low;
    uint64_t high;
    int direction;
    bool strict;
} naive_rules[] = {
    {"first: a", FIRST, 'a', 0, 0, 0, false},
    {"first: '*'", FIRST, '*', 0, 0, 0, false},
    {"last: b", LAST, 'b', 0, 0, 0, false},
    {"count: a, exactly: 2", COUNT, 'a', 2, 2, 0, false},
    {"count: b, at_most: 1", COUNT, 'b', 0, 1, 0, false},
    {"count: c, at_least: 2", COUNT, 'c', 2, UINT64_MAX, 0, false},
    {"count: '*', between: [3, 6]", COUNT, '*', 3, 6, 0, false},
    {"count: d, at_most: 0", COUNT, 'd', 0, 0, 0, false},
    {"monotonic: a.n", MONOTONIC, 'a', 0, 0, 1, false},
    {"monotonic: b.n, mode: increasing", MONOTONIC, 'b', 0, 0, 1, true},
    {"monotonic: c.n, mode: non-increasing", MONOTONIC, 'c', 0, 0, -1, false},
    {"monotonic: a.n, mode: decreasing", MONOTONIC, 'a', 0, 0, -1, true},
};

static void naive_end(struct expectation *e, const struct item *items,
                      size_t len, char target, bool first, bool cut)
{
    size_t at = first || len == 0 ? 0 : len - 1;

    if (len == 0)
        e->outcome = CHECK_VACUOUS;
    else if (!first && cut)
        e->outcome = CHECK_OPEN;
    else if (!targets(target, items[at].name))
        expect_finding(e, at + 1);
}

static void naive_count(struct expectation *e, const struct item *items,
                        size_t len, const struct naive_rule *rule, bool cut)
{
    uint64_t count = 0;

    for (size_t i = 0; i < len; i++) {
        count += targets(rule->target, items[i].name);
        if (targets(rule->target, items[i].name) && count > rule->high)
            expect_finding(e, i + 1);
    }
    if (count > rule->high)
        return;
    if (cut && (count < rule->low || rule->high != UINT64_MAX))
        e->outcome = CHECK_OPEN;
    else if (count < rule->low)
        expect_finding(e, 0);
}

static void naive_monotonic(struct expectation *e, const struct item *items,
                            size_t len, const struct naive_rule *rule)
{
    int before = 0;
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        int step;

        if (!targets(rule->target, items[i].name))
            continue;
        if (items[i].form != 1) {
            expect_finding(e, i + 1);
            continue;
        }
        step = (items[i].halves - before) * rule->direction;
        if (count++ > 0 && (step < 0 || (step == 0 && rule->strict)))
            expect_finding(e, i + 1);
        before = items[i].halves;
    }
    if (e->outcome == CHECK_PASS && count < 2)
        e->outcome = CHECK_VACUOUS;
}

static struct expectation naive(const struct naive_rule *rule,
                                const struct item *items, size_t len, bool cut)
{
    struct expectation e = {.outcome = CHECK_PASS};

    if (rule->kind == FIRST || rule->kind == LAST)
        naive_end(&e, items, len, rule->target, rule->kind == FIRST, cut);
    else if (rule->kind == COUNT)
        naive_count(&e, items, len, rule, cut);
    else
        naive_monotonic(&e, items, len, rule);
    return e;
}

static bool agrees(const struct check_verdict *v, uint32_t index,
                   const struct expectation *e)
{
    uint64_t n = 0;

    if (v->rules[index].outcome != e->outcome ||
        v->rules[index].total != e->total)
        return false;
    for (size_t i = 0; i < v->findings_len; i++) {
        if (v->findings[i].rule == index && v->findings[i].seq != e->seqs[n++])
            return false;
    }
    return n == e->total;
}

static const struct check_verdict *judge(struct check *check,
                                         const struct item *items, size_t len)
{
    char line[120];

    for (size_t i = 0; i < len; i++) {
        line_of(&items[i], line);
        CU_ASSERT_EQUAL(check_line(check, i + 1, td_text(line)), TD_OK);
    }
    return check_end(check);
}

static void show(const struct item *items, size_t len,
                 const struct check_result *r, const struct expectation *e)
{
    char line[120];

    printf("\n    %s: %s %llu, expected %s %llu:\n", r->what,
           check_outcome_text(r->outcome), (unsigned long long)r->total,
           check_outcome_text(e->outcome), (unsigned long long)e->total);
    for (size_t i = 0; i < len; i++) {
        line_of(&items[i], line);
        printf("        %s\n", line);
    }
}

static unsigned compare(const struct check_contract *contract,
                        const struct item *items, size_t len)
{
    struct check_options options = {.contract = contract,
                                    .max_findings = FINDINGS};
    struct check *check = check_new(&options, "s");
    const struct check_verdict *v = judge(check, items, len);
    uint32_t first = v->rules_len - contract->set.rules_len;
    unsigned failed = 0;

    for (uint32_t i = 0; i < contract->set.rules_len; i++) {
        struct expectation e =
            naive(&naive_rules[i], items, len, contract->may_be_cut);
        bool same = agrees(v, first + i, &e);

        CU_ASSERT(same);
        if (!same)
            show(items, len, &v->rules[first + i], &e);
        failed += e.outcome == CHECK_FAIL;
    }
    check_free(check);
    return failed;
}

static size_t random_stream(struct td_rand *rand, struct item items[LONGEST])
{
    uint8_t bytes[LONGEST * 4 + 1];

    td_rand_bytes(rand, bytes, sizeof(bytes));
    for (size_t i = 0; i < LONGEST; i++)
        items[i] = (struct item){
            .name = (char)('a' + bytes[4 * i] % 3),
            .form = bytes[4 * i + 1] % 16 == 0  ? 2
                    : bytes[4 * i + 1] % 4 == 0 ? 0
                                                : 1,
            .halves = (int)(bytes[4 * i + 2] % 9) - 4,
            .spelled = bytes[4 * i + 3] % 4,
        };
    return bytes[sizeof(bytes) - 1] % (LONGEST + 1);
}

static void random_streams(const char *head)
{
    struct check_contract *contract;
    struct td_buf text = {0};
    struct item items[LONGEST];
    struct td_rand rand;
    unsigned failed = 0;

    (void)td_buf_addf(&text, "contract: 1\n%srules:\n", head);
    for (size_t i = 0; i < ROWS(naive_rules); i++)
        (void)td_buf_addf(&text, "- {id: r, %s}\n", naive_rules[i].text);
    contract = contract_of(td_buf_str(&text));
    td_buf_release(&text);
    td_rand_seeded(&rand, 7);
    for (int i = 0; i < STREAMS; i++)
        failed += compare(contract, items, random_stream(&rand, items));
    CU_ASSERT(failed > STREAMS); /* the streams are hard enough to please */
    check_contract_free(contract);
}

static void verbs_agree_with_the_whole_stream(void)
{
    random_streams("");
}

static void verbs_agree_when_the_stream_may_be_cut(void)
{
    random_streams("complete: false\n");
}

static void findings_say_what_and_where(void)
{
    static const struct {
        const char *rule;
        const char *lines[4];
        const char *finding; /* "seq path|expected|found|first witness" */
    } rows[] = {
        {"first: a",
         {"{\"type\":\"b\"}"},
         "1 |\"a\" as the first event|\"b\"|1"},
        {"first: a", {"{}"}, "1 |\"a\" as the first event|\"\"|1"},
        {"last: a",
         {"{\"type\":\"a\"}", "{\"type\":\"b\"}"},
         "2 |\"a\" as the last event|\"b\"|2"},
        {"count: a, exactly: 1",
         {"{\"type\":\"b\"}"},
         "0 |exactly 1 \"a\"|0|0"},
        {"count: a, at_most: 1",
         {"{\"type\":\"a\"}", "{\"type\":\"b\"}", "{\"type\":\"a\"}"},
         "3 |at most 1 \"a\"|2|1"},
        {"count: '*', between: [3, 4]",
         {"{}", "{}"},
         "0 |between 3 and 4 events|2|2"},
        {"count: a, at_least: 2",
         {"{\"type\":\"a\"}"},
         "0 |at least 2 \"a\"|1|1"},
        {"monotonic: a.x.y",
         {"{\"type\":\"a\",\"x\":{\"y\":10}}", "{\"type\":\"b\"}",
          "{\"type\":\"a\",\"x\":{\"y\":9.99}}"},
         "3 /x/y|at least 10|9.99|1"},
        {"monotonic: a.n, mode: increasing",
         {"{\"type\":\"a\",\"n\":9007199254740993}",
          "{\"type\":\"a\",\"n\":9007199254740993.0}"},
         "2 /n|more than 9007199254740993|9007199254740993.0|1"},
        {"monotonic: a.n, mode: decreasing",
         {"{\"type\":\"a\",\"n\":-0}", "{\"type\":\"a\",\"n\":0}"},
         "2 /n|less than -0|0|1"},
        {"monotonic: a.n",
         {"{\"type\":\"a\",\"n\":\"7\"}"},
         "1 /n|a number|\"7\"|1"},
        {"monotonic: a.n",
         {"{\"type\":\"\\u0061\",\"n\":1e400}", "{\"type\":\"a\",\"n\":1e399}"},
         "2 /n|at least 1e400|1e399|1"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_options options = {.max_findings = 9};
        struct check_contract *contract;
        const struct check_verdict *v;
        struct check *check;
        char text[200];
        char seen[200] = "none";

        (void)snprintf(text, sizeof(text), "contract: 1\nrules:\n- {id: r, %s}",
                       rows[i].rule);
        contract = contract_of(text);
        options.contract = contract;
        check = check_new(&options, "s");
        for (size_t l = 0; l < 4 && rows[i].lines[l]; l++)
            CU_ASSERT_EQUAL(check_line(check, l + 1, td_text(rows[i].lines[l])),
                            TD_OK);
        v = check_end(check);
        if (v->findings_len > 0)
            (void)snprintf(seen, sizeof(seen), "%llu %s|%s|%s|%llu",
                           (unsigned long long)v->findings[0].seq,
                           v->findings[0].path, v->findings[0].expected,
                           v->findings[0].found,
                           (unsigned long long)v->findings[0].related[0].seq);
        CU_ASSERT_EQUAL(v->findings_len, 1);
        CU_ASSERT_STRING_EQUAL(seen, rows[i].finding);
        if (strcmp(seen, rows[i].finding) != 0)
            printf("\n    %s:\n        %s\n        %s\n", rows[i].rule, seen,
                   rows[i].finding);
        check_free(check);
        check_contract_free(contract);
    }
}

static void fail_fast_ends_at_the_first_error(void)
{
    struct check_contract *contract = contract_of(
        "contract: 1\nrules:\n- {id: w, first: b, level: warn}\n- {id: e, "
        "count: a, at_most: 1}\n- {id: l, last: b}");
    struct check_options options = {
        .contract = contract, .max_findings = 9, .fail_fast = true};
    struct check *check = check_new(&options, "s");
    struct td_bytes line = td_text("{\"type\":\"a\"}");
    const struct check_verdict *v;

    CU_ASSERT_EQUAL(check_line(check, 1, line), TD_OK); /* only a warning */
    CU_ASSERT_EQUAL(check_line(check, 2, line), TD_FAILED);
    v = check_end(check);
    CU_ASSERT_EQUAL(v->outcome, CHECK_FAIL);
    CU_ASSERT_EQUAL(v->rules[v->rules_len - 1].outcome, CHECK_OPEN);
    check_free(check);
    check_contract_free(contract);
}

/* "a1" is event a of key 1, "c" is event c of no key; behind each, how many
 * findings there are by then.
 */
static const struct {
    const char *when;
    const char *stream;
} closings[] = {
    {"{between: [o, c]}", "o 0 a1 0 a2 0 c 2 c 2 o 2 a1 2 a1 2 c 2"},
    {"{between: [o, c]}", "o 0 a1 0 a2 0 a3 0 c2 1 c 3 a1 3 c 3"},
    {"{between: [o, c]}", "o1 0 a1 0 o 0 a2 0 c 2 o 2 c 2 a1 2 a1 2"},
    {"{before: c}", "a1 0 a2 0 a2 0 c 1 a1 1 a3 1 c 1"},
    {"{after: o, until: c}", "a1 0 c 0 o 0 a1 0 a1 0 c 0 o 0 a1 0 c 1"},
    {"{after: o, until: c}", "o 0 a1 0 a2 0 e1 1 c 2 o 2 a1 2 a2 2 c 4"},
    {"{after: o, until: c}", "o 0 a1 0 a2 0 a3 0 e3 1 e1 2 a3 2 c 4"},
};

static void judge_closing(struct check *check, const char *stream)
{
    uint64_t number = 0;
    char name;
    char key;
    int total;
    int used;

    for (; sscanf(stream, " %c%c %d%n", &name, &key, &total, &used) == 3;
         stream += used) {
        char line[64];
        const struct check_verdict *v = check_so_far(check);

        if (key == ' ')
            (void)snprintf(line, sizeof(line), "{\"type\":\"%c\"}", name);
        else
            (void)snprintf(line, sizeof(line), "{\"type\":\"%c\",\"k\":%c}",
                           name, key);
        CU_ASSERT_EQUAL(check_line(check, ++number, td_text(line)), TD_OK);
        if (v->rules[v->rules_len - 1].total != (uint64_t)total)
            printf("\n    %s: message %d\n", stream, (int)number);
        CU_ASSERT_EQUAL(v->rules[v->rules_len - 1].total, (uint64_t)total);
    }
    CU_ASSERT(number > 5);
}

static void a_message_of_no_key_ends_the_scope_of_all_at_once(void)
{
    for (size_t i = 0; i < sizeof(closings) / sizeof(closings[0]); i++) {
        struct check_contract *contract;
        struct check_options options = {.max_findings = 9};
        struct check *check;
        struct td_buf text = {0};

        (void)td_buf_addf(&text,
                          "contract: 1\nrules:\n- {id: r, by: k, count: a, "
                          "exactly: 2, ends: e, when: %s}",
                          closings[i].when);
        contract = contract_of(td_buf_str(&text));
        options.contract = contract;
        check = check_new(&options, "s");
        judge_closing(check, closings[i].stream);
        check_free(check);
        check_contract_free(contract);
        td_buf_release(&text);
    }
}

CU_TestInfo validator_verb_rules_tests[] = {
    {"verbs agree with a look at the whole stream",
     verbs_agree_with_the_whole_stream},
    {"verbs agree when the stream may be cut",
     verbs_agree_when_the_stream_may_be_cut},
    {"findings say what and where", findings_say_what_and_where},
    {"fail_fast ends at the first error", fail_fast_ends_at_the_first_error},
    {"a message of no key ends the scope of all at once",
     a_message_of_no_key_ends_the_scope_of_all_at_once},
    CU_TEST_INFO_NULL,
};
