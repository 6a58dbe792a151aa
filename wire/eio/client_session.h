/* wire/eio/client_session.h - one Engine.IO session as a client sees it,
 * without I/O.
 *
 * The owner sends the requests it is asked for (one GET and one POST may be
 * under way at the same time, and one WebSocket) and passes in what comes back.
 * Callbacks come from inside these calls and may call eio_client_send() and
 * eio_client_close(); do not free the session inside one.
 *
 * Time is passed in (ns, monotonic). After every call ask eio_client_due() and
 * call eio_client_tick() when that time has come.
 */
#ifndef WIRE_EIO_CLIENT_SESSION_H
#define WIRE_EIO_CLIENT_SESSION_H

#include "wire/eio/eio.h"

struct eio_client;

struct eio_client_options {
    bool polling_only;   /* never upgrade */
    bool websocket_only; /* no polling first */
    size_t max_payload;  /* bytes of one message or body from the peer */
    size_t max_queue;    /* bytes to the peer; 0 = 64 MiB */
    uint64_t upgrade_ns; /* 0 = EIO_UPGRADE_MS: then stay with polling */
};

struct eio_client_events {
    /* Send "GET ?query" or "POST ?query" with this body (text/plain;
     * charset=UTF-8). query is "EIO=4&transport=polling[&sid=...]". Both are
     * borrowed for the call. */
    void (*get)(void *ctx, const char *query);
    void (*post)(void *ctx, const char *query, struct td_bytes body);
    /* Open a WebSocket with this query; answer with eio_client_ws_opened(). */
    void (*dial)(void *ctx, const char *query);
    /* Send one message on the WebSocket; close it in order (what was sent still
     * goes out) and tell eio_client_ws_gone(). */
    void (*frame)(void *ctx, struct td_bytes data, bool binary);
    void (*hang_up)(void *ctx);
    /* The server's open packet came: the session is up. */
    void (*opened)(void *ctx, const struct eio_handshake *handshake);
    /* Messages go over the WebSocket from now on; or they stay where they are,
     * and why. */
    void (*upgraded)(void *ctx, const struct td_error *failed); /* NULL = ok */
    void (*message)(void *ctx, struct td_bytes data, bool binary);
    /* A packet that is no message (ping, pong, close, noop). */
    void (*packet)(void *ctx, const struct eio_packet *packet); /* or NULL */
    /* The session itself has sent such a packet (ping, pong, close, upgrade),
     * or queued it for the next POST. */
    void (*sent)(void *ctx, const struct eio_packet *packet); /* or NULL */
    /* The peer broke the protocol with these bytes (bounded by the owner);
     * `closed` follows. */
    void (*bad)(void *ctx, struct td_bytes bytes, const struct td_error *why);
    /* The queue has room again after TD_AGAIN. */
    void (*drained)(void *ctx);
    /* The last call. TD_OK: closed in order; TD_TIMEOUT: the server's ping did
     * not come; TD_PROTOCOL; TD_IO. */
    void (*closed)(void *ctx, const struct td_error *why);
};

/* Begins at once: get() or dial() is called from inside. */
struct eio_client *eio_client_new(const struct eio_client_options *options,
                                  const struct eio_client_events *events,
                                  void *ctx);
void eio_client_free(struct eio_client *session); /* NULL is fine */

/* Bytes that wait for a POST or for the end of an upgrade. */
size_t eio_client_queued(const struct eio_client *session);

/* The GET or the POST was answered. `failed` is NULL, or why there is no
 * answer (the connection broke); the session then closes with it.
 */
void eio_client_get_done(struct eio_client *session, int status,
                         struct td_bytes body, const struct td_error *failed,
                         uint64_t now);
void eio_client_post_done(struct eio_client *session, int status,
                          struct td_bytes body, const struct td_error *failed);

/* The WebSocket is up; a message came on it; it is gone (why may be TD_OK). */
void eio_client_ws_opened(struct eio_client *session);
void eio_client_ws_frame(struct eio_client *session, struct td_bytes data,
                         bool binary, uint64_t now);
void eio_client_ws_gone(struct eio_client *session, const struct td_error *why);

/* Send one message. TD_OK; TD_AGAIN: the queue is full or the session is not
 * open yet, nothing was taken; TD_LIMIT: longer than the server's maxPayload
 * allows; TD_IO: closed.
 */
enum td_code eio_client_send(struct eio_client *session, struct td_bytes data,
                             bool binary);

/* Start a POST with what is queued. Called by the owner once per loop turn
 * after its sends, so that one POST carries many packets.
 */
void eio_client_flush(struct eio_client *session);

/* True if eio_client_flush() would start a POST. */
bool eio_client_wants_flush(const struct eio_client *session);

/* Close in order: a close packet, or the WebSocket's closing handshake; then
 * `closed`.
 */
void eio_client_close(struct eio_client *session, uint64_t now);

/* When eio_client_tick() must be called; TD_NEVER if not at all. */
uint64_t eio_client_due(const struct eio_client *session);
void eio_client_tick(struct eio_client *session, uint64_t now);

#endif
