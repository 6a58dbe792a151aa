/* cli/verbs/validate_framed.h - messages that others have captured, which are
 * no lines; part of cmd_validate.
 *
 *     sse       an event stream: what `curl -N` prints
 *     json-seq  RFC 7464: a record separator before each JSON text
 *     headers   Content-Length, an empty line, the message: LSP, DAP
 *
 * A message has the number of the line that it begins on.
 */
#ifndef CLI_VERBS_VALIDATE_FRAMED_H
#define CLI_VERBS_VALIDATE_FRAMED_H

#include "validator/check/check.h"

#include <stdbool.h>

enum cli_framed {
    CLI_FRAMED_LINES, /* each is a message, as without all this */
    CLI_FRAMED_SSE,
    CLI_FRAMED_JSON_SEQ,
    CLI_FRAMED_HEADERS,
};

/* Names for an option, in their order. */
#define CLI_FRAMED "ndjson|sse|json-seq|headers"

/* What a choice of CLI_FRAMED is; NULL is the first. */
enum cli_framed cli_framed_of(const char *choice);

struct cli_framed_input;

/* What is read of path goes to check; both are borrowed. */
struct cli_framed_input *cli_framed_new(enum cli_framed framed,
                                        const char *path, struct check *check);
void cli_framed_free(struct cli_framed_input *input); /* NULL is fine */

/* The next line, without the LF that it has or not. TD_FAILED: the check is
 * over; TD_FORMAT: it is something else; TD_LIMIT.
 */
TD_MUST_CHECK enum td_code cli_framed_line(struct cli_framed_input *input,
                                           struct td_bytes line, bool has_lf,
                                           struct td_error *err);

/* There are no more: what is half a message is told to the check. As above. */
TD_MUST_CHECK enum td_code cli_framed_end(struct cli_framed_input *input,
                                          struct td_error *err);

#endif
