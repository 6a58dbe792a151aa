/* A row of the block: a task that something goes on with. */
#include "console/panel/panel_internal.h"
#include "core/width.h"

#include <stdio.h>
#include <string.h>

static bool narrow(const struct panel *v)
{
    return v->columns < PANEL_NARROW;
}

static bool wide(const struct panel *v)
{
    return v->columns >= PANEL_WIDE;
}

/* ---- what stands at the end of the row ---- */

/* "openai model-4   2,140 tokens   6s of ~9s", "shell   1s", "1s". */
static void end_of_running(struct td_buf *out, const struct panel *v,
                           const struct seen_task *task)
{
    char text[PANEL_SHORT];
    const char *model =
        task->model ? v->seen->models[task->model - 1].name : "";

    if (!narrow(v) && *task->provider)
        (void)td_buf_addf(out, "%.20s", task->provider);
    if (wide(v) && *model)
        (void)td_buf_addf(out, " %.40s", model);
    if (wide(v) && task->attempt_tokens)
        (void)td_buf_addf(out, " %7s tokens",
                          panel_count(text, task->attempt_tokens));
    (void)td_buf_addf(out, "%s%4s", out->len ? " " : "",
                      panel_age(text, v, task->began_ns));
    if (wide(v) && task->usual_ms > 0)
        (void)td_buf_addf(out, " of ~%s",
                          td_duration_text(text,
                                           (uint64_t)(task->usual_ms * 1e6),
                                           TD_DURATION_COUNT));
}

static void end_of_retrying(struct td_buf *out, const struct panel *v,
                            const struct seen_task *task)
{
    char left[PANEL_SHORT];

    if (v->mode == PANEL_LOST || task->again_ns <= v->now_ns)
        return;
    (void)td_buf_addf(
        out, "%s %s", narrow(v) ? "in" : "again in",
        td_duration_text(left, task->again_ns - v->now_ns, TD_DURATION_TENTH));
}

static const char *batch_of(const struct seen_task *task)
{
    return task->batch ? task->batch : seen_task_id(task);
}

static void end_of_asking(struct td_buf *out, const struct panel *v,
                          const struct seen_task *task)
{
    char age[PANEL_SHORT];

    if (narrow(v)) {
        (void)td_buf_add_text(out, "[y/n/show]");
        return;
    }
    (void)td_buf_addf(out, "approve %.60s [y/n/show]%s%4s", batch_of(task),
                      wide(v) ? "  waits" : "",
                      panel_age(age, v, task->began_ns));
}

/* ---- what stands at its beginning ---- */

/* The part of a batch's id that is not the task's own: "x1/c" says no more than
 * "c". */
static bool is_told_by(const char *batch, const char *task)
{
    const char *last = strrchr(batch, '/');

    return !strcmp(last ? last + 1 : batch, task);
}

static void put_question(struct text_line *line, const struct panel *v,
                         const struct seen_task *task)
{
    const char *id = seen_task_id(task);

    if (narrow(v)) {
        bool told = is_told_by(batch_of(task), id);

        text_put_foreign(line, TEXT_ACCENT,
                         td_text(told ? id : batch_of(task)));
        text_put(line, TEXT_PLAIN, " ");
        panel_put_name(line, task->name);
        return;
    }
    if (!is_told_by(batch_of(task), id)) {
        text_put_foreign(line, TEXT_ACCENT, td_text(task->batch));
        text_put(line, TEXT_PLAIN, " ");
    }
    panel_put_task(line, task);
    if (task->ask) {
        text_put(line, TEXT_PLAIN, ": ");
        text_put_foreign(line, TEXT_PLAIN, td_text(task->ask));
    }
}

/* The kind of an error that says no more than its words do is left out:
 * "exit_status" of "exit status 1". */
static bool says_kind(const char *text, const char *kind)
{
    while (*kind && *text &&
           (*kind == *text || (*kind == '_' && *text == ' '))) {
        kind++;
        text++;
    }
    return *kind == '\0';
}

static void put_attempt(struct text_line *line, const struct panel *v,
                        const struct seen_task *task)
{
    char next[PANEL_SHORT];
    size_t max = line->max;
    int takes;

    if (narrow(v)) { /* the next one, which is what is waited for */
        takes = snprintf(next, sizeof(next), " %u/%u", task->errors + 1,
                         task->attempts_max);
        line->max = max > (size_t)takes ? max - (size_t)takes : 0;
        panel_put_task(line, task);
        line->max = max;
        line->cut = false;
        text_put(line, TEXT_PLAIN, next);
        return;
    }
    panel_put_task(line, task);
    text_putf(line, TEXT_PLAIN, ": attempt %u of %u", task->errors,
              task->attempts_max);
    if (!task->error)
        return;
    text_put(line, TEXT_PLAIN, ", ");
    text_put_foreign(line, TEXT_PLAIN, td_text(task->error));
    if (!task->error_type || says_kind(task->error, task->error_type))
        return;
    text_put(line, TEXT_PLAIN, " (");
    text_put_foreign(line, TEXT_PLAIN, td_text(task->error_type));
    text_put(line, TEXT_PLAIN, ")");
}

static void put_running(struct text_line *line, const struct panel *v,
                        const struct seen_task *task)
{
    (void)v;
    panel_put_task(line, task);
}

static const struct {
    void (*begin)(struct text_line *line, const struct panel *v,
                  const struct seen_task *task);
    void (*end)(struct td_buf *out, const struct panel *v,
                const struct seen_task *task);
} parts[SEEN_STATES] = {
    [SEEN_RUNNING] = {put_running, end_of_running},
    [SEEN_RETRYING] = {put_attempt, end_of_retrying},
    [SEEN_ASKING] = {put_question, end_of_asking},
};

void panel_put_row(struct td_buf *out, const struct panel *v,
                   const struct seen_task *task, uint32_t more)
{
    struct td_buf right = {0};
    struct td_buf clean = {0};
    struct text_line line;

    parts[task->state].end(&right, v, task);
    text_clean(&clean, td_buf_bytes(&right), v->style);
    if (more)
        (void)td_buf_addf(&clean, "%s+%u", clean.len ? "  " : "", more);
    line = panel_line_for(out, v, td_buf_str(&clean));
    text_put(&line, TEXT_PLAIN, " ");
    panel_put_sign(&line, task);
    text_put(&line, TEXT_PLAIN, " ");
    parts[task->state].begin(&line, v, task);
    panel_end_right(&line, v, TEXT_DIM, td_buf_str(&clean));
    td_buf_release(&right);
    td_buf_release(&clean);
}
