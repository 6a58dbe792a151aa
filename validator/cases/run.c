#include "validator/cases/cases_internal.h"
#include "validator/contract/contract.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS 3 /* shown of a rule that fails and should not */

/* True if the rule ids at `list` (one, or a list of them; 0: none) have it. */
static bool lists(const struct check_cases *t, uint32_t list, const char *id)
{
    const struct td_json_doc *json = &t->r.doc->json;

    if (list == 0)
        return false;
    if (json->values[list].kind == TD_JSON_STRING)
        return td_json_string_is(json, list, td_text(id));
    for (uint32_t i = list + 1; i < json->values[list].next; i++) {
        if (td_json_string_is(json, i, td_text(id)))
            return true;
    }
    return false;
}

static bool has(const struct check_verdict *v, struct td_bytes id,
                enum check_outcome outcome)
{
    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (td_bytes_is(id, v->rules[i].id) && v->rules[i].outcome == outcome)
            return true;
    }
    return false;
}

/* What became of the first rule of this id, for people. */
static const char *became(const struct check_verdict *v, struct td_bytes id)
{
    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (td_bytes_is(id, v->rules[i].id))
            return check_outcome_text(v->rules[i].outcome);
    }
    return NULL;
}

static void want_one(struct check_cases *t, const struct check_verdict *v,
                     uint32_t at, enum check_outcome outcome)
{
    struct td_buf id = {0};
    const char *found;

    (void)td_json_unescape(&id, td_json_inner(&t->r.doc->json, at));
    found = became(v, td_buf_bytes(&id));
    if (!found)
        (void)td_buf_addf(&t->now.why,
                          "expected %s for %s; the contract has no such "
                          "rule\n",
                          check_outcome_text(outcome), td_buf_str(&id));
    else if (!has(v, td_buf_bytes(&id), outcome))
        (void)td_buf_addf(&t->now.why, "expected %s for %s, found %s\n",
                          check_outcome_text(outcome), td_buf_str(&id), found);
    td_buf_release(&id);
}

/* Every rule that is listed must have this outcome. */
static void want(struct check_cases *t, const struct check_verdict *v,
                 uint32_t list, enum check_outcome outcome)
{
    const struct td_json_doc *json = &t->r.doc->json;

    if (list == 0)
        return;
    if (json->values[list].kind == TD_JSON_STRING) {
        want_one(t, v, list, outcome);
        return;
    }
    for (uint32_t i = list + 1; i < json->values[list].next; i++)
        want_one(t, v, i, outcome);
}

static void tell_findings(struct td_buf *why, const struct check_verdict *v,
                          uint32_t rule)
{
    uint32_t shown = 0;

    for (size_t i = 0; i < v->findings_len; i++) {
        const struct check_finding *f = &v->findings[i];

        if (f->rule != rule || shown++ == FINDINGS)
            continue;
        (void)td_buf_add_text(why, "  ");
        if (f->seq)
            (void)td_buf_addf(why, "message %" PRIu64 "%s%s: ", f->seq,
                              f->path[0] ? " " : "", f->path);
        (void)td_buf_addf(why, "expected %s, found %s\n", f->expected,
                          f->found);
    }
}

/* The rules of the contract come last in a verdict, in their order. */
static uint32_t first_rule(const struct check_cases *t,
                           const struct check_verdict *v)
{
    return v->rules_len - t->contract->set.rules_len;
}

/* No rule may fail that is not listed, and none may be undecided. */
static void refuse_others(struct check_cases *t, const struct check_verdict *v,
                          const struct check_case_test *test)
{
    uint32_t end = test->no_rules ? first_rule(t, v) : v->rules_len;

    for (uint32_t i = 0; i < end; i++) {
        const struct check_result *r = &v->rules[i];

        if (r->outcome == CHECK_ERROR) {
            (void)td_buf_addf(&t->now.why, "%s could not be decided: %s\n",
                              r->id, r->reason);
        } else if (r->outcome == CHECK_FAIL &&
                   !lists(t, test->expected.fail, r->id)) {
            (void)td_buf_addf(&t->now.why,
                              "%s (%s) fails, which is not expected\n", r->id,
                              r->what);
            tell_findings(&t->now.why, v, i);
        }
    }
}

static void note_failed(struct check_cases *t, const struct check_verdict *v)
{
    uint32_t first = first_rule(t, v);

    for (uint32_t i = 0; i < t->contract->set.rules_len; i++)
        t->failed[i] =
            t->failed[i] || v->rules[first + i].outcome == CHECK_FAIL;
}

static void set_where(struct check_cases *t, uint32_t at)
{
    struct td_jsonx_mark mark = td_jsonx_where(t->r.doc, at);

    (void)snprintf(t->now.where, sizeof(t->now.where), "%.200s:%u:%u",
                   t->r.doc->name, mark.line, mark.column);
}

static const struct check_verdict *run(struct check *check,
                                       const struct check_case_test *test)
{
    enum td_code code = TD_OK;

    for (size_t i = 0; i < test->lines_len && code == TD_OK; i++) {
        const struct check_case_line *l = &test->lines[i];
        struct td_bytes text = td_bytes(l->text, l->len);

        code = l->has_t ? check_line_at(check, i + 1, l->t_ns, text)
                        : check_line(check, i + 1, text);
    }
    return check_end(check);
}

const struct check_case *check_cases_run(struct check_cases *cases, uint32_t i)
{
    const struct check_case_test *test = &cases->tests[i];
    struct check_options how = cases->how;
    struct check *check;
    const struct check_verdict *v;

    how.contract = cases->contract;
    how.cut = test->cut;
    if (test->dialect)
        how.dialect = test->dialect;
    if (test->profiles)
        how.profiles = (const char *const *)test->profiles;
    check = check_new(&how, test->name);
    v = run(check, test);
    td_buf_clear(&cases->now.why);
    cases->now.name = test->name;
    set_where(cases, test->at);
    want(cases, v, test->expected.fail, CHECK_FAIL);
    want(cases, v, test->expected.vacuous, CHECK_VACUOUS);
    want(cases, v, test->expected.open, CHECK_OPEN);
    refuse_others(cases, v, test);
    if (!test->no_rules)
        note_failed(cases, v);
    check_free(check);
    cases->now.passed = cases->now.why.len == 0;
    return &cases->now;
}

bool check_cases_failed(const struct check_cases *cases, uint32_t i)
{
    return cases->failed[i];
}
