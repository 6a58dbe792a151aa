/* orchestrator/run/tally.h - what consoles have been told of an execution.
 *
 * A fold over the execution events that were said. The rules that these follow
 * (fixtures/contracts/execution.contract.yaml) need sums of what came before,
 * and an execution that is resumed says what is missing from them, and nothing
 * twice.
 */
#ifndef ORCHESTRATOR_RUN_TALLY_H
#define ORCHESTRATOR_RUN_TALLY_H

#include "orchestrator/journal/fold.h"
#include "orchestrator/plan/plan.h"

/* How a task ended, for the sums. */
enum run_end { RUN_COMPLETED, RUN_FAILED, RUN_SKIPPED };

/* Of one task. */
struct run_told {
    uint32_t errors;  /* said: the next one's retry_count */
    bool hopeless;    /* the last error said that it is not tried again */
    bool ended;       /* its progress_update */
    uint32_t outputs; /* artifact_created */
};

/* Of the whole execution, or since the last wave_completed. */
struct run_sums {
    uint32_t ended[3]; /* by enum run_end */
    uint32_t artifacts;
};

struct run_tally {
    struct run_told *tasks;
    uint32_t task_count;
    bool begun;    /* execution_started */
    bool finished; /* execution_completed */
    struct run_sums all;
    struct run_sums wave;
    uint32_t waves;    /* wave_completed */
    uint64_t began_ns; /* timestamp of execution_started, */
    uint64_t wave_ns;  /* and of the last wave_completed, if any */
};

/* Nothing was said yet; and its end. */
void run_tally_init(struct run_tally *tally, uint32_t tasks);
void run_tally_release(struct run_tally *tally);

/* It was said. */
void run_tally_error(struct run_tally *tally, uint32_t task, bool hopeless);
void run_tally_artifact(struct run_tally *tally, uint32_t task);
void run_tally_end(struct run_tally *tally, uint32_t task, enum run_end end);
void run_tally_begin(struct run_tally *tally, uint64_t said_ns);
void run_tally_wave(struct run_tally *tally, uint64_t said_ns);

/* How a task that has ended counts. */
enum run_end run_end_of(const struct sched *sched, uint32_t task);

/* One that stands in the journal; sched is as far as it was then. TD_FORMAT: it
 * does not go with the plan. */
TD_MUST_CHECK enum td_code run_tally_fold(struct run_tally *tally,
                                          const struct plan *plan,
                                          const struct journal_said *said,
                                          const struct sched *sched,
                                          struct td_error *err);

#endif
