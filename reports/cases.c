#include "reports/cases.h"

#include "core/mem.h"
#include "reports/pick.h"

#include <stdlib.h>
#include <string.h>

static struct report_case *add(struct report_cases *cases, const char *name,
                               enum report_case_result result)
{
    if (cases->len == cases->cap) {
        cases->cap = cases->cap ? cases->cap * 2 : 16;
        cases->list =
            td_realloc(cases->list, cases->cap * sizeof(*cases->list));
    }
    cases->list[cases->len] =
        (struct report_case){.name = name, .result = result, .ns = -1};
    cases->results[result]++;
    return &cases->list[cases->len++];
}

/* ---- findings ---- */

static void add_line(struct td_buf *out, const char *label, const char *text)
{
    if (!text || !text[0])
        return;
    (void)td_buf_add_text(out, label);
    (void)td_buf_add_text(out, text);
    (void)td_buf_add_byte(out, '\n');
}

/* All that a finding says, a thing a line. */
static void add_body(struct td_buf *out, const struct verdict_finding *f)
{
    report_add_place(out, f);
    (void)td_buf_add_text(out, out->len ? ": " : "");
    add_line(out, "", f->message);
    add_line(out, "path: ", f->path);
    add_line(out, "of: ", f->key);
    add_line(out, "schema: ", f->schema_path);
    add_line(out, "in: ", f->excerpt);
    add_line(out, "show: ", f->repro);
}

static void tell(struct report_cases *cases, struct report_case *c,
                 const struct verdict_finding *f)
{
    struct td_buf body = {0};

    add_body(&body, f);
    c->message = f->message;
    c->body = td_arena_text(&cases->arena, td_buf_bytes(&body));
    c->file = f->file;
    c->line = f->line;
    td_buf_release(&body);
}

static enum report_case_result result_of(const struct verdict_finding *f)
{
    if (f->state == VERDICT_FIXED)
        return REPORT_CASE_PASS;
    if (f->state == VERDICT_KNOWN)
        return REPORT_CASE_KNOWN;
    return f->level == CHECK_LEVEL_ERROR ? REPORT_CASE_FAIL : REPORT_CASE_PASS;
}

static void add_finding(struct report_cases *cases,
                        const struct verdict_finding *f)
{
    struct td_buf name = {0};
    struct td_buf place = {0};

    report_add_place(&place, f);
    (void)td_buf_add_text(&name, f->rule);
    if (place.len) {
        (void)td_buf_add_byte(&name, ' ');
        (void)td_buf_add_bytes(&name, td_buf_bytes(&place));
    }
    tell(cases,
         add(cases, td_arena_text(&cases->arena, td_buf_bytes(&name)),
             result_of(f)),
         f);
    td_buf_release(&name);
    td_buf_release(&place);
}

/* ---- tests ---- */

static int by_test(const void *a, const void *b)
{
    const struct verdict_finding *const *one = a;
    const struct verdict_finding *const *two = b;

    return strcmp((*one)->test, (*two)->test);
}

static int to_test(const void *key, const void *item)
{
    const struct verdict_finding *const *f = item;

    return strcmp(key, (*f)->test);
}

/* Those of the findings that are about a test, to be looked up. */
static struct report_findings about_tests(struct report_findings all)
{
    struct report_findings some = {
        .list = td_calloc(all.len + 1, sizeof(*some.list))};

    for (size_t i = 0; i < all.len; i++)
        if (all.list[i]->test)
            some.list[some.len++] = all.list[i];
    if (some.len > 0)
        qsort(some.list, some.len, sizeof(*some.list), by_test);
    return some;
}

static const char *last_message(const struct verdict_test *t)
{
    const char *message = NULL;

    for (const struct verdict_attempt *a = t->attempts; a; a = a->next)
        message = a->message ? a->message : message;
    return message;
}

static void add_test(struct report_cases *cases, const struct verdict_test *t,
                     struct report_findings about)
{
    static const enum report_case_result results[] = {
        [VERDICT_RESULT_SKIP] = REPORT_CASE_SKIP,
        [VERDICT_RESULT_XFAIL] = REPORT_CASE_KNOWN,
        [VERDICT_RESULT_PASS] = REPORT_CASE_PASS,
        [VERDICT_RESULT_XPASS] = REPORT_CASE_PASS,
        [VERDICT_RESULT_FLAKY] = REPORT_CASE_FLAKY,
        [VERDICT_RESULT_FAIL] = REPORT_CASE_FAIL,
        [VERDICT_RESULT_ERROR] = REPORT_CASE_ERROR};
    const struct verdict_finding **f;
    struct report_case *c = add(cases, t->key, results[t->result]);

    c->ns = t->ns;
    c->attempts = t->attempts;
    c->message = last_message(t);
    if (about.len == 0 || c->result < REPORT_CASE_KNOWN)
        return;
    f = bsearch(t->key, about.list, about.len, sizeof(*about.list), to_test);
    if (!f)
        return;
    tell(cases, c, *f);
    if ((*f)->state == VERDICT_KNOWN && c->result >= REPORT_CASE_FAIL) {
        cases->results[c->result]--;
        c->result = REPORT_CASE_KNOWN;
        cases->results[c->result]++;
    }
}

static void add_tests(struct report_cases *cases,
                      const struct verdict_document *doc,
                      const struct verdict_gate *gate,
                      struct report_findings found)
{
    struct report_findings about = about_tests(found);

    for (const struct verdict_test *t = doc->tests; t; t = t->next)
        if (!strcmp(t->gate, gate->name))
            add_test(cases, t, about);
    free(about.list);
}

/* ---- rules ---- */

static enum report_case_result result_of_rule(const struct verdict_rule *r)
{
    static const enum report_case_result results[] = {
        [CHECK_PASS] = REPORT_CASE_PASS,   [CHECK_VACUOUS] = REPORT_CASE_SKIP,
        [CHECK_OPEN] = REPORT_CASE_SKIP,   [CHECK_SKIPPED] = REPORT_CASE_SKIP,
        [CHECK_FLAKY] = REPORT_CASE_FLAKY, [CHECK_FAIL] = REPORT_CASE_FAIL,
        [CHECK_ERROR] = REPORT_CASE_ERROR};

    return r->outcome == CHECK_FAIL && r->level != CHECK_LEVEL_ERROR
               ? REPORT_CASE_KNOWN
               : results[r->outcome];
}

static void add_rule(struct report_cases *cases, const struct verdict_rule *r,
                     struct report_findings found)
{
    struct report_case *c = add(cases, r->id, result_of_rule(r));
    struct td_buf body = {0};

    c->message = r->reason ? r->reason : r->what;
    for (size_t i = 0; i < found.len && r->total > 0; i++) {
        struct td_buf one = {0};

        if (strcmp(found.list[i]->rule, r->id) != 0)
            continue;
        if (body.len == 0)
            c->message = found.list[i]->message;
        add_body(&one, found.list[i]);
        (void)td_buf_add_bytes(&body, td_buf_bytes(&one));
        td_buf_release(&one);
    }
    if (body.len > 0)
        add_line(&body, "rule: ", r->where);
    if (body.len > 0)
        c->body = td_arena_text(&cases->arena, td_buf_bytes(&body));
    td_buf_release(&body);
}

/* ---- the gate ---- */

static bool is_told(const struct report_cases *cases,
                    const struct verdict_gate *gate)
{
    const size_t *n = cases->results;

    if (gate->outcome == CHECK_ERROR)
        return n[REPORT_CASE_ERROR] > 0;
    if (gate->outcome == CHECK_FAIL)
        return n[REPORT_CASE_FAIL] + n[REPORT_CASE_ERROR] > 0;
    if (gate->outcome == CHECK_FLAKY)
        return n[REPORT_CASE_FLAKY] > 0;
    return cases->len > 0;
}

static void add_gate(struct report_cases *cases,
                     const struct verdict_gate *gate)
{
    static const enum report_case_result results[] = {
        [CHECK_PASS] = REPORT_CASE_PASS,   [CHECK_VACUOUS] = REPORT_CASE_SKIP,
        [CHECK_OPEN] = REPORT_CASE_SKIP,   [CHECK_SKIPPED] = REPORT_CASE_SKIP,
        [CHECK_FLAKY] = REPORT_CASE_FLAKY, [CHECK_FAIL] = REPORT_CASE_FAIL,
        [CHECK_ERROR] = REPORT_CASE_ERROR};
    struct report_case *c = add(cases, gate->name, results[gate->outcome]);

    c->message = gate->reason;
    c->body = gate->repro ? td_arena_print(&cases->arena, "%s\nshow: %s\n",
                                           gate->reason ? gate->reason : "",
                                           gate->repro)
                          : NULL;
    c->ns = (int64_t)(gate->ms < INT64_MAX / 1000000 ? gate->ms : 0) * 1000000;
}

/* The second of a name becomes "NAME #2". */
static void part_twins(struct report_cases *cases)
{
    struct report_twins twins = {0};

    for (size_t i = 0; i < cases->len; i++) {
        const char **name = &cases->list[i].name;
        unsigned times;

        while ((times = report_twin(&twins, *name)) > 1)
            *name = td_arena_print(&cases->arena, "%s #%u", *name, times);
    }
    report_twins_release(&twins);
}

void report_cases_of(struct report_cases *cases,
                     const struct verdict_document *doc,
                     const struct verdict_gate *gate)
{
    struct report_findings found = report_pick_findings(doc, gate);

    *cases = (struct report_cases){0};
    add_tests(cases, doc, gate, found);
    for (const struct verdict_rule *r = gate->rules; r; r = r->next)
        add_rule(cases, r, found);
    for (size_t i = 0; i < found.len; i++)
        if (!gate->rules && !(found.list[i]->test && cases->len > 0))
            add_finding(cases, found.list[i]);
    if (!is_told(cases, gate))
        add_gate(cases, gate);
    part_twins(cases);
    free(found.list);
}

void report_cases_release(struct report_cases *cases)
{
    td_arena_release(&cases->arena);
    free(cases->list);
    *cases = (struct report_cases){0};
}
