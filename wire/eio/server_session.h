/* wire/eio/server_session.h - one Engine.IO session as a server sees it,
 * without I/O.
 *
 * The owner parses HTTP and WebSocket frames, keeps the table of session ids
 * and one timer; the session decides what is answered and when. A request that
 * opens a session goes
 *
 *     polling     eio_server_new(EIO_POLLING); eio_server_poll()  -> reply()
 *     WebSocket   eio_server_new(EIO_WEBSOCKET)                   -> frame()
 *
 * and after that: GET = eio_server_poll(), POST = eio_server_post(), a second
 * WebSocket with the sid = eio_server_probe() and then eio_server_frame() for
 * each message of whichever WebSocket the session has (there is one at most).
 * Callbacks come from inside these calls and may call eio_server_send() and
 * eio_server_close(); the session must not be freed inside one: note it in
 * `closed` and free it when the outermost call has returned.
 *
 * Time is passed in (ns, monotonic). After every call ask eio_server_due() and
 * call eio_server_tick() when that time has come.
 */
#ifndef WIRE_EIO_SERVER_SESSION_H
#define WIRE_EIO_SERVER_SESSION_H

#include "wire/eio/eio.h"

struct eio_server;

struct eio_server_options {
    uint64_t ping_interval_ns; /* 0 = EIO_PING_INTERVAL_MS */
    uint64_t ping_timeout_ns;  /* 0 = EIO_PING_TIMEOUT_MS */
    uint64_t upgrade_ns;       /* 0 = EIO_UPGRADE_MS */
    size_t max_payload;        /* bytes from the peer; 0 = EIO_MAX_PAYLOAD */
    size_t max_queue;          /* bytes to the peer; 0 = 64 MiB */
    bool no_upgrade;           /* offer none */
};

struct eio_server_events {
    /* Answer the held GET: 200 text/plain; charset=UTF-8, or status 400 with
     * an empty body. The bytes are borrowed for the call. */
    void (*reply)(void *ctx, int status, struct td_bytes body);
    /* Send one message on the session's WebSocket (it copies; no calls of the
     * session from inside). Text holds no 0x1e, as no JSON does. */
    void (*frame)(void *ctx, struct td_bytes data, bool binary);
    /* Close the session's WebSocket (in order, after what was sent). */
    void (*hang_up)(void *ctx);
    /* A message of the peer. */
    void (*message)(void *ctx, struct td_bytes data, bool binary);
    /* A packet of the peer that is no message: ping (probe), pong. */
    void (*packet)(void *ctx, const struct eio_packet *packet); /* or NULL */
    /* The session moved from polling to its WebSocket. */
    void (*upgraded)(void *ctx); /* or NULL */
    /* The last call. TD_OK: closed in order by either side; TD_TIMEOUT: no
     * pong; TD_PROTOCOL; TD_LIMIT; TD_IO: the transport went away. */
    void (*closed)(void *ctx, const struct td_error *why);
};

/* A session with this sid (copied, at most EIO_SID_MAX bytes) that begins on
 * `transport`. Over a WebSocket the open packet is sent from inside this call,
 * over polling it is the answer to the first eio_server_poll().
 */
struct eio_server *eio_server_new(const struct eio_server_options *options,
                                  const char *sid, enum eio_transport transport,
                                  const struct eio_server_events *events,
                                  void *ctx, uint64_t now);
void eio_server_free(struct eio_server *session); /* NULL is fine */

/* The id it was made with. */
const char *eio_server_sid(const struct eio_server *session);

/* The transport messages go out on now. EIO_WEBSOCKET: the owner may also
 * write frames of its own (a block shared by all) straight to it.
 */
enum eio_transport eio_server_transport(const struct eio_server *session);

/* Bytes that wait for a poll. */
size_t eio_server_queued(const struct eio_server *session);

/* A GET is held until reply(). A second one while the first is held is a
 * protocol error: both get 400 (reply() is called twice) and the session
 * closes.
 */
void eio_server_poll(struct eio_server *session, uint64_t now);

/* The held GET's connection went away: the session closes. */
void eio_server_poll_gone(struct eio_server *session, uint64_t now);

/* A POST with its whole body. Returns its HTTP status: 200 (answer "ok" as
 * text/html), 400 broken, 413 over max_payload; after 400 and 413 the session
 * is closed.
 */
int eio_server_post(struct eio_server *session, struct td_bytes body,
                    uint64_t now);

/* A WebSocket wants to take this polling session over. False: refuse it, there
 * is one already.
 */
bool eio_server_probe(struct eio_server *session, uint64_t now);

/* One message came on the session's WebSocket; or that is gone (which ends an
 * upgrade, or the session if it runs on it).
 */
void eio_server_frame(struct eio_server *session, struct td_bytes data,
                      bool binary, uint64_t now);
void eio_server_frame_gone(struct eio_server *session, uint64_t now);

/* Send one message: at once as a frame, or into the queue of the next poll
 * reply. TD_OK; TD_LIMIT: max_queue would be passed, nothing was taken; TD_IO:
 * closed.
 */
enum td_code eio_server_send(struct eio_server *session, struct td_bytes data,
                             bool binary);

/* Give a held poll what is queued. Called by the owner once per loop turn after
 * its sends, so that one reply carries many packets.
 */
void eio_server_flush(struct eio_server *session);

/* Close in order: a close packet goes out (to the held or the next poll, for
 * which it waits at most upgrade_ns), then `closed`.
 */
void eio_server_close(struct eio_server *session, uint64_t now);

/* When eio_server_tick() must be called; TD_NEVER if not at all. */
uint64_t eio_server_due(const struct eio_server *session);
void eio_server_tick(struct eio_server *session, uint64_t now);

#endif
