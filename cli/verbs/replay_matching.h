/* cli/verbs/replay_matching.h - what `replay --stdio` and `replay --answer`
 * share: the options that say what may differ, and what is told; part of
 * cmd_replay.
 */
#ifndef CLI_VERBS_REPLAY_MATCHING_H
#define CLI_VERBS_REPLAY_MATCHING_H

#include "cli/options/command.h"
#include "tape/line.h"
#include "validator/diff/masks.h"

/* Rows of the table of `replay`. */
#define CLI_REPLAY_MATCHING_OPTIONS                                            \
    {.name = "ignore",                                                         \
     .type = CLI_LIST,                                                         \
     .value = "POINTER",                                                       \
     .help = "with --answer and --stdio: what stands there may differ, such "  \
             "as /params/arguments/now; * is any name"},                       \
        {.name = "masks",                                                      \
         .type = CLI_TEXT,                                                     \
         .value = "FILE",                                                      \
         .help = "with --answer and --stdio: what may differ, as in "          \
                 "docs/diff.md"},                                              \
        {.name = "max-message",                                                \
         .type = CLI_SIZE,                                                     \
         .min = 1,                                                             \
         .max = TAPE_PAYLOAD_MAX,                                              \
         .value = "SIZE",                                                      \
         .preset = "128M",                                                     \
         .help = "with --answer and --stdio: longer messages and bodies of "   \
                 "the client are refused"},                                    \
    {                                                                          \
        .name = "repeat", .type = CLI_FLAG,                                    \
        .help = "with --answer and --stdio: past the last of equal requests, " \
                "answer as that one was"                                       \
    }

/* Whether options of this call are for what it does: what --stdio or --answer
 * cannot take, and what only they do. TD_USAGE.
 */
TD_MUST_CHECK enum td_code cli_replay_mode_check(const struct cli_args *args,
                                                 struct td_error *err);

/* One tape from a file; option is what plays it. TD_USAGE. */
TD_MUST_CHECK enum td_code cli_replay_one_tape(const struct cli_args *args,
                                               const char *option,
                                               struct td_error *err);

/* Read --ignore and --masks. TD_USAGE and errors of diff_masks_load(). */
TD_MUST_CHECK enum td_code cli_replay_masks(struct diff_masks *masks,
                                            const struct cli_args *args,
                                            struct td_error *err);

/* Write a line of JSON to standard output, or, where that is foreign (a
 * command's, or the protocol's), to standard error.
 */
TD_MUST_CHECK enum td_code cli_replay_json(const struct td_buf *line,
                                           bool foreign, struct td_error *err);

/* Something is not on the tape: its lines to stderr. */
void cli_replay_missed(void *ctx, struct td_bytes text);

#endif
