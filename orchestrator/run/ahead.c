/* Attempts that are handed to the keeper before a worker is free: they wait
 * there, and nobody has to be asked when one ends. To whoever looks they are
 * ready, not running, and after a crash they have not been killed.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/mem.h"
#include "orchestrator/keeper/keeper.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD_MAX 64
#define BRIEF_NS  (250 * TD_NS_PER_MS)

/* It was short before, or is said to be. */
static bool is_brief(const struct run_exec *x, uint32_t i)
{
    const struct plan_task *task = &x->plan.tasks[i];
    uint64_t takes = x->usual[i] ? x->usual[i] : task->estimate_ns;

    return takes && takes < BRIEF_NS;
}

/* Nothing, unless no task waits for a limit while it is handed over but does
 * not run, and a failure or a budget does not end what waits. */
uint32_t run_ahead_of(const struct run_exec *x, bool *in_order)
{
    uint32_t ahead = 4 * x->options.workers + 4;

    *in_order = false;
    if (x->options.fail_fast || x->plan.budget.wall_ns != PLAN_NO_LIMIT)
        return 0;
    for (uint32_t i = 0; i < x->plan.task_count; i++) {
        const struct plan_task *task = &x->plan.tasks[i];

        if (task->provider != PLAN_SHELL || task->timeout.queue)
            return 0;
        *in_order |= !is_brief(x, i);
    }
    return ahead < AHEAD_MAX ? ahead : AHEAD_MAX;
}

void run_queue(struct run_task *task, bool waits)
{
    if (task->queued == waits)
        return;
    task->queued = waits;
    task->x->queued += waits ? 1 : UINT32_MAX;
}

bool run_waits(const struct run_exec *x, uint32_t task)
{
    return x->tasks[task].queued;
}

uint32_t run_workers(const struct run_exec *x)
{
    return x->options.workers;
}

uint32_t run_waiting(const struct run_exec *x)
{
    return x->queued;
}

void run_call_off(struct run_exec *x)
{
    for (uint32_t i = 0; x->queued > 0 && i < x->plan.task_count; i++) {
        struct run_task *task = &x->tasks[i];
        const struct provider *p = &x->providers[x->plan.tasks[i].provider];

        if (task->queued && task->running && p->ops->call_off)
            p->ops->call_off(task->running);
    }
}

/* ---- what a dead keeper says of its attempts ---- */

struct run_begun {
    char **ids;
    size_t count;
};

static void note(void *ctx, const struct keep_record *record)
{
    struct run_begun *begun = ctx;

    if (record->failed)
        return;
    begun->ids = td_list_room(begun->ids, begun->count, sizeof(*begun->ids));
    begun->ids[begun->count++] = td_strdup(record->id);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* NULL: its log cannot be read; then nothing is known to have never begun. */
struct run_begun *run_begun_read(const struct run_exec *x)
{
    struct run_begun *begun = td_calloc(1, sizeof(*begun));
    struct td_error ignored;

    if (keep_recall(x->folder, note, begun, &ignored)) {
        run_begun_free(begun);
        return NULL;
    }
    if (begun->count)
        qsort(begun->ids, begun->count, sizeof(*begun->ids), by_id);
    return begun;
}

bool run_has_begun(const struct run_begun *begun, const char *id)
{
    return !begun || (begun->count && bsearch(&id, begun->ids, begun->count,
                                              sizeof(*begun->ids), by_id));
}

void run_begun_free(struct run_begun *begun)
{
    for (size_t i = 0; begun && i < begun->count; i++)
        free(begun->ids[i]);
    if (begun)
        free(begun->ids);
    free(begun);
}
