/* The views as members of an object. */
#include "orchestrator/view/view_internal.h"

#include <string.h>

static const char *const sources[] = {"past", "plan", "guess"};

static void put_counts(struct td_json_writer *w, const char *key,
                       const struct view_counts *counts)
{
    td_json_object(w, key);
    for (unsigned s = 0; s <= SCHED_CANCELLED; s++)
        td_json_put_u64(w, view_state_word(s), counts->states[s]);
    td_json_object_end(w);
}

static void put_some_budget(struct td_json_writer *w,
                            const struct plan_budget *budget)
{
    td_json_object(w, "budget");
    if (budget->tokens == PLAN_NO_LIMIT)
        td_json_put_text_or_null(w, "tokens", NULL);
    else
        td_json_put_u64(w, "tokens", budget->tokens);
    if (budget->cost_usd < 0)
        td_json_put_text_or_null(w, "cost_usd", NULL);
    else
        td_json_put_fixed(w, "cost_usd", budget->cost_usd, 2);
    view_put_ms(w, "wall_ms", budget->wall_ns);
    td_json_object_end(w);
}

static void put_overview(const struct view *v, struct td_json_writer *w)
{
    struct view_counts counts = view_count(v, 0);
    uint64_t outputs = 0;

    for (uint32_t i = 0; i < v->of.plan->task_count; i++)
        outputs += v->of.plan->tasks[i].outputs.count;
    td_json_put_u64(w, "tasks", v->of.plan->task_count);
    td_json_put_u64(w, "waves", v->of.plan->waves);
    td_json_put_u64(w, "critical_path_tasks", v->measure.path_count);
    view_put_ms(w, "critical_path_ms", v->measure.path_ns);
    view_put_ms(w, "estimate_ms", v->takes_ns);
    td_json_put_u64(w, "workers", v->of.workers);
    td_json_object(w, "estimated_from");
    for (unsigned s = 0; s < 3; s++)
        td_json_put_u64(w, sources[s], v->measure.sources[s]);
    td_json_object_end(w);
    put_some_budget(w, &v->of.plan->budget);
    td_json_put_u64(w, "artifacts", outputs);
    td_json_put_u64(w, "ended", counts.ended);
    td_json_put_fixed(w, "percent",
                      draw_percent(counts.ended, v->of.plan->task_count), 1);
    put_counts(w, "states", &counts);
}

static void put_timeline(const struct view *v, struct td_json_writer *w)
{
    const struct measure *m = &v->measure;

    td_json_array(w, "phases");
    for (unsigned phase = 0; phase < VIEW_PHASES; phase++) {
        struct view_counts counts = view_count(v, phase + 1);

        td_json_object(w, NULL);
        td_json_put_text(w, "phase", view_phase_word(phase));
        td_json_put_u64(w, "tasks", counts.all);
        td_json_put_u64(w, "ended", counts.ended);
        td_json_put_fixed(w, "percent", draw_percent(counts.ended, counts.all),
                          1);
        td_json_object_end(w);
    }
    td_json_array_end(w);
    td_json_array(w, "wave_tasks");
    for (uint32_t wave = 1; wave <= v->of.plan->waves; wave++)
        td_json_put_u64(w, NULL, m->ends[wave] - m->ends[wave - 1]);
    td_json_array_end(w);
}

static void put_needs(struct td_json_writer *w, const struct plan *plan,
                      const char *key, const uint32_t *list, uint32_t count)
{
    td_json_array(w, key);
    for (uint32_t i = 0; i < count; i++)
        td_json_put_text(w, NULL, plan->tasks[list[i]].id);
    td_json_array_end(w);
}

static void put_task(const struct view *v, uint32_t i, struct td_json_writer *w)
{
    const struct plan *plan = v->of.plan;
    const struct plan_task *task = &plan->tasks[i];
    uint64_t ran = view_ran(v, i);

    td_json_object(w, NULL);
    td_json_put_text(w, "id", task->id);
    td_json_put_text(w, "name", task->name);
    td_json_put_text(w, "phase", view_phase_word(task->phase));
    td_json_put_u64(w, "wave", task->depth);
    td_json_put_text(w, "state", view_state_word(view_state(v, i)));
    view_put_ms(w, "ran_ms", ran ? ran : UINT64_MAX);
    view_put_ms(w, "expected_ms", v->measure.tasks[i].takes_ns);
    td_json_put_text(w, "provider", plan_provider_word(task->provider));
    put_needs(w, plan, "needs", task->depends_on, task->depends_count);
    td_json_object_end(w);
}

static void put_tasks(const struct view *v, const struct view_pick *pick,
                      struct td_json_writer *w)
{
    uint32_t rows = 0;

    td_json_array(w, "task_list");
    for (uint32_t i = 0; i < v->of.plan->task_count; i++)
        if (view_picks(v, pick, i) && (!pick->limit || rows++ < pick->limit))
            put_task(v, i, w);
    td_json_array_end(w);
}

static void put_stats(const struct view *v, struct td_json_writer *w)
{
    const struct sched_counts *sums =
        v->of.sched ? sched_counts(v->of.sched) : NULL;
    struct view_times times;

    view_times(v, &times);
    td_json_object(w, "times");
    td_json_put_bool(w, "expected", !v->of.sched);
    view_put_ms(w, "sum_ms", times.sum_ns);
    view_put_ms(w, "median_ms", times.median_ns);
    view_put_ms(w, "p95_ms", times.p95_ns);
    view_put_ms(w, "slowest_ms", times.slowest_ns);
    td_json_put_text_or_null(
        w, "slowest", times.count ? v->of.plan->tasks[times.slowest].id : NULL);
    td_json_object_end(w);
    td_json_put_fixed(w, "at_once", view_parallel(v, &times), 1);
    td_json_put_u64(w, "cached", sums ? sums->cached : 0);
    td_json_put_u64(w, "retries", sums ? sums->retries : 0);
    td_json_put_u64(w, "tokens", sums ? sums->tokens : 0);
    if (sums && sums->cost_usd < 0)
        td_json_put_text_or_null(w, "cost_usd", NULL);
    else
        td_json_put_fixed(w, "cost_usd", sums ? sums->cost_usd : 0, 4);
}

static void put_edges(const struct view *v, struct td_json_writer *w)
{
    const struct plan *plan = v->of.plan;

    td_json_put_u64(w, "roots", v->measure.roots);
    td_json_array(w, "edges");
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++) {
            td_json_array(w, NULL);
            td_json_put_text(w, NULL,
                             plan->tasks[plan->tasks[i].depends_on[d]].id);
            td_json_put_text(w, NULL, plan->tasks[i].id);
            td_json_array_end(w);
        }
    td_json_array_end(w);
}

void view_json(const struct view *view, enum view_what what,
               const struct view_pick *pick, struct td_json_writer *w)
{
    static const struct view_pick every = {.phase = 0};
    bool all = what == VIEW_FULL;

    td_json_put_text(w, "plan", view->of.plan->name);
    td_json_put_text_or_null(w, "execution", view->of.execution);
    if (all || what == VIEW_OVERVIEW)
        put_overview(view, w);
    if (all || what == VIEW_TIMELINE)
        put_timeline(view, w);
    if (all || what == VIEW_STATS)
        put_stats(view, w);
    if (all || what == VIEW_TASKS)
        put_tasks(view, all ? &every : pick, w);
    if (all || what == VIEW_DEPENDENCIES)
        put_edges(view, w);
}
