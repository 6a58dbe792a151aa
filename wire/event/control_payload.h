/* wire/event/control_payload.h - the JSON payloads of events that are not plain
 * messages. */
#ifndef WIRE_EVENT_CONTROL_PAYLOAD_H
#define WIRE_EVENT_CONTROL_PAYLOAD_H

#include "core/buf.h"

#define FACTS_BAD_MAX 4096 /* bytes of the peer's that a bad event keeps */

/* Append text as the body of a JSON string. Each byte of it that is in no
 * well-formed UTF-8 sequence becomes U+FFFD.
 */
void facts_escape(struct td_buf *json, struct td_bytes text);

/* Append "key":"text", with a comma before it unless json is empty or ends
 * with '{'. Text as facts_escape() takes it.
 */
void facts_add(struct td_buf *json, const char *key, struct td_bytes text);
void facts_add_number(struct td_buf *json, const char *key, uint64_t number);

/* Append {"code":1000,"reason":""}. */
void facts_close(struct td_buf *json, unsigned code, struct td_bytes reason);

/* Append {"why":"...","bytes":N,"b64":"..."}: N is how many there were, b64 the
 * first FACTS_BAD_MAX of them.
 */
void facts_bad(struct td_buf *json, struct td_bytes bytes, const char *why);

#endif
