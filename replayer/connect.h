/* replayer/connect.h - connects to a server and sends it the events.
 *
 * The player starts when the handshake is done (Socket.IO: all namespaces are
 * in). Acks that the server asks for are answered by the session.
 */
#ifndef REPLAYER_CONNECT_H
#define REPLAYER_CONNECT_H

#include "replayer/player.h"
#include "wire/client/client.h"

struct play_connect_options {
    struct wire_client_options client; /* borrowed until play_connect_free() */
    bool wait_acked;  /* an event that asks for an ack holds the next one back
                         until it is answered */
    uint64_t wait_ns; /* for an ack, and for the last bytes; 0 = for ever */
};

struct play_connect_events {
    void (*started)(void *ctx);
    /* It cannot go on: refused, the server left, no ack came. Called once. */
    void (*failed)(void *ctx, const struct td_error *why);
    /* The server sent a plain event that is no ack: *ev with the number of the
     * event among those it sent; or NULL. */
    void (*heard)(void *ctx, const struct td_event *ev);
    /* After play_connect_finish(), or play_connect_linger() and the end of the
     * connection: the server has got everything. */
    void (*finished)(void *ctx);
    void *ctx;
};

struct play_connect;

/* Start connecting. Errors of wire_client_open(). */
TD_MUST_CHECK enum td_code
play_connect_open(struct play_connect **out, struct wire_net *net,
                  const struct play_connect_options *options,
                  const struct play_connect_events *events,
                  struct td_error *err);
void play_connect_free(struct play_connect *connect);

/* Where the player puts events. */
struct td_sink play_connect_sink(struct play_connect *connect);
/* The player that puts there; it is started when the session is ready. */
void play_connect_attach(struct play_connect *connect,
                         struct play_player *player);

/* The player has handed over everything, but the server is listened to: it may
 * close now, which ends the session.
 */
void play_connect_linger(struct play_connect *connect);

/* The player has handed over everything: close in order. */
void play_connect_finish(struct play_connect *connect);

/* Events that the session took, and plain events the server sent. */
uint64_t play_connect_sent(const struct play_connect *connect);
uint64_t play_connect_received(const struct play_connect *connect);

/* Events that the protocol, the namespaces that are joined or the server's
 * limit do not allow: nothing of them was sent. And why the first was one; ""
 * if there are none. */
uint64_t play_connect_unfit(const struct play_connect *connect);
const char *play_connect_unfit_why(const struct play_connect *connect);

#endif
