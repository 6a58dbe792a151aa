/* cli/verbs/verbs.h - the table of all verbs, made from the names of
 * cli/verbs/cmd_*.c.
 */
#ifndef CLI_VERBS_VERBS_H
#define CLI_VERBS_VERBS_H

#include "cli/options/command.h"

/* In the order of their names; ends with NULL. main hands it down to whom it
 * concerns.
 */
extern const struct cli_command *const cli_verbs[];

#endif
