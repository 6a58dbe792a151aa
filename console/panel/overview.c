/* What a plan is, what it came to, what is wrong, what is asked. */
#include "console/panel/panel_internal.h"

#include <stdio.h>
#include <string.h>

#define BAR_CELLS 50

static void row(struct td_buf *out, const struct panel *v, const char *name,
                const struct td_buf *text)
{
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "  %-11s", name);
    text_put_bytes(&line, TEXT_PLAIN, td_buf_bytes(text));
    panel_end(&line);
}

static void put_head(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_PLAIN, "plan ");
    text_put_foreign(&line, TEXT_ACCENT, td_text(panel_title(s)));
    text_put(&line, TEXT_PLAIN, "  ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(s->execution));
    panel_end(&line);
}

static void put_estimate(struct td_buf *text, const struct panel *v)
{
    const struct seen *s = v->seen;
    uint32_t known = 0;
    double ms = panel_estimate(v, &known);
    char took[PANEL_SHORT];

    if (!known)
        return;
    (void)td_buf_addf(text, "%s", panel_took(took, ms));
    if (s->workers)
        (void)td_buf_addf(text, " on %u worker%s", s->workers,
                          s->workers == 1 ? "" : "s");
    (void)td_buf_addf(text, ", by earlier runs (%u of %u tasks known)", known,
                      s->task_count);
}

static void put_budget(struct td_buf *text, const struct seen *s)
{
    char part[PANEL_SHORT];

    if (s->tokens_max)
        (void)td_buf_addf(text, "%s tokens", panel_count(part, s->tokens_max));
    if (s->cost_max > 0)
        (void)td_buf_addf(text, "%s$%.2f", text->len ? ", " : "", s->cost_max);
    if (s->wall_max_ms > 0)
        (void)td_buf_addf(text, "%s%s", text->len ? ", " : "",
                          panel_took(part, s->wall_max_ms));
}

static void put_progress(struct td_buf *out, const struct panel *v)
{
    struct text_line line = panel_line(out, v);
    size_t cells = v->columns > BAR_CELLS + 30 ? BAR_CELLS
                   : v->columns > 40           ? v->columns - 30
                                               : 8;
    char percent[PANEL_SHORT];

    text_putf(&line, TEXT_DIM, "  %-11s", "progress");
    text_bar(&line, v->seen->failed ? TEXT_BAD : TEXT_GOOD, cells,
             seen_progress(v->seen));
    text_putf(&line, TEXT_PLAIN, " %s",
              panel_percent(percent, seen_progress(v->seen)));
    panel_end(&line);
}

/* "wave 4 of 9, 3 running, 1 waits to retry, 1 waits for you" */
static void put_now(struct td_buf *text, const struct seen *s)
{
    const struct {
        uint32_t count;
        const char *one, *more;
    } parts[] = {
        {s->counts[SEEN_RUNNING], "running", "running"},
        {s->counts[SEEN_RETRYING], "waits to retry", "wait to retry"},
        {s->counts[SEEN_ASKING], "waits for you", "wait for you"},
        {s->counts[SEEN_READY], "ready", "ready"},
        {s->failed, "failed", "failed"},
        {s->skipped, "skipped", "skipped"},
    };

    if (s->ended) {
        (void)td_buf_addf(text, "ended, %u of %u done", s->completed, s->total);
    } else if (s->waves_total) {
        (void)td_buf_addf(text, "wave %u of %u", panel_wave_now(s),
                          s->waves_total);
    } else {
        (void)td_buf_addf(text, "%u done", s->completed);
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].count)
            (void)td_buf_addf(text, ", %u %s", parts[i].count,
                              parts[i].count == 1 ? parts[i].one
                                                  : parts[i].more);
}

void panel_overview(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};

    put_head(out, v);
    (void)td_buf_addf(&text, "%u", s->total);
    if (s->waves_total)
        (void)td_buf_addf(&text, " in %u wave%s", s->waves_total,
                          s->waves_total == 1 ? "" : "s");
    row(out, v, s->gates ? "gates" : "tasks", &text);
    td_buf_clear(&text);
    put_estimate(&text, v);
    if (text.len)
        row(out, v, "estimate", &text);
    td_buf_clear(&text);
    put_budget(&text, s);
    if (text.len)
        row(out, v, "budget", &text);
    td_buf_clear(&text);
    (void)td_buf_addf(&text, "%u", s->artifact_count);
    if (s->artifacts_expected)
        (void)td_buf_addf(&text, " of %u expected", s->artifacts_expected);
    if (!s->gates)
        row(out, v, "artifacts", &text);
    put_progress(out, v);
    td_buf_clear(&text);
    put_now(&text, s);
    row(out, v, "now", &text);
    td_buf_release(&text);
}

/* ---- what it came to ---- */

void panel_results(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;

    if (s->ended) {
        const struct seen_fact end = {.kind = SEEN_ENDED};

        panel_fact(out, v, &end);
    } else {
        panel_status(out, v);
    }
    if (!s->gates || s->ended)
        panel_gates(out, v);
}

void panel_gates(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;

    for (uint32_t i = 0; i < s->log_count; i++) {
        const struct seen_log *log = &s->logs[(s->log_first + i) % s->logs_max];

        if (log->gate && !log->begins)
            panel_log_gate(out, v, log);
    }
}

/* ---- what is wrong ---- */

static void error_rows(struct td_buf *out, const struct panel *v,
                       const struct seen_task *task)
{
    struct text_line line = panel_line(out, v);
    struct td_buf attempt = {0};

    panel_add_attempt(&attempt, task);
    text_put(&line, TEXT_PLAIN, "  ");
    panel_put_sign(&line, task);
    text_put(&line, TEXT_PLAIN, " ");
    panel_put_task(&line, task);
    text_putf(&line, TEXT_DIM, "  %s", panel_task_word(task));
    if (!v->seen->gates && !panel_never_ran(task))
        text_putf(&line, TEXT_DIM, ", %s", td_buf_str(&attempt));
    panel_end(&line);
    td_buf_release(&attempt);
    line = panel_line(out, v);
    text_put(&line, TEXT_PLAIN, "      ");
    text_put_foreign(&line, TEXT_DIM,
                     td_text(task->error_type ? task->error_type : "error"));
    text_put(&line, TEXT_DIM, ": ");
    text_put_foreign(&line, TEXT_PLAIN,
                     td_text(task->error ? task->error : ""));
    panel_end(&line);
}

void panel_errors(struct td_buf *out, const struct panel *v, size_t limit)
{
    const struct seen *s = v->seen;
    size_t count = 0;
    size_t skip;
    struct text_line line;

    for (uint32_t i = 0; i < s->task_count; i++)
        count += s->tasks[i].errors > 0;
    skip = count > limit ? count - limit : 0;
    for (uint32_t i = 0; i < s->task_count; i++) {
        if (s->tasks[i].errors == 0)
            continue;
        if (skip)
            skip--;
        else
            error_rows(out, v, &s->tasks[i]);
    }
    line = panel_line(out, v);
    if (s->gates)
        text_putf(&line, TEXT_DIM, "  %u of %u gates failed, %u skipped",
                  s->failed, s->total, s->skipped);
    else
        text_putf(&line, TEXT_DIM,
                  "  %u errors of %zu tasks, %u retries, %u failed", s->errors,
                  count, s->retries, s->failed);
    panel_end(&line);
}

/* ---- what is asked ---- */

void panel_question(struct td_buf *out, const struct panel *v,
                    const struct seen_task *task)
{
    struct text_line line = panel_line(out, v);
    char age[PANEL_SHORT];

    text_put(&line, TEXT_PLAIN, "  ");
    text_put_sign(&line, TEXT_WARN, TEXT_ASKS);
    text_put(&line, TEXT_PLAIN, " ");
    text_put_foreign(&line, TEXT_ACCENT,
                     td_text(task->batch ? task->batch : seen_task_id(task)));
    text_put(&line, TEXT_PLAIN, "  ");
    panel_put_task(&line, task);
    text_putf(&line, TEXT_DIM, "  waits %s", panel_age(age, v, task->began_ns));
    panel_end(&line);
    if (!task->ask)
        return;
    line = panel_line(out, v);
    text_put(&line, TEXT_PLAIN, "      ");
    text_put_foreign(&line, TEXT_PLAIN, td_text(task->ask));
    panel_end(&line);
}
