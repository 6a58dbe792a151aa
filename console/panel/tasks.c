/* Tasks as a list: all that are wanted, or those that have ended lately. */
#include "console/panel/panel_internal.h"
#include "core/mem.h"
#include "core/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_LEAST 72 /* columns for what tasks need */
#define STATE_WIDTH 11
#define TIME_WIDTH  8
#define NEEDS_WIDTH 10
#define ID_MOST     20

static bool has_phase(const struct seen *s, const struct seen_task *task,
                      const char *phase)
{
    const char *name = s->phases[task->phase % SEEN_PHASES].name;

    return !phase || (name && !strcasecmp(name, phase));
}

/* ---- a table, where it is known what tasks need ---- */

/* "done", "retry 2/4", "approve A-1". */
static void put_state(struct td_buf *out, const struct seen_task *task)
{
    (void)td_buf_add_text(out, panel_task_word(task));
    if (task->state == SEEN_RETRYING)
        (void)td_buf_addf(out, " %u/%u", task->errors + 1, task->attempts_max);
}

/* "4.1s" that it took, "6s" that it runs, "in 1.6s" until it comes again,
 * "~4.0s" that it took before. */
static void put_time(struct td_buf *out, const struct panel *v,
                     const struct seen_task *task)
{
    char text[PANEL_SHORT];

    if (seen_is_final(task->state))
        (void)td_buf_add_text(out, panel_took(text, task->took_ms));
    else if (task->state == SEEN_RETRYING && task->again_ns > v->now_ns)
        (void)td_buf_addf(out, "in %s",
                          td_duration_text(text, task->again_ns - v->now_ns,
                                           TD_DURATION_TENTH));
    else if (task->state == SEEN_WAITING && task->usual_ms > 0)
        (void)td_buf_addf(out, "~%s", panel_took(text, task->usual_ms));
    else if (task->began_ns && task->state != SEEN_WAITING)
        (void)td_buf_add_text(out, panel_age(text, v, task->began_ns));
}

static void put_needs(struct td_buf *out, const struct panel *v,
                      const struct seen_task *task)
{
    struct td_buf all = {0};
    struct text_line line = {.out = out, .style = v->style, .max = NEEDS_WIDTH};
    struct text_style bare = *v->style;

    bare.color = false;
    line.style = &bare;
    for (uint32_t i = 0; i < task->need_count; i++)
        (void)td_buf_addf(&all, "%s%s", i ? " " : "",
                          seen_task_id(&v->seen->tasks[task->needs[i]]));
    text_put_foreign(&line, TEXT_PLAIN, td_buf_bytes(&all));
    td_buf_release(&all);
}

static void put_padded(struct text_line *line, enum text_role role,
                       const struct td_buf *text, size_t width, bool right)
{
    size_t takes = td_width(td_buf_bytes(text));

    if (right && takes < width)
        text_tab(line, line->used + width - takes);
    text_put_bytes(line, role, td_buf_bytes(text));
    if (!right && takes < width)
        text_tab(line, line->used + width - takes);
}

static size_t name_width(const struct panel *v, size_t ids)
{
    size_t others =
        5 + ids + 2 + 1 + STATE_WIDTH + TIME_WIDTH + 2 + NEEDS_WIDTH;

    return v->columns - 1 > others ? v->columns - 1 - others : 1;
}

static void table_head(struct td_buf *out, const struct panel *v, size_t ids)
{
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "     %-*s  %-*s %-*s%*s  needs", (int)ids, "id",
              (int)name_width(v, ids), "task", STATE_WIDTH, "state", TIME_WIDTH,
              "time");
    panel_end(&line);
}

static void table_row(struct td_buf *out, const struct panel *v,
                      const struct seen_task *task, size_t ids)
{
    struct text_line line = panel_line(out, v);
    struct td_buf text = {0};
    size_t all = line.max;

    text_put(&line, TEXT_PLAIN, "  ");
    panel_put_sign(&line, task);
    text_tab(&line, 5);
    line.max = 5 + ids;
    text_put_foreign(&line, TEXT_ACCENT, td_text(seen_task_id(task)));
    line.cut = false;
    line.max = 5 + ids + 2 + name_width(v, ids);
    text_tab(&line, 5 + ids + 2);
    if (strcmp(task->name, seen_task_id(task)) != 0)
        panel_put_name(&line, task->name);
    text_tab(&line, line.max);
    line.cut = false;
    line.max = all;
    text_put(&line, TEXT_PLAIN, " ");
    put_state(&text, task);
    put_padded(&line, panel_task_role(task), &text, STATE_WIDTH, false);
    td_buf_clear(&text);
    put_time(&text, v, task);
    put_padded(&line, TEXT_PLAIN, &text, TIME_WIDTH, true);
    td_buf_clear(&text);
    put_needs(&text, v, task);
    text_put(&line, TEXT_PLAIN, text.len ? "  " : "");
    text_put_bytes(&line, TEXT_DIM, td_buf_bytes(&text));
    panel_end(&line);
    td_buf_release(&text);
}

/* ---- a row of one that has no table ---- */

static void short_row(struct td_buf *out, const struct panel *v,
                      const struct seen_task *task)
{
    char right[PANEL_SHORT * 2];
    char text[PANEL_SHORT];
    struct text_line line;

    (void)snprintf(right, sizeof(right), "%-8s %7s", panel_task_word(task),
                   seen_is_final(task->state) ? panel_took(text, task->took_ms)
                   : task->began_ns ? panel_age(text, v, task->began_ns)
                                    : "");
    line = panel_line_for(out, v, right);
    text_put(&line, TEXT_PLAIN, "  ");
    panel_put_sign(&line, task);
    text_put(&line, TEXT_PLAIN, "  ");
    panel_put_task(&line, task);
    panel_end_right(&line, v, TEXT_PLAIN, right);
}

static bool is_wanted(const struct seen *s, const struct seen_task *task,
                      const struct panel_tasks *which)
{
    return has_phase(s, task, which->phase) &&
           (!which->state ||
            strcasecmp(panel_task_word(task), which->state) == 0);
}

/* Columns for the ids of those that are shown. */
static size_t ids_width(const struct panel *v, const struct panel_tasks *which)
{
    const struct seen *s = v->seen;
    size_t width = 4;
    size_t found = 0;

    for (uint32_t i = 0; i < s->task_count && found < which->limit; i++) {
        size_t takes = td_width(td_text(seen_task_id(&s->tasks[i])));

        if (!is_wanted(s, &s->tasks[i], which))
            continue;
        found++;
        width = takes > width ? takes : width;
    }
    return width < ID_MOST ? width : ID_MOST;
}

/* "9 of 70 in execution; more: --all, ..." */
static void put_shown(struct td_buf *out, const struct panel *v,
                      const struct panel_tasks *which, size_t found)
{
    const struct seen *s = v->seen;
    struct text_line line = panel_line(out, v);
    size_t all = 0;

    for (uint32_t i = 0; i < s->task_count; i++)
        all += has_phase(s, &s->tasks[i], which->phase);
    text_putf(&line, TEXT_DIM, "  %zu of %zu ",
              found < which->limit ? found : which->limit, all);
    if (which->phase) {
        text_put(&line, TEXT_DIM, "in ");
        text_put_foreign(&line, TEXT_DIM, td_text(which->phase));
    } else {
        text_putf(&line, TEXT_DIM, "%s%s", panel_thing(s), all == 1 ? "" : "s");
    }
    if (found > which->limit)
        text_put(&line, TEXT_DIM, "; more: --all, --phase, --state, --limit N");
    panel_end(&line);
}

void panel_tasks(struct td_buf *out, const struct panel *v,
                 const struct panel_tasks *which)
{
    const struct seen *s = v->seen;
    bool table = s->known && v->columns >= TABLE_LEAST;
    size_t ids = ids_width(v, which);
    size_t found = 0;

    for (uint32_t i = 0; i < s->task_count; i++) {
        if (!is_wanted(s, &s->tasks[i], which) || found++ >= which->limit)
            continue;
        if (table && found == 1)
            table_head(out, v, ids);
        if (table)
            table_row(out, v, &s->tasks[i], ids);
        else
            short_row(out, v, &s->tasks[i]);
    }
    put_shown(out, v, which, found);
}

static int by_end(const void *a, const void *b)
{
    const struct seen_task *const *x = a;
    const struct seen_task *const *y = b;

    return (*x)->ended_ns < (*y)->ended_ns   ? -1
           : (*x)->ended_ns > (*y)->ended_ns ? 1
                                             : 0;
}

static bool has_ended(const struct seen_task *task, uint64_t since_ns)
{
    return (seen_is_final(task->state) || task->state == SEEN_RETRYING) &&
           task->ended_ns >= since_ns;
}

void panel_since(struct td_buf *out, const struct panel *v, uint64_t since_ns,
                 size_t limit)
{
    const struct seen *s = v->seen;
    const struct seen_task **list =
        td_calloc(s->task_count + 1, sizeof(const struct seen_task *));
    struct td_buf text = {0};
    unsigned counts[SEEN_STATES] = {0};
    struct text_line line;
    size_t found = 0;

    for (uint32_t i = 0; i < s->task_count; i++)
        if (has_ended(&s->tasks[i], since_ns)) {
            list[found++] = &s->tasks[i];
            counts[s->tasks[i].state]++;
        }
    qsort((void *)list, found, sizeof(const struct seen_task *), by_end);
    (void)td_buf_addf(&text, "%u done, %u failed, %u to retry",
                      counts[SEEN_COMPLETED], counts[SEEN_FAILED],
                      counts[SEEN_RETRYING]);
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "  %-11s", "since");
    text_put(&line, TEXT_PLAIN, td_buf_str(&text));
    panel_end(&line);
    for (size_t i = found > limit ? found - limit : 0; i < found; i++)
        short_row(out, v, list[i]);
    td_buf_release(&text);
    free((void *)list);
}
