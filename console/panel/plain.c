/* One line a fact, where there is no terminal: no color, no width. */
#include "console/panel/panel_internal.h"

#include <stdio.h>
#include <string.h>

static void put_foreign(struct td_buf *out, const struct panel *v,
                        const char *text)
{
    text_clean(out, td_text(text ? text : ""), v->style);
}

/* "[ 45/120] ok      " */
static void head(struct td_buf *out, const struct panel *v, const char *word)
{
    const struct seen *s = v->seen;
    char total[PANEL_SHORT];
    int width = snprintf(total, sizeof(total), "%u", s->total);

    (void)td_buf_addf(out, "[%*u/%s] %-7s ", width,
                      s->completed + s->failed + s->skipped, total, word);
}

/* Of a live run always the id on the wire: when that of the plan comes is
 * chance, and lines of one run are to be alike. */
static void put_task(struct td_buf *out, const struct panel *v,
                     const struct seen_task *task)
{
    const char *id = v->mode == PANEL_TAPE ? seen_task_id(task) : task->id;

    put_foreign(out, v, id);
    if (!*task->name || !strcmp(task->name, id))
        return;
    (void)td_buf_add_text(out, " ");
    put_foreign(out, v, task->name);
}

static void began(struct td_buf *out, const struct panel *v,
                  const struct seen_fact *fact)
{
    const struct seen *s = v->seen;

    (void)fact;
    put_foreign(out, v, s->execution);
    (void)td_buf_add_text(out, *s->plan ? " " : "");
    put_foreign(out, v, s->plan);
    (void)td_buf_addf(out, ": %u %s%s", s->total, panel_thing(s),
                      s->total == 1 ? "" : "s");
    if (s->waves_total)
        (void)td_buf_addf(out, ", %u wave%s", s->waves_total,
                          s->waves_total == 1 ? "" : "s");
    if (s->artifacts_expected)
        (void)td_buf_addf(out, ", %u artifact%s expected",
                          s->artifacts_expected,
                          s->artifacts_expected == 1 ? "" : "s");
}

/* Gates that failed have failed in one of several ways. */
static const char *failed_word(const struct seen *s,
                               const struct seen_task *task)
{
    if (!s->gates || !task->error_type)
        return "fail";
    if (!strcmp(task->error_type, "flaky"))
        return "flaky";
    return !strcmp(task->error_type, "error") ? "error" : "fail";
}

static void task_ended(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];
    bool good = task->state == SEEN_COMPLETED;
    bool skip = seen_was_skipped(task);
    char took[PANEL_SHORT];

    head(out, v, good ? "ok" : skip ? "skip" : failed_word(v->seen, task));
    put_task(out, v, task);
    if (*panel_took(took, task->took_ms))
        (void)td_buf_addf(out, " %s", took);
    if (v->seen->gates && task->error) {
        (void)td_buf_add_text(out, ": ");
        put_foreign(out, v, task->error);
    }
}

static void task_error(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];

    head(out, v, task->state == SEEN_RETRYING ? "retry" : "error");
    put_task(out, v, task);
    (void)td_buf_add_text(out, " ");
    panel_add_attempt(out, task);
    (void)td_buf_add_text(out, ", ");
    put_foreign(out, v, task->error_type);
    (void)td_buf_add_text(out, ": ");
    put_foreign(out, v, task->error);
}

static void asked(struct td_buf *out, const struct panel *v,
                  const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];

    head(out, v, "approve");
    put_task(out, v, task);
    (void)td_buf_add_text(out, " (console: approve ");
    put_foreign(out, v, task->batch ? task->batch : task->id);
    (void)td_buf_add_text(out, ")");
}

static void warned(struct td_buf *out, const struct panel *v,
                   const struct seen_fact *fact)
{
    head(out, v, "alert");
    panel_add_alert(out, v->seen, &fact->alert);
}

static void task_began(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    head(out, v, "start");
    put_task(out, v, &v->seen->tasks[fact->task]);
}

static void wave_began(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    head(out, v, "wave");
    (void)td_buf_addf(out, "%u", v->seen->waves[fact->wave].number);
}

/* A line of the log; gates are told by the phase. */
static void logged(struct td_buf *out, const struct panel *v,
                   const struct seen_fact *fact)
{
    const struct seen *s = v->seen;

    (void)fact;
    head(out, v, "log");
    put_foreign(out, v,
                s->logs[(s->log_first + s->log_count - 1) % s->logs_max].text);
}

static void phase(struct td_buf *out, const struct panel *v,
                  const struct seen_fact *fact)
{
    head(out, v, fact->began ? "phase" : fact->good ? "ok" : "fail");
    put_foreign(out, v, v->seen->phases[fact->phase % SEEN_PHASES].name);
}

static void ended(struct td_buf *out, const struct panel *v,
                  const struct seen_fact *fact)
{
    const struct seen *s = v->seen;
    char text[PANEL_SHORT];

    (void)fact;
    head(out, v, "done");
    put_foreign(out, v, s->status);
    (void)td_buf_add_text(out, *s->status ? ": " : "");
    (void)td_buf_addf(out, "completed %u, failed %u, skipped %u", s->completed,
                      s->failed, s->skipped);
    if (!s->gates)
        (void)td_buf_addf(out, ", retries %u, artifacts %u", s->retries,
                          s->artifact_count);
    if (*panel_took(text, s->took_ms))
        (void)td_buf_addf(out, ", %s", text);
    if (s->tokens)
        (void)td_buf_addf(out, ", tokens %s", panel_count(text, s->tokens));
    if (s->cost_known)
        (void)td_buf_addf(out, ", cost %s$%.2f", s->cost_partly ? ">= " : "",
                          s->cost);
}

void panel_plain(struct td_buf *out, const struct panel *v,
                 const struct seen_fact *fact)
{
    static void (*const rows[])(struct td_buf *, const struct panel *,
                                const struct seen_fact *) = {
        [SEEN_BEGAN] = began,           [SEEN_TASK_ENDED] = task_ended,
        [SEEN_TASK_ERROR] = task_error, [SEEN_ASKED] = asked,
        [SEEN_WARNED] = warned,         [SEEN_ENDED] = ended,
        [SEEN_PHASE] = phase,           [SEEN_TASK_BEGAN] = task_began,
        [SEEN_WAVE_BEGAN] = wave_began, [SEEN_LOGGED] = logged,
    };

    if (!rows[fact->kind] || !panel_is_told(v, fact) ||
        (fact->kind == SEEN_LOGGED && v->told != PANEL_TOLD_DEBUG))
        return;
    rows[fact->kind](out, v, fact);
    (void)td_buf_add_byte(out, '\n');
}
