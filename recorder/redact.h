/* recorder/redact.h - what must not reach a tape.
 *
 * Always: credentials in the facts of a connection (events of kind "open", and
 * "connect" of Socket.IO): in URLs (wire_url_public()) and in the values of
 * members with names like authorization, cookie, auth, token, password, sid.
 * Ids of a session are credentials while it lives: whoever has them can poll in
 * our place. Facts that cannot be read as JSON are replaced whole.
 *
 * On request, a file of rules, one a line, `#` begins a comment line:
 *
 *     key NAME          every JSON member of that name, at any depth; case
 *                       does not matter
 *     pointer /A/B      the value at that RFC 6901 pointer of the payload (of
 *                       the argument array for Socket.IO)
 *     regex EXPRESSION  POSIX extended; in every JSON string (as it stands
 *                       between its quotes, escapes and all) and in payloads
 *                       that are text or bytes
 *
 * A value found is replaced by REC_REDACTED, which is how the tape says so.
 * JSON that would no longer be one valid value is replaced whole. What spans
 * several events, sits in Socket.IO attachments or is the name of an event is
 * not seen. Source: docs/record.md.
 */
#ifndef RECORDER_REDACT_H
#define RECORDER_REDACT_H

#include "core/buf.h"
#include "core/json.h"

#define REC_REDACTED       "[redacted]"
#define REC_REDACT_RULES   256                  /* rules in one file */
#define REC_REDACT_FILE    ((size_t)256 * 1024) /* bytes of it */
#define REC_REDACT_MATCHES 100000               /* of one rule in one payload */

struct rec_redact;

/* rules_path may be NULL: only what is always redacted. Errors: TD_IO,
 * TD_USAGE with the line as err->offset, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code rec_redact_open(struct rec_redact **out,
                                           const char *rules_path,
                                           struct td_error *err);
void rec_redact_close(struct rec_redact *redact); /* NULL is fine */

/* Make ev fit for the tape. ev->payload then points into ev's old payload or
 * into memory that lives until the next call; a name that points into the old
 * payload stays as it is. ev->form must be settled (rec_namer_look()).
 */
void rec_redact_event(struct rec_redact *redact, struct td_event *ev);

/* Values that rules have replaced so far, and the events they were in. */
uint64_t rec_redact_values(const struct rec_redact *redact);
uint64_t rec_redact_events(const struct rec_redact *redact);

/* Append the policy for the header: {"mark":"[redacted]","rules":["key
 * password",...]}. A regex is named by its place in the file only.
 */
void rec_redact_policy(const struct rec_redact *redact, struct td_buf *out);

/* Append the count per rule: {"values":3,"events":2,"rules":[3,0]}. */
void rec_redact_report(const struct rec_redact *redact, struct td_buf *out);

/* True if a header or JSON member of that name holds a credential. */
bool rec_redact_is_secret(struct td_bytes name);

#endif
