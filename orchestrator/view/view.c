#include "orchestrator/view/view_internal.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

struct view *view_new(const struct view_subject *subject)
{
    struct view *v = td_calloc(1, sizeof(*v));
    struct sched_options options = {
        .execution = "", .usual = subject->usual, .waves = subject->waves};

    v->of = *subject;
    if (!v->of.workers)
        v->of.workers = 1;
    options.workers = v->of.workers;
    v->spans = td_calloc((size_t)v->of.plan->task_count + 1, sizeof(*v->spans));
    measure_plan(&v->measure, v->of.plan, v->of.usual);
    v->takes_ns =
        sched_simulate(v->of.plan, &options, NULL, v->of.guesses, v->spans);
    return v;
}

void view_free(struct view *view)
{
    if (!view)
        return;
    measure_release(&view->measure);
    free(view->spans);
    free(view);
}

/* ---- facts ---- */

enum sched_state view_state(const struct view *v, uint32_t task)
{
    return v->of.sched ? sched_task(v->of.sched, task)->state : SCHED_WAITING;
}

struct view_counts view_count(const struct view *v, unsigned phase)
{
    struct view_counts counts = {.all = 0};

    for (uint32_t i = 0; i < v->of.plan->task_count; i++) {
        enum sched_state state = view_state(v, i);

        if (phase && v->of.plan->tasks[i].phase != phase - 1)
            continue;
        counts.all++;
        counts.states[state]++;
        counts.ended += state >= SCHED_COMPLETED;
    }
    return counts;
}

/* Those that people tell apart: ready is a way to wait, verifying one to run.
 */
static enum sched_state kind_of(enum sched_state state)
{
    if (state == SCHED_READY)
        return SCHED_WAITING;
    return state == SCHED_STOPPING || state == SCHED_VERIFYING ? SCHED_RUNNING
                                                               : state;
}

bool view_picks(const struct view *v, const struct view_pick *pick,
                uint32_t task)
{
    return (!pick->phase || v->of.plan->tasks[task].phase == pick->phase - 1) &&
           (!pick->state || !strcmp(pick->state, view_state_word(kind_of(
                                                     view_state(v, task)))));
}

uint64_t view_ran(const struct view *v, uint32_t task)
{
    const struct sched_task *t =
        v->of.sched ? sched_task(v->of.sched, task) : NULL;

    if (!t || t->started_ns == TD_NEVER)
        return 0;
    if (t->ended_ns != TD_NEVER)
        return t->ended_ns - t->started_ns;
    return v->of.now_ns > t->started_ns ? v->of.now_ns - t->started_ns : 0;
}

bool view_has_names(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->task_count; i++)
        if (strcmp(plan->tasks[i].id, plan->tasks[i].name) != 0)
            return true;
    return false;
}

void view_put_ms(struct td_json_writer *w, const char *key, uint64_t ns)
{
    if (ns == UINT64_MAX)
        td_json_put_text_or_null(w, key, NULL);
    else
        td_json_put_fixed(w, key, (double)ns / 1e6, 3);
}

/* ---- all of it ---- */

static void full(const struct view *v, const struct view_style *style,
                 struct td_buf *out)
{
    static const struct view_pick all = {.phase = 0};

    view_overview(v, style, out);
    (void)td_buf_add_byte(out, '\n');
    view_timeline(v, style, out);
    (void)td_buf_add_byte(out, '\n');
    view_stats(v, style, out);
    (void)td_buf_add_byte(out, '\n');
    view_tasks(v, style, &all, out);
    (void)td_buf_add_byte(out, '\n');
    view_tree(v, style, &all, out);
}

enum td_code view_draw(const struct view *view, enum view_what what,
                       const struct view_style *style,
                       const struct view_pick *pick, struct td_buf *out)
{
    if (what == VIEW_OVERVIEW)
        view_overview(view, style, out);
    else if (what == VIEW_TIMELINE)
        view_timeline(view, style, out);
    else if (what == VIEW_TASKS)
        view_tasks(view, style, pick, out);
    else if (what == VIEW_STATS)
        view_stats(view, style, out);
    else if (what == VIEW_DEPENDENCIES)
        view_tree(view, style, pick, out);
    else
        full(view, style, out);
    return td_buf_add(out, NULL, 0);
}
