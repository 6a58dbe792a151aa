/* replayer/answer/miss.h - what is said of a request that is not on the tape.
 */
#ifndef REPLAYER_ANSWER_MISS_H
#define REPLAYER_ANSWER_MISS_H

#include "core/json_writer.h"
#include "replayer/answer/match.h"

struct play_miss {
    const char *kind;     /* "request", "message" */
    uint32_t number;      /* among those of this run */
    struct td_bytes what; /* what it asks for, JSON-escaped; or "" */
    bool used_up;         /* it is on the tape, but not as often */
    const char *called;   /* what its name is called, "(request)"; or NULL */
    const char *upstream; /* that could be asked for it; or NULL */
    const char *answered; /* what its sender got, "answered 501"; or NULL */
    struct td_bytes bodiless; /* value of --match that leaves out its body; "":
                                 there is none */
    /* The nearest one on the tape. */
    const struct diff_tree *tree; /* from that to this; NULL: there is none */
    uint64_t near_exchange;       /* its number, or 0 */
    uint64_t near_seq;
    struct td_bytes near_what; /* what that asked for, as `what` is shown; "":
                                  as the tree has it */
};

/* Append lines for people, with which options it would have been taken. What
 * the tape has redacted, and what is called as secrets are, is not told.
 */
void play_miss_text(struct td_buf *out, const struct play_miss *miss);

/* What its sender is answered: {"error":{"type":
 * "tapedeck_no_match","message":"..","nearest":5,"differs":["/params/name"]}};
 * with an id as an error of JSON-RPC with that id, which has them as its data.
 */
void play_miss_error(struct td_buf *out, const struct play_miss *miss,
                     struct td_bytes id);

#endif
