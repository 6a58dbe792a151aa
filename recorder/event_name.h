/* recorder/event_name.h - what a payload is, and what an event is called.
 *
 * A payload that arrives as text becomes form JSON if it should stand on a tape
 * line as it is (td_json_suits_line()), else TEXT if it is UTF-8, else BYTES.
 *
 * Socket.IO and SSE events bring their names. An event without one gets the
 * string that a JSON pointer (RFC 6901) finds in its payload, "/type" if
 * nothing else was asked for, if the payload is JSON (core/payload.h), whatever
 * its form. In an exchange, where nothing else was asked for and nothing is
 * there, "/object" is looked at, as streams of models call their chunks. No
 * such string, or one longer than REC_NAME_MAX: the event has no
 * name.
 */
#ifndef RECORDER_EVENT_NAME_H
#define RECORDER_EVENT_NAME_H

#include "core/buf.h"
#include "core/json_shape.h"

#define REC_NAME_POINTER "/type"
#define REC_NAME_MAX     ((size_t)256) /* bytes, escaped */

/* In payloads longer than this a name is found only in the first member: the
 * list of all values would take many times their bytes.
 */
#define REC_NAME_LOOK ((size_t)4 * 1024 * 1024)

/* Keep one; it holds the memory of the last parse, and what payloads looked
 * like.
 */
struct rec_event_name {
    const char *pointer; /* borrowed for good; NULL = never look */
    bool objects;        /* the pointer is REC_NAME_POINTER */
    struct td_buf key;   /* `"KEY"` when the pointer is one plain key */
    struct td_buf name;  /* of the last event, where it could not stay */
    struct td_json_doc doc;
    struct td_json_shapes *shapes;
};

/* TD_USAGE if pointer is neither "" nor begins with "/". */
TD_MUST_CHECK enum td_code rec_event_name_init(struct rec_event_name *namer,
                                               const char *pointer,
                                               struct td_error *err);
void rec_event_name_release(struct rec_event_name *namer);

/* Settle ev->form and, if ev is plain and has none, ev->name, which then
 * points into ev->payload, or, where half a surrogate pair had to go, to memory
 * that lives until the next call. Form BYTES stays.
 */
void rec_event_name_read(struct rec_event_name *namer, struct td_event *ev);

#endif
