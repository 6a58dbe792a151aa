/* cli/verbs/record_options.h - the command line of `record` as the recorder's
 * options; part of cmd_record.
 */
#ifndef CLI_VERBS_RECORD_OPTIONS_H
#define CLI_VERBS_RECORD_OPTIONS_H

#include "cli/shared/check_options.h"
#include "cli/shared/connect_options.h"
#include "recorder/recorder.h"
#include "recorder/source.h"

extern const struct cli_option cli_record_options[];

/* What the options point to; zeroes before, released after the recording. */
struct cli_record_setup {
    struct rec_options recorder;
    struct rec_source_url_options url; /* but for client.url: cli_dial_url() */
    size_t max_message;
    struct td_buf source;  /* for the header: no credentials */
    struct td_buf options; /* for the header: JSON */
    struct cli_dial dial;
    struct cli_check check;      /* what is recorded is held to */
    struct td_buf contract_hash; /* of the contract, else of the schema */
};

/* Fill *setup from the command line. Errors as cli_dial_read() and
 * cli_check_read(). */
TD_MUST_CHECK enum td_code cli_record_setup(struct cli_record_setup *setup,
                                            const struct cli_args *args,
                                            struct td_error *err);
void cli_record_setup_release(struct cli_record_setup *setup);

#endif
