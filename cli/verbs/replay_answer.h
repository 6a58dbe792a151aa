/* cli/verbs/replay_answer.h - `replay --answer`: the server of a tape; part of
 * cmd_replay.
 */
#ifndef CLI_VERBS_REPLAY_ANSWER_H
#define CLI_VERBS_REPLAY_ANSWER_H

#include "cli/options/command.h"
#include "cli/shared/around.h"
#include "cli/verbs/replay_modes.h"
#include "replayer/answer/key.h"

/* Rows of the table of `replay`. */
#define CLI_REPLAY_ANSWER_OPTIONS                                              \
    {.name = "answer",                                                         \
     .type = CLI_TEXT,                                                         \
     .value = "HOST:PORT",                                                     \
     .help = "be the server of a tape of record --listen: answer requests as " \
             "it did; port 0 = any"},                                          \
        CLI_ENV_OPTION, CLI_REPLAY_MODE_OPTION,                                \
    {                                                                          \
        .name = "match", .type = CLI_TEXT, .value = "KEYS",                    \
        .preset = PLAY_KEYS_DEFAULT,                                           \
        .help = "with --answer: what a request is looked for by; also "        \
                "query:NAME, header:NAME"                                      \
    }

/* Answer until the command ends, or a signal comes. TD_FAILED: something is not
 * on the tape; errors of play_exchanges_load(), diff_masks_load() and
 * wire_server_open().
 */
TD_MUST_CHECK enum td_code cli_replay_answer(const struct cli_args *args,
                                             struct td_error *err);

#endif
