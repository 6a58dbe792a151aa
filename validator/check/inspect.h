/* validator/check/inspect.h - what can be said of a message by itself: whether
 * it is JSON, its name, where its data is, and whether its schemas hold. Where
 * the contract has events of text or bytes it is seen which of them a message
 * is.
 *
 * Nothing is remembered from one message to the next, so any number of threads
 * may look, each with a look of its own.
 */
#ifndef VALIDATOR_CHECK_INSPECT_H
#define VALIDATOR_CHECK_INSPECT_H

#include "validator/check/channel.h"
#include "validator/check/options.h"
#include "validator/message/message.h"

/* Where things are in messages of one shape. */
struct check_inspector_place {
    uint64_t shape;
    bool given;    /* the transport gave a name */
    uint32_t at;   /* of the message */
    uint32_t name; /* or CHECK_NO_VALUE; of members that stand twice the last */
    uint32_t first_name; /* and the first, which is the same if there is one */
    uint32_t data;
};

#define CHECK_INSPECTOR_PLACES 64

/* One thread's. */
struct check_inspector {
    const struct check_options *how;
    struct td_json_shapes *shapes;
    struct check_inspector_place places[CHECK_INSPECTOR_PLACES]; /* by shape */
    struct td_json_doc doc;
    struct td_buf name;
    struct td_buf plain; /* the JSON that stands for a message which is none */
    struct schema_run *message_run;            /* of how->schemas, or NULL */
    struct schema_run *event_run;              /* of the contract, or NULL */
    const struct check_contract_event *events; /* as the dialect has them */
    const struct check_channel *channel; /* only its events are looked for;
                                            NULL: all */
    struct check_renaming renaming;
};

/* What was seen; true until the next look, and as long as the text. */
struct check_view {
    bool json;                     /* else nothing below counts */
    bool odd;                      /* plain or other_name says something */
    struct td_bytes plain;         /* the message, where it is taken as text or
                                      bytes and doc stands for it; else NULL */
    const struct td_json_doc *doc; /* NULL where nobody will ask for it */
    uint32_t at;                   /* the message within doc */
    uint32_t data;                 /* its data, or CHECK_NO_VALUE */
    struct td_bytes name;          /* unescaped; "" if it has none */
    uint32_t other_name;           /* another one in front of it that says
                                      something else, or 0 */
    uint32_t word;                 /* that name in the contract's vocabulary */
    const struct check_contract_event
        *event; /* in the dialect; NULL: not one of the contract */
    enum td_code
        message; /* by the schema for all: TD_OK, TD_FAILED, TD_LIMIT */
    enum td_code content; /* the data by the event's schema, the same */
};

/* how is borrowed. */
void check_inspector_init(struct check_inspector *inspector,
                          const struct check_options *how);
void check_inspector_release(struct check_inspector *inspector);

/* Look at a message: its text, and the escaped name that the transport gave it,
 * or ""; and the way it goes.
 */
void check_inspect(struct check_inspector *inspector, struct td_bytes text,
                   struct td_bytes given, enum check_way way,
                   struct check_view *view);

/* The message came on a channel: if the view has an event that is told by its
 * shape and does not come there, look again, only for those that do. What is
 * none of them stays what it looks like, at the wrong place.
 */
void check_inspect_again(struct check_inspector *inspector,
                         const struct check_channel *channel,
                         struct td_bytes text, struct td_bytes given,
                         enum check_way way, struct check_view *view);

#endif
