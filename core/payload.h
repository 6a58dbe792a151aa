/* core/payload.h - the JSON of a payload, one notion for everybody who asks:
 * for names, redaction, envelopes and checks.
 *
 * A payload is JSON if td_json_parse() takes it with TD_JSON_DEPTH: one value
 * in valid UTF-8, with or without white space (spaces, tabs, CR, LF) around it
 * and within, on one line or several. A byte order mark is not white space. The
 * form has no say in it: that is how the payload stands on a tape line, and
 * JSON that may not stand there as it is (core/json.h) stands as text, JSON
 * from a binary message as bytes.
 *
 * There is one text that is not JSON and holds it: the packet of a Socket.IO
 * message that no other form gives back byte for byte (wire/sio/packet.h).
 *
 *     2/admin,07["login",{"user":"x"}]      the JSON begins at the bracket
 */
#ifndef CORE_PAYLOAD_H
#define CORE_PAYLOAD_H

#include "core/event.h"

#include <stdbool.h>

/* Of a text that begins with a digit; see below. */
struct td_bytes td_payload_behind_head(const struct td_event *ev);

/* The bytes of ev's payload that are JSON if any of it is: the whole payload,
 * or what stands behind the head of a Socket.IO packet whose name or ack is
 * that of the event. Whether they are says a parser.
 */
static inline struct td_bytes td_payload_json(const struct td_event *ev)
{
    if (ev->form != TD_FORM_TEXT || !ev->payload.len ||
        (unsigned)(ev->payload.ptr[0] - '0') > 6)
        return ev->payload;
    return td_payload_behind_head(ev);
}

/* True if a payload is nothing but white space, or nothing: no message for who
 * reads lines of JSON.
 */
static inline bool td_payload_is_blank(struct td_bytes payload)
{
    size_t i = 0;

    while (i < payload.len &&
           (payload.ptr[i] == ' ' || payload.ptr[i] == '\t' ||
            payload.ptr[i] == '\r' || payload.ptr[i] == '\n'))
        i++;
    return i == payload.len;
}

#endif
