/* cli/verbs/logs_follow.h - a task's log, as it is written. */
#ifndef CLI_VERBS_LOGS_FOLLOW_H
#define CLI_VERBS_LOGS_FOLLOW_H

#include "cli/options/command.h"
#include "orchestrator/plan/plan.h"

/* The name that the task has in events. TD_USAGE: there is no such execution or
 * task; codes of run_past_read(). */
TD_MUST_CHECK enum td_code cli_logs_task(char name[PLAN_TASK_NAME],
                                         const char *journal, const char *id,
                                         const char *task,
                                         struct td_error *err);

/* Print what is there of STATE/ID's log and what comes, also of attempts that
 * follow, until the task has ended, or nobody runs the execution. TD_USAGE:
 * there is no such execution or task; TD_IO, TD_FORMAT. */
TD_MUST_CHECK enum td_code cli_logs_follow(const struct cli_args *args,
                                           const char *state, const char *id,
                                           const char *task,
                                           struct td_error *err);

#endif
