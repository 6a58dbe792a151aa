/* What others ask of the machine. */
#include "orchestrator/sched/sched_internal.h"

const struct sched_task *sched_task(const struct sched *s, uint32_t task)
{
    return &s->nodes[task].pub;
}

const struct sched_counts *sched_counts(const struct sched *s)
{
    return &s->counts;
}

uint32_t sched_slots(const struct sched *s, uint32_t pool)
{
    return pool == PLAN_NO_POOL ? s->workers : s->slots[pool];
}

/* What is left along the longest way, or of all of it shared by the workers:
 * whichever is more. */
uint64_t sched_left(const struct sched *s, uint64_t now_ns)
{
    uint64_t path = 0;
    double sum = 0;

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
        sum += (double)(own - ran) * s->plan->tasks[i].weight;
    }
    sum /= s->options.workers;
    if (sum >= (double)UINT64_MAX)
        return UINT64_MAX;
    return sum > (double)path ? (uint64_t)sum : path;
}

static bool is_over(uint64_t now, uint64_t since, uint64_t limit)
{
    return limit && since != TD_NEVER && now >= since + limit;
}

const char *sched_late(const struct sched *s, uint32_t task, uint64_t now_ns,
                       uint64_t *limit_ns)
{
    const struct plan_timeouts *limits = &s->plan->tasks[task].timeout;
    const struct sched_node *n = &s->nodes[task];
    bool ready = n->pub.state == SCHED_READY;
    bool running = n->pub.state == SCHED_RUNNING;
    bool waits = n->pub.state == SCHED_BACKOFF && !n->pending;
    const struct {
        const char *name;
        bool counts;
        uint64_t since;
        uint64_t limit;
    } rows[] = {
        {"queue", ready, n->ready_ns, limits->queue},
        {"run", running, n->attempt_ns, limits->run},
        {"total", running || waits, n->pub.started_ns, limits->total},
        {"heartbeat", running, n->alive_ns, limits->heartbeat},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].counts && is_over(now_ns, rows[i].since, rows[i].limit)) {
            *limit_ns = rows[i].limit;
            return rows[i].name;
        }
    return NULL;
}
