/* Why a task waits, runs, or does not. */
#include "orchestrator/view/way.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"

#include <stdlib.h>

#define INDENT 13
#define LABEL  "  %-10s "

static const char *note_of(const struct view *v, uint32_t i)
{
    return v->of.why && v->of.why[i] ? v->of.why[i] : "";
}

static const char *id_of(const struct view *v, uint32_t i)
{
    return v->of.plan->tasks[i].id;
}

/* By what is known from before: the cache. */
static void add_guess(const struct view *v, uint32_t i, struct td_buf *out)
{
    enum sched_guess guess = v->of.guesses[i];

    if (guess == SCHED_UNCHANGED)
        (void)td_buf_addf(out, " is unchanged: as in %s", note_of(v, i));
    else if (guess == SCHED_MAY_RUN)
        (void)td_buf_addf(out, " will run, unless %s comes to the same files",
                          note_of(v, i));
    else if (*note_of(v, i))
        (void)td_buf_addf(out, " will run: %s", note_of(v, i));
    else
        (void)td_buf_add_text(out, " will run");
}

/* Those of its dependencies that have not ended. */
static void add_waits(const struct view *v, uint32_t i, struct td_buf *out)
{
    const struct plan_task *task = &v->of.plan->tasks[i];
    const char *comma = " waits for ";

    for (uint32_t d = 0; d < task->depends_count; d++) {
        uint32_t other = task->depends_on[d];

        if (view_state(v, other) >= SCHED_COMPLETED)
            continue;
        (void)td_buf_addf(out, "%s%s (%s)", comma, id_of(v, other),
                          view_state_word(view_state(v, other)));
        comma = ", ";
    }
}

/* By the execution. */
static void add_state(const struct view *v, uint32_t i, struct td_buf *out)
{
    const struct sched_task *task = sched_task(v->of.sched, i);

    if (task->state == SCHED_WAITING)
        add_waits(v, i, out);
    else if (task->state == SCHED_READY)
        (void)td_buf_add_text(out, " waits for a slot");
    else if (task->state == SCHED_HELD)
        (void)td_buf_addf(out, " waits for a yes: tapedeck approve %s %s",
                          v->of.execution, id_of(v, i));
    else if (task->state == SCHED_FAILED)
        (void)td_buf_addf(out, " failed by %s in attempt %u",
                          plan_fault_word(task->fault), task->attempt);
    else if (task->state == SCHED_SKIPPED && task->cause != i)
        (void)td_buf_addf(out, " was skipped because of %s (%s)",
                          id_of(v, task->cause),
                          view_state_word(view_state(v, task->cause)));
    else if (task->state == SCHED_SKIPPED)
        (void)td_buf_addf(out, " was skipped: %s",
                          task->fault < PLAN_FAULTS
                              ? plan_fault_word(task->fault)
                              : "nothing failed");
    else
        (void)td_buf_addf(out, " is %s", view_state_word(task->state));
}

static void add_way(const struct view *v, uint32_t i,
                    const struct view_style *style, struct td_buf *out)
{
    const struct measure_task *t = &v->measure.tasks[i];
    uint32_t *way = td_calloc((size_t)v->of.plan->waves + 1, sizeof(*way));
    uint32_t count = measure_way(&v->measure, i, way);
    struct td_buf text = {0};
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "needs");
    if (count <= 1) {
        (void)td_buf_add_text(&text, "nothing: it can start at once");
    } else {
        way_text(v, way, count - 1, &text);
        (void)td_buf_add_text(&text, ": it starts after ");
        draw_time(&text, t->early_ns);
        (void)td_buf_add_text(&text, " at the earliest");
    }
    way_wrap(out, from, td_buf_str(&text), INDENT, style);
    td_buf_release(&text);
    free(way);
}

static void add_slack(const struct view *v, uint32_t i,
                      const struct view_style *style, struct td_buf *out)
{
    const struct measure *m = &v->measure;
    struct td_buf text = {0};
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "slack");
    if (m->tasks[i].slack_ns == 0) {
        (void)td_buf_add_text(&text, "none: it is on the critical path of ");
        draw_time(&text, m->path_ns);
    } else {
        draw_time(&text, m->tasks[i].slack_ns);
        (void)td_buf_add_text(
            &text, ": it may start so much later, and the end stays");
    }
    way_wrap(out, from, td_buf_str(&text), INDENT, style);
    td_buf_release(&text);
}

/* By the estimate, with the workers that there are. */
static void add_start(const struct view *v, uint32_t i,
                      const struct view_style *style, struct td_buf *out)
{
    const struct sched_span *span = &v->spans[i];
    struct td_buf text = {0};
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "starts");
    if (span->order == 0) {
        (void)td_buf_addf(&text, "not in a run where all goes well");
    } else {
        (void)td_buf_addf(&text, "as number %u of %u, about ", span->order,
                          v->of.plan->task_count);
        draw_time(&text, span->start_ns);
        (void)td_buf_addf(&text, " in, on %u worker%s", v->of.workers,
                          draw_s(v->of.workers));
    }
    way_wrap(out, from, td_buf_str(&text), INDENT, style);
    td_buf_release(&text);
}

static void add_then(const struct view *v, uint32_t i,
                     const struct view_style *style, struct td_buf *out)
{
    const struct plan_task *task = &v->of.plan->tasks[i];
    struct td_buf text = {0};
    size_t from = out->len;

    (void)td_buf_addf(out, LABEL, "then");
    for (uint32_t d = 0; d < task->dependants_count && d < 12; d++)
        (void)td_buf_addf(&text, "%s%s", d ? ", " : "",
                          id_of(v, task->dependants[d]));
    if (task->dependants_count > 12)
        (void)td_buf_addf(&text, " and %u more", task->dependants_count - 12);
    if (task->dependants_count == 0)
        (void)td_buf_add_text(&text, "nothing depends on it");
    way_wrap(out, from, td_buf_str(&text), INDENT, style);
    td_buf_release(&text);
}

enum td_code view_draw_why(const struct view *view, uint32_t task,
                           const struct view_style *style, struct td_buf *out)
{
    struct td_buf text = {0};
    struct td_buf clean = {0};
    size_t from = out->len;

    (void)td_buf_add_text(&text, id_of(view, task));
    if (view->of.sched)
        add_state(view, task, &text);
    else if (view->of.guesses)
        add_guess(view, task, &text);
    (void)td_text_clean(&clean, td_buf_bytes(&text));
    way_wrap(out, from, td_buf_str(&clean), 2, style);
    add_way(view, task, style, out);
    add_slack(view, task, style, out);
    add_start(view, task, style, out);
    add_then(view, task, style, out);
    td_buf_release(&text);
    td_buf_release(&clean);
    return td_buf_add(out, NULL, 0);
}

void view_json_why(const struct view *view, uint32_t task,
                   struct td_json_writer *w)
{
    static const char *const guesses[] = {"runs", "may_run", "unchanged"};
    const struct plan_task *plan = &view->of.plan->tasks[task];
    const struct measure *m = &view->measure;
    uint32_t *way = td_calloc((size_t)view->of.plan->waves + 1, sizeof(*way));
    struct td_buf state = {0};

    td_json_put_text(w, "plan", view->of.plan->name);
    td_json_put_text_or_null(w, "execution", view->of.execution);
    td_json_put_text(w, "task", plan->id);
    td_json_put_text(w, "state", view_state_word(view_state(view, task)));
    if (view->of.sched)
        add_state(view, task, &state);
    else if (view->of.guesses)
        td_json_put_text(w, "will", guesses[view->of.guesses[task]]);
    td_json_put_text(w, "why",
                     view->of.sched ? td_buf_str(&state) + (state.len > 0)
                                    : note_of(view, task));
    way_json(view, "chain", way, measure_way(m, task, way), w);
    view_put_ms(w, "earliest_ms", m->tasks[task].early_ns);
    view_put_ms(w, "slack_ms", m->tasks[task].slack_ns);
    td_json_put_bool(w, "critical", m->tasks[task].slack_ns == 0);
    td_json_array(w, "then");
    for (uint32_t d = 0; d < plan->dependants_count; d++)
        td_json_put_text(w, NULL, id_of(view, plan->dependants[d]));
    td_json_array_end(w);
    td_buf_release(&state);
    free(way);
}
