/* wire/server/server.h - one port that speaks WebSocket, Socket.IO, SSE and
 * HTTP.
 *
 *     GET /socket.io/?EIO=4...   Socket.IO (polling and WebSocket, upgrade), or
 *                                Engine.IO by itself
 *     GET + Upgrade: websocket   WebSocket, on any other path
 *     GET + Accept: text/event-stream, or /events    SSE
 *     GET anything else          a page, asked of the owner
 *     any other request          the owner's too (wire/server/request.h)
 *
 * How an event of one protocol looks in another is in docs/wire.md.
 *
 * A message sent to all is encoded once per dialect and the same bytes are
 * shared by all peers of it. Each peer has a queue with a cap. A peer that asks
 * for answers and does not read them is not read (wire/limits.h).
 */
#ifndef WIRE_SERVER_SERVER_H
#define WIRE_SERVER_SERVER_H

#include "core/buf.h"
#include "wire/net/transport.h"
#include "wire/server/access.h"

struct wire_server;
struct wire_peer;
struct wire_request;

enum wire_dialect { WIRE_WS, WIRE_SIO, WIRE_SSE, WIRE_EIO };

struct wire_server_options {
    struct wire_bind bind;
    struct wire_access access;     /* zeroes: what runs on this machine only */
    const char *sio_path;          /* NULL = "/socket.io/" */
    bool engine_io;                /* that path speaks Engine.IO by itself: each
                                      session is a peer, each message an event,
                                      and the token comes with the request */
    const char *const *namespaces; /* Socket.IO namespaces that may be joined,
                                      NULL-terminated; NULL = any */
    uint64_t connect_ns;           /* Socket.IO: until the first namespace is
                                      joined; 0 = 45 s */
    bool owner_routes;             /* every request is the owner's: there are no
                                      routes of the server's own, see
                                      wire_request_upgrade() */
    bool owner_answers;            /* Socket.IO: an event that asks for an ack
                                      gets the owner's, see wire_peer_send() */
    uint64_t ping_interval_ns;     /* Engine.IO and WebSocket; 0 = 25 s */
    uint64_t ping_timeout_ns;      /* 0 = 20 s */
    size_t max_message; /* bytes from a peer; 0 = 1 MB (Engine.IO's) */
    size_t max_queue;   /* bytes to a peer; one that is behind is cut off when
                           more would wait for it; 0 = 64 MiB */
    unsigned max_peers; /* and Engine.IO sessions; 0 = 10,000 */
    bool id_for_all;    /* SSE: events without an id of their own get one too,
                           so that a peer can come back behind any of them */
};

struct wire_page {
    bool html;  /* given: the request's Accept names text/html */
    int status; /* 200, 404, ... */
    const char *content_type;
    struct td_buf body; /* released by the server */
};

/* Who asks to join a Socket.IO namespace. */
struct wire_guest {
    const char *address;
    struct td_bytes ns;   /* as td_event.ns spells it */
    struct td_bytes auth; /* JSON, "" if there is none: may hold credentials */
    void *peer_ctx;       /* set it: the peer's wire_peer_ctx() */
};

struct wire_server_events {
    /* Socket.IO: whether it may join; options.namespaces and the token have
     * been looked at. If not, what is appended to *refusal is the error's
     * object, {"message":"Unauthorized"} if that is nothing. No other call but
     * wire_now() from inside. NULL: it may. */
    bool (*admit)(void *ctx, struct wire_guest *guest, struct td_buf *refusal);
    /* WebSocket and SSE: whether there is a stream for this query of a request
     * (without its '?'); if not, it is answered with 404. NULL: there is. */
    bool (*stream)(void *ctx, struct td_bytes query);
    /* A consumer can take messages: WebSocket open, Socket.IO namespace
     * joined (once per namespace), Engine.IO session open, SSE headers sent. */
    void (*joined)(void *ctx, struct wire_peer *peer);
    /* Its conn is closing, by either side: nothing more is sent to it, and what
     * is meant for others from here on is not lost to it. `left` follows, when
     * it is known what of the rest reached it; it comes alone where a conn
     * breaks. May be NULL. */
    void (*leaving)(void *ctx, struct wire_peer *peer);
    /* It is gone; the last call for this peer. lost: messages that were meant
     * for it and did not reach the kernel. why->code: TD_OK closed in order by
     * either side; TD_PROTOCOL, TD_FORMAT it broke the protocol (event `bad`
     * came before); TD_LIMIT its queue or one of its messages grew over the
     * limit; TD_TIMEOUT; TD_IO. */
    void (*left)(void *ctx, struct wire_peer *peer, uint64_t lost,
                 const struct td_error *why);
    /* It sent something: plain messages, acks, pings, and what broke the
     * protocol (kind `bad`). dir is TD_DIR_IN, conn the peer's id, at_ns
     * wire_now(). Pings are answered, and so are Socket.IO events that ask for
     * an ack (with no arguments, unless owner_answers). */
    void (*event)(void *ctx, struct wire_peer *peer, const struct td_event *ev);
    /* What peer speaks cannot carry *ev, which was meant for it: nothing of it
     * was sent, and it counts as lost. May be NULL. */
    void (*unfit)(void *ctx, struct wire_peer *peer, const struct td_event *ev,
                  const struct td_error *why);
    /* *ev is sent to peer, but what arrives is not wholly what it holds: why is
     * static. May be NULL. */
    void (*changed)(void *ctx, struct wire_peer *peer,
                    const struct td_event *ev, const char *why);
    /* Every peer's queue is below its mark again, after one was not ready. */
    void (*drained)(void *ctx);
    /* Somebody was not let in, with that status: 400, 401 or 403
     * (wire/server/access.h), 400 or 426 to a handshake of WebSocket that is
     * wrong, 503 where there are too many; with options.owner_routes also
     * what is no request, too long (413, 414, 431) or too slow (408); 0: an
     * error of Socket.IO, or too many connections. why is static. Whoever sends
     * the requests decides how often that is. */
    void (*refused)(void *ctx, const char *address, int status,
                    const char *why);
    /* GET or HEAD of a page: fill *page. NULL: there are none (404). */
    void (*page)(void *ctx, const char *path, struct wire_page *page);
    /* A request of HTTP (wire/server/request.h): true, the owner has answered
     * it or is going to. False: it is for `page`, or answered with 405. NULL:
     * false for all. */
    bool (*request)(void *ctx, struct wire_request *request);
    /* Its peer is gone before the answer was; the last call for it. */
    void (*request_gone)(void *ctx, struct wire_request *request);
    /* More of its answer can be taken after TD_FULL. */
    void (*request_ready)(void *ctx, struct wire_request *request);
};

/* Listen; peers follow. TD_USAGE (also wire_access_check()), TD_IO. */
TD_MUST_CHECK enum td_code
wire_server_open(struct wire_net *net,
                 const struct wire_server_options *options,
                 const struct wire_server_events *events, void *ctx,
                 struct wire_server **out, struct td_error *err);

/* The port it got, and how many peers are there. */
uint16_t wire_server_port(const struct wire_server *server);
unsigned wire_server_peers(const struct wire_server *server);

/* To every joined peer (Socket.IO: every peer in ev->ns). Always queued, up to
 * max_queue, and sent at the end of the loop turn at the latest. An event is
 * encoded whole before any of it is queued: `unfit` tells of peers whose
 * protocol cannot carry it. Events with a kind are not sent, except TD_KIND_ID
 * to SSE peers, which is no message and counted nowhere; nor acks to Socket.IO
 * peers: each gets its own.
 */
void wire_server_send(struct wire_server *server, const struct td_event *ev);

/* False: a queue is above its mark; `drained` follows. */
bool wire_server_ready(struct wire_server *server);

/* The two as a flow: TD_AGAIN, and nothing is taken, unless it is ready. */
struct td_sink wire_server_sink(struct wire_server *server);

/* To one peer: catching up, answering. Always queued, too. The answer to a
 * Socket.IO event that asks for an ack is an event whose ack is its id, and
 * whose payload is the array of arguments, with att if it has attachments.
 */
void wire_peer_send(struct wire_peer *peer, const struct td_event *ev);

/* False: its queue is above its mark; `drained` follows. */
bool wire_peer_ready(const struct wire_peer *peer);

enum wire_dialect wire_peer_dialect(const struct wire_peer *peer);
uint32_t wire_peer_id(const struct wire_peer *peer); /* from 1 */
const char *wire_peer_address(const struct wire_peer *peer);
const char *wire_peer_namespace(const struct wire_peer *peer); /* "/" */
/* SSE: the id of what the consumer last saw, to resume behind it; "" if it does
 * not say. */
const char *wire_peer_last_event_id(const struct wire_peer *peer);
/* WebSocket and SSE: what its request asked for, "/path?query" as sent; "" for
 * others. */
const char *wire_peer_target(const struct wire_peer *peer);
/* The id that SSE consumers see with id_for_all: the event's own, which may be
 * empty, or else "tape:" and its time and seq, which no other event has and no
 * server is likely to use; ptr is NULL if it has no seq either. Lives as long
 * as scratch, which may be cleared, and ev. */
struct td_bytes wire_sse_id(struct td_buf *scratch, const struct td_event *ev);
size_t wire_peer_pending(const struct wire_peer *peer);
/* WebSocket, in `left`: the code that it closed with; 0: it said no goodbye. */
uint16_t wire_peer_close_code(const struct wire_peer *peer);
void wire_peer_set_ctx(struct wire_peer *peer, void *ctx);
void *wire_peer_ctx(const struct wire_peer *peer);
/* Hold a peer out of wire_server_send() (it is catching up) or let it in. */
void wire_peer_hold(struct wire_peer *peer, bool held);

/* WebSocket: close in order with that code, behind what is queued; reason has
 * at most 123 bytes. `left` follows. Nothing happens to other peers.
 */
void wire_peer_close(struct wire_peer *peer, uint16_t code, const char *reason);

/* WebSocket: close without saying so, behind what is queued: to its reader the
 * conn broke. `left` follows.
 */
void wire_peer_cut(struct wire_peer *peer);

/* Break the conn of a peer that takes nothing: `left` follows, and tells what
 * was lost. Nothing happens between two polls of Socket.IO.
 */
void wire_peer_abort(struct wire_peer *peer);

/* Close in order: peers get what is queued, then a close frame / disconnect /
 * end of stream; `left` comes for each; then `done` (may be NULL). No new peer
 * gets in. Requests that the owner has not answered are waited for.
 */
void wire_server_finish(struct wire_server *server, void (*done)(void *ctx));
/* Drop everything at once, without calling back. Not from inside a callback
 * but `done`. NULL is fine. */
void wire_server_free(struct wire_server *server);

#endif
