/* cli/verbs/convert_in.h - what other tools have recorded, as a tape. */
#ifndef CLI_VERBS_CONVERT_IN_H
#define CLI_VERBS_CONVERT_IN_H

#include "cli/options/command.h"

#define CLI_CONVERT_FROM "tape|har"

/* True if operand 0 is no tape, by --from or its suffix. */
bool cli_convert_is_in(const struct cli_args *args);

/* Make a tape of it. TD_USAGE, TD_IO, TD_FORMAT, TD_LIMIT. */
TD_MUST_CHECK enum td_code cli_convert_in(const struct cli_args *args,
                                          struct td_error *err);

#endif
