/* wire/event/control_payload.h - the JSON payloads of events that are not plain
 * messages. */
#ifndef WIRE_EVENT_CONTROL_PAYLOAD_H
#define WIRE_EVENT_CONTROL_PAYLOAD_H

#include "core/buf.h"

#define EVENT_PAYLOAD_BAD_MAX                                                  \
    4096 /* bytes of the peer's that a bad event keeps */

/* Append {"code":1000,"reason":""}. */
void event_payload_close(struct td_buf *json, unsigned code,
                         struct td_bytes reason);

/* Append {"count":3,"why":"..."}. */
void event_payload_lost(struct td_buf *json, uint64_t count, const char *why);

/* Append {"why":"...","bytes":N,"b64":"..."}: N is how many there were, b64 the
 * first EVENT_PAYLOAD_BAD_MAX of them.
 */
void event_payload_bad(struct td_buf *json, struct td_bytes bytes,
                       const char *why);

#endif
