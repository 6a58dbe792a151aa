/* cli/verbs/verbs.h - the table of all verbs, made from the names of
 * cli/cmd_*.c. */
#ifndef CLI_VERBS_VERBS_H
#define CLI_VERBS_VERBS_H

#include "cli/options/command.h"

/* In the order of their names; ends with NULL. */
extern const struct cli_command *const cli_verbs[];

/* The verb called name, or the only one whose name begins with it. TD_USAGE:
 * there is none, or several.
 */
TD_MUST_CHECK enum td_code cli_verb_find(const struct cli_command **out,
                                         const char *name,
                                         struct td_error *err);

#endif
