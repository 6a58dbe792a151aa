/* A verdict for people: the gates, the worst first, then what was found and how
 * to see it. No line but a command is wider than a terminal.
 */
#include "core/clock.h"
#include "core/ink.h"
#include "core/log.h"
#include "core/utf8.h"
#include "reports/formats.h"
#include "reports/pick.h"
#include "reports/trend.h"
#include "validator/verdict/sum.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH    80 /* columns */
#define FINDINGS 10 /* of a gate */

/* Columns of clean text from p on, at most max; *bytes is how long they are. A
 * character counts as one.
 */
static size_t measure(const uint8_t *p, const uint8_t *end, size_t max,
                      size_t *bytes)
{
    const uint8_t *at = p;
    size_t columns = 0;

    for (; at < end && columns < max; columns++)
        at += td_utf8_step(at, end);
    *bytes = (size_t)(at - p);
    return columns;
}

/* Where to cut a line of that many bytes: at its last space, if it has one. */
static size_t cut_at(const uint8_t *p, size_t bytes, bool is_last)
{
    size_t cut = bytes;

    while (!is_last && cut > 0 && p[cut] != ' ')
        cut--;
    return cut ? cut : bytes;
}

/* Lines of text, all of them indented. */
static void add_wrapped(struct td_buf *out, int indent, const char *text)
{
    struct td_buf clean = {0};
    const uint8_t *p;
    const uint8_t *end;

    (void)td_text_clean(&clean, td_text(text));
    p = clean.ptr;
    end = p + clean.len;
    while (p < end) {
        size_t bytes;
        size_t cut;

        (void)measure(p, end, (size_t)(WIDTH - indent), &bytes);
        cut = cut_at(p, bytes, p + bytes == end);
        (void)td_buf_addf(out, "%*s", indent, "");
        (void)td_buf_add(out, p, cut);
        (void)td_buf_add_byte(out, '\n');
        for (p += cut; p < end && *p == ' ';)
            p++;
    }
    td_buf_release(&clean);
}

/* A command, which is to be copied: in one line whatever its length. */
static void add_command(struct td_buf *out, int indent, const char *command)
{
    if (!command)
        return;
    (void)td_buf_addf(out, "%*sshow: ", indent, "");
    (void)td_text_clean(out, td_text(command));
    (void)td_buf_add_byte(out, '\n');
}

/* Color the word of an outcome that stands at a place of the text. */
static void add_ink(struct td_buf *out, size_t at, enum check_outcome outcome,
                    bool warned)
{
    const char *word = check_outcome_text(outcome);
    enum td_ink ink = outcome == CHECK_FAIL || outcome == CHECK_ERROR
                          ? TD_INK_BAD
                      : outcome == CHECK_PASS && !warned ? TD_INK_GOOD
                                                         : TD_INK_WARN;
    struct td_buf rest = {0};

    (void)td_buf_add(&rest, out->ptr + at + strlen(word),
                     out->len - at - strlen(word));
    out->len = at;
    (void)td_ink(out, ink, word, true);
    (void)td_buf_add_bytes(out, td_buf_bytes(&rest));
    td_buf_release(&rest);
}

static void add_head(struct td_buf *out, const struct verdict_document *doc)
{
    struct td_buf line = {0};
    struct td_buf at = {0};

    (void)td_buf_addf(&line, "%s: ", check_outcome_text(doc->outcome));
    verdict_add_sum(&line, doc);
    (void)td_buf_addf(&line, ", exit status %d", doc->exit);
    add_wrapped(out, 0, td_buf_str(&line));
    td_buf_clear(&line);
    (void)td_time_format(&at, doc->run.at_ns);
    at.len = at.len > 19 ? 19 : at.len;
    (void)td_buf_addf(&line, "%sZ, ", td_buf_str(&at));
    if (doc->run.ms > 0)
        (void)td_duration_format(&line, doc->run.ms * TD_NS_PER_MS);
    else
        (void)td_buf_add_text(&line, "< 1 ms");
    if (doc->run.project)
        (void)td_buf_addf(&line, ", %s", doc->run.project);
    if (doc->run.commit)
        (void)td_buf_addf(&line, ", commit %.12s%s", doc->run.commit,
                          doc->run.dirty ? " with changes" : "");
    add_wrapped(out, 0, td_buf_str(&line));
    td_buf_release(&line);
    td_buf_release(&at);
}

/* Does the reason of the gate tell the measure already? */
static bool is_told(const struct verdict_gate *gate,
                    const struct verdict_measure *m)
{
    size_t len = strlen(m->id);
    const char *at = gate->reason ? strstr(gate->reason, m->id) : NULL;

    while (at && (at[len] != ' ' || !strchr("0123456789", at[len + 1])))
        at = strstr(at + len, m->id);
    return at;
}

/* Shown of a gate: what does not hold, or with trends all that there is. */
static void add_measures(struct td_buf *out,
                         const struct verdict_document *const *docs, size_t len,
                         const struct verdict_gate *gate)
{
    struct td_buf line = {0};

    for (const struct verdict_measure *m = gate->measures; m; m = m->next) {
        if (len < 2 && (m->holds || is_told(gate, m)))
            continue;
        report_add_measure(&line, docs, len, gate, m);
        add_wrapped(out, 10, td_buf_str(&line));
        td_buf_clear(&line);
    }
    td_buf_release(&line);
}

/* "  fail    unit, tests, 1.8 s  ..F" */
static void add_gate(struct td_buf *out,
                     const struct verdict_document *const *docs, size_t len,
                     const struct verdict_gate *gate, bool color)
{
    struct td_buf line = {0};

    (void)td_buf_addf(&line, "%s, %s", gate->name,
                      verdict_kind_text(gate->kind));
    if (gate->ms > 0) {
        (void)td_buf_add_text(&line, ", ");
        (void)td_duration_format(&line, gate->ms * TD_NS_PER_MS);
    }
    if (gate->warned)
        (void)td_buf_add_text(&line, ", with warnings");
    if (len > 1)
        (void)td_buf_add_text(&line, "  ");
    report_add_trend(&line, docs, len, gate->name);
    {
        size_t start = out->len;

        add_wrapped(out, 10, td_buf_str(&line));
        memcpy(out->ptr + start + 2, check_outcome_text(gate->outcome),
               strlen(check_outcome_text(gate->outcome)));
        if (color)
            add_ink(out, start + 2, gate->outcome, gate->warned);
    }
    if (gate->reason)
        add_wrapped(out, 10, gate->reason);
    add_measures(out, docs, len, gate);
    td_buf_release(&line);
}

/* rule is where its rule stands, or NULL. */
static void add_finding(struct td_buf *out, const struct verdict_finding *f,
                        const char *rule)
{
    struct td_buf line = {0};
    size_t start;

    (void)td_buf_addf(&line, "%s %s  ", check_level_text(f->level), f->rule);
    start = line.len;
    report_add_place(&line, f);
    if (f->test)
        (void)td_buf_addf(&line, "%sin %s", line.len > start ? " " : "",
                          f->test);
    add_wrapped(out, 2, td_buf_str(&line));
    add_wrapped(out, 4, f->message);
    if (f->excerpt)
        add_wrapped(out, 6, f->excerpt);
    if (rule) {
        td_buf_clear(&line);
        (void)td_buf_addf(&line, "rule: %s", rule);
        add_wrapped(out, 4, td_buf_str(&line));
    }
    add_command(out, 4, f->repro);
    td_buf_release(&line);
}

static size_t in_state(struct report_findings found, enum verdict_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < found.len; i++)
        n += found.list[i]->state == state;
    return n;
}

/* The findings of a gate that are new; of the others how many there are. */
static void add_findings(struct td_buf *out, const struct verdict_document *doc,
                         const struct verdict_gate *gate)
{
    struct report_findings found = report_pick_findings(doc, gate);
    size_t fresh = in_state(found, VERDICT_NEW);
    bool has_repro = !gate->repro || gate->outcome < CHECK_FLAKY;
    struct td_buf line = {0};

    (void)td_buf_add_text(&line, gate->name);
    if (found.len > 0)
        (void)td_buf_addf(&line, ": %zu finding%s", fresh,
                          fresh == 1 ? "" : "s");
    if (fresh < found.len)
        (void)td_buf_addf(&line, ", %zu known, %zu fixed",
                          in_state(found, VERDICT_KNOWN),
                          in_state(found, VERDICT_FIXED));
    if (found.len > 0 || !has_repro) {
        (void)td_buf_add_byte(out, '\n');
        add_wrapped(out, 0, td_buf_str(&line));
    }
    for (size_t i = 0; i < fresh && i < FINDINGS; i++) {
        add_finding(out, found.list[i], report_rule_place(doc, found.list[i]));
        has_repro = has_repro || found.list[i]->repro;
    }
    if (fresh > FINDINGS)
        (void)td_buf_addf(out, "  ... and %zu more\n", fresh - FINDINGS);
    if (!has_repro)
        add_command(out, 2, gate->repro);
    td_buf_release(&line);
    free(found.list);
}

/* Findings speak of the flaky tests already, as those of gates do. */
static bool is_found(const struct verdict_document *doc)
{
    const struct verdict_finding *f = doc->findings;

    while (f && strcmp(f->rule, "test-flaky") != 0)
        f = f->next;
    return f;
}

static void add_flaky(struct td_buf *out, const struct verdict_document *doc)
{
    size_t told = 0;

    for (const struct verdict_test *t = doc->tests; t; t = t->next) {
        struct td_buf line = {0};

        if (t->result != VERDICT_RESULT_FLAKY || told++ >= FINDINGS)
            continue;
        (void)td_buf_addf(&line, "flaky in %s: %s", t->gate, t->key);
        (void)td_buf_add_text(out, told == 1 ? "\n" : "");
        add_wrapped(out, 0, td_buf_str(&line));
        td_buf_release(&line);
    }
    if (told > FINDINGS)
        (void)td_buf_addf(out, "... and %zu flaky tests more\n",
                          told - FINDINGS);
}

static enum td_code write_text(const struct verdict_document *const *docs,
                               size_t len, bool color, struct td_buf *out,
                               struct td_error *err)
{
    const struct verdict_document *doc = docs[len - 1];
    struct report_gates gates = report_pick_gates(doc);
    size_t start = out->len;

    add_head(out, doc);
    if (color)
        add_ink(out, start, doc->outcome, false);
    if (gates.len > 0)
        (void)td_buf_add_byte(out, '\n');
    for (size_t i = 0; i < gates.len; i++)
        add_gate(out, docs, len, gates.list[i], color);
    if (len > 1)
        add_wrapped(out, 10, "(" REPORT_TREND_KEY ")");
    for (size_t i = 0; i < gates.len; i++)
        add_findings(out, doc, gates.list[i]);
    if (!is_found(doc))
        add_flaky(out, doc);
    free(gates.list);
    return report_done(out, "text", err);
}

enum td_code report_write_text(const struct verdict_document *const *docs,
                               size_t len, struct td_buf *out,
                               struct td_error *err)
{
    return write_text(docs, len, false, out, err);
}

enum td_code report_write_color(const struct verdict_document *const *docs,
                                size_t len, struct td_buf *out,
                                struct td_error *err)
{
    return write_text(docs, len, true, out, err);
}
