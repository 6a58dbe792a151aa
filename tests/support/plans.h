/* tests/support/plans.h - plans made in memory, without a file. */
#ifndef TESTS_SUPPORT_PLANS_H
#define TESTS_SUPPORT_PLANS_H

#include "orchestrator/plan/plan.h"

#define PLANS_S UINT64_C(1000000000)

/* A plan of that many tasks t0, t1 .. that need nothing and have the defaults
 * of a file; give it to plan_release(). */
void plans_new(struct plan *plan, uint32_t tasks);
/* task depends on another; each task's in rising order. */
void plans_need(struct plan *plan, uint32_t task, uint32_t other);
void plans_pool(struct plan *plan, uint32_t slots);
/* After the last plans_need(): dependants, depths, waves. */
void plans_link(struct plan *plan);

#endif
