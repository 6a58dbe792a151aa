/* cli/help/help.h - pages made from the verbs' tables. */
#ifndef CLI_HELP_HELP_H
#define CLI_HELP_HELP_H

#include "cli/options/command.h"
#include "core/buf.h"

/* Append the list of verbs, in groups. Here and below verbs is the table of
 * them (cli/verbs/verbs.h), which ends with NULL.
 */
void cli_help_overview(struct td_buf *out,
                       const struct cli_command *const *verbs);

/* Append the page of one verb, for a terminal of 80 columns. */
void cli_help_verb(struct td_buf *out, const struct cli_command *command);

/* Append the page of one verb, or (NULL) of the program, as roff for man(1). */
void cli_help_man(struct td_buf *out, const struct cli_command *const *verbs,
                  const struct cli_command *command);

/* Append docs/cli.md. */
void cli_help_markdown(struct td_buf *out,
                       const struct cli_command *const *verbs);

/* Append the completion script of a shell: "bash", "zsh" or "fish". */
void cli_help_completion(struct td_buf *out,
                         const struct cli_command *const *verbs,
                         const char *shell);

/* What all pages show of an option: "-o, --output FILE". */
void cli_help_option(struct td_buf *out, const struct cli_option *option);

#endif
