/* What an event has said, as lines of scrollback: written once, never again. */
#include "console/panel/panel_internal.h"
#include "core/width.h"

#include <stdio.h>
#include <string.h>

#define TIME_COLUMN                                                            \
    40 /* where durations stand; nearer on a narrow terminal                   \
        */

static size_t time_column(const struct panel *v)
{
    return v->columns >= PANEL_NARROW ? TIME_COLUMN : v->columns - 8;
}

static void began(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct text_line line = panel_line(out, v);

    text_put_foreign(&line, TEXT_ACCENT, td_text(s->execution));
    text_put(&line, TEXT_PLAIN, "  ");
    if (*s->plan) {
        text_put_foreign(&line, TEXT_PLAIN, td_text(s->plan));
        text_put(&line, TEXT_PLAIN, "  ");
    }
    text_putf(&line, TEXT_PLAIN, "%u %s%s", s->total, panel_thing(s),
              s->total == 1 ? "" : "s");
    if (s->waves_total)
        text_putf(&line, TEXT_PLAIN, ", %u wave%s", s->waves_total,
                  s->waves_total == 1 ? "" : "s");
    if (s->artifacts_expected)
        text_putf(&line, TEXT_PLAIN, ", %u artifact%s expected",
                  s->artifacts_expected, s->artifacts_expected == 1 ? "" : "s");
    panel_end(&line);
}

/* The time stands in its column; a name that is too long is cut before it. */
static void put_time(struct text_line *line, const struct panel *v, double ms)
{
    char took[PANEL_SHORT];

    if (v->columns < PANEL_NARROW) {
        panel_end_right(line, v, TEXT_DIM, panel_took(took, ms));
        return;
    }
    line->cut = false;
    line->max = v->columns - 1;
    text_tab(line, time_column(v));
    text_put(line, TEXT_DIM, panel_took(took, ms));
    panel_end(line);
}

static struct text_line task_line(struct td_buf *out, const struct panel *v,
                                  const struct seen_task *task,
                                  enum seen_state state)
{
    struct text_line line = panel_line(out, v);
    struct seen_task now = *task;

    now.state = state;
    line.max = time_column(v) - 1;
    text_put(&line, TEXT_PLAIN, "  ");
    panel_put_sign(&line, &now);
    text_put(&line, TEXT_PLAIN, " ");
    panel_put_task(&line, task);
    return line;
}

static void task_ended(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];
    struct text_line line = task_line(out, v, task, task->state);

    put_time(&line, v, task->took_ms);
    if (!v->seen->gates || !task->error)
        return;
    line = panel_line(out, v);
    text_put(&line, TEXT_PLAIN, "      ");
    if (task->error_type) {
        text_put_foreign(&line, TEXT_DIM, td_text(task->error_type));
        text_put(&line, TEXT_DIM, ": ");
    }
    text_put_foreign(&line, TEXT_PLAIN, td_text(task->error));
    panel_end(&line);
}

/* How long the attempt took, which its error does not tell; < 0: not known. */
static double attempt_took(const struct seen *s, const struct seen_task *task)
{
    return task->began_ns && s->last_ns > task->began_ns
               ? (double)(s->last_ns - task->began_ns) / 1e6
               : -1;
}

/* "0.4s  attempt 1 of 4", "1 of 4" where there is little room. */
static void put_attempt(struct text_line *line, const struct panel *v,
                        const struct seen_task *task)
{
    struct td_buf attempt = {0};
    char took[PANEL_SHORT];

    panel_add_attempt(&attempt, task);
    if (v->columns < PANEL_NARROW) {
        panel_end_right(line, v, TEXT_DIM,
                        td_buf_str(&attempt) + strlen("attempt "));
    } else {
        line->cut = false;
        line->max = v->columns - 1;
        text_tab(line, time_column(v));
        if (*panel_took(took, attempt_took(v->seen, task)))
            text_putf(line, TEXT_DIM, "%s  ", took);
        text_put_bytes(line, TEXT_DIM, td_buf_bytes(&attempt));
        panel_end(line);
    }
    td_buf_release(&attempt);
}

/* Where more of it stands, if there is room to say so. */
static void put_hint(struct text_line *line, const struct seen_task *task)
{
    struct td_buf hint = {0};

    (void)td_buf_addf(&hint, "      (logs --task %s)", seen_task_id(task));
    if (!line->cut && line->used + td_width(td_buf_bytes(&hint)) <= line->max)
        text_put_foreign(line, TEXT_DIM, td_buf_bytes(&hint));
    td_buf_release(&hint);
}

static void task_error(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];
    struct text_line line =
        task_line(out, v, task,
                  task->state == SEEN_RETRYING ? SEEN_RETRYING : SEEN_FAILED);

    if (panel_never_ran(task))
        panel_end(&line);
    else
        put_attempt(&line, v, task);
    line = panel_line(out, v);
    text_put(&line, TEXT_PLAIN, "      ");
    if (task->error_type) {
        text_put_foreign(&line, TEXT_DIM, td_text(task->error_type));
        text_put(&line, TEXT_DIM, ": ");
    }
    text_put_foreign(&line, TEXT_PLAIN,
                     td_text(task->error ? task->error : ""));
    put_hint(&line, task);
    panel_end(&line);
}

static void artifact(struct td_buf *out, const struct panel *v,
                     const struct seen_fact *fact)
{
    const struct seen_artifact *a = &v->seen->artifacts[fact->artifact];
    size_t room = time_column(v) - 5;
    struct text_line line = panel_line(out, v);
    struct td_buf clean = {0};
    struct td_buf path = {0};
    char size[PANEL_SHORT];
    bool link;

    text_clean(&clean, td_text(a->path), v->style);
    text_cut_path(&path, td_buf_bytes(&clean), room, v->style);
    text_put(&line, TEXT_PLAIN, "  + ");
    link = panel_link_begin(&line, v, a->path);
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(&path));
    panel_link_end(&line, link);
    if (v->columns >= PANEL_NARROW) {
        text_tab(&line, TIME_COLUMN);
        text_put_foreign(&line, TEXT_DIM, td_text(a->type));
        text_putf(&line, TEXT_DIM, ", %s", td_size_text(size, a->size));
    }
    panel_end(&line);
    td_buf_release(&clean);
    td_buf_release(&path);
}

static void wave_ended(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_wave *wave = &v->seen->waves[fact->wave];
    bool good = wave->good == wave->tasks;
    struct text_line line = panel_line(out, v);
    char took[PANEL_SHORT];
    char part[PANEL_SHORT];

    *part = '\0';
    if (wave->tasks)
        (void)snprintf(part, sizeof(part), "%u/%u", wave->good, wave->tasks);
    text_put(&line, TEXT_PLAIN, "  ");
    text_put_sign(&line, good ? TEXT_GOOD : TEXT_BAD,
                  good ? TEXT_DONE : TEXT_FAILED);
    text_putf(&line, TEXT_PLAIN, " wave %u  %6s  ", wave->number, part);
    text_put(&line, TEXT_DIM, panel_took(took, wave->took_ms));
    panel_end(&line);
}

static void asked(struct td_buf *out, const struct panel *v,
                  const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "  ");
    text_put_sign(&line, TEXT_WARN, TEXT_ASKS);
    text_put(&line, TEXT_PLAIN, " ");
    panel_put_task(&line, task);
    text_put(&line, TEXT_PLAIN, "  waits for approve ");
    text_put_foreign(&line, TEXT_ACCENT,
                     td_text(task->batch ? task->batch : seen_task_id(task)));
    panel_end(&line);
}

static void warned(struct td_buf *out, const struct panel *v,
                   const struct seen_fact *fact)
{
    struct text_line line = panel_line(out, v);
    struct td_buf text = {0};

    text_put(&line, panel_used_role(v, fact->alert.percent), "! ");
    panel_add_alert(&text, v->seen, &fact->alert);
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(&text));
    panel_end(&line);
    td_buf_release(&text);
}

static void phase(struct td_buf *out, const struct panel *v,
                  const struct seen_fact *fact)
{
    const struct seen_phase *p = &v->seen->phases[fact->phase % SEEN_PHASES];
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "  ");
    text_put_sign(&line,
                  fact->began  ? TEXT_RUN
                  : fact->good ? TEXT_GOOD
                               : TEXT_BAD,
                  fact->began  ? TEXT_RUNS
                  : fact->good ? TEXT_DONE
                               : TEXT_FAILED);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(p->name ? p->name : ""));
    panel_end(&line);
}

/* A gate has begun or ended. */
static void logged(struct td_buf *out, const struct panel *v,
                   const struct seen_fact *fact)
{
    const struct seen *s = v->seen;
    const struct seen_log *log =
        &s->logs[(s->log_first + s->log_count - 1) % s->logs_max];

    (void)fact;
    if (log->gate)
        panel_log_gate(out, v, log);
    else
        panel_log_last(out, v);
}

static void task_began(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_task *task = &v->seen->tasks[fact->task];
    struct text_line line = task_line(out, v, task, SEEN_RUNNING);

    panel_end(&line);
}

static void wave_began(struct td_buf *out, const struct panel *v,
                       const struct seen_fact *fact)
{
    const struct seen_wave *wave = &v->seen->waves[fact->wave];
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "  ");
    text_put_sign(&line, TEXT_RUN, TEXT_RUNS);
    text_putf(&line, TEXT_PLAIN, " wave %u", wave->number);
    if (wave->tasks)
        text_putf(&line, TEXT_PLAIN, "  %u task%s", wave->tasks,
                  wave->tasks == 1 ? "" : "s");
    panel_end(&line);
}

static void end_row(struct td_buf *out, const struct panel *v, const char *name,
                    const char *text)
{
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "  %-11s", name);
    text_put(&line, TEXT_PLAIN, text);
    panel_end(&line);
}

/* What an execution has made, and what that took. */
static void put_made(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};
    struct text_line line;
    char a[PANEL_SHORT];

    (void)td_buf_addf(&text, "%u", s->artifact_count);
    if (s->artifacts_expected)
        (void)td_buf_addf(&text, " of %u", s->artifacts_expected);
    (void)td_buf_addf(&text, ", %s", td_size_text(a, s->artifact_bytes));
    end_row(out, v, "artifacts", td_buf_str(&text));
    td_buf_release(&text);
    if (!s->tokens)
        return;
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "  %-11s", "tokens");
    panel_put_tokens(&line, v, "", 0);
    panel_put_cost(&line, v, "      cost ", 0);
    panel_end(&line);
}

static void ended(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    bool good = seen_is_good(s);
    struct text_line line = panel_line(out, v);
    struct td_buf text = {0};
    char a[PANEL_SHORT];

    text_put_sign(&line, good ? TEXT_GOOD : TEXT_BAD,
                  good ? TEXT_DONE : TEXT_FAILED);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, good ? TEXT_GOOD : TEXT_BAD, td_text(s->status));
    text_put(&line, TEXT_PLAIN, *s->status ? "" : "ended");
    if (*panel_took(a, s->took_ms))
        text_putf(&line, TEXT_PLAIN, " in %s", a);
    text_put(&line, TEXT_PLAIN, "  ");
    text_put_foreign(&line, TEXT_ACCENT, td_text(s->execution));
    text_put(&line, TEXT_PLAIN, *s->plan ? "  " : "");
    text_put_foreign(&line, TEXT_PLAIN, td_text(s->plan));
    panel_end(&line);
    (void)td_buf_addf(&text, "%u of %u, ", s->completed, s->total);
    if (!s->gates)
        (void)td_buf_addf(&text, "%u %s, ", s->retries,
                          s->retries == 1 ? "retry" : "retries");
    (void)td_buf_addf(&text, "%u failed, %u skipped", s->failed, s->skipped);
    end_row(out, v, s->gates ? "gates" : "tasks", td_buf_str(&text));
    td_buf_release(&text);
    if (!s->gates)
        put_made(out, v);
}

static enum seen_level level_of_log(const struct seen *s)
{
    const struct seen_log *log =
        &s->logs[(s->log_first + s->log_count - 1) % s->logs_max];

    return log->gate ? log->level : SEEN_DEBUG;
}

/* A question is as grave as a failure: somebody is needed. */
static enum seen_level level_of(const struct seen *s,
                                const struct seen_fact *fact)
{
    static const enum seen_level levels[] = {
        [SEEN_BEGAN] = SEEN_INFO,       [SEEN_TASK_BEGAN] = SEEN_DEBUG,
        [SEEN_TASK_ENDED] = SEEN_ERROR, [SEEN_TASK_ERROR] = SEEN_ERROR,
        [SEEN_ARTIFACT] = SEEN_INFO,    [SEEN_WAVE_BEGAN] = SEEN_DEBUG,
        [SEEN_WAVE_ENDED] = SEEN_INFO,  [SEEN_ASKED] = SEEN_ERROR,
        [SEEN_ANSWERED] = SEEN_INFO,    [SEEN_WARNED] = SEEN_WARN,
        [SEEN_PHASE] = SEEN_ERROR,      [SEEN_ENDED] = SEEN_ERROR,
    };

    if (fact->kind == SEEN_LOGGED)
        return level_of_log(s);
    if (fact->kind == SEEN_TASK_ENDED &&
        s->tasks[fact->task].state == SEEN_COMPLETED)
        return SEEN_INFO;
    if (fact->kind == SEEN_TASK_ERROR &&
        s->tasks[fact->task].state == SEEN_RETRYING)
        return SEEN_WARN;
    if (fact->kind == SEEN_PHASE && (fact->began || fact->good))
        return SEEN_INFO;
    return levels[fact->kind];
}

bool panel_is_told(const struct panel *v, const struct seen_fact *fact)
{
    static const enum seen_level least[] = {
        [PANEL_TOLD_INFO] = SEEN_INFO,
        [PANEL_TOLD_DEBUG] = SEEN_DEBUG,
        [PANEL_TOLD_WARN] = SEEN_WARN,
        [PANEL_TOLD_ERROR] = SEEN_ERROR,
    };

    return level_of(v->seen, fact) >= least[v->told];
}

void panel_fact(struct td_buf *out, const struct panel *v,
                const struct seen_fact *fact)
{
    static void (*const rows[])(struct td_buf *, const struct panel *,
                                const struct seen_fact *) = {
        [SEEN_TASK_BEGAN] = task_began,
        [SEEN_WAVE_BEGAN] = wave_began,
        [SEEN_TASK_ENDED] = task_ended,
        [SEEN_TASK_ERROR] = task_error,
        [SEEN_ARTIFACT] = artifact,
        [SEEN_WAVE_ENDED] = wave_ended,
        [SEEN_ASKED] = asked,
        [SEEN_WARNED] = warned,
        [SEEN_PHASE] = phase,
        [SEEN_LOGGED] = logged,
        [SEEN_ENDED] = NULL,
    };

    if (!panel_is_told(v, fact))
        return;
    if (fact->kind == SEEN_BEGAN)
        began(out, v);
    else if (fact->kind == SEEN_ENDED)
        ended(out, v);
    else if (rows[fact->kind])
        rows[fact->kind](out, v, fact);
}
