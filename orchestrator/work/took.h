/* orchestrator/work/took.h - how long tasks took of which nothing else is kept.
 *
 * A task without a key has no outputs to be believed, only durations, and a
 * file for each would cost a short task more than it does itself. So there is
 * one a plan, last/PLAN/.took, with a line a success, the last one last:
 *     {"task":"smoke","execution":"x6","took":1200000}
 * Lines that are torn or are none are passed over. When it is opened and is
 * long, lines of which nobody asks any more are taken out; what another
 * execution appends in that moment is lost.
 */
#ifndef ORCHESTRATOR_WORK_TOOK_H
#define ORCHESTRATOR_WORK_TOOK_H

#include "orchestrator/work/place.h"

#define WORK_TOOK     5                  /* durations that are kept of a task */
#define WORK_TOOK_MAX ((size_t)64 << 20) /* bytes; what is longer is no log */

struct work_tooks;

/* A line. */
struct work_took {
    const char *task;
    const char *execution;
    uint64_t took_ns;
};

/* At most WORK_TOOK lines of a task, the last first; *count. They are borrowed
 * from the place until another plan is asked for. The log is read at the first
 * call for a plan, and what is appended later is not seen. TD_IO. */
TD_MUST_CHECK enum td_code work_tooks_find(struct work_place *place,
                                           const char *plan, const char *task,
                                           struct work_took out[WORK_TOOK],
                                           uint32_t *count,
                                           struct td_error *err);

/* Append a line. TD_IO. */
TD_MUST_CHECK enum td_code work_tooks_add(struct work_place *place,
                                          const char *plan,
                                          const struct work_took *line,
                                          struct td_error *err);

/* NULL is fine. */
void work_tooks_free(struct work_tooks *tooks);

#endif
