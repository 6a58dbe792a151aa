/* cli/options/common.h - the options that every verb has. */
#ifndef CLI_OPTIONS_COMMON_H
#define CLI_OPTIONS_COMMON_H

#include "cli/options/command.h"

/* --json, --quiet, --verbose, --color, --help. Ends with a NULL name. */
extern const struct cli_option cli_common[];

#endif
