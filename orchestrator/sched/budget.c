/* What an execution may use: told at two shares of it, by default 75 and 90
 * percent, and held at 100, or only told then, too. */
#include "orchestrator/sched/sched_internal.h"

#define ALL   100
#define STEPS 3

/* What has passed without the pauses. */
static uint64_t wall(const struct sched *s, uint64_t now)
{
    return (s->counts.paused ? s->paused_ns : now) - s->stood_ns;
}

static double used(const struct sched *s, enum sched_budget budget,
                   uint64_t now)
{
    const struct plan_budget *b = &s->plan->budget;

    if (budget == SCHED_TOKENS && b->tokens != PLAN_NO_LIMIT)
        return b->tokens ? (double)s->counts.tokens / (double)b->tokens : 1;
    if (budget == SCHED_COST && b->cost_usd >= 0 && s->counts.cost_usd >= 0)
        return b->cost_usd > 0 ? s->counts.cost_usd / b->cost_usd : 1;
    if (budget == SCHED_WALL && b->wall_ns != PLAN_NO_LIMIT)
        return b->wall_ns ? (double)wall(s, now) / (double)b->wall_ns : 1;
    return 0;
}

/* The shares at which it is told, the least first. */
static void steps_of(const struct plan_budget *b, unsigned steps[STEPS])
{
    steps[0] = plan_budget_warn(b);
    steps[1] = plan_budget_critical(b);
    steps[2] = ALL;
}

static unsigned reached(const struct plan_budget *b, double share)
{
    unsigned steps[STEPS];
    unsigned percent = 0;

    steps_of(b, steps);
    for (unsigned i = 0; i < STEPS; i++)
        if (share >= 1 || share * ALL >= steps[i])
            percent = steps[i];
    return percent;
}

bool sched_next_budget(struct sched *s, uint64_t now, struct sched_event *out)
{
    if (s->ended == s->plan->task_count || sched_is_ending(s))
        return false;
    for (enum sched_budget b = SCHED_TOKENS; b <= SCHED_WALL; b++) {
        unsigned percent = reached(&s->plan->budget, used(s, b, now));

        if (percent <= s->warned[b])
            continue;
        out->what = percent == ALL && s->plan->budget.on != PLAN_WARNS
                        ? SCHED_HALT
                        : SCHED_WARN;
        out->budget = b;
        out->percent = percent;
        return true;
    }
    return false;
}

uint64_t sched_budget_due(const struct sched *s)
{
    unsigned steps[STEPS];
    uint64_t limit = s->plan->budget.wall_ns;

    if (limit == PLAN_NO_LIMIT || s->counts.paused || sched_is_ending(s) ||
        s->ended == s->plan->task_count)
        return TD_NEVER;
    steps_of(&s->plan->budget, steps);
    for (unsigned i = 0; i < STEPS; i++)
        if (s->warned[SCHED_WALL] < steps[i])
            return s->stood_ns + limit / ALL * steps[i] + limit % ALL;
    return TD_NEVER;
}
