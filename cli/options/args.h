/* cli/options/args.h - the options of one call: from words to values.
 *
 * A call has one slot for each option of the verb and each option that all
 * verbs share. The command line fills slots first, then the configuration
 * (environment and files), then the presets of the table.
 */
#ifndef CLI_OPTIONS_ARGS_H
#define CLI_OPTIONS_ARGS_H

#include "cli/options/command.h"
#include "cli/options/config.h"
#include "core/buf.h"

#include <stddef.h>
#include <stdint.h>

/* One option and what it was set to. */
struct cli_slot {
    const struct cli_option *option;
    const char **texts;   /* NULL-terminated; borrowed strings */
    size_t count;         /* of texts */
    uint64_t number;      /* flags: 0 or 1; numbers, bytes, nanoseconds */
    enum cli_origin from; /* CLI_FROM_PRESET also when there is no preset */
};

struct cli_args {
    const struct cli_command *command;
    struct cli_slot *slots;
    size_t slot_count;
    const char **operands;
    int operand_count;
    char *const *child;
    const struct cli_config *config;
    struct td_buf warnings; /* lines: settings that do not count */
    uint64_t at_ns;         /* when the call began, ns since 1970 */
};

/* Read argv (without program and verb; borrowed, as config is) for a verb.
 * TD_USAGE names the option; *out is then NULL. Free with cli_args_free().
 * With --help among the words nothing is checked: see cli_wants_help().
 */
TD_MUST_CHECK enum td_code cli_args_parse(struct cli_args **out,
                                          const struct cli_command *command,
                                          const struct cli_config *config,
                                          char *const *argv,
                                          struct td_error *err);

/* NULL is fine. */
void cli_args_free(struct cli_args *args);

/* --help or -h is among the words, before "--". */
bool cli_help_among(char *const *argv);

/* The same of words that were parsed; then no other value is set. */
bool cli_wants_help(const struct cli_args *args);

/* The slot of an option by name; NULL if the verb has none. */
struct cli_slot *cli_args_slot(const struct cli_args *args, const char *name);

/* Read text as a value of the option's type. TD_USAGE: it is none; `where` is
 * what the error names. *number is left alone for texts.
 */
TD_MUST_CHECK enum td_code cli_value_read(const struct cli_option *option,
                                          const char *text, const char *where,
                                          uint64_t *number,
                                          struct td_error *err);

#endif
