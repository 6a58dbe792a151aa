/* cli/verbs/convert_cast.h - a tape as an asciicast, of `console` and
 * `convert`.
 */
#ifndef CLI_VERBS_CONVERT_CAST_H
#define CLI_VERBS_CONVERT_CAST_H

#include "cli/options/command.h"
#include "console/console.h"

#define CLI_CAST "asciicast" /* of --to */

/* Rows of the table of a verb that writes one. */
#define CLI_CAST_OPTIONS                                                       \
    {.name = "asciicast",                                                      \
     .type = CLI_CHOICE,                                                       \
     .value = "VERSION",                                                       \
     .choices = "2|3",                                                         \
     .preset = "2",                                                            \
     .help = "of an asciicast: asciinema before 3.0 reads 2 only"},            \
    {                                                                          \
        .name = "size", .type = CLI_TEXT, .value = "COLUMNSxROWS",             \
        .preset = "80x24", .help = "of an asciicast's terminal"                \
    }

/* --asciicast: 2 or 3. */
unsigned cli_cast_version(const struct cli_args *args);

/* A file is no terminal, but is played on one: colors, unless declined. */
bool cli_cast_color(const struct cli_args *args);

/* --size into the columns and rows. TD_USAGE. */
TD_MUST_CHECK enum td_code cli_cast_size(const struct cli_args *args,
                                         struct console_options *options,
                                         struct td_error *err);

/* True if --to or the suffix of the path asks for one. */
bool cli_is_cast(const struct cli_args *args, const char *path);

/* Operand 0 as an asciicast at the path: what the console shows of all of it.
 * Errors as console_cast(); TD_USAGE: stdout; TD_LOSSY: the tape is damaged.
 */
TD_MUST_CHECK enum td_code cli_convert_cast(const struct cli_args *args,
                                            const char *path,
                                            struct td_error *err);

#endif
