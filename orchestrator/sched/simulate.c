#include "orchestrator/sched/simulate.h"

#include "core/mem.h"
#include "orchestrator/sched/sched_internal.h"

#include <stddef.h>
#include <stdlib.h>

struct sim_task {
    struct td_timer end; /* of the attempt that runs */
};

struct sim {
    struct sched *s;
    struct sim_task *tasks;
    struct td_timerq ends;
    const uint64_t *takes;
    const enum sched_guess *guesses;
    struct sched_span *spans;
    uint64_t now;
    uint32_t started;
};

/* What the machine decided itself, and what answers it, are both possible. */
static void apply(struct sim *sim, const struct sched_event *ev)
{
    if (sched_apply(sim->s, ev, NULL))
        abort();
}

static void happened(struct sim *sim, enum sched_what what, uint32_t task,
                     enum plan_fault fault)
{
    struct sched_event ev = {.what = what,
                             .at_ns = sim->now,
                             .task = task,
                             .attempt = sim->s->nodes[task].pub.attempt,
                             .fault = fault,
                             .cost_usd = -1};

    apply(sim, &ev);
}

static void launch(struct sim *sim, uint32_t task)
{
    uint64_t takes = sim->takes ? sim->takes[task] : 0;

    if (!takes)
        takes = sched_takes(sim->s, task);
    if (sim->spans[task].order == 0)
        sim->spans[task].order = ++sim->started;
    if (takes > TD_NEVER - 1 - sim->now)
        takes = TD_NEVER - 1 - sim->now; /* for ever, as far as we count */
    td_timerq_set(&sim->ends, &sim->tasks[task].end, sim->now + takes);
}

static void look(struct sim *sim, uint32_t task)
{
    if (sim->guesses && sim->guesses[task] == SCHED_UNCHANGED)
        happened(sim, SCHED_CACHED_NOW, task, 0);
    else
        sched_changed(sim->s, task);
}

static void answer(struct sim *sim, const struct sched_event *ev)
{
    if (ev->what == SCHED_LAUNCH) {
        launch(sim, ev->task);
    } else if (ev->what == SCHED_ASK) {
        happened(sim, SCHED_APPROVE, ev->task, 0);
    } else if (ev->what == SCHED_STOP) {
        td_timerq_cancel(&sim->ends, &sim->tasks[ev->task].end);
        happened(sim, SCHED_FAULT, ev->task, ev->fault);
    } else if (ev->what == SCHED_HALT &&
               sim->s->plan->budget.on == PLAN_PAUSES) {
        happened(sim, SCHED_GO_ON, 0, 0);
    }
}

static void decide(struct sim *sim)
{
    struct sched_event ev;

    while (sched_next(sim->s, sim->now, &ev)) {
        if (ev.what == SCHED_LOOK) {
            look(sim, ev.task);
            continue;
        }
        apply(sim, &ev);
        answer(sim, &ev);
    }
}

/* To the next moment, and what ends then; false: there is none. */
static bool pass(struct sim *sim)
{
    struct td_timer *first = td_timerq_first(&sim->ends);
    uint64_t due = sched_due(sim->s);

    due = first && first->due_ns < due ? first->due_ns : due;
    if (due == TD_NEVER)
        return false;
    sim->now = due > sim->now ? due : sim->now;
    while ((first = td_timerq_first(&sim->ends)) && first->due_ns <= sim->now) {
        struct sim_task *task =
            (struct sim_task *)(void *)((char *)first -
                                        offsetof(struct sim_task, end));
        uint32_t index = (uint32_t)(task - sim->tasks);

        td_timerq_cancel(&sim->ends, first);
        happened(sim, SCHED_ENDED, index, 0);
        happened(sim, SCHED_DONE, index, 0);
    }
    return true;
}

static void tell(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->s->plan->task_count; i++) {
        const struct sched_task *task = sched_task(sim->s, i);

        sim->spans[i].start_ns = task->started_ns;
        sim->spans[i].end_ns = task->ended_ns;
        sim->spans[i].state = task->state;
    }
}

uint64_t sched_simulate(const struct plan *plan,
                        const struct sched_options *options,
                        const uint64_t *takes, const enum sched_guess *guesses,
                        struct sched_span *spans)
{
    struct sched_options mine = *options;
    struct sim sim = {.takes = takes, .guesses = guesses, .spans = spans};
    uint64_t took;

    mine.cache = guesses != NULL;
    sim.s = sched_new(plan, &mine);
    sim.tasks = td_calloc((size_t)plan->task_count + 1, sizeof(*sim.tasks));
    for (uint32_t i = 0; i < plan->task_count; i++)
        spans[i] = (struct sched_span){.order = 0};
    do
        decide(&sim);
    while (!sched_counts(sim.s)->finished && pass(&sim));
    tell(&sim);
    took = sched_counts(sim.s)->finished ? sim.now : TD_NEVER;
    td_timerq_release(&sim.ends);
    free(sim.tasks);
    sched_free(sim.s);
    return took;
}
