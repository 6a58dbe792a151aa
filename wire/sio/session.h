/* wire/sio/session.h - the namespaces of one Socket.IO connection, without I/O.
 *
 * Both roles: a server waits for CONNECT packets and admits or refuses, a
 * client asks and waits. Bytes are Engine.IO messages. Callbacks come from
 * inside the calls and may send; do not free the session inside one.
 *
 * Namespaces are spelled as td_event.ns spells them: "" for "/", JSON-escaped;
 * a query behind the name ("/chat?token=1") belongs to CONNECT only.
 */
#ifndef WIRE_SIO_SESSION_H
#define WIRE_SIO_SESSION_H

#include "wire/sio/packet.h"

#define SIO_NAMESPACES_MAX 256 /* of one connection */
#define SIO_CONNECT_MS     45000
#define SIO_ACKS_MAX       65536 /* outstanding on one connection */

enum sio_role { SIO_CLIENT, SIO_SERVER };

struct sio_session;

struct sio_session_options {
    enum sio_role role;
    size_t max_bytes;    /* of one packet with its attachments; 0 = 1 MB */
    uint64_t connect_ns; /* 0 = SIO_CONNECT_MS. Server: until the first CONNECT;
                            client: until each answer */
    bool answer_acks;    /* answer events that ask, with [] */
};

struct sio_session_events {
    /* Send one Engine.IO message. */
    void (*send)(void *ctx, struct td_bytes data, bool binary);
    /* Server: a client asks for a namespace (without its query) with this auth
     * payload ("" none). Return true and append the CONNECT data, {"sid":".."},
     * to *answer; or false and append the refusal, {"message":".."}. */
    bool (*admit)(void *ctx, struct td_bytes ns, struct td_bytes auth,
                  struct td_buf *answer);
    /* The namespace is in (server: the answer is already sent). */
    void (*joined)(void *ctx, struct td_bytes ns);
    /* The peer left the namespace. */
    void (*left)(void *ctx, struct td_bytes ns);
    /* Client: the server refused it. data is its JSON. */
    void (*refused)(void *ctx, struct td_bytes ns, struct td_bytes data);
    /* Any packet of the peer as an event, before the calls above; also those
     * that are no plain events. A server's `connect` has no payload here: it
     * may hold credentials. asked for = an ack that came in time. */
    void (*event)(void *ctx, const struct td_event *ev);
    /* With answer_acks, or NULL: the ack that was just sent. */
    void (*answered)(void *ctx, const struct td_event *ack);
    /* An ack that was asked for did not come in time. */
    void (*unanswered)(void *ctx, struct td_bytes ns, uint64_t id);
    /* The peer broke the protocol: close the connection. bytes: the message
     * that did it; none of a server's CONNECT, as above. No more callbacks
     * follow. */
    void (*bad)(void *ctx, struct td_bytes bytes, const struct td_error *why);
};

struct sio_session *sio_session_new(const struct sio_session_options *options,
                                    const struct sio_session_events *events,
                                    void *ctx, uint64_t now);
void sio_session_free(struct sio_session *session); /* NULL is fine */

/* One Engine.IO message came. */
void sio_session_receive(struct sio_session *session, struct td_bytes data,
                         bool binary, uint64_t now);

/* Client: ask for a namespace; auth is a JSON object or "". TD_LIMIT: too many.
 * TD_USAGE: no packet can carry the namespace; nothing was sent.
 */
TD_MUST_CHECK enum td_code sio_session_join(struct sio_session *session,
                                            struct td_bytes ns,
                                            struct td_bytes auth, uint64_t now,
                                            struct td_error *err);

/* Send a disconnect packet for a namespace the session is in. */
void sio_session_leave(struct sio_session *session, struct td_bytes ns);

/* The same for every namespace. */
void sio_session_leave_all(struct sio_session *session);

bool sio_session_is_in(const struct sio_session *session, struct td_bytes ns);
size_t sio_session_count(const struct sio_session *session);   /* joined */
size_t sio_session_waiting(const struct sio_session *session); /* asked for */

/* Encode and send one event on its namespace. If it asks for an ack (ev->id)
 * and ack_ns is not 0, `unanswered` follows that much later unless it came.
 * TD_USAGE: as sio_encode(), or not in that namespace; TD_LIMIT.
 */
TD_MUST_CHECK enum td_code sio_session_send(struct sio_session *session,
                                            const struct td_event *ev,
                                            uint64_t ack_ns, uint64_t now,
                                            struct td_error *err);

/* Whether attachments of a packet are still to come; then *came is its text,
 * until the next call.
 */
bool sio_session_is_within(const struct sio_session *session,
                           struct td_bytes *came);

/* When sio_session_tick() must be called; TD_NEVER if not at all. A connect
 * time-out is told through `bad` with TD_TIMEOUT and no bytes.
 */
uint64_t sio_session_due(const struct sio_session *session);
void sio_session_tick(struct sio_session *session, uint64_t now);

#endif
