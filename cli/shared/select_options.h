/* cli/shared/select_options.h - which events of a tape are meant: the same
 * options in cat, cut and replay.
 */
#ifndef CLI_SHARED_SELECT_OPTIONS_H
#define CLI_SHARED_SELECT_OPTIONS_H

#include "cli/options/command.h"
#include "replayer/range.h"
#include "replayer/select.h"

/* Rows for the option table of a verb; the preset of --dir is the verb's. */
#define CLI_CHOOSE_OPTIONS(dir_preset)                                         \
    {.name = "start",                                                          \
     .letter = 'S',                                                            \
     .type = CLI_TEXT,                                                         \
     .value = "PLACE",                                                         \
     .help = "from +10s, 50%, seq:N, marker:NAME or RFC 3339; the place "      \
             "belongs to it"},                                                 \
        {.name = "end",                                                        \
         .letter = 'E',                                                        \
         .type = CLI_TEXT,                                                     \
         .value = "PLACE",                                                     \
         .help = "to the same; the place belongs to it"},                      \
        {.name = "event",                                                      \
         .letter = 'e',                                                        \
         .type = CLI_LIST,                                                     \
         .value = "NAME",                                                      \
         .help = "only events of this name"},                                  \
        {.name = "exclude",                                                    \
         .letter = 'x',                                                        \
         .type = CLI_LIST,                                                     \
         .value = "NAME",                                                      \
         .help = "no events of this name"},                                    \
        {.name = "regex",                                                      \
         .type = CLI_LIST,                                                     \
         .value = "EXPR",                                                      \
         .help = "only events whose name matches (ECMA-262)"},                 \
        {.name = "ns",                                                         \
         .type = CLI_LIST,                                                     \
         .value = "NAMESPACE",                                                 \
         .help = "only events of this Socket.IO namespace"},                   \
        {.name = "conn",                                                       \
         .type = CLI_LIST,                                                     \
         .value = "N",                                                         \
         .help = "only events of this connection"},                            \
    {                                                                          \
        .name = "dir", .type = CLI_CHOICE, .value = "DIR",                     \
        .choices = "out|in|both", .preset = (dir_preset),                      \
        .help = "what the recorded system sent, got, or both"                  \
    }

/* The criteria of the call; all_kinds, no_acks and sse_ids are the verb's to
 * set. Borrows from args.
 */
struct play_select_options cli_choose(const struct cli_args *args);

/* True if any of them was given (the range does not count). */
bool cli_chooses(const struct cli_args *args);

/* Keep a tape that comes through a pipe ("-" among paths, which end with NULL)
 * in a temporary file of at most 16 GiB, so that it can be read twice. As
 * td_fs_spool().
 */
TD_MUST_CHECK enum td_code cli_choose_spool(const char *const *paths,
                                            struct td_error *err);

/* The range of the call on these tapes: as play_window_find(). Places that are
 * not known before the tape was looked at spool a piped one. Ask before the
 * tape is opened.
 */
TD_MUST_CHECK enum td_code cli_choose_window(const struct cli_args *args,
                                             const char *const *paths,
                                             struct play_window *window,
                                             struct td_error *err);

#endif
