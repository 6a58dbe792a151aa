/* Annotations of GitHub Actions: workflow commands on stdout of a step.
 *
 * A step shows 10 errors, 10 warnings and 10 notices, and drops the rest
 * without a word (actions/toolkit#734): of more the nine worst are told, then
 * how many there are.
 */
#include "core/log.h"
#include "reports/formats.h"
#include "reports/pick.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CAP 10

enum kind { ERRORS, WARNINGS, NOTICES, KINDS };

static const char *const commands[] = {"error", "warning", "notice"};

/* Data of a command: a line end would end it, and begin another. */
static void add_escaped(struct td_buf *out, const char *text, bool property)
{
    struct td_buf clean = {0};

    (void)td_text_clean(&clean, td_text(text));
    for (size_t i = 0; i < clean.len; i++) {
        uint8_t c = clean.ptr[i];

        if (c == '%' || (property && (c == ':' || c == ',')))
            (void)td_buf_addf(out, "%%%02X", c);
        else
            (void)td_buf_add_byte(out, c);
    }
    td_buf_release(&clean);
}

struct annotation {
    enum kind kind;
    const char *file;
    uint64_t line;
    uint64_t column;
    const char *gate;
    const char *rule; /* or NULL */
    const char *message;
    const char *place; /* of the rule in its contract, or NULL */
};

struct annotate {
    const struct verdict_document *doc;
    struct td_buf *out;
    size_t counts[KINDS]; /* of all that there are */
    size_t told[KINDS];
};

static void tell(struct annotate *to, const struct annotation *a)
{
    struct td_buf *out = to->out;
    struct td_buf file = {0};

    (void)td_buf_addf(out, "::%s ", commands[a->kind]);
    if (a->file && a->file[0]) {
        report_add_file(&file, to->doc, a->file);
        (void)td_buf_add_text(out, "file=");
        add_escaped(out, td_buf_str(&file), true);
        if (a->line)
            (void)td_buf_addf(out, ",line=%" PRIu64, a->line);
        if (a->line && a->column)
            (void)td_buf_addf(out, ",col=%" PRIu64, a->column);
        (void)td_buf_add_byte(out, ',');
    }
    (void)td_buf_add_text(out, "title=");
    add_escaped(out, a->gate, true);
    if (a->rule) {
        (void)td_buf_add_text(out, "%3A ");
        add_escaped(out, a->rule, true);
    }
    (void)td_buf_add_text(out, "::");
    add_escaped(out, a->message, false);
    td_buf_release(&file);
    if (a->place) {
        (void)td_buf_add_text(out, " (rule: ");
        add_escaped(out, a->place, false);
        (void)td_buf_add_byte(out, ')');
    }
    (void)td_buf_add_byte(out, '\n');
}

/* Room for the line about the rest is kept. */
static void offer(struct annotate *to, const struct annotation *a)
{
    size_t room = to->counts[a->kind] > CAP ? CAP - 1 : CAP;

    if (to->told[a->kind] < room) {
        tell(to, a);
        to->told[a->kind]++;
    }
}

typedef void heard_fn(struct annotate *to, const struct annotation *a);

static void count(struct annotate *to, const struct annotation *a)
{
    to->counts[a->kind]++;
}

/* Gates of which no finding speaks. */
static void each_gate(struct annotate *to, const struct verdict_document *doc,
                      heard_fn *heard)
{
    struct report_gates gates = report_pick_gates(doc);

    for (size_t i = 0; i < gates.len; i++) {
        const struct verdict_gate *g = gates.list[i];
        struct report_findings found = report_pick_findings(doc, g);
        bool silent = found.len == 0 || found.list[0]->state != VERDICT_NEW;
        struct annotation a = {
            .gate = g->name,
            .message = g->reason ? g->reason : check_outcome_text(g->outcome)};

        a.kind = g->outcome == CHECK_FLAKY  ? WARNINGS
                 : g->outcome >= CHECK_FAIL ? ERRORS
                                            : NOTICES;
        if (g->outcome == CHECK_ERROR ||
            (silent && g->outcome != CHECK_PASS && g->outcome != CHECK_OPEN))
            heard(to, &a);
        free(found.list);
    }
    free(gates.list);
}

static void hear_finding(struct annotate *to, const struct verdict_finding *f,
                         const char *place, heard_fn *heard)
{
    struct td_buf message = {0};
    struct annotation a = {.kind = (enum kind)f->level,
                           .file = f->file,
                           .line = f->line || f->has_t ? f->line : f->seq,
                           .column = f->column,
                           .gate = f->gate,
                           .rule = f->rule,
                           .place = place};

    report_add_message(&message, f);
    a.message = td_buf_str(&message);
    heard(to, &a);
    td_buf_release(&message);
}

static void each(struct annotate *to, const struct verdict_document *doc,
                 heard_fn *heard)
{
    struct report_findings found = report_pick_findings(doc, NULL);
    struct report_flaky flaky = report_pick_flaky(doc, NULL);

    each_gate(to, doc, heard);
    for (size_t i = 0; i < found.len; i++)
        if (found.list[i]->state == VERDICT_NEW)
            hear_finding(to, found.list[i],
                         report_rule_place(doc, found.list[i]), heard);
    for (size_t i = 0; i < flaky.len; i++)
        hear_finding(to, &flaky.list[i], NULL, heard);
    free(found.list);
    free(flaky.list);
}

enum td_code report_write_github(const struct verdict_document *const *docs,
                                 size_t len, struct td_buf *out,
                                 struct td_error *err)
{
    struct annotate to = {.doc = docs[len - 1], .out = out};

    each(&to, docs[len - 1], count);
    each(&to, docs[len - 1], offer);
    for (int k = 0; k < KINDS; k++) {
        if (to.counts[k] > CAP)
            (void)td_buf_addf(out, "::%s title=tapedeck::%zu more\n",
                              commands[k], to.counts[k] - to.told[k]);
    }
    return report_done(out, "github", err);
}
