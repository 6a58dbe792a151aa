/* console/seen/envelope.h - where the members of an envelope stand.
 *
 * The events of a stream are of few shapes (core/json_shape.h): what is looked
 * for in one is found at the same place in the others.
 */
#ifndef CONSOLE_SEEN_ENVELOPE_H
#define CONSOLE_SEEN_ENVELOPE_H

#include "console/seen/seen_internal.h"

#define SEEN_TYPE_MAX 24

/* Places in the document; 0: it is not there, or of another kind. */
struct seen_envelope {
    uint32_t type; /* a string */
    uint32_t time; /* a string */
    uint32_t data; /* an object */
    uint32_t seq;
    uint32_t sub;

    /* Who read the last event at this place, and its type; kept by put.c. */
    seen_reader read;
    uint8_t read_type[SEEN_TYPE_MAX];
    uint32_t read_type_len;
    uint32_t own[SEEN_OWN];
};

/* Nothing is known of who read there. */
void seen_envelope_forget(struct seen_envelope *at);

/* Nothing has been read. */
struct seen_envelopes *seen_envelopes_new(void);

/* Parse it into doc. The result lives until the next call; NULL: no JSON. */
struct seen_envelope *seen_envelope_read(struct seen_envelopes *e,
                                         struct td_json_doc *doc,
                                         struct td_bytes event);

/* A timestamp, in wall-clock nanoseconds; 0: it is none. */
uint64_t seen_envelope_time(struct seen_envelopes *e, struct td_bytes text);

#endif
