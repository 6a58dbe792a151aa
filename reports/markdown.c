/* Markdown as GitHub and GitLab render it: a table of the gates, the worst
 * first, then what was found.
 *
 * Whatever came from outside is written with references for all that Markdown
 * gives a meaning (CommonMark, section 2.5: a reference never makes markup),
 * and behind an @ stands U+200B, so that nobody is called by a comment.
 */
#include "core/clock.h"
#include "core/log.h"
#include "reports/formats.h"
#include "reports/pick.h"
#include "reports/trend.h"
#include "validator/verdict/sum.h"

#include <stdlib.h>
#include <string.h>

#define FINDINGS    20      /* of a gate */
#define SUMMARY_MAX 1000000 /* bytes: GitHub refuses 1 MiB (runner#1839) */
#define MESSAGE_MAX 1000    /* bytes of a message */

static void add(struct td_buf *out, const char *text)
{
    struct td_buf clean = {0};
    bool cut = strlen(text) > MESSAGE_MAX;

    (void)td_text_clean(&clean,
                        td_bytes(text, cut ? MESSAGE_MAX : strlen(text)));
    for (size_t i = 0; i < clean.len; i++) {
        uint8_t c = clean.ptr[i];

        if (strchr("\\`*_{}[]<>()#+!|~&@$^=\"':", c) && c)
            (void)td_buf_addf(out, "&#%u;", c);
        else
            (void)td_buf_add_byte(out, c);
        if (c == '@')
            (void)td_buf_add_text(out, "&#8203;");
    }
    (void)td_buf_add_text(out, cut ? "..." : "");
    td_buf_release(&clean);
}

/* A fence longer than any in it. */
static void add_block(struct td_buf *out, const char *command)
{
    struct td_buf clean = {0};
    size_t longest = 2;
    size_t run = 0;

    (void)td_text_clean(&clean, td_text(command));
    for (size_t i = 0; i < clean.len; i++) {
        run = clean.ptr[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (int side = 0; side < 2; side++) {
        (void)td_buf_add_text(out, "  ");
        for (size_t i = 0; i <= longest; i++)
            (void)td_buf_add_byte(out, '`');
        (void)td_buf_add_text(out, side ? "\n" : "sh\n  ");
        if (!side)
            (void)td_buf_add_bytes(out, td_buf_bytes(&clean));
        (void)td_buf_add_text(out, side ? "" : "\n");
    }
    td_buf_release(&clean);
}

static void add_outcome(struct td_buf *out, const struct verdict_gate *gate)
{
    const char *text = check_outcome_text(gate->outcome);

    (void)td_buf_addf(out, gate->outcome >= CHECK_FLAKY ? "**%s**" : "%s",
                      text);
    (void)td_buf_add_text(out, gate->warned ? ", with warnings" : "");
}

/* Why, and what did not hold. */
static void add_reason(struct td_buf *out,
                       const struct verdict_document *const *docs, size_t len,
                       const struct verdict_gate *gate)
{
    struct td_buf line = {0};

    add(out, gate->reason ? gate->reason : "");
    for (const struct verdict_measure *m = gate->measures; m; m = m->next) {
        if (len < 2 && m->holds)
            continue;
        td_buf_clear(&line);
        report_add_measure(&line, docs, len, gate, m);
        (void)td_buf_add_text(out, "<br>");
        add(out, td_buf_str(&line));
    }
    td_buf_release(&line);
}

static void add_gates(struct td_buf *out,
                      const struct verdict_document *const *docs, size_t len,
                      struct report_gates gates)
{
    (void)td_buf_addf(out,
                      "| Verdict | Gate | Kind | Time |%s Why |\n"
                      "|---|---|---|---:|%s---|\n",
                      len > 1 ? " Trend |" : "", len > 1 ? "---|" : "");
    for (size_t i = 0; i < gates.len; i++) {
        const struct verdict_gate *g = gates.list[i];

        (void)td_buf_add_text(out, "| ");
        add_outcome(out, g);
        (void)td_buf_add_text(out, " | ");
        add(out, g->name);
        (void)td_buf_addf(out, " | %s | ", verdict_kind_text(g->kind));
        if (g->ms == 0)
            (void)td_buf_add_byte(out, '-');
        else
            (void)td_duration_format(out, g->ms * TD_NS_PER_MS);
        if (len > 1) {
            (void)td_buf_add_text(out, " | `");
            report_add_trend(out, docs, len, g->name);
            (void)td_buf_add_byte(out, '`');
        }
        (void)td_buf_add_text(out, " | ");
        add_reason(out, docs, len, g);
        (void)td_buf_add_text(out, " |\n");
    }
    if (len > 1)
        (void)td_buf_add_text(out, "\nTrend: " REPORT_TREND_KEY ".\n");
}

/* rule is where its rule stands, or NULL. */
static void add_finding(struct td_buf *out, const struct verdict_finding *f,
                        const char *rule)
{
    struct td_buf place = {0};

    report_add_place(&place, f);
    (void)td_buf_addf(out, "- %s ", check_level_text(f->level));
    add(out, f->rule);
    if (place.len) {
        (void)td_buf_add_text(out, ", ");
        add(out, td_buf_str(&place));
    }
    if (f->test) {
        (void)td_buf_add_text(out, ", in ");
        add(out, f->test);
    }
    (void)td_buf_add_text(out, ": ");
    add(out, f->message);
    if (rule) {
        (void)td_buf_add_text(out, " (rule: ");
        add(out, rule);
        (void)td_buf_add_byte(out, ')');
    }
    (void)td_buf_add_byte(out, '\n');
    if (f->repro)
        add_block(out, f->repro);
    td_buf_release(&place);
}

static void add_findings(struct td_buf *out, const struct verdict_document *doc,
                         const struct verdict_gate *gate)
{
    struct report_findings found = report_pick_findings(doc, gate);
    size_t fresh = 0;

    while (fresh < found.len && found.list[fresh]->state == VERDICT_NEW)
        fresh++;
    if (found.len > 0) {
        (void)td_buf_add_text(out, "\n### ");
        add(out, gate->name);
        (void)td_buf_add_text(out, "\n\n");
    }
    for (size_t i = 0; i < fresh && i < FINDINGS; i++)
        add_finding(out, found.list[i], report_rule_place(doc, found.list[i]));
    if (fresh > FINDINGS)
        (void)td_buf_addf(out, "- ... and %zu more\n", fresh - FINDINGS);
    if (fresh < found.len)
        (void)td_buf_addf(out, "- %zu known or fixed\n", found.len - fresh);
    free(found.list);
}

static void add_head(struct td_buf *out, const struct verdict_document *doc)
{
    (void)td_buf_addf(out, "## tapedeck: %s\n\n",
                      check_outcome_text(doc->outcome));
    verdict_add_sentence(out, doc);
    (void)td_buf_addf(out, "; exit status %d", doc->exit);
    if (doc->run.commit) {
        (void)td_buf_add_text(out, "; commit ");
        add(out, doc->run.commit);
    }
    (void)td_buf_add_text(out, ".\n\n");
}

/* As much as max bytes hold, in whole gates; the table always. */
static void write_all(const struct verdict_document *const *docs, size_t len,
                      struct td_buf *out, size_t max)
{
    struct report_gates gates = report_pick_gates(docs[len - 1]);
    size_t start = out->len;
    struct td_buf one = {0};

    add_head(out, docs[len - 1]);
    if (gates.len > 0)
        add_gates(out, docs, len, gates);
    for (size_t i = 0; i < gates.len; i++) {
        td_buf_clear(&one);
        add_findings(&one, docs[len - 1], gates.list[i]);
        if (out->len - start + one.len + 100 > max) {
            (void)td_buf_addf(out, "\n%zu gates more have findings or might\n",
                              gates.len - i);
            break;
        }
        (void)td_buf_add_bytes(out, td_buf_bytes(&one));
    }
    td_buf_release(&one);
    free(gates.list);
}

enum td_code report_write_markdown(const struct verdict_document *const *docs,
                                   size_t len, struct td_buf *out,
                                   struct td_error *err)
{
    write_all(docs, len, out, REPORT_MAX);
    return report_done(out, "markdown", err);
}

enum td_code report_write_summary(const struct verdict_document *const *docs,
                                  size_t len, struct td_buf *out,
                                  struct td_error *err)
{
    write_all(docs, len, out, SUMMARY_MAX);
    return report_done(out, "github-summary", err);
}
