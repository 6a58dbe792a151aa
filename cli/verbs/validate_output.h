/* cli/verbs/validate_output.h - validate --output: what a schema makes of each
 * message, in the standard forms; part of cmd_validate.
 */
#ifndef CLI_VERBS_VALIDATE_OUTPUT_H
#define CLI_VERBS_VALIDATE_OUTPUT_H

#include "cli/shared/check_options.h"

/* Print a line of JSON for each message of path ("-" is stdin): the output of
 * check's schema in the form `flag`, `basic`, `list` or `hierarchical`, or
 * {"valid":false,"error":...} where there is none. TD_OK if all are valid;
 * TD_FAILED, TD_TOOL (one was not decided), or why path cannot be read.
 */
TD_MUST_CHECK enum td_code cli_validate_output(const struct cli_check *check,
                                               const char *form,
                                               const char *path,
                                               struct td_error *err);

#endif
