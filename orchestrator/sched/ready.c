/* Which task starts next: the one from which the way to the end is longest,
 * then the one that stands first. A heap a pool, so that a full one holds up
 * nobody else.
 */
#include "orchestrator/sched/sched_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define INDEX_BITS 20 /* of PLAN_TASKS_MAX */
#define LONGEST    ((UINT64_C(1) << (64 - INDEX_BITS)) - 1)
#define DEFAULT_NS TD_NS_PER_S /* of a task of which nothing is known */
#define BRISK      8 /* short tasks in a row after which others are expected */

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
    if (__builtin_add_overflow(longest, sched_takes(s, i),
                               &s->nodes[i].path_ns))
        s->nodes[i].path_ns = UINT64_MAX;
}

static uint64_t rank(const struct sched *s, uint32_t task)
{
    uint64_t path = s->nodes[task].path_ns / TD_NS_PER_MS;

    path = path > LONGEST ? LONGEST : path;
    return (LONGEST - path) << INDEX_BITS | task;
}

static uint32_t task_of(uint64_t ranked)
{
    return (uint32_t)ranked & ((1U << INDEX_BITS) - 1);
}

static int by_rank(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void sort_by_path(struct sched *s)
{
    uint32_t count = s->plan->task_count;
    uint64_t *ranks = td_calloc((size_t)count + 1, sizeof(*ranks));

    s->by_path = td_calloc((size_t)count + 1, sizeof(*s->by_path));
    for (uint32_t i = 0; i < count; i++)
        ranks[i] = rank(s, i);
    qsort(ranks, count, sizeof(*ranks), by_rank);
    for (uint32_t i = 0; i < count; i++)
        s->by_path[i] = task_of(ranks[i]);
    free(ranks);
}

/* The deepest first: dependants are deeper than what they need. */
void sched_measure_paths(struct sched *s)
{
    s->by_depth = plan_by_depth(s->plan, &s->depth_ends);
    for (uint32_t i = s->plan->task_count; i > 0; i--)
        measure(s, s->by_depth[i - 1]);
    if (s->options.ahead && s->options.in_order)
        sort_by_path(s);
}

static struct td_timerq *heap_of(const struct sched *s, uint32_t task)
{
    uint32_t pool = s->plan->tasks[task].pool;

    return &s->heaps[pool == PLAN_NO_POOL ? s->plan->pool_count : pool];
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

static bool has_begun(const struct sched *s, uint32_t task)
{
    enum sched_state state = s->nodes[task].pub.state;

    return state > SCHED_HELD && state != SCHED_BACKOFF;
}

/* From nothing that has not begun is the way to the end longer. */
static bool is_foremost(struct sched *s, uint32_t task)
{
    while (has_begun(s, s->by_path[s->first])) /* the task itself has not */
        s->first++;
    return rank(s, s->by_path[s->first]) >> INDEX_BITS ==
           rank(s, task) >> INDEX_BITS;
}

/* What may be launched beyond the workers. What has a limit of its own, or a
 * share of one, does not wait where nobody counts the time. */
static uint32_t ahead(struct sched *s, uint32_t task)
{
    const struct plan_task *t = &s->plan->tasks[task];
    const struct plan_timeouts *limit = &t->timeout;
    bool plain = t->weight == 1 && t->pool == PLAN_NO_POOL && !limit->run &&
                 !limit->total && !limit->heartbeat;

    if (!s->options.ahead || !plain || s->brisk < BRISK ||
        (s->options.in_order && !is_foremost(s, task)))
        return 0;
    return s->options.ahead;
}

/* One that is heavier than all workers runs alone. */
uint32_t sched_pick(struct sched *s)
{
    const struct td_timer *best = NULL;
    uint32_t task;

    if (sched_stands(s) || sched_is_ending(s))
        return UINT32_MAX;
    for (uint32_t pool = 0; pool <= s->plan->pool_count; pool++) {
        const struct td_timer *first = td_timerq_first(&s->heaps[pool]);

        if (first && (!best || first->due_ns < best->due_ns) &&
            has_room(s, task_of(first->due_ns)))
            best = first;
    }
    if (!best)
        return UINT32_MAX;
    task = task_of(best->due_ns);
    if (s->workers > 0 && s->workers + s->plan->tasks[task].weight >
                              s->options.workers + ahead(s, task))
        return UINT32_MAX;
    return task;
}
