#include "orchestrator/run/tally.h"

#include "core/mem.h"

#include <stdlib.h>

void run_tally_init(struct run_tally *tally, uint32_t tasks)
{
    *tally = (struct run_tally){.task_count = tasks};
    tally->tasks = td_calloc(tasks ? tasks : 1, sizeof(*tally->tasks));
}

void run_tally_release(struct run_tally *tally)
{
    free(tally->tasks);
    *tally = (struct run_tally){.tasks = NULL};
}

void run_tally_error(struct run_tally *tally, uint32_t task, bool hopeless)
{
    tally->tasks[task].errors++;
    tally->tasks[task].hopeless = hopeless;
}

void run_tally_artifact(struct run_tally *tally, uint32_t task)
{
    tally->tasks[task].outputs++;
    tally->all.artifacts++;
    tally->wave.artifacts++;
}

void run_tally_end(struct run_tally *tally, uint32_t task, enum run_end end)
{
    tally->tasks[task].ended = true;
    tally->all.ended[end]++;
    tally->wave.ended[end]++;
}

void run_tally_begin(struct run_tally *tally, uint64_t said_ns)
{
    tally->begun = true;
    tally->began_ns = said_ns;
    tally->wave_ns = said_ns;
}

void run_tally_wave(struct run_tally *tally, uint64_t said_ns)
{
    tally->waves++;
    tally->wave = (struct run_sums){.artifacts = 0};
    tally->wave_ns = said_ns;
}

static uint32_t member(const struct journal_said *said, const char *name,
                       enum td_json_kind kind)
{
    uint32_t at = td_json_member(said->doc, said->data, td_text(name));

    return at && said->doc->values[at].kind == kind ? at : 0;
}

static uint32_t task_of(const struct plan *plan,
                        const struct journal_said *said)
{
    uint32_t at = said->task;

    return at && said->doc->values[at].kind == TD_JSON_STRING
               ? plan_find(plan, td_json_inner(said->doc, at))
               : UINT32_MAX;
}

/* True if it is about no task. */
static bool fold_whole(struct run_tally *tally, const struct journal_said *said)
{
    struct td_bytes type = said->type;

    if (td_bytes_is(type, "execution_started"))
        run_tally_begin(tally, said->wall_ns);
    else if (td_bytes_is(type, "execution_completed"))
        tally->finished = true;
    else if (td_bytes_is(type, "wave_completed"))
        run_tally_wave(tally, said->wall_ns);
    else
        return false;
    return true;
}

enum run_end run_end_of(const struct sched *sched, uint32_t task)
{
    enum sched_state state = sched_task(sched, task)->state;

    if (state == SCHED_COMPLETED || state == SCHED_CACHED)
        return RUN_COMPLETED;
    return state == SCHED_SKIPPED || state == SCHED_CANCELLED ? RUN_SKIPPED
                                                              : RUN_FAILED;
}

enum td_code run_tally_fold(struct run_tally *tally, const struct plan *plan,
                            const struct journal_said *said,
                            const struct sched *sched, struct td_error *err)
{
    uint32_t task;

    if (fold_whole(tally, said))
        return TD_OK;
    task = task_of(plan, said);
    if (task >= tally->task_count)
        return td_error_set(err, TD_FORMAT, "", 0,
                            "its task_id names no task of the plan");
    if (td_bytes_is(said->type, "progress_update"))
        run_tally_end(tally, task, run_end_of(sched, task));
    else if (td_bytes_is(said->type, "error"))
        run_tally_error(tally, task,
                        member(said, "recoverable", TD_JSON_FALSE) != 0);
    else if (td_bytes_is(said->type, "artifact_created"))
        run_tally_artifact(tally, task);
    return TD_OK;
}
