/* cli/verbs/past_task.h - an execution that has not ended, or a task of it that
 * has not, by its journal: for verbs that leave word to who runs it.
 */
#ifndef CLI_VERBS_PAST_TASK_H
#define CLI_VERBS_PAST_TASK_H

#include "cli/options/command.h"
#include "orchestrator/run/exec.h"
#include "orchestrator/run/look.h"

struct cli_past {
    struct run_past past;
    uint32_t task; /* its place in the plan, from 0; 0 if none was named */
};

/* task: or NULL. TD_USAGE: there is no such execution or task, or it has ended;
 * codes of run_past_read(). *out is to be released, also on error. */
TD_MUST_CHECK enum td_code cli_past_read(struct cli_past *out,
                                         const char *state, const char *id,
                                         const char *task,
                                         struct td_error *err);
void cli_past_release(struct cli_past *past);

/* Leave an order to who runs it, in the user's name; grace_ns as of
 * run_cancel(). Codes of cli_past_read() and of run_leave_order(). */
TD_MUST_CHECK enum td_code cli_past_order(const struct cli_args *args,
                                          const char *state,
                                          enum run_order_kind kind,
                                          uint64_t grace_ns,
                                          struct td_error *err);

#endif
