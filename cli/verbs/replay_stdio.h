/* cli/verbs/replay_stdio.h - `replay --stdio`: the program of a recorded talk;
 * part of cmd_replay.
 */
#ifndef CLI_VERBS_REPLAY_STDIO_H
#define CLI_VERBS_REPLAY_STDIO_H

#include "cli/options/command.h"

/* Rows of the table of `replay`. */
#define CLI_REPLAY_STDIO_OPTIONS                                               \
    {.name = "stdio",                                                          \
     .type = CLI_FLAG,                                                         \
     .help = "be the program of a tape of record --stdio: answer on "          \
             "standard output what is asked on standard input"},               \
    {                                                                          \
        .name = "framing", .type = CLI_CHOICE, .value = "HOW",                 \
        .choices = "auto|lines|headers", .preset = "auto",                     \
        .help = "with --stdio: a message is a line, or has headers as in LSP"  \
    }

/* Play. TD_FAILED: something is not on the tape; errors of play_talk_load() and
 * diff_masks_load().
 */
TD_MUST_CHECK enum td_code cli_replay_stdio(const struct cli_args *args,
                                            struct td_error *err);

#endif
