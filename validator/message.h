/* validator/message.h - one message of a stream as rules see it. */
#ifndef VALIDATOR_MESSAGE_H
#define VALIDATOR_MESSAGE_H

#include "core/json.h"

#define CHECK_NO_EVENT UINT32_MAX /* a name that the contract never says */
#define CHECK_NO_VALUE UINT32_MAX /* nothing there */

/* All of it is borrowed, and true until the next message. */
struct check_message {
    uint64_t seq;    /* on the tape; for NDJSON the line, from 1 */
    uint64_t number; /* of this message in the stream, from 1 */
    bool has_t;
    uint64_t t_ns; /* tape time */
    bool has_wall;
    int64_t wall_ns; /* when it was recorded, since 1970 */
    bool has_clock;
    int64_t clock_ns;     /* the event's own time, since 1970 */
    struct td_bytes name; /* unescaped; "" if it has none */
    uint32_t event;       /* of the vocabulary, or CHECK_NO_EVENT */
    const struct td_json_doc *doc;
    uint32_t at;   /* the message within doc */
    uint32_t data; /* its data, or CHECK_NO_VALUE */
};

#endif
