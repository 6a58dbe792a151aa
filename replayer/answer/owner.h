/* replayer/answer/owner.h - whose an open request of the server is, or who
 * speaks with a peer of it.
 *
 * What an owner keeps with wire_request_set_ctx() or wire_peer_set_ctx() begins
 * with a pointer to its row of these; NULL in its place: it is nobody's.
 */
#ifndef REPLAYER_ANSWER_OWNER_H
#define REPLAYER_ANSWER_OWNER_H

#include "wire/server/request.h"

struct play_request_owner {
    void (*gone)(struct wire_request *request);  /* it is over, unanswered */
    void (*ready)(struct wire_request *request); /* more may be written */
};

struct play_peer_owner {
    void (*joined)(struct wire_peer *peer);
    void (*said)(struct wire_peer *peer, const struct td_event *ev);
    void (*left)(struct wire_peer *peer, const struct td_error *why);
};

#endif
