/* cli/verbs/run_live.h - an execution on a terminal: lines under those of tasks
 * that have ended, drawn again while it runs.
 *
 *     2/12 16 % | wave 2/9 | net 0/2 gpu 0/1 | tokens 0/60000 | 0:02, about
 * 5:10 left > clean_b   0:01 of about 0:30   120 k rows
 *
 * They stand on stderr and take at most half of the terminal. On anything else,
 * with --json or -q, in CI, or with TERM=dumb there are none.
 */
#ifndef CLI_VERBS_RUN_LIVE_H
#define CLI_VERBS_RUN_LIVE_H

#include "cli/options/command.h"
#include "orchestrator/run/exec.h"

struct run_live;

/* NULL: nothing is to be drawn. The others take NULL too. */
struct run_live *cli_run_live_new(const struct cli_args *args,
                                  struct wire_net *net,
                                  const struct run_exec *x);
void cli_run_live_free(struct run_live *live);

/* Before anything else is written to the terminal, and behind it. */
void cli_run_live_wipe(struct run_live *live);
void cli_run_live_draw(struct run_live *live);

/* How much of its work a task has done; a gate begins or has ended. */
void cli_run_live_share(struct run_live *live, uint32_t task, double share);
void cli_run_live_gate(struct run_live *live, const struct run_gate *gate);

#endif
