/* replayer/dialogue/relay_internal.h - what relay.c (requests) and relay_talk.c
 * (WebSocket behind them) share. Nobody else includes it.
 */
#ifndef REPLAYER_DIALOGUE_RELAY_INTERNAL_H
#define REPLAYER_DIALOGUE_RELAY_INTERNAL_H

#include "recorder/proxy/call.h"
#include "replayer/answer/owner.h"
#include "replayer/dialogue/relay.h"
#include "wire/http/url.h"
#include "wire/ws/handshake.h"

struct play_relay {
    struct rec_source base;
    struct play_relay_options how;
    struct rec_tap tap;
    struct wire_net *net;
    struct wire_url url;
    struct wire_dial dial;
    struct relayed *first;
    struct wire_timer sweep; /* frees what is over */
    uint32_t count;
    bool paused; /* nothing is read */
    bool over;
};

/* Of WebSocket. */
struct talking {
    const struct play_peer_owner *owner; /* first: see there */
    struct relayed *relayed;
    struct wire_peer *peer;   /* NULL: it has gone, or not come yet */
    char key[WS_KEY_LEN + 1]; /* "": it is no handshake */
    bool left;                /* without a goodbye */
};

/* A request under way. */
struct relayed {
    const struct play_request_owner *owner; /* first: see there */
    struct play_relay *relay;
    struct relayed *next;
    struct wire_request *request; /* NULL: it has been answered, or has gone */
    struct talking talking;       /* behind a handshake */
    struct rec_call *call;
    uint32_t conn;
    bool begun;
    bool full; /* the client does not read */
    bool over;
};

/* Read the answer as fast as the client does. */
void play_relay_obey(const struct relayed *r);

/* ---- relay_talk.c ---- */

/* Nothing is said yet. */
void play_relay_talk_init(struct relayed *r);

/* A handshake that is none is answered as one. */
bool play_relay_refuses(struct wire_request *request);

/* A 101: the peer joins from within. */
TD_MUST_CHECK enum td_code
play_relay_upgrade(struct relayed *r, const struct http_head *head,
                   const struct wire_response_field *fields, size_t count);

/* Of rec_call_events. */
void play_relay_message(void *ctx, const struct ws_message *message);

/* The upstream says no more: so it is to the peer. */
void play_relay_talk_over(struct relayed *r);

/* What is said to the peer, or by it, is nothing to the relay any more. */
struct wire_peer *play_relay_let_go(struct relayed *r);

#endif
