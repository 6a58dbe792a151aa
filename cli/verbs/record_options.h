/* cli/verbs/record_options.h - the command line of `record` as the recorder's
 * options; part of cmd_record.
 */
#ifndef CLI_VERBS_RECORD_OPTIONS_H
#define CLI_VERBS_RECORD_OPTIONS_H

#include "cli/verbs/record_setup.h"

extern const struct cli_option cli_record_options[];

/* Fill *setup from the command line. Errors as cli_dial_read() and
 * cli_check_read(). */
TD_MUST_CHECK enum td_code cli_record_setup(struct cli_record_setup *setup,
                                            const struct cli_args *args,
                                            struct td_error *err);
void cli_record_setup_release(struct cli_record_setup *setup);

#endif
