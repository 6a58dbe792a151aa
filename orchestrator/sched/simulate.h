/* orchestrator/sched/simulate.h - when each task of a plan would run.
 *
 * The machine of sched.h itself, with given durations and no work: what an
 * execution decides, this decides too. Attempts succeed, unless a timeout of
 * the plan is shorter than they take; approvals are given at once; a budget
 * that pauses is gone on from. So a task with `when: failure` is mostly
 * skipped.
 */
#ifndef ORCHESTRATOR_SCHED_SIMULATE_H
#define ORCHESTRATOR_SCHED_SIMULATE_H

#include "orchestrator/sched/sched.h"

/* Of a task, before: will it run? */
enum sched_guess {
    SCHED_WILL_RUN,
    SCHED_MAY_RUN, /* it is unchanged, but what it needs is not: it will not
                      run if that comes to the same files */
    SCHED_UNCHANGED
};

struct sched_span {
    uint64_t start_ns; /* of its first attempt; TD_NEVER: it does not run */
    uint64_t end_ns;   /* TD_NEVER: it does not end */
    uint32_t order;    /* from 1, of the starts; 0: none */
    enum sched_state state;
};

/* takes: of each task, in ns; NULL, or 0 for one: options->usual, its
 * estimate, or a second. guesses: of each task; those that may run do, those
 * that are unchanged take no time; NULL: all run. One span for each task of the
 * plan. How long all of it takes; TD_NEVER: it does not end, because a task
 * needs more slots than its pool has.
 */
uint64_t sched_simulate(const struct plan *plan,
                        const struct sched_options *options,
                        const uint64_t *takes, const enum sched_guess *guesses,
                        struct sched_span *spans);

#endif
