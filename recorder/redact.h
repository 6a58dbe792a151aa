/* recorder/redact.h - what must not reach a tape.
 *
 * Always: credentials in the facts of a connection (events of kind "open", and
 * "connect" of Socket.IO): in URLs (wire_url_public()) and in the values of
 * members with names like authorization, cookie, auth, token, password, sid.
 * Ids of a session are credentials while it lives: whoever has them can poll in
 * our place. Facts that cannot be read as JSON are replaced whole. The same in
 * heads of HTTP (kinds "request" and "response"), in fields and in the target,
 * in bodies that are forms (wire/http/form.h), and in what a HAR said of them
 * (docs/convert.md): these count among the values.
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
 *     pseudonym NAME KEYFILE
 *                       as key, but with a stand-in that is the same for the
 *                       same value wherever the key is: [pseudonym HEX], 64
 *                       bits of HMAC-SHA-256. KEYFILE is relative to the rules,
 *                       or begins with ~/; its bytes are the key
 *     stream POINTER [by POINTER ...]
 *                       text that comes in pieces, one in each event, at that
 *                       pointer ("*" is any element or member; "" the payload):
 *                       key and regex rules look at the pieces as at one text.
 *                       Pieces are of one text if they are of one exchange, or
 *                       connection, and the values behind `by` are equal
 *     preset NAME       the stream rules of openai, anthropic, ag-ui or mcp
 *
 * With stream rules events wait in the stage of rec_redact_sink() while a
 * secret may still be growing, and those behind them, too; see
 * rec_redact_tick(). Every piece of a secret has a mark of its own, or its
 * stand-in.
 *
 * What is JSON says core/payload.h; the form has no say in it. A value found is
 * replaced by REC_REDACTED, which is how the tape says so; if the name of the
 * event was in it, the name too. JSON that would no longer be one valid value
 * is replaced whole, and so is a string whose text, unescaped, holds a member
 * of a key rule or a match.
 *
 * Where key, pointer and stream rules cannot look, the payload is withheld:
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
 * not point into them. Not seen: what spans several events that no stream rule
 * names, what is compressed, encrypted or encoded. Source: docs/record.md.
 */
#ifndef RECORDER_REDACT_H
#define RECORDER_REDACT_H

#include "core/buf.h"
#include "core/json.h"
#include "core/json_writer.h"

#include <stdbool.h>

#define REC_KIND_REDACTED  "redacted" /* of the event of rec_redact_report() */
#define REC_REDACTED       "[redacted]"
#define REC_WITHHELD       "[withheld]"
#define REC_REDACT_RULES   256                  /* rules in one file */
#define REC_REDACT_FILE    ((size_t)256 * 1024) /* bytes of it */
#define REC_REDACT_MATCHES 100000               /* of one rule in one payload */

#define REC_HOLD_NS    UINT64_C(5000000000)  /* that an event waits at most */
#define REC_HOLD_BYTES ((size_t)4096 * 1024) /* of events that wait */

struct rec_redact;

/* rules_path may be NULL: only what is always redacted. Errors: TD_IO,
 * TD_USAGE with the line as err->offset, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code rec_redact_open(struct rec_redact **out,
                                           const char *rules_path,
                                           struct td_error *err);
void rec_redact_close(struct rec_redact *redact); /* NULL is fine */

/* Make ev fit for the tape, by itself: stream rules have no say. What it points
 * to is what it was, or memory that lives until the next call. ev->form must be
 * settled (rec_event_name_read()); that of a payload that goes whole changes.
 */
void rec_redact_event(struct rec_redact *redact, struct td_event *ev);

/* The same of the header line of another tape, as a payload. */
void rec_redact_header(struct rec_redact *redact, struct td_event *ev);

/* The stage of a flow: events go on to next as rec_redact_event() leaves them.
 * Lives as long as redact.
 */
struct td_sink rec_redact_sink(struct rec_redact *redact, struct td_sink next);

/* Events wait while a secret may be growing: look at the time, now and then.
 * What has waited for REC_HOLD_NS goes on, with what may be a secret replaced
 * (it counts as withheld). Codes are those of the next stage.
 */
TD_MUST_CHECK enum td_code rec_redact_tick(struct rec_redact *redact,
                                           uint64_t now_ns,
                                           struct td_error *err);

/* The recording is stopped, or broke off: what ends from now on would have gone
 * on, and what may have become a secret is replaced (it counts as withheld). So
 * it is where an answer was cut, or a WebSocket ended without a close.
 */
void rec_redact_stop(struct rec_redact *redact);

/* Nothing follows: all that waits goes on. */
TD_MUST_CHECK enum td_code rec_redact_finish(struct rec_redact *redact,
                                             struct td_error *err);

/* What stream rules have cost, and found. */
struct rec_redact_held {
    bool streams;    /* there are such rules */
    uint64_t pieces; /* values that were spread over several events */
    uint64_t events; /* that waited */
    uint64_t ns;     /* the longest */
    uint64_t bytes;  /* of one text, the most */
};

/* What they have until now. */
struct rec_redact_held rec_redact_held(const struct rec_redact *redact);

/* As members "pieces" and "held". */
void rec_redact_put_held(struct td_json_writer *w,
                         const struct rec_redact_held *held);

/* The text of an error may quote a peer and ends up on the tape, too: from
 * where it might hide something on it is withheld.
 */
void rec_redact_error(struct rec_redact *redact, struct td_error *err);

/* Values that rules have replaced so far, and credentials in heads of HTTP. */
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
