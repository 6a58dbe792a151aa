/* orchestrator/sched/sched_internal.h - the machine, for its parts. */
#ifndef ORCHESTRATOR_SCHED_SCHED_INTERNAL_H
#define ORCHESTRATOR_SCHED_SCHED_INTERNAL_H

#include "core/clock.h"
#include "core/timerq.h"
#include "orchestrator/sched/sched.h"

/* A task, with what only the machine knows. */
struct sched_node {
    struct sched_task pub;
    struct td_timer agenda; /* set: something may be decided about it */
    struct td_timer ready;  /* in the heap of its pool */
    struct td_timer due;    /* the next moment that changes it */
    uint32_t waits;         /* dependencies that have not ended */
    uint32_t bad;           /* of those that have ended: not well */
    uint32_t bad_cause;     /* the first of them that did */
    uint32_t settles;       /* of SCHED_SETTLES_MAX */
    uint64_t path_ns;       /* the longest way from here to the end */
    uint64_t ready_ns;      /* since when it could start */
    uint64_t attempt_ns;    /* when the attempt began */
    uint64_t alive_ns;      /* its last sign of life */
    uint64_t until;         /* of BACKOFF and HELD; 0: none */
    int status;             /* of the last fault */
    uint64_t retry_after_ns;
    uint64_t attempt_tokens; /* of the attempt, counted already */
    double attempt_cost;
    bool pending; /* a fault that is to be answered by WAIT or FAIL */
    bool same;    /* the attempt is made once more, and does not count */
    bool spent;   /* timeout.total: it is not tried again */
    bool looked;  /* LOOK has been answered: it must run */
    bool approved;
    bool refused;
};

struct sched {
    const struct plan *plan;
    struct sched_options options;
    struct sched_node *nodes;
    struct sched_counts counts;
    struct td_timerq agenda;
    struct td_timerq timers;
    struct td_timerq *heaps; /* one a pool, and one for tasks of none */
    uint32_t *slots;         /* in use, by pool */
    uint32_t workers;        /* weights that run */
    uint32_t *left;          /* tasks that have not ended, by depth - 1 */
    uint32_t *by_depth;      /* tasks, the deepest last; file order within */
    uint32_t *depth_ends;    /* in by_depth, by depth; [0] is 0 */
    uint32_t *by_path;       /* tasks, the longest way first; in_order only */
    uint32_t first;          /* in by_path: those before it have begun */
    uint64_t paused_ns;      /* when the pause that lasts began */
    uint64_t stood_ns;       /* how long earlier pauses lasted */
    uint32_t wave_ended;     /* the last that has */
    uint32_t ended;          /* tasks */
    unsigned warned[3];      /* percent that was told, by enum sched_budget */
    bool ending;             /* a failure ends all (fail_fast) */
    uint32_t brisk;          /* tasks in a row that ended well and were short */
};

/* Decide about it again. */
void sched_consider(struct sched *s, uint32_t task);
/* When the passing of time changes it next. */
void sched_set_due(struct sched *s, uint32_t task);
/* Into the heap of those that can start, or out of it (sched/ready.c). */
void sched_make_ready(struct sched *s, uint32_t task);
void sched_unready(struct sched *s, uint32_t task);
/* How long a task takes, by what is known. */
uint64_t sched_takes(const struct sched *s, uint32_t task);
/* The task that starts next; UINT32_MAX: none can. */
uint32_t sched_pick(struct sched *s);
/* The longest way to the end, of every task; and which are of each depth. */
void sched_measure_paths(struct sched *s);
/* Nothing starts for now. */
static inline bool sched_stands(const struct sched *s)
{
    return s->counts.paused || s->counts.halted;
}
/* Of the whole: WARN, HALT; false: nothing. */
bool sched_next_budget(struct sched *s, uint64_t now, struct sched_event *out);
uint64_t sched_budget_due(const struct sched *s);

/* Of a start: one that a crash cut short is made again. */
static inline uint32_t sched_next_attempt(const struct sched_node *n)
{
    return n->pub.attempt +
           ((n->pub.state == SCHED_BACKOFF && !n->same) || n->pub.attempt == 0);
}

/* Nothing more starts that has not begun. */
static inline bool sched_is_ending(const struct sched *s)
{
    return s->counts.cancelling || s->ending;
}

/* The same, of one task. */
static inline bool sched_must_end(const struct sched *s, uint32_t task)
{
    return sched_is_ending(s) || s->nodes[task].pub.cancelling;
}

#endif
