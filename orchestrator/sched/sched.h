/* orchestrator/sched/sched.h - the state of an execution, and what comes next.
 *
 * A pure machine: no files, no processes, no clock of its own. All that happens
 * to an execution is a struct sched_event. The journal keeps them, and the
 * state is a fold over them: after kill -9 the same events make the same state.
 *
 *     while (sched_next(s, now, &ev)) {     what has been decided
 *         journal it; when it is durable:
 *         sched_apply(s, &ev, &err);        now it is so
 *         act on it: start, stop, ask, tell
 *     }
 *     wait until sched_due(s), or for something to happen; that is an event
 *     too, which is journalled and applied.
 *
 * Between sched_next() and sched_apply() of the same event nothing else is
 * applied. Times are nanoseconds since the execution began; they never go back.
 * Source: docs/plan.md, "States".
 */
#ifndef ORCHESTRATOR_SCHED_SCHED_H
#define ORCHESTRATOR_SCHED_SCHED_H

#include "orchestrator/plan/plan.h"

#define SCHED_BACKOFF_MAX_NS (UINT64_C(60) * 1000000000)
/* Starts that a crash cut short or that failed by infrastructure; then the task
 * fails. They are no attempts of the task: the same one is made again. */
#define SCHED_SETTLES_MAX 3

enum sched_state {
    SCHED_WAITING, /* for what it depends on */
    SCHED_READY,   /* for a slot */
    SCHED_HELD,    /* for a yes */
    SCHED_RUNNING,
    SCHED_STOPPING,  /* told to end; its group is not empty yet */
    SCHED_VERIFYING, /* it ended well: are its outputs there? */
    SCHED_BACKOFF,   /* until the next attempt */
    /* Final from here on. */
    SCHED_COMPLETED,
    SCHED_CACHED, /* completed without running */
    SCHED_FAILED,
    SCHED_SKIPPED,
    SCHED_CANCELLED,
};

enum sched_what {
    /* Decided by sched_next(). */
    SCHED_LOOK,   /* task: is it unchanged? Not journalled: answered by an
                     event CACHED_NOW, or by sched_changed() */
    SCHED_ASK,    /* task: ask for the approval, until `until` (0: ever) */
    SCHED_LAUNCH, /* task, attempt: slots are taken; start it */
    SCHED_STOP,   /* task: end its attempt; why it will have failed: fault */
    SCHED_WAIT,   /* task: the next attempt comes at `until` */
    SCHED_FAIL,   /* task: final; fault */
    SCHED_SKIP,   /* task: final; cause: the task it is because of, or
                     itself (approval: fault PLAN_EXPIRED, PLAN_REFUSED) */
    SCHED_DROP,   /* task: final, cancelled before or while it ran */
    SCHED_WAVE_BEGIN, /* wave */
    SCHED_WAVE_END,   /* wave */
    SCHED_WARN,       /* budget: percent of what `budget` says */
    SCHED_HALT,       /* budget: 100 percent: paused, or nothing more starts */
    SCHED_FINISH,     /* all tasks have ended; the last event */
    /* What happened. */
    SCHED_CACHED_NOW, /* task is as in an earlier execution: completed */
    SCHED_ENDED,      /* task, attempt: ended well; its outputs are looked at */
    SCHED_DONE,       /* task: its outputs are there: completed */
    SCHED_FAULT,      /* task, attempt: failed with fault and status */
    SCHED_SETTLED,    /* task, attempt: it was cut short or never began, and
                         nothing of it runs; the same attempt is started again */
    SCHED_APPROVE,    /* task */
    SCHED_REFUSE,     /* task: the answer is no */
    SCHED_USAGE,      /* task: tokens and cost, sums of its attempt so far */
    SCHED_PAUSE,
    SCHED_GO_ON,
    SCHED_CANCEL,      /* the whole execution; task is not looked at */
    SCHED_CANCEL_TASK, /* task, alone: what runs of it is stopped, and it is
                          not tried again. No failure of it: fail_fast does
                          not count it. To those that depend on it it has
                          ended badly, unless it is a soft_fail */
    SCHED_RESUMED      /* by another process: a fold begins a new segment */
};

enum sched_budget { SCHED_TOKENS, SCHED_COST, SCHED_WALL };

struct sched_event {
    enum sched_what what;
    uint64_t at_ns;
    uint32_t task; /* index into plan.tasks */
    uint32_t attempt;
    uint32_t wave;  /* from 1 */
    uint32_t cause; /* task index */
    enum plan_fault fault;
    int status;              /* exit status, or minus the signal */
    uint64_t retry_after_ns; /* of FAULT: the provider asked for it; 0 */
    uint64_t until;          /* 0: none */
    uint64_t tokens;
    double cost_usd; /* < 0: unknown */
    bool unbegun;    /* of SETTLED: nothing of it ever ran */
    enum sched_budget budget;
    unsigned percent;
};

struct sched_options {
    const char *execution; /* its id: part of the jitter's seed */
    uint32_t workers;      /* weights that run at once; at least 1 */
    bool waves;            /* a wave begins when the one before has ended */
    bool fail_fast;        /* the first failure lets nothing more start, and
                              stops what runs */
    const uint64_t *usual; /* of each task, how long it took before, in ns; 0:
                              unknown, then its estimate counts. Or NULL */
    bool cache;            /* false: LOOK is never asked */
    uint32_t ahead;        /* while tasks are short, so many more that have
                              neither pool nor timeout nor more weight than 1
                              are launched beyond the workers: who starts them
                              lets them wait for a worker, in this order, and
                              nobody has to be asked when one ends */
    bool in_order;         /* of these only what is as urgent as anything that
                              has not begun: then nothing that is more so
                              comes to wait behind it, however long it takes */
};

struct sched;

/* The plan must outlive it; options are copied, but not what they point to. */
struct sched *sched_new(const struct plan *plan,
                        const struct sched_options *options);
void sched_free(struct sched *s);

/* What is to be done now; false: nothing before sched_due() or an event.
 * Which comes first is a function of the plan, the options and the events. */
bool sched_next(struct sched *s, uint64_t now_ns, struct sched_event *out);

/* When sched_next() may have something without an event; TD_NEVER: never. */
uint64_t sched_due(const struct sched *s);

/* It is so. TD_FORMAT: this cannot happen in this state (a journal that was
 * tampered with, or a fault of the caller); nothing has changed. */
TD_MUST_CHECK enum td_code sched_apply(struct sched *s,
                                       const struct sched_event *ev,
                                       struct td_error *err);

/* The answer to LOOK: it must run. */
void sched_changed(struct sched *s, uint32_t task);

/* A sign of life of a task that runs: `timeout.heartbeat` counts from it. Not
 * journalled. */
void sched_alive(struct sched *s, uint32_t task, uint64_t now_ns);

/* Which of its timeouts is over for a task that is not ended: "queue", "run",
 * "total" or "heartbeat", and how long that is; NULL: none. */
const char *sched_late(const struct sched *s, uint32_t task, uint64_t now_ns,
                       uint64_t *limit_ns);

/* A failure that is none of the task's: of its place, its keeper, the disk,
 * unless `retry.on` counts those as its own. The event "error" tells of it only
 * if it is the last. */
bool sched_is_infra(const struct sched *s, uint32_t task,
                    enum plan_fault fault);

/* Will a failure of this class and status be tried again after this attempt?
 * What the event "error" says as recoverable and will_retry. */
bool sched_would_retry(const struct sched *s, uint32_t task, uint32_t attempt,
                       enum plan_fault fault, int status);

struct sched_task {
    enum sched_state state;
    uint32_t attempt;      /* of the one that runs or ran last; 0: none yet */
    uint32_t retries;      /* attempts after the first */
    uint64_t started_ns;   /* first start; TD_NEVER: none */
    uint64_t ended_ns;     /* final; TD_NEVER: not yet */
    uint64_t tokens;       /* of all attempts */
    double cost_usd;       /* < 0: unknown */
    enum plan_fault fault; /* of FAILED, SKIPPED, CANCELLED */
    uint32_t cause;        /* of SKIPPED */
    bool cancelling;       /* it alone was told to end */
};

struct sched_counts {
    uint32_t completed; /* with those that were cached */
    uint32_t cached;
    uint32_t failed; /* without soft failures' dependants; with soft_fail */
    uint32_t soft;   /* of failed: soft_fail */
    uint32_t skipped;
    uint32_t cancelled;
    uint32_t running;
    uint32_t retries;
    uint32_t infra; /* failures that were none of a task's */
    uint32_t wave;  /* the highest that has begun */
    uint64_t tokens;
    double cost_usd; /* < 0: unknown */
    bool paused;
    bool cancelling;
    bool halted; /* a budget is used up */
    bool finished;
};

const struct sched_task *sched_task(const struct sched *s, uint32_t task);
const struct sched_counts *sched_counts(const struct sched *s);
/* Slots of a pool in use; PLAN_NO_POOL: workers. */
uint32_t sched_slots(const struct sched *s, uint32_t pool);
/* About how long what is left takes, by what is known; TD_NEVER: unknown. */
uint64_t sched_left(const struct sched *s, uint64_t now_ns);

/* Is it over for this task? */
static inline bool sched_is_final(enum sched_state state)
{
    return state >= SCHED_COMPLETED;
}

#endif
