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
 *                       the argument array for Socket.IO); of equal members,
 *                       each
 *     regex EXPRESSION  schema/regex/pattern.h; in every JSON string, with its
 * escapes or without, in payloads that are not JSON, in names, namespaces and
 * SSE ids
 *
 * What is JSON says core/payload.h; the form has no say in it. A value found is
 * replaced by REC_REDACTED, which is how the tape says so; if the name of the
 * event was in it, the name too. JSON that would no longer be one valid value
 * is replaced whole, and so is a string whose text, unescaped, holds a member
 * of a key rule or a match.
 *
 * Where key and pointer rules cannot look, the payload is withheld:
 * REC_WITHHELD stands for it as text. That is a payload that is not JSON (cut,
 * with an ill-formed byte, two values, too deep) and
 *   - of text: has a quote or a brace in it (with pointer rules: or a bracket),
 *   - of bytes with control characters that no text has: begins like JSON, or
 *     holds the name of a key rule or the last name of a pointer.
 * So it is, with the name of its event, where an expression takes too many
 * steps; a name, a namespace or an id goes alone. A byte that is no UTF-8 is to
 * expressions the character U+001A.
 *
 * Socket.IO attachments, and the bytes that a bad event keeps, are withheld in
 * the same way, whole, where any rule might find something in them; pointers do
 * not point into them. Not seen: what spans several events, what is compressed,
 * encrypted or encoded. Source: docs/record.md.
 */
#ifndef RECORDER_REDACT_H
#define RECORDER_REDACT_H

#include "core/buf.h"
#include "core/json.h"

#define REC_REDACTED       "[redacted]"
#define REC_WITHHELD       "[withheld]"
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

/* Make ev fit for the tape. What it points to is what it was, or memory that
 * lives until the next call. ev->form must be settled (rec_event_name_read());
 * that of a payload that goes whole changes.
 */
void rec_redact_event(struct rec_redact *redact, struct td_event *ev);

/* The stage of a flow: events go on to next as rec_redact_event() leaves them.
 * Lives as long as redact.
 */
struct td_sink rec_redact_sink(struct rec_redact *redact, struct td_sink next);

/* The text of an error may quote a peer and ends up on the tape, too: from
 * where it might hide something on it is withheld.
 */
void rec_redact_error(struct rec_redact *redact, struct td_error *err);

/* Values that rules have replaced so far. */
uint64_t rec_redact_values(const struct rec_redact *redact);

/* Payloads, attachments, names, namespaces and ids that were withheld. */
uint64_t rec_redact_withheld(const struct rec_redact *redact);

/* Append the policy for the header: {"mark":"[redacted]",
 * "withheld":"[withheld]","rules":["key password",...]}. A regex is named by
 * its place in the file only.
 */
void rec_redact_policy(const struct rec_redact *redact, struct td_buf *out);

/* Append the count per rule: {"values":3,"events":2,"withheld":1,
 * "rules":[3,0]}.
 */
void rec_redact_report(const struct rec_redact *redact, struct td_buf *out);

#endif
