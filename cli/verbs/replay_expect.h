/* cli/verbs/replay_expect.h - what is sent back during a replay, held to a
 * contract: each connection is a stream with a verdict of its own.
 */
#ifndef CLI_VERBS_REPLAY_EXPECT_H
#define CLI_VERBS_REPLAY_EXPECT_H

#include "cli/shared/check_options.h"
#include "core/json_writer.h"
#include "replayer/run.h"

#define CLI_EXPECT_MAX 1000 /* connections that are checked */

/* Rows of the verb's table. */
#define CLI_EXPECT_OPTIONS                                                     \
    {.name = "expect",                                                         \
     .type = CLI_TEXT,                                                         \
     .value = "CONTRACT",                                                      \
     .help = "hold what each peer sends back to a contract"},                  \
        {.name = "linger",                                                     \
         .type = CLI_DURATION,                                                 \
         .value = "TIME",                                                      \
         .preset = "1s",                                                       \
         .help = "with --expect: listen on when all was played, for TIME at "  \
                 "most"},                                                      \
        CLI_CHECK_HOW_OPTIONS

struct cli_expect;

/* Read the contract of --expect and set *hearing, which goes with the result;
 * *out stays NULL without --expect. TD_USAGE and the errors of the contract.
 */
TD_MUST_CHECK enum td_code cli_expect_open(struct cli_expect **out,
                                           struct play_hearing *hearing,
                                           const struct cli_args *args,
                                           struct td_error *err);
/* NULL is fine. */
void cli_expect_close(struct cli_expect *expect);

/* Decide; say the verdicts on stderr, not with -q or --json. The worst code of
 * all with its line in *err, the others are complained about. It fails too when
 * nobody came, or somebody sent nothing that the contract speaks of.
 */
TD_MUST_CHECK enum td_code cli_expect_end(struct cli_expect *expect,
                                          struct td_error *err);

/* Write the verdicts as an array; after cli_expect_end(). */
void cli_expect_json(const struct cli_expect *expect, struct td_json_writer *w,
                     const char *key);

#endif
