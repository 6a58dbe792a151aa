/* orchestrator/view/measure.h - how long a plan is, and which way through it is
 * the longest.
 *
 * As if there were workers without end: what a task waits for is only what it
 * needs. Sums that are too large stay at UINT64_MAX.
 */
#ifndef ORCHESTRATOR_VIEW_MEASURE_H
#define ORCHESTRATOR_VIEW_MEASURE_H

#include "orchestrator/plan/plan.h"

#define MEASURE_GUESS_NS (UINT64_C(1000000000)) /* nothing is known */

enum measure_source { MEASURE_PAST, MEASURE_PLAN, MEASURE_GUESS };

struct measure_task {
    uint64_t takes_ns;
    enum measure_source source;
    uint64_t early_ns; /* it cannot start before */
    uint64_t slack_ns; /* it may start so much later, and the end stays */
    uint32_t because;  /* the task whose end is its earliest start;
                          UINT32_MAX: it needs none */
};

struct measure {
    struct measure_task *tasks;
    uint32_t *order; /* by depth */
    uint32_t *ends;  /* of each depth in it: plan_by_depth() */
    uint32_t sources[3];
    uint64_t sum_ns;
    uint64_t path_ns;
    uint32_t *path; /* the longest way, from its first task */
    uint32_t path_count;
    uint32_t widest; /* the wave with most tasks, the first of them */
    uint32_t width;
    uint32_t edges;
    uint32_t roots;
};

/* usual may be NULL. *out must be all zeroes. */
void measure_plan(struct measure *out, const struct plan *plan,
                  const uint64_t *usual);
void measure_release(struct measure *measure);

static inline uint64_t measure_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The longest way to a task, itself last: indices into `out`, which has room
 * for as many as it is deep; how many. */
uint32_t measure_way(const struct measure *measure, uint32_t task,
                     uint32_t *out);

#endif
