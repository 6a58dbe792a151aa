/* Which task starts next: the one from which the way to the end is longest,
 * then the one that stands first. A heap a pool, so that a full one holds up
 * nobody else.
 */
#include "orchestrator/sched/sched_internal.h"

#include "core/mem.h"

#define INDEX_BITS 20 /* of PLAN_TASKS_MAX */
#define LONGEST    ((UINT64_C(1) << (64 - INDEX_BITS)) - 1)
#define DEFAULT_NS TD_NS_PER_S /* of a task of which nothing is known */

uint64_t sched_takes(const struct sched *s, uint32_t task)
{
    uint64_t usual = s->options.usual ? s->options.usual[task] : 0;

    if (!usual)
        usual = s->plan->tasks[task].estimate_ns;
    return usual ? usual : DEFAULT_NS;
}

static void measure(struct sched *s, uint32_t i)
{
    const struct plan_task *task = &s->plan->tasks[i];
    uint64_t longest = 0;

    for (uint32_t d = 0; d < task->dependants_count; d++) {
        uint64_t path = s->nodes[task->dependants[d]].path_ns;

        longest = path > longest ? path : longest;
    }
    s->nodes[i].path_ns = longest + sched_takes(s, i);
}

/* The deepest first, by counting: dependants are deeper than what they need. */
void sched_measure_paths(struct sched *s)
{
    uint32_t n = s->plan->task_count;
    uint32_t *ends = td_calloc((size_t)s->plan->waves + 2, sizeof(*ends));
    uint32_t *order = td_calloc((size_t)n + 1, sizeof(*order));

    for (uint32_t i = 0; i < n; i++)
        ends[s->plan->tasks[i].depth + 1]++;
    for (uint32_t w = 1; w < s->plan->waves + 2; w++)
        ends[w] += ends[w - 1];
    for (uint32_t i = 0; i < n; i++)
        order[ends[s->plan->tasks[i].depth]++] = i;
    for (uint32_t i = n; i > 0; i--)
        measure(s, order[i - 1]);
    s->by_depth = order;
    s->depth_ends = ends;
}

static struct td_timerq *heap_of(const struct sched *s, uint32_t task)
{
    uint32_t pool = s->plan->tasks[task].pool;

    return &s->heaps[pool == PLAN_NO_POOL ? s->plan->pool_count : pool];
}

static uint64_t rank(const struct sched *s, uint32_t task)
{
    uint64_t path = s->nodes[task].path_ns / TD_NS_PER_MS;

    path = path > LONGEST ? LONGEST : path;
    return (LONGEST - path) << INDEX_BITS | task;
}

void sched_make_ready(struct sched *s, uint32_t task)
{
    if (!td_timer_is_set(&s->nodes[task].ready))
        td_timerq_set(heap_of(s, task), &s->nodes[task].ready, rank(s, task));
}

void sched_unready(struct sched *s, uint32_t task)
{
    td_timerq_cancel(heap_of(s, task), &s->nodes[task].ready);
}

static bool has_room(const struct sched *s, uint32_t task)
{
    const struct plan_task *t = &s->plan->tasks[task];

    return t->pool == PLAN_NO_POOL ||
           s->slots[t->pool] + t->weight <= s->plan->pools[t->pool].slots;
}

/* One that is heavier than all workers runs alone. */
uint32_t sched_pick(const struct sched *s)
{
    const struct td_timer *best = NULL;
    uint32_t task;

    if (sched_stands(s) || sched_is_ending(s))
        return UINT32_MAX;
    for (uint32_t pool = 0; pool <= s->plan->pool_count; pool++) {
        const struct td_timer *first = td_timerq_first(&s->heaps[pool]);

        if (first && (!best || first->due_ns < best->due_ns) &&
            has_room(s, (uint32_t)first->due_ns & ((1U << INDEX_BITS) - 1)))
            best = first;
    }
    if (!best)
        return UINT32_MAX;
    task = (uint32_t)best->due_ns & ((1U << INDEX_BITS) - 1);
    if (s->workers > 0 &&
        s->workers + s->plan->tasks[task].weight > s->options.workers)
        return UINT32_MAX;
    return task;
}

/* What is left along the longest way, or of all of it shared by the workers:
 * whichever is more. */
uint64_t sched_left(const struct sched *s, uint64_t now_ns)
{
    uint64_t path = 0;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < s->plan->task_count; i++) {
        const struct sched_node *n = &s->nodes[i];
        uint64_t ran = n->pub.state == SCHED_RUNNING && now_ns > n->attempt_ns
                           ? now_ns - n->attempt_ns
                           : 0;
        uint64_t own = sched_takes(s, i);

        if (sched_is_final(n->pub.state))
            continue;
        ran = ran > own ? own : ran;
        path = n->path_ns - ran > path ? n->path_ns - ran : path;
        sum += (own - ran) * s->plan->tasks[i].weight;
    }
    sum /= s->options.workers;
    return sum > path ? sum : path;
}
