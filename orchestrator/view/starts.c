/* What an execution would do, in the order that it would begin. */
#include "orchestrator/view/view_internal.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define ID_MAX   24
#define TIME_LEN 8

/* Tasks in the order of their starts: *count of them. */
static uint32_t *order_of(const struct view *v, uint32_t *count)
{
    uint32_t n = v->of.plan->task_count;
    uint32_t *order = td_calloc((size_t)n + 1, sizeof(*order));

    *count = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = v->spans[i].order;

        if (at == 0)
            continue;
        order[at - 1] = i;
        *count += 1;
    }
    return order;
}

static unsigned id_columns(const struct plan *plan)
{
    unsigned most = 4;

    for (uint32_t i = 0; i < plan->task_count; i++) {
        unsigned len = (unsigned)strlen(plan->tasks[i].id);

        most = len > most ? len : most;
    }
    return most > ID_MAX ? ID_MAX : most;
}

static const char *why_of(const struct view *v, uint32_t i)
{
    return v->of.why && v->of.why[i] ? v->of.why[i] : "";
}

static bool may_not_run(const struct view *v, uint32_t i)
{
    return v->of.guesses && v->of.guesses[i] == SCHED_MAY_RUN;
}

static void add_head(const struct view *v, const struct view_style *style,
                     struct td_buf *out)
{
    const struct plan *plan = v->of.plan;
    size_t from = out->len;

    (void)draw_cell(out, plan->name, style->width, false);
    (void)td_buf_addf(out, ": %u task%s, depth %u, %u worker%s%s; a dry run",
                      plan->task_count, draw_s(plan->task_count), plan->waves,
                      v->of.workers, draw_s(v->of.workers),
                      v->of.waves ? ", in waves" : "");
    draw_end(out, from, style);
}

/* What is said beside a start. */
static void add_note(const struct view *v, uint32_t i, struct td_buf *out)
{
    if (v->of.plan->tasks[i].approval.ask)
        (void)td_buf_add_text(out, "once approved; ");
    if (may_not_run(v, i))
        (void)td_buf_addf(out, "unless %s comes to the same files",
                          why_of(v, i));
    else
        (void)draw_cell(out, why_of(v, i), UINT32_MAX, false);
}

static void add_start(const struct view *v, const struct view_style *style,
                      uint32_t i, unsigned id, struct td_buf *out)
{
    const struct sched_span *span = &v->spans[i];
    struct td_buf time = {0};
    size_t from = out->len;

    draw_time(&time, span->start_ns);
    (void)td_buf_addf(out, "%*s  ", TIME_LEN, td_buf_str(&time));
    td_buf_clear(&time);
    (void)td_buf_add_text(&time, "~");
    draw_time(&time, v->measure.tasks[i].takes_ns);
    (void)td_buf_addf(out, "%*s  %4u  ", TIME_LEN, td_buf_str(&time),
                      v->of.plan->tasks[i].depth);
    td_buf_release(&time);
    (void)draw_cell(out, v->of.plan->tasks[i].id, id, true);
    (void)td_buf_add_text(out, "  ");
    add_note(v, i, out);
    draw_end(out, from, style);
}

static void add_rest(const struct view *v, const struct view_style *style,
                     uint32_t i, unsigned id, struct td_buf *out)
{
    const struct sched_span *span = &v->spans[i];
    size_t from = out->len;

    if (span->order)
        return;
    (void)td_buf_addf(out, "%*s  ", 2 * TIME_LEN + 2,
                      span->state == SCHED_CACHED    ? "cached"
                      : span->state == SCHED_SKIPPED ? "skipped"
                                                     : "never");
    (void)td_buf_addf(out, "%4u  ", v->of.plan->tasks[i].depth);
    (void)draw_cell(out, v->of.plan->tasks[i].id, id, true);
    if (span->state == SCHED_CACHED)
        (void)td_buf_addf(out, "  as in %s", why_of(v, i));
    else if (span->state == SCHED_SKIPPED)
        (void)td_buf_add_text(out, "  if all goes well");
    draw_end(out, from, style);
}

static void add_sum(const struct view *v, const struct view_style *style,
                    uint32_t starts, struct td_buf *out)
{
    const uint32_t *n = v->measure.sources;
    size_t from = out->len;

    (void)td_buf_addf(out, "%u to run, about ", starts);
    draw_time(out, v->takes_ns);
    if (v->of.plan->task_count)
        (void)td_buf_addf(out,
                          "; times: %u as before, %u by estimate, %u a guess "
                          "of 1 s",
                          n[MEASURE_PAST], n[MEASURE_PLAN], n[MEASURE_GUESS]);
    draw_end(out, from, style);
}

enum td_code view_draw_starts(const struct view *view,
                              const struct view_style *style,
                              struct td_buf *out)
{
    unsigned id = id_columns(view->of.plan);
    uint32_t count;
    uint32_t *order = order_of(view, &count);
    size_t from;

    add_head(view, style, out);
    from = out->len;
    (void)td_buf_addf(out, "%*s  %*s  wave  task", TIME_LEN, "at", TIME_LEN,
                      "takes");
    draw_end(out, from, style);
    for (uint32_t i = 0; i < count; i++)
        add_start(view, style, order[i], id, out);
    for (uint32_t i = 0; i < view->of.plan->task_count; i++)
        add_rest(view, style, i, id, out);
    add_sum(view, style, count, out);
    free(order);
    return td_buf_add(out, NULL, 0);
}

static void put_task(const struct view *v, uint32_t i, struct td_json_writer *w)
{
    static const char *const guesses[] = {"runs", "may_run", "unchanged"};
    static const char *const sources[] = {"past", "plan", "guess"};
    const struct sched_span *span = &v->spans[i];

    td_json_object(w, NULL);
    td_json_put_text(w, "id", v->of.plan->tasks[i].id);
    td_json_put_u64(w, "wave", v->of.plan->tasks[i].depth);
    if (span->order)
        td_json_put_u64(w, "order", span->order);
    else
        td_json_put_text_or_null(w, "order", NULL);
    td_json_put_text(w, "will",
                     span->state == SCHED_SKIPPED ? "skipped"
                     : v->of.guesses              ? guesses[v->of.guesses[i]]
                                                  : guesses[0]);
    view_put_ms(w, "start_ms", span->order ? span->start_ns : UINT64_MAX);
    view_put_ms(w, "end_ms", span->order ? span->end_ns : UINT64_MAX);
    view_put_ms(w, "takes_ms", v->measure.tasks[i].takes_ns);
    td_json_put_text(w, "takes_from", sources[v->measure.tasks[i].source]);
    td_json_put_text(w, "why", why_of(v, i));
    td_json_object_end(w);
}

void view_json_starts(const struct view *view, struct td_json_writer *w)
{
    uint32_t count;
    uint32_t *order = order_of(view, &count);

    td_json_put_text(w, "plan", view->of.plan->name);
    td_json_put_bool(w, "dry_run", true);
    td_json_put_u64(w, "tasks", view->of.plan->task_count);
    td_json_put_u64(w, "waves", view->of.plan->waves);
    td_json_put_u64(w, "workers", view->of.workers);
    td_json_put_text(w, "schedule", view->of.waves ? "waves" : "greedy");
    td_json_put_u64(w, "to_run", count);
    view_put_ms(w, "takes_ms", view->takes_ns);
    td_json_array(w, "starts");
    for (uint32_t i = 0; i < count; i++)
        put_task(view, order[i], w);
    td_json_array_end(w);
    td_json_array(w, "others");
    for (uint32_t i = 0; i < view->of.plan->task_count; i++)
        if (!view->spans[i].order)
            put_task(view, i, w);
    td_json_array_end(w);
    free(order);
}
