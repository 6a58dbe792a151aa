/* cli/verbs/option_applicability.h - which sources an option means something
 * to.
 *
 * An option on the command line that no source of the call can take is a
 * mistake, not a wish to be ignored. One that comes from the environment or a
 * file is a default for other calls and stays silent.
 */
#ifndef CLI_VERBS_OPTION_APPLICABILITY_H
#define CLI_VERBS_OPTION_APPLICABILITY_H

#include "cli/options/args.h"

/* The options of the table in cli/verbs/option_applicability.c that were given
 * as flags, against the operands and the server of a proxy (to, or NULL), to
 * which it connects for others; TD_USAGE names the first that nothing takes.
 */
TD_MUST_CHECK enum td_code cli_serves_check(const struct cli_args *args,
                                            const char *to,
                                            struct td_error *err);

#endif
