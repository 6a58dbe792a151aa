/* cli/options/environment.h - variables that look like ours and set nothing. */
#ifndef CLI_OPTIONS_ENVIRONMENT_H
#define CLI_OPTIONS_ENVIRONMENT_H

#include "cli/options/command.h"

/* Warn on stderr, unless quiet, of each variable TAPEDECK_... that no option of
 * any verb has; it may be another program's, so that is no error.
 */
void cli_environment_check(const struct cli_args *args,
                           const struct cli_command *const *verbs);

#endif
