#include "orchestrator/view/measure.h"

#include "core/mem.h"

#include <stdlib.h>

static void take(struct measure *m, const struct plan *plan, uint32_t i,
                 const uint64_t *usual)
{
    struct measure_task *t = &m->tasks[i];

    t->takes_ns = usual ? usual[i] : 0;
    t->source = MEASURE_PAST;
    if (!t->takes_ns) {
        t->takes_ns = plan->tasks[i].estimate_ns;
        t->source = MEASURE_PLAN;
    }
    if (!t->takes_ns) {
        t->takes_ns = MEASURE_GUESS_NS;
        t->source = MEASURE_GUESS;
    }
    m->sources[t->source]++;
    m->sum_ns = measure_add(m->sum_ns, t->takes_ns);
}

static uint64_t end_of(const struct measure *m, uint32_t i)
{
    return measure_add(m->tasks[i].early_ns, m->tasks[i].takes_ns);
}

static void forward(struct measure *m, const struct plan *plan, uint32_t i)
{
    const struct plan_task *task = &plan->tasks[i];
    struct measure_task *t = &m->tasks[i];

    t->because = UINT32_MAX;
    for (uint32_t d = 0; d < task->depends_count; d++) {
        uint32_t other = task->depends_on[d];

        if (t->because == UINT32_MAX || end_of(m, other) > t->early_ns) {
            t->early_ns = end_of(m, other);
            t->because = other;
        }
    }
    m->edges += task->depends_count;
    m->roots += task->depends_count == 0;
    m->path_ns = end_of(m, i) > m->path_ns ? end_of(m, i) : m->path_ns;
}

/* Those that depend on it are done already. */
static void backward(struct measure *m, const struct plan *plan, uint32_t i)
{
    const struct plan_task *task = &plan->tasks[i];
    uint64_t must_end = m->path_ns;

    for (uint32_t d = 0; d < task->dependants_count; d++) {
        const struct measure_task *t = &m->tasks[task->dependants[d]];
        uint64_t late = measure_add(t->early_ns, t->slack_ns);

        must_end = late < must_end ? late : must_end;
    }
    m->tasks[i].slack_ns = must_end - end_of(m, i);
}

static void find_path(struct measure *m, const struct plan *plan)
{
    uint32_t last = UINT32_MAX;

    for (uint32_t i = 0; i < plan->task_count && last == UINT32_MAX; i++)
        if (end_of(m, i) == m->path_ns)
            last = i;
    m->path = td_calloc((size_t)plan->waves + 1, sizeof(*m->path));
    if (last != UINT32_MAX)
        m->path_count = measure_way(m, last, m->path);
}

static void find_widest(struct measure *m, const struct plan *plan)
{
    for (uint32_t wave = 1; wave <= plan->waves; wave++) {
        uint32_t width = m->ends[wave] - m->ends[wave - 1];

        if (width > m->width) {
            m->width = width;
            m->widest = wave;
        }
    }
}

void measure_plan(struct measure *out, const struct plan *plan,
                  const uint64_t *usual)
{
    uint32_t n = plan->task_count;

    out->tasks = td_calloc((size_t)n + 1, sizeof(*out->tasks));
    out->order = plan_by_depth(plan, &out->ends);
    for (uint32_t i = 0; i < n; i++)
        take(out, plan, i, usual);
    for (uint32_t i = 0; i < n; i++)
        forward(out, plan, out->order[i]);
    for (uint32_t i = n; i > 0; i--)
        backward(out, plan, out->order[i - 1]);
    find_path(out, plan);
    find_widest(out, plan);
}

void measure_release(struct measure *measure)
{
    free(measure->tasks);
    free(measure->order);
    free(measure->ends);
    free(measure->path);
    *measure = (struct measure){.edges = 0};
}

uint32_t measure_way(const struct measure *measure, uint32_t task,
                     uint32_t *out)
{
    uint32_t count = 0;

    for (uint32_t at = task; at != UINT32_MAX; at = measure->tasks[at].because)
        count++;
    for (uint32_t i = count; i > 0; i--) {
        out[i - 1] = task;
        task = measure->tasks[task].because;
    }
    return count;
}
