/* wire/client/client.h - one client session to a URL: WebSocket, Socket.IO or
 * SSE.
 *
 *     ws:// wss://          WebSocket (RFC 6455)
 *     sio:// sios://        Socket.IO 5 over Engine.IO 4; /PATH = namespace
 *     http:// https://      SSE (WHATWG HTML, server-sent events)
 *
 * The session speaks the protocol to the end (handshake, heartbeat, upgrade,
 * acks, reconnect) and tells its owner about every event as a td_event: plain
 * messages, and the kinds below. Texts arrive as TD_FORM_TEXT unless the
 * protocol itself says JSON (Socket.IO arguments), and td_event.at_ns is
 * wire_now() (the owner makes it relative). dir is as the peer (the system
 * under test) sees it: what it sends is out. What the client sends by itself is
 * told too, with dir in, behind what it answers: pongs, Engine.IO's probe, acks
 * (answer_acks). What the owner sends with wire_client_send() is not: it knows.
 *
 * Kinds, their payload JSON unless said otherwise:
 *
 * - open: {"url":"ws://...","attempt":1,"transport":"websocket",...}, url
 *   without credentials; protocol (subprotocol), for Socket.IO sid,
 *   ping_interval_ms, ping_timeout_ms, max_payload.
 * - close: {"code":1000,"reason":""}; 1006 = no closing handshake. One for each
 *   open.
 * - bad: {"why":"...","bytes":N,"b64":"..."}, the peer broke the protocol; N
 *   bytes, the first 4096 of them.
 * - lost: {"count":1,"why":"..."}, the peer ended within a message, sent one
 *   over the limit, or something else within one. A `bad` with the bytes that
 *   came of it is before it.
 * - ping, pong: bytes of the frame; Engine.IO: text.
 * - retry: SSE, text, the digits. comment: SSE, text. id: SSE, a block that
 *   named an id and had no data: td_event.id, and an empty text.
 * - upgrade: Socket.IO, {"transport":"websocket"}, or {"transport":"polling",
 *   "why":"..."} if it failed.
 * - connect, connect_error, disconnect: Socket.IO, of namespace ns (sio.h).
 */
#ifndef WIRE_CLIENT_CLIENT_H
#define WIRE_CLIENT_CLIENT_H

#include "core/rand.h"
#include "wire/net/transport.h"

struct wire_client;

struct wire_reconnect {
    unsigned attempts; /* in a row without a message; 0 = never reconnect */
    uint64_t min_ns;   /* 0 = 1 s or max_ns; doubles, and jitter adds up to a
                          half. An SSE server's `retry` takes its place */
    uint64_t max_ns;   /* the longest wait, 0 = 30 s; `retry` may be longer */
};

struct wire_client_options {
    const char *url;
    const char *const *headers;    /* "Name: value", NULL-terminated; or NULL */
    const char *const *namespaces; /* Socket.IO, beside the URL's; or NULL */
    const char *const *protocols;  /* WebSocket subprotocols; or NULL */
    const char *path;              /* Socket.IO; NULL = "/socket.io/" */
    const char *auth;              /* Socket.IO: JSON object; or NULL */
    const char *last_event_id;     /* SSE; or NULL */
    bool polling_only;             /* Socket.IO: never upgrade */
    bool websocket_only;           /* Socket.IO: no polling first */
    bool answer_acks;              /* Socket.IO: ack events that ask, with [] */
    struct wire_tls_options tls;
    struct wire_reconnect reconnect;
    size_t max_message;   /* bytes; 0 = 128 MiB */
    uint64_t connect_ns;  /* 0 = 10 s */
    uint64_t idle_ns;     /* 0 = none: no byte for so long: TD_TIMEOUT */
    struct td_rand *rand; /* of the backoff's jitter; NULL = the system's */
};

struct wire_client_events {
    /* ev is borrowed for the call. conn is 0: the owner numbers. `attempt`
     * goes up with each reconnect. */
    void (*event)(void *ctx, const struct td_event *ev);
    /* The session can take messages (Socket.IO: all namespaces are in). */
    void (*ready)(void *ctx);
    /* wire_client_send() may go on after TD_AGAIN. */
    void (*drained)(void *ctx);
    /* An attempt failed, or the connection was lost: the next begins at
     * wire_now() == again_ns. NULL is fine. */
    void (*waits)(void *ctx, const struct td_error *why, uint64_t again_ns);
    /* The last call: no more reconnects. code TD_OK: closed in order. */
    void (*ended)(void *ctx, const struct td_error *why);
};

/* Start dialling; events follow. TD_USAGE: the URL or an option is wrong. */
TD_MUST_CHECK enum td_code
wire_client_open(struct wire_net *net,
                 const struct wire_client_options *options,
                 const struct wire_client_events *events, void *ctx,
                 struct wire_client **out, struct td_error *err);

/* Send one event as the protocol says: JSON/TEXT as text, BYTES as binary;
 * Socket.IO: argument array with name, ns, id, ack, att. TD_AGAIN: not ready
 * or the queue is full, nothing was taken: wait for ready/drained. TD_USAGE:
 * this protocol cannot carry it (SSE clients send nothing).
 */
TD_MUST_CHECK enum td_code wire_client_send(struct wire_client *client,
                                            const struct td_event *ev,
                                            struct td_error *err);

/* Stop or go on reading. What was read already still comes. */
void wire_client_pause(struct wire_client *client, bool paused);

/* Bytes not yet handed to the kernel. */
size_t wire_client_pending(const struct wire_client *client);

/* Close in order (close frame, Socket.IO disconnect); `ended` follows. */
void wire_client_close(struct wire_client *client);

/* Free after `ended`, or at any time to abort. NULL is fine. */
void wire_client_free(struct wire_client *client);

#endif
