/* cli/verbs/replay_dialogue.h - `replay --to URL --dialogue`: the client of a
 * tape; part of cmd_replay.
 */
#ifndef CLI_VERBS_REPLAY_DIALOGUE_H
#define CLI_VERBS_REPLAY_DIALOGUE_H

#include "cli/options/command.h"
#include "cli/shared/report_files.h"

/* Rows of the table of `replay`. */
#define CLI_REPLAY_DIALOGUE_OPTIONS                                            \
    {.name = "dialogue",                                                       \
     .type = CLI_FLAG,                                                         \
     .help = "with --to: be the client of a tape of record --listen, and "     \
             "compare what the server says with the tape"},                    \
        {.name = "bind",                                                       \
         .type = CLI_LIST,                                                     \
         .value = "POINTER",                                                   \
         .help = "with --answer and --dialogue: a value that the other side "  \
                 "makes anew, and is told again as it is now; or "             \
                 "header:NAME"},                                               \
        {.name = "answer-timeout",                                             \
         .type = CLI_DURATION,                                                 \
         .min = 1,                                                             \
         .value = "TIME",                                                      \
         .preset = "30s",                                                      \
         .help = "with --dialogue: what the server says comes by then"},       \
        {.name = "output",                                                     \
         .letter = 'o',                                                        \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .help = "with --dialogue: keep what was said now, as a tape"},        \
        {.name = "overwrite",                                                  \
         .type = CLI_FLAG,                                                     \
         .help = "with --output: replace FILE"},                               \
        CLI_REPORT_OPTION

/* Play, compare, say what differs. TD_FAILED: something does. */
TD_MUST_CHECK enum td_code cli_replay_dialogue(const struct cli_args *args,
                                               struct td_error *err);

#endif
