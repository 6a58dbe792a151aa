/* validator/message/message.h - one message of a stream as rules see it. */
#ifndef VALIDATOR_MESSAGE_MESSAGE_H
#define VALIDATOR_MESSAGE_MESSAGE_H

#include "core/event.h"
#include "core/json_shape.h"

#define CHECK_NO_EVENT UINT32_MAX /* a name that the contract never says */
#define CHECK_NO_VALUE UINT32_MAX /* nothing there */

struct check_aliases;

/* Who sends a message, as enum td_dir has it: the system under test (OUT) or
 * its peer (IN). Lines have no direction.
 */
enum check_way { CHECK_WAY_ANY, CHECK_WAY_IN, CHECK_WAY_OUT };

static inline enum check_way check_way_of(const struct td_event *ev)
{
    return ev->dir == TD_DIR_OUT ? CHECK_WAY_OUT : CHECK_WAY_IN;
}

/* All of it is borrowed, and true until the next message. */
struct check_message {
    uint64_t seq;    /* on the tape; for NDJSON the line, from 1 */
    uint64_t number; /* of this message in the stream, from 1 */
    enum check_way way;
    bool has_t;
    uint64_t t_ns; /* tape time */
    bool has_wall;
    int64_t wall_ns; /* when it was recorded, since 1970 */
    bool has_clock;
    int64_t clock_ns;              /* the event's own time, since 1970 */
    struct td_bytes name;          /* unescaped; "" if it has none */
    uint32_t event;                /* of the vocabulary, or CHECK_NO_EVENT */
    const struct td_json_doc *doc; /* NULL: nobody will ask for it */
    uint32_t at;                   /* the message within doc */
    uint32_t data;                 /* its data, or CHECK_NO_VALUE */
    struct td_bytes plain; /* what came, if it is no JSON and doc stands for it;
                              else ptr is NULL */

    /* Where fields were renamed, doc has the contract's names, and this is what
     * came; else aliases is NULL and the rest does not count.
     */
    const struct check_aliases *aliases;
    const struct td_json_doc *wire;
    uint32_t wire_at;
    uint32_t wire_data;
};

/* Room for a message that is renamed. All zeroes is valid. */
struct check_renaming {
    struct td_buf data;
    struct td_buf text;
    struct td_json_shapes *shapes;
    struct td_json_doc doc;
};

/* Frees it; all zeroes. */
void check_renaming_release(struct check_renaming *renaming);

/* Give m the names of the contract, if aliases (NULL: there are none) find
 * others in it. The renamed message lives in the room, until its next use.
 */
void check_message_rename(struct check_message *m,
                          const struct check_aliases *aliases,
                          struct check_renaming *room);

/* The message as it came. */
struct td_bytes check_message_raw(const struct check_message *m);

/* Append the pointer of a value of m->doc, within the message as it came. */
void check_message_path(struct td_buf *out, const struct check_message *m,
                        uint32_t at);

#endif
