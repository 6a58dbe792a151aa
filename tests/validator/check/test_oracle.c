/* Every verb against a slow evaluator that looks at whole streams at once
 * (tests/support/naive.h): random rules with keys, scopes and filters over
 * random streams must give the same outcome and the same numbers.
 */
#include "tests/suites.h"
#include "tests/support/naive.h"
#include "validator/check/check.h"

#include <stdio.h>
#include <stdlib.h>

#define CONTRACTS 1300
#define RULES     12
#define STREAMS   80
#define SHOWN     12 /* disagreements that are shown */

static const char head[] =
    "contract: 1\nunknown: ignore\nstream: {clock: {event: t, unit: ms}}\n"
    "events: {a: {}, b: {}, c: {}, d: {}}\n";

struct one {
    struct naive_rule rules[RULES];
    struct check_contract *contract;
    struct naive_item items[NAIVE_LONGEST];
    unsigned len;
    bool cut;
    unsigned long compared;
    unsigned passed[NAIVE_VERBS_LEN];
    unsigned failed[NAIVE_VERBS_LEN];
    unsigned wrong;
};

static void write_contract(const struct one *t, struct td_buf *out)
{
    (void)td_buf_addf(out, "%scomplete: %s\nrules:\n", head,
                      t->cut ? "false" : "true");
    for (int i = 0; i < RULES; i++) {
        (void)td_buf_addf(out, "- {id: r%d, ", i);
        naive_write_rule(out, &t->rules[i]);
        (void)td_buf_add_text(out, "}\n");
    }
}

static void new_contract(struct one *t, struct td_rand *rand)
{
    struct schema_options how = {0};
    struct td_jsonx doc = {0};
    struct td_error err = {0};
    struct td_buf text = {0};

    for (int i = 0; i < RULES; i++)
        naive_random_rule(&t->rules[i], rand);
    write_contract(t, &text);
    if (td_jsonx_parse(&doc, "c", TD_JSONX_YAML, td_buf_bytes(&text), &err) ||
        check_contract_compile(&t->contract, &doc, &how, &err))
        printf("\n    %s: %s\n%s\n", err.where, err.text, td_buf_str(&text));
    td_buf_release(&text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(t->contract);
}

static const char *outcome_of(const struct naive_rule *rule,
                              const struct naive_verdict *v)
{
    bool enough = rule->half && (v->judged - v->total) * 2 >= v->judged;

    if (v->total > 0 && !enough)
        return "fail";
    if (v->open)
        return "open";
    return v->judged > 0 ? "pass" : "vacuous";
}

static void show(const struct one *t, int i, const struct check_result *r,
                 const struct naive_verdict *v)
{
    struct td_buf text = {0};

    naive_write_rule(&text, &t->rules[i]);
    (void)td_buf_addf(
        &text,
        "\n    says %s %llu of %llu, and should %s %u of "
        "%u%s\n",
        check_outcome_text(r->outcome), (unsigned long long)r->total,
        (unsigned long long)r->judged, outcome_of(&t->rules[i], v), v->total,
        v->judged, t->cut ? " (cut)" : "");
    for (unsigned k = 0; k < t->len; k++) {
        (void)td_buf_add_text(&text, "        ");
        naive_write_item(&text, &t->items[k]);
        (void)td_buf_add_byte(&text, '\n');
    }
    printf("\n    %s", td_buf_str(&text));
    td_buf_release(&text);
}

static void compare(struct one *t, const struct check_verdict *v)
{
    uint32_t first = v->rules_len - RULES;

    for (int i = 0; i < RULES; i++) {
        const struct check_result *r = &v->rules[first + (uint32_t)i];
        struct naive_verdict said =
            naive_judge(&t->rules[i], t->items, t->len, t->cut);
        bool same = r->total == said.total && r->judged == said.judged &&
                    !strcmp(check_outcome_text(r->outcome),
                            outcome_of(&t->rules[i], &said));

        t->compared++;
        t->failed[t->rules[i].verb] += said.total > 0;
        t->passed[t->rules[i].verb] += said.judged > said.total;
        if (!same && t->wrong++ < SHOWN)
            show(t, i, r, &said);
    }
}

static void judge_stream(struct one *t, struct td_rand *rand)
{
    struct check_options options = {.contract = t->contract, .max_findings = 2};
    struct check *check = check_new(&options, "s");
    struct td_buf line = {0};

    t->len = naive_random_stream(t->items, rand);
    for (unsigned i = 0; i < t->len; i++) {
        td_buf_clear(&line);
        naive_write_item(&line, &t->items[i]);
        if (check_line(check, i + 1, td_buf_bytes(&line)))
            break;
    }
    compare(t, check_end(check));
    td_buf_release(&line);
    check_free(check);
}

static void verbs_mean_what_they_mean_to_the_slow_evaluator(void)
{
    struct one t = {.wrong = 0};
    struct td_rand rand;

    td_rand_seeded(&rand, 20);
    for (int i = 0; i < CONTRACTS; i++) {
        t.cut = i % 4 == 0;
        new_contract(&t, &rand);
        for (int s = 0; s < STREAMS; s++)
            judge_stream(&t, &rand);
        check_contract_free(t.contract);
        t.contract = NULL;
    }
    CU_ASSERT_EQUAL(t.wrong, 0);
    CU_ASSERT(t.compared >= 100000ul * RULES);
    for (int i = 0; i < NAIVE_VERBS_LEN; i++) { /* neither always nor never */
        CU_ASSERT(t.passed[i] > 3000);
        CU_ASSERT(t.failed[i] > 3000);
    }
    if (t.wrong)
        printf("\n    %u of %lu disagree\n", t.wrong, t.compared);
}

CU_TestInfo validator_check_oracle_tests[] = {
    {"verbs mean what they mean to the slow evaluator",
     verbs_mean_what_they_mean_to_the_slow_evaluator},
    CU_TEST_INFO_NULL,
};
