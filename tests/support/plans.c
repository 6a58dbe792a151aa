#include "tests/support/plans.h"

#include <string.h>

#define TRANSIENT ((1U << PLAN_OUTPUT_MISSING) - 1)

void plans_new(struct plan *plan, uint32_t tasks)
{
    *plan = (struct plan){.name = "made", .file = "made", .task_count = tasks};
    plan->budget = (struct plan_budget){
        .tokens = PLAN_NO_LIMIT, .cost_usd = -1, .wall_ns = PLAN_NO_LIMIT};
    plan->tasks =
        td_arena_alloc(&plan->arena, (tasks + 1) * sizeof(*plan->tasks));
    for (uint32_t i = 0; i < tasks; i++)
        plan->tasks[i] = (struct plan_task){
            .place = i + 1,
            .id = td_arena_print(&plan->arena, "t%u", i),
            .depth = 1,
            .retry = {.attempts = 1, .backoff_ns = PLANS_S, .on = TRANSIENT},
            .pool = PLAN_NO_POOL,
            .weight = 1,
        };
    for (uint32_t i = 0; i < tasks; i++)
        plan->tasks[i].name = plan->tasks[i].id;
}

static void add(struct plan *plan, const uint32_t **list, uint32_t *count,
                uint32_t task)
{
    uint32_t *more = td_arena_alloc(&plan->arena, (*count + 1) * sizeof(*more));

    if (*count)
        memcpy(more, *list, *count * sizeof(*more));
    more[(*count)++] = task;
    *list = more;
}

void plans_need(struct plan *plan, uint32_t task, uint32_t other)
{
    add(plan, &plan->tasks[task].depends_on, &plan->tasks[task].depends_count,
        other);
}

void plans_pool(struct plan *plan, uint32_t slots)
{
    struct plan_pool *more =
        td_arena_alloc(&plan->arena, (plan->pool_count + 1) * sizeof(*more));

    if (plan->pool_count)
        memcpy(more, plan->pools, plan->pool_count * sizeof(*more));
    more[plan->pool_count++] = (struct plan_pool){.name = "p", .slots = slots};
    plan->pools = more;
}

/* Tasks may depend on those behind them: until nothing becomes deeper. */
void plans_link(struct plan *plan)
{
    bool deeper = true;

    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++) {
            struct plan_task *on = &plan->tasks[plan->tasks[i].depends_on[d]];

            add(plan, &on->dependants, &on->dependants_count, i);
        }
    while (deeper) {
        deeper = false;
        for (uint32_t i = 0; i < plan->task_count; i++)
            for (uint32_t d = 0; d < plan->tasks[i].depends_count; d++) {
                uint32_t on = plan->tasks[plan->tasks[i].depends_on[d]].depth;

                deeper |= on >= plan->tasks[i].depth;
                if (on >= plan->tasks[i].depth)
                    plan->tasks[i].depth = on + 1;
            }
    }
    for (uint32_t i = 0; i < plan->task_count; i++)
        if (plan->tasks[i].depth > plan->waves)
            plan->waves = plan->tasks[i].depth;
}
