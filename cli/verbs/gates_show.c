#include "cli/verbs/gates_show.h"

#include "cli/shared/tape_output.h"
#include "core/ink.h"
#include "core/log.h"
#include "reports/pick.h"
#include "reports/verdict_json.h"
#include "validator/gates/explain.h"
#include "validator/verdict/sum.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_MAX 20 /* findings; all of them with -v */

static void plan_json(struct td_buf *out,
                      const struct gates_check *const *order, size_t len)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_array(&w, "gates");
    for (size_t i = 0; i < len; i++) {
        td_json_object(&w, NULL);
        td_json_put_text(&w, "name", order[i]->name);
        td_json_put_text(&w, "kind", verdict_kind_text(order[i]->kind));
        td_json_array(&w, "needs");
        for (size_t n = 0; n < order[i]->needs.len; n++)
            td_json_put_text(&w, NULL, order[i]->needs.list[n]);
        td_json_array_end(&w);
        td_json_array(&w, "command");
        for (size_t n = 0; n < order[i]->run.len; n++)
            td_json_put_text(&w, NULL, order[i]->run.list[n]);
        td_json_array_end(&w);
        td_json_object_end(&w);
    }
    td_json_array_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

void cli_gates_plan(struct td_buf *out, const struct gates_check *const *order,
                    size_t len, bool commands, bool json)
{
    if (json) {
        plan_json(out, order, len);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        (void)td_buf_addf(out, "%s (%s)\n", order[i]->name,
                          verdict_kind_text(order[i]->kind));
        if (!commands)
            continue;
        (void)td_buf_add_text(out, "  ");
        gates_explain_check(out, order[i]);
        (void)td_buf_add_text(out, "\n");
    }
}

static enum td_ink ink_of(enum check_outcome outcome, bool warned)
{
    if (outcome == CHECK_FAIL || outcome == CHECK_ERROR)
        return TD_INK_BAD;
    return outcome == CHECK_PASS && !warned ? TD_INK_GOOD : TD_INK_WARN;
}

static void add_clean(struct td_buf *out, const char *text)
{
    (void)td_text_clean(out, td_text(text));
}

static void add_gate(struct td_buf *out, const struct verdict_gate *g,
                     bool color)
{
    bool warned = g->outcome == CHECK_PASS && g->warned;
    const char *word = warned ? "warn" : check_outcome_text(g->outcome);

    (void)td_ink(out, ink_of(g->outcome, warned), word, color);
    (void)td_buf_addf(out, "%*s ", (int)(7 - strlen(word)), "");
    add_clean(out, g->name);
    if (g->reason) {
        (void)td_buf_add_text(out, ": ");
        add_clean(out, g->reason);
    }
    (void)td_buf_add_text(out, "\n");
    if ((g->outcome == CHECK_FAIL || g->outcome == CHECK_ERROR) && g->repro) {
        (void)td_buf_add_text(out, "        again: ");
        (void)td_text_clean_lines(out, td_text(g->repro));
        (void)td_buf_add_text(out, "\n");
    }
    if ((g->outcome == CHECK_FAIL || g->outcome == CHECK_ERROR) && g->log)
        (void)td_buf_addf(out, "        log:   %s\n", g->log);
}

static void add_place(struct td_buf *out, const struct verdict_finding *f)
{
    if (f->file) {
        add_clean(out, f->file);
        if (f->line)
            (void)td_buf_addf(out, ":%" PRIu64, f->line);
        (void)td_buf_add_text(out, ": ");
    }
    if (f->test) {
        add_clean(out, f->test);
        (void)td_buf_add_text(out, ": ");
    }
    if (f->seq)
        (void)td_buf_addf(out, "event %" PRIu64 ": ", f->seq);
}

/* rule is where its rule stands, or NULL. */
static void add_finding(struct td_buf *out, const struct verdict_finding *f,
                        const char *rule)
{
    (void)td_buf_add_text(out, "  ");
    add_clean(out, f->gate);
    (void)td_buf_addf(out, " %s: ",
                      f->state == VERDICT_NEW ? check_level_text(f->level)
                                              : verdict_state_text(f->state));
    add_place(out, f);
    add_clean(out, f->message ? f->message : "");
    (void)td_buf_add_text(out, " [");
    add_clean(out, f->rule);
    if (rule) {
        (void)td_buf_add_text(out, ", ");
        add_clean(out, rule);
    }
    (void)td_buf_add_text(out, "]");
    if (f->was) {
        (void)td_buf_add_text(out, ", was ");
        add_clean(out, f->was);
    }
    (void)td_buf_add_text(out, "\n");
}

/* Errors, then warnings; what is known already, or fixed, only counts. */
static void add_findings(struct td_buf *out, const struct verdict_document *doc,
                         bool all)
{
    uint64_t shown = 0;
    uint64_t left = doc->truncated_findings;
    uint64_t old[VERDICT_FIXED + 1] = {0};

    for (int level = CHECK_LEVEL_ERROR; level <= CHECK_LEVEL_INFO; level++) {
        for (const struct verdict_finding *f = doc->findings; f; f = f->next) {
            if ((int)f->level != level)
                continue;
            if (f->state != VERDICT_NEW && !all)
                old[f->state]++;
            else if (shown < SHOWN_MAX || all)
                add_finding(out, f, report_rule_place(doc, f));
            else
                left++;
            shown += f->state == VERDICT_NEW || all;
        }
    }
    if (left > 0)
        (void)td_buf_addf(out, "  and %" PRIu64 " more (-v shows all)\n", left);
    for (int state = VERDICT_KNOWN; state <= VERDICT_FIXED; state++) {
        if (old[state] > 0)
            (void)td_buf_addf(out, "  %" PRIu64 " %s (-v shows them)\n",
                              old[state],
                              verdict_state_text((enum verdict_state)state));
    }
}

static void add_text(struct td_buf *out, const struct verdict_document *doc,
                     const struct cli_args *args)
{
    bool color = cli_color(args, STDOUT_FILENO);

    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        add_gate(out, g, color);
    add_findings(out, doc, cli_verbose(args));
    (void)td_ink(out, ink_of(doc->outcome, false),
                 doc->exit == 130 ? "cancelled"
                                  : check_outcome_text(doc->outcome),
                 color);
    if (doc->run.base)
        (void)td_buf_addf(out, ", changes since %.12s", doc->run.base);
    (void)td_buf_add_text(out, "\n");
}

enum td_code cli_gates_show(const struct verdict_document *doc,
                            const struct cli_args *args, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    if (cli_json(args))
        code = report_verdict_json(&out, doc);
    else if (!cli_quiet(args))
        add_text(&out, doc, args);
    if (code)
        (void)td_error_set(err, code, "", 0, "the verdict is too long");
    else
        code = cli_print(&out, err);
    td_buf_release(&out);
    return code;
}

void cli_gates_say(const struct verdict_document *doc, enum td_code code,
                   const char *path, struct td_error *err)
{
    struct td_buf sum = {0};

    verdict_add_sum_named(&sum, doc);
    if (code == TD_CANCELLED)
        (void)td_error_set(err, code, path, 0, "cancelled by a signal");
    else if (code == TD_LOSSY)
        (void)td_error_set(err, code, path, 0,
                           "passed, but a tape is torn or lacks events");
    else
        (void)td_error_set(err, code, path, 0, "%.200s", td_buf_str(&sum));
    td_buf_release(&sum);
}
