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
struct run_show *run_show_new(const struct cli_args *args,
                              const struct run_exec *x, bool resumed);
void run_show_free(struct run_show *show);

/* Something is so; at the end the sums, or with --json the result. */
void run_show_news(struct run_show *show, const struct run_news *news);
void run_show_end(struct run_show *show);

#endif
