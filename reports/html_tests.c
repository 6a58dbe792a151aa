/* reports/html_tests.c - tests, new failures first, then the slowest; and what
 * was measured against a baseline.
 */
#include "reports/html_internal.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static int rank_of(const struct verdict_test *t)
{
    if (t->is_new_failure)
        return 0;
    if (t->result == VERDICT_RESULT_ERROR || t->result == VERDICT_RESULT_FAIL)
        return 1;
    if (t->result == VERDICT_RESULT_FLAKY)
        return 2;
    return t->result == VERDICT_RESULT_XPASS ? 3 : 4;
}

static int compare_tests(const void *one, const void *other)
{
    const struct verdict_test *a = *(const struct verdict_test *const *)one;
    const struct verdict_test *b = *(const struct verdict_test *const *)other;

    if (rank_of(a) != rank_of(b))
        return rank_of(a) - rank_of(b);
    if (a->ns != b->ns)
        return a->ns < b->ns ? 1 : -1;
    return strcmp(a->key ? a->key : "", b->key ? b->key : "");
}

static void put_attempts(struct report_page *p, const struct verdict_test *t)
{
    size_t number = 0;

    for (const struct verdict_attempt *a = t->attempts; a; a = a->next) {
        report_tag(&p->w, "p", "class", "dim", REPORT_END);
        report_putf(&p->w, "try %zu: %s", ++number,
                    verdict_result_text(a->result));
        if (a->message) {
            report_put(&p->w, ", ");
            report_payload(&p->w, "span", a->message, 300);
        }
        report_end(&p->w);
    }
}

static void put_test(struct report_page *p, const struct verdict_test *t)
{
    struct td_buf text = {0};

    if (t->ns >= 0)
        (void)td_duration_format(&text, (uint64_t)t->ns);
    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", REPORT_END);
    report_payload(&p->w, "span", t->key ? t->key : "", 300);
    put_attempts(p, t);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Result", REPORT_END);
    report_badge(p, verdict_result_text(t->result));
    if (t->is_new_failure)
        report_leaf(&p->w, "b", NULL, " new failure");
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Time", "class", "num", REPORT_END);
    report_put(&p->w, text.len ? td_buf_str(&text) : "-");
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Gate", REPORT_END);
    report_put(&p->w, t->gate);
    report_end(&p->w);
    report_end(&p->w);
    td_buf_release(&text);
}

static void put_counts(struct report_page *p, size_t len)
{
    size_t counts[VERDICT_RESULT_ERROR + 1] = {0};

    for (const struct verdict_test *t = p->doc->tests; t; t = t->next)
        counts[t->result]++;
    report_tag(&p->w, "p", REPORT_END);
    report_putf(&p->w, "%zu tests: ", len);
    for (int i = VERDICT_RESULT_ERROR; i >= 0; i--)
        if (counts[i]) {
            report_putf(&p->w, "%zu ", counts[i]);
            report_badge(p, verdict_result_text((enum verdict_result)i));
            report_put(&p->w, "  ");
        }
    report_end(&p->w);
}

void report_html_tests(struct report_page *p)
{
    const struct verdict_test **list;
    size_t len = 0;
    size_t i = 0;

    if (!p->doc->tests)
        return;
    for (const struct verdict_test *t = p->doc->tests; t; t = t->next)
        len++;
    list = td_calloc(len, sizeof(*list));
    for (const struct verdict_test *t = p->doc->tests; t; t = t->next)
        list[i++] = t;
    qsort(list, len, sizeof(*list), compare_tests);
    report_tag(&p->w, "section", "id", "tests", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Tests");
    put_counts(p, len);
    report_tag(&p->w, "table", "class", "cards tests", REPORT_END);
    report_raw(
        &p->w,
        td_text("<thead><tr><th>Test</th><th>Result</th>"
                "<th class=\"num\">Time</th><th>Gate</th></tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (i = 0; i < len && i < REPORT_HTML_TESTS; i++)
        put_test(p, list[i]);
    report_end(&p->w);
    report_end(&p->w);
    if (len > REPORT_HTML_TESTS)
        report_leaff(&p->w, "p", "cut",
                     "%d of %zu tests: new failures, failures, flaky ones, "
                     "then the slowest.",
                     REPORT_HTML_TESTS, len);
    report_end(&p->w);
    free(list);
}

/* ---- performance ---- */

static void put_perf(struct report_page *p, const struct verdict_perf *m)
{
    double change = (m->ratio - 1) * 100;

    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", REPORT_END);
    report_payload(&p->w, "span", m->name ? m->name : "", 200);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Outcome", REPORT_END);
    report_badge(p, check_outcome_text(m->outcome));
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Change", "class", "num", REPORT_END);
    report_putf(&p->w, "%+.1f %%", change);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Noise", "class", "num", REPORT_END);
    report_putf(&p->w, "%.1f %%", m->floor * 100);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Evidence", REPORT_END);
    if (m->p < 1) /* two were compared */
        report_putf(&p->w, "p %.3g, %u blocks, %u round%s", m->p, m->n,
                    m->rounds, m->rounds == 1 ? "" : "s");
    else
        report_putf(&p->w, "%u measured", m->n);
    report_putf(&p->w, "%s%s", m->reason ? "; " : "",
                m->reason ? m->reason : "");
    report_end(&p->w);
    report_end(&p->w);
}

void report_html_perf(struct report_page *p)
{
    if (!p->doc->perf)
        return;
    report_tag(&p->w, "section", "id", "performance", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Performance");
    report_tag(&p->w, "table", "class", "cards", REPORT_END);
    report_raw(&p->w, td_text("<thead><tr><th>What</th><th>Outcome</th>"
                              "<th class=\"num\">Change</th><th "
                              "class=\"num\">Noise</th><th>Evidence</th>"
                              "</tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (const struct verdict_perf *m = p->doc->perf; m; m = m->next)
        put_perf(p, m);
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
}
