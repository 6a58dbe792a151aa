/* cli/options/exit_status.h - the status that the process ends with. */
#ifndef CLI_OPTIONS_EXIT_STATUS_H
#define CLI_OPTIONS_EXIT_STATUS_H

#include "core/error.h"

/* A verb that stands for a program ends as that did: this status (0..255), if
 * the verb itself ends with TD_OK.
 */
void cli_exit_as(int status);

/* What a verb that ended with this code makes of the process. */
int cli_exit_status(enum td_code code);

#endif
