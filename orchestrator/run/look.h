/* orchestrator/run/look.h - a plan seen before it runs: what earlier executions
 * tell of its tasks, and which of them would run now.
 *
 * Only looks: nothing is made or written, the state folder need not be there.
 */
#ifndef ORCHESTRATOR_RUN_LOOK_H
#define ORCHESTRATOR_RUN_LOOK_H

#include "orchestrator/run/exec.h"
#include "orchestrator/sched/simulate.h"

/* All zeroes is valid and empty. Arrays have a place for each task. */
struct run_look {
    uint64_t *usual; /* what it took before (the median), in ns; 0: unknown */
    uint32_t known;  /* tasks of which that is known */
    uint32_t runs;   /* of the one that was timed most often; at most 5 */
    enum sched_guess *guesses;
    const char **why;  /* it will run: one line; or since when it is
                          unchanged: "x6"; or NULL */
    uint32_t guess[3]; /* tasks, by guess */
    struct td_arena arena;
};

/* Look at a plan in its folder. Of options only state, no_cache and env are
 * read. A plan with `workspace: new` has no files yet: all of it will run.
 * TD_IO. *out is to be released, also on error. */
TD_MUST_CHECK enum td_code run_look(struct run_look *out,
                                    const struct plan *plan, const char *root,
                                    const struct run_options *options,
                                    struct td_error *err);
void run_look_release(struct run_look *look);

/* An execution as its journal has it, also one that runs. */
struct run_past {
    struct plan plan;
    struct sched *sched;
    uint64_t at_ns; /* in the execution's time: of one that runs now, of
                       others the last line */
    bool finished;
    uint64_t start_wall_ns;
};

/* TD_IO, TD_FORMAT as journal_fold(). *out is to be released, also on error. */
TD_MUST_CHECK enum td_code
run_past_read(struct run_past *out, const char *journal, struct td_error *err);
void run_past_release(struct run_past *past);

#endif
