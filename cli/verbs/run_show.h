/* cli/verbs/run_show.h - an execution as lines for people, one for each task
 * that ended.
 *
 *     x7 nightly: 12 tasks, depth 9, 2 workers; .tapedeck/x7.tape.gz
 *     cached  schema    as in x6
 *     ok      fetch_b   1.2 s, raw/b.csv 4.1 MiB
 *     FAILED  eval      attempt 1 of 1: exit status 3, 12 s; its last lines:
 *       | metric f1 missing
 *     x7: 7 ok, 1 cached, 1 failed, 3 skipped of 12 in 5m02s, 0 tokens
 */
#ifndef CLI_VERBS_RUN_SHOW_H
#define CLI_VERBS_RUN_SHOW_H

#include "cli/options/command.h"
#include "orchestrator/run/exec.h"

struct run_show;

/* args and x must outlive it. */
struct run_show *cli_run_show_new(const struct cli_args *args,
                                  struct wire_net *net,
                                  const struct run_exec *x, bool resumed);
void cli_run_show_free(struct run_show *show);

/* A task is alive, with a share of its work, or -1. */
void cli_run_show_alive(struct run_show *show, uint32_t task, double share);
/* Something else is about to be written to the terminal. */
void cli_run_show_step_aside(struct run_show *show);

/* Something is so; at the end the sums, or with --json the result. */
void cli_run_show_news(struct run_show *show, const struct run_news *news);
void cli_run_show_gate(struct run_show *show, const struct run_gate *gate);
void cli_run_show_end(struct run_show *show);

/* TD_IO: there was a line that could not be written. */
TD_MUST_CHECK enum td_code cli_run_show_unseen(const struct run_show *show,
                                               struct td_error *err);

#endif
