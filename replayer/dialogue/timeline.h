/* replayer/dialogue/timeline.h - what was said and heard on a tape, in order.
 */
#ifndef REPLAYER_DIALOGUE_TIMELINE_H
#define REPLAYER_DIALOGUE_TIMELINE_H

#include "replayer/answer/exchange.h"

enum play_step_kind {
    PLAY_STEP_ASK,   /* the client's: a request */
    PLAY_STEP_SAY,   /* a message behind it */
    PLAY_STEP_LEAVE, /* its end, if it is the client's doing */
    PLAY_STEP_HEAD,  /* the server's: the head of an answer */
    PLAY_STEP_HEAR,  /* a part of it */
    PLAY_STEP_DONE,  /* its end */
};

struct play_step {
    enum play_step_kind kind;
    uint32_t exchange; /* index */
    uint32_t part;     /* of SAY and HEAR: index */
    uint32_t heard;    /* of HEAR: the how manieth it is, from 1 */
    uint64_t order;    /* twice that on the tape */
    uint64_t at_ns;
};

/* All zeroes is valid and empty. */
struct play_timeline {
    struct play_step *steps;
    uint32_t len;
    uint32_t polls; /* requests that are left out: Engine.IO's long polling,
                       whose times are the network's */
};

/* Those of all exchanges, which it points at by index. */
void play_timeline_make(struct play_timeline *timeline,
                        const struct play_exchanges *exchanges);
void play_timeline_release(struct play_timeline *timeline);

/* Whether the client waits for such a part: comments and retry times of a
 * stream come as it happens.
 */
bool play_part_is_awaited(enum play_part_kind kind);

/* The same of an event as it comes. */
bool play_event_is_awaited(const struct td_event *ev);

/* Whether a target is one of Engine.IO, and over which transport ("" if not).
 */
struct td_bytes play_target_transport(struct td_bytes target);

#endif
