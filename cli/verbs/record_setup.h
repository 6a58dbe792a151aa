/* cli/verbs/record_setup.h - what the command line of `record` asks for; part
 * of cmd_record.
 */
#ifndef CLI_VERBS_RECORD_SETUP_H
#define CLI_VERBS_RECORD_SETUP_H

#include "cli/shared/check_options.h"
#include "cli/shared/connect_options.h"
#include "recorder/recorder.h"
#include "recorder/source.h"

/* What the options point to; zeroes before, released after the recording. */
struct cli_record_setup {
    struct rec_options recorder;
    struct rec_source_url_options url; /* but for client.url: cli_dial_url() */
    struct rec_source_proxy_options proxy;   /* with --listen */
    const char *paths[PROXY_ROUTES_MAX + 1]; /* of --to; what it points to */
    char *listen_host;                       /* the same */
    char *listen_path;
    struct wire_tls_options listen_tls;
    bool everybody; /* may ask */
    size_t max_message;
    enum wire_framing framing; /* with --stdio */
    struct td_buf source;      /* for the header: no credentials */
    struct td_buf options;     /* for the header: JSON */
    struct cli_dial dial;
    struct cli_check check;      /* what is recorded is held to */
    struct td_buf contract_hash; /* of the contract, else of the schema */
};

#endif
