/* cli/verbs/record_listen.h - `record --listen HOST:PORT --to [/PATH=]URL`:
 * where to listen, and for which servers; part of cmd_record.
 */
#ifndef CLI_VERBS_RECORD_LISTEN_H
#define CLI_VERBS_RECORD_LISTEN_H

#include "cli/verbs/record_setup.h"

/* Set setup->proxy from the command line, if it says --listen. TD_USAGE. */
TD_MUST_CHECK enum td_code cli_record_listen(struct cli_record_setup *setup,
                                             const struct cli_args *args,
                                             struct td_error *err);

/* One URL of --to, with TLS if any of them has it; "" if there is none. */
const char *cli_record_server(const struct cli_args *args);

/* Append what --to names, without credentials: "http://a /v1=http://b". */
void cli_record_put_servers(struct td_buf *out, const struct cli_args *args);

#endif
