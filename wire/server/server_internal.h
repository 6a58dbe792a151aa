/* wire/server/server_internal.h - what the files of the server share. Nobody
 * else includes it.
 *
 *     server.c        the server: opening, sending to all, ending
 *     server_conn.c   one accepted conn: reading requests, time-outs
 *     server_http.c   which request goes where; pages, CORS, refusals
 *     access.c        whom the server admits
 *     request.c       requests that the owner answers
 *     server_ws.c     WebSocket peers
 *     server_sse.c    event stream peers
 *     server_sio.c    Socket.IO sessions over both transports
 *     eio.c           the same without Socket.IO on top
 *     polling.c       what waits for the polls of sessions
 *     groups.c        peers by the names of their groups
 *     server_admit.c  who may join a namespace
 *     server_sessions.c    which session has an id, which peers it has
 *     server_peer.c   peers and what is queued for them
 *     envelope.c      an event as the bytes of each dialect
 *
 * A conn is freed in the transport's `closed`, a Socket.IO session by its own
 * timer: neither goes away inside a call.
 */
#ifndef WIRE_SERVER_SERVER_INTERNAL_H
#define WIRE_SERVER_SERVER_INTERNAL_H

#include "wire/eio/server_session.h"
#include "wire/http/http.h"
#include "wire/server/server.h"
#include "wire/sio/session.h"
#include "wire/ws/frame.h"

/* Where each message of a shared block ends, for counting what was lost. */
struct server_tally {
    uint32_t refs;
    uint32_t count;
    uint32_t ends[]; /* bytes from the start of the block */
};

/* Messages for all peers of a dialect, gathered until the end of the turn. */
struct server_batch {
    struct td_buf bytes;
    struct td_buf ends; /* uint32_t each */
    struct td_buf ns;   /* Socket.IO: of all messages in it */
};

/* Messages on their way through one conn, in bytes as wire_offered() counts. */
struct server_sent {
    uint64_t start;
    uint64_t end;
    struct server_tally *tally; /* NULL: one message */
    struct wire_peer *peer;
};

struct server_deliveries {
    struct server_sent *ring;
    uint32_t first;
    uint32_t count;
    uint32_t cap; /* a power of two */
};

enum server_mode {
    SERVER_HTTP, /* reads requests */
    SERVER_WS,
    SERVER_SSE,
    SERVER_SIO, /* the WebSocket of a Socket.IO session */
    SERVER_CLOSING,
};

struct server_conn {
    struct wire_server *server;
    struct wire_conn *conn;
    struct server_conn *prev;
    struct server_conn *next;
    enum server_mode mode;
    struct wire_timer timer; /* idle, a request that does not end; then the
                                heartbeat */
    struct http_parser http;
    struct td_buf body;  /* of the request being read */
    struct td_buf early; /* bytes that came while an answer is held, or
                            while it was choked */
    bool wants_body;     /* it is a POST to a session, or the owner's */
    struct wire_request *request; /* the owner's, not yet answered */
    bool held;                    /* an answer is waited for */
    bool stopped;                 /* meanwhile so much came that no more is read
                                   */
    bool answered;                /* the request was answered at its head */
    bool requesting;              /* a request has begun and its time runs */
    bool trusted;           /* the request bears the token, if there is one */
    bool last;              /* the conn ends with this answer */
    struct ws_decoder ws;   /* SERVER_WS, SERVER_SIO */
    struct wire_peer *peer; /* SERVER_WS, SERVER_SSE */
    bool plain;             /* SERVER_SSE: HTTP/1.0, the stream is no chunks */
    bool received;          /* SERVER_WS: since the heartbeat last looked */
    bool pinged;            /* and has not been heard since */
    bool behind;            /* bytes waited for it then */
    uint64_t seen;          /* bytes it had been offered, or had taken, then */
    struct server_sio *sio; /* SERVER_SIO, or whose poll is held */
    struct server_deliveries deliveries;
    bool slow; /* above its mark */
    bool full; /* SERVER_HTTP: above its mark */
    /* Choked: it asks and does not read, so it is not read. */
    bool choked;
    size_t answers;          /* bytes of them that may wait */
    struct wire_timer stall; /* choked: look whether it takes any byte */
    uint64_t stall_seen;     /* bytes that had reached it then */
    struct server_sio *fed;  /* the session whose poll it last answered */
    bool has_why;
    struct td_error why; /* how it ended, if we know better */
};

struct wire_peer {
    struct wire_server *server;
    enum wire_dialect dialect;
    struct server_conn *conn; /* WebSocket and SSE */
    struct server_sio *sio;   /* Socket.IO */
    struct wire_peer *prev;
    struct wire_peer *next;
    uint32_t id;
    bool held;
    bool leaving;        /* its conn is closing */
    uint16_t close_code; /* WebSocket: of its goodbye, or 0 */
    uint64_t refused;    /* messages that found no room */
    uint64_t waiting;    /* messages that wait for its session's next poll */
    struct wire_peer *sibling; /* the next peer of its Socket.IO session */
    char *address;
    char *ns;      /* as td_event.ns spells it */
    char *last_id; /* SSE: Last-Event-ID */
    char *target;  /* WebSocket and SSE: of its request */
    struct server_member *groups;
    struct wire_peer *next_chosen;
    uint64_t choice; /* the last that it was in */
    void *ctx;
};

struct server_sio {
    struct wire_server *server;
    struct server_sio *prev;
    struct server_sio *next;
    struct server_sio *bucket_next;
    struct wire_peer *peers; /* one a namespace */
    struct eio_server *eio;
    struct sio_session *sio;      /* NULL: Engine.IO by itself */
    struct server_conn *polls[2]; /* held GETs, oldest first */
    struct server_conn *ws;
    struct wire_timer timer;
    bool streaming;          /* messages go out on ws as shared blocks */
    bool slow;               /* polling: above its mark */
    bool doomed;             /* to be closed by the timer: a queue overflowed */
    struct server_conn *fed; /* whom its last answer was given to; or NULL */
    size_t unfetched;        /* bytes of answers that wait for a poll */
    bool over;               /* Engine.IO says so; freed by the timer */
    bool trusted;            /* a request of it bore the token */
    bool has_why;
    struct td_error why;
    void *peer_ctx;    /* of the peer that is about to join */
    uint64_t close_at; /* the server is finishing */
    char *address;
};

#define SERVER_DIALECTS 4
#define SERVER_BUCKETS                                                         \
    1024 /* a power of two; 10,000 sessions are usual at most */

struct wire_server {
    struct wire_net *net;
    struct wire_server_options options;
    struct wire_server_events events;
    void *ctx;
    char *sio_path;
    struct wire_listener *listener;
    uint16_t port;
    struct server_conn *conns;
    unsigned conn_count;
    struct server_sio *sessions;
    unsigned session_count;
    struct server_sio *buckets[SERVER_BUCKETS]; /* sessions by hash of sid */
    struct wire_peer *peers[SERVER_DIALECTS];   /* by dialect */
    struct server_group **groups;               /* by name */
    size_t group_count;
    size_t group_cap;
    bool choosing; /* what is sent is for the peers of some groups */
    uint64_t choice;
    struct wire_peer *chosen[SERVER_DIALECTS];
    unsigned peer_count;
    uint32_t last_id;
    struct server_batch batches[SERVER_DIALECTS];
    struct td_buf scratch; /* one message of a dialect */
    struct td_buf frame;   /* the same as frames, for one peer */
    struct wire_timer flush;
    unsigned slow_count; /* outlets above their mark */
    bool owes_drained;
    bool checks_host; /* browsers reach it on this machine only */
    bool finishing;
    void (*done)(void *ctx);
};

/* Finishing, and no session is left that must still fetch its end. */
static inline bool server_is_over(const struct wire_server *server)
{
    return server->finishing && !server->sessions;
}

/* Whether what is sent to many is for this one. */
static inline bool server_takes(const struct wire_peer *peer)
{
    return !peer->held && !peer->leaving;
}

/* The peers that what is sent is for, one after the other. */
static inline struct wire_peer *server_first(const struct wire_server *server,
                                             enum wire_dialect dialect)
{
    return server->choosing ? server->chosen[dialect] : server->peers[dialect];
}

static inline struct wire_peer *server_next(const struct wire_peer *peer)
{
    return peer->server->choosing ? peer->next_chosen : peer->next;
}

#define SERVER_BATCH (size_t)65536 /* bytes of a batch that is sent at once */

/* server.c */
void server_flush(struct wire_server *server);
void server_slow(struct wire_server *server, bool *flag, bool slow);
void server_maybe_done(struct wire_server *server);

/* server_conn.c */
void server_accept(void *ctx, struct wire_conn *conn);
void server_conn_write(struct server_conn *c, struct td_bytes bytes);
void server_conn_resume(struct server_conn *c); /* a held answer was given */
/* What the peer has sent was answered with all from that byte, as
 * wire_offered() counts: the conn is choked if it has too many answers. */
void server_conn_answered(struct server_conn *c, uint64_t before);
/* It does not read: do not read it, and end it if that stays so. */
void server_conn_choke(struct server_conn *c);
/* Bytes that are read when it is choked no more. */
void server_conn_keep(struct server_conn *c, struct td_bytes bytes);
void server_conn_end(struct server_conn *c);  /* send, then close */
void server_conn_drop(struct server_conn *c); /* at once, in silence */
void server_conn_become(struct server_conn *c, enum server_mode mode);
/* Call server_ws_beat() or server_sse_beat() after that time. */
void server_conn_beat_in(struct server_conn *c, uint64_t ns);

/* server_http.c: a request's head was read; all of it was; it is broken. */
void server_http_head(struct server_conn *c, const struct http_head *head);
void server_http_end(struct server_conn *c, const struct http_head *head);
void server_http_refuse(struct server_conn *c, int status, const char *why);
/* Append the CORS fields an answer to this request needs. */
void server_http_cors(struct td_buf *out, const struct http_head *head);
/* Why a token was refused, and why nobody else is let in. */
#define SERVER_NO_TOKEN "the token is missing or wrong"
#define SERVER_TOO_MANY "as many consumers as this server takes"
/* A whole answer; head is the request's (NULL: it was not understood). */
void server_http_answer(struct server_conn *c, const struct http_head *head,
                        int status, const char *type, struct td_bytes body);

/* request.c: ask the owner (false: it is not for it); the conn has closed; it
 * is below its mark again. */
bool server_request(struct server_conn *c, const struct http_head *head);
void server_request_gone(struct server_conn *c);
void server_request_drained(struct server_conn *c);

/* server_ws.c */
struct server_ws_how {
    struct td_bytes protocol; /* to choose, see ws_put_response() */
    struct td_bytes more;     /* lines of the answer */
    void *ctx;                /* of the peer */
};
/* False: refused. */
bool server_ws_open(struct server_conn *c, const struct http_head *head,
                    const struct server_ws_how *how);
void server_ws_received(struct server_conn *c, struct td_bytes bytes);
void server_ws_close(struct server_conn *c, uint16_t code, const char *reason);
void server_ws_beat(
    struct server_conn *c); /* ping, or notice that it is dead */
/* Answer a handshake and speak WebSocket from here on; false: refused. */
bool server_ws_upgrade(struct server_conn *c, const struct http_head *head,
                       enum server_mode mode);
/* Send one frame on a conn in either WebSocket mode. */
void server_ws_frame(struct server_conn *c, enum ws_opcode opcode,
                     struct td_bytes payload);

/* server_sse.c */
void server_sse_open(struct server_conn *c, const struct http_head *head);
void server_sse_close(struct server_conn *c);
/* Whole lines of the stream, as a chunk if the consumer knows chunks. */
void server_sse_write(struct server_conn *c, struct td_bytes text);
void server_sse_beat(struct server_conn *c); /* a comment, if it is quiet */
/* An event of TD_KIND_ID. */
void server_sse_put_id(struct wire_peer *peer, const struct td_event *ev);

/* server_sio.c */
void server_sio_request(struct server_conn *c, const struct http_head *head);
void server_sio_received(struct server_conn *c, const struct ws_message *m);
void server_sio_gone(struct server_conn *c, const struct td_error *why);
void server_sio_close(struct server_sio *s);
void server_sio_free(struct server_sio *s);
void server_sio_send(struct wire_peer *peer, const struct td_event *ev);
/* Whether a message for it can be taken; if not it counts as lost. */
bool server_sio_room(struct wire_peer *peer);
/* Something was sent: the session may be behind, and its timer is set. */
void server_sio_rearm(struct server_sio *s);

/* polling.c: to every session that polls; `packet` is the text, attachments
 * follow. */
void server_sio_send_polling(struct wire_server *server,
                             const struct td_event *ev, struct td_bytes packet,
                             size_t attachments);
void server_eio_send_polling(struct wire_server *server, struct td_bytes data,
                             bool binary);
/* Give each poll that is held what waits for it. */
void server_sio_flush(struct wire_server *server);

/* eio.c: a session has begun, which is a peer if Engine.IO is spoken by itself;
 * it sent a message. */
void server_eio_open(struct server_sio *s);
void server_eio_message(struct server_sio *s, struct td_bytes data,
                        bool binary);
/* Put an event into the batch, and into the queues of sessions that poll. */
enum td_code server_eio_put(struct wire_server *server,
                            const struct td_event *ev);
void server_eio_send(struct wire_peer *peer, const struct td_event *ev);

/* groups.c: a peer is gone, and with it its place in all groups. */
void server_groups_left(struct wire_peer *peer);

/* server_admit.c: tell the owner of a refusal; as sio_session_events.admit. */
void server_tell_refused(struct wire_server *server, const char *address,
                         int status, const char *why);
bool server_sio_admit(struct server_sio *s, struct td_bytes ns,
                      struct td_bytes auth, struct td_buf *answer);

/* server_sessions.c: sessions by id, a session's peers. */
void server_session_add(struct server_sio *s);
void server_session_remove(struct server_sio *s);
/* One that is not over; NULL: there is none. */
struct server_sio *server_session_find(struct wire_server *server,
                                       struct td_bytes sid);
/* The peer whose namespace this is; ns.ptr NULL: any. NULL: there is none. */
struct wire_peer *server_session_peer(const struct server_sio *s,
                                      struct td_bytes ns);
void server_session_leave(struct wire_peer *peer); /* it is none of it now */
/* This conn carries the session's last answer. */
void server_session_feed(struct server_sio *s, struct server_conn *c);
/* Too much waits: it is closed from the timer, not inside a call of its peers.
 * slow: it is behind; else it asks for more than it reads. */
void server_session_doom(struct server_sio *s, bool slow);

/* server_peer.c */
struct wire_peer *server_peer_new(struct wire_server *server,
                                  enum wire_dialect dialect,
                                  const char *address);
/* What it asked for: wire_peer_target(). */
void server_peer_asked(struct wire_peer *peer, const struct http_head *head);
void server_peer_joined(struct wire_peer *peer);
void server_peer_left(struct wire_peer *peer, const struct td_error *why);
void server_peer_event(struct wire_peer *peer, const char *kind,
                       enum td_form form, struct td_bytes payload);
/* What comes now is for others: before a conn, or a session, says its last. */
void server_conn_leaving(struct server_conn *c);
void server_session_leaving(struct server_sio *s);
/* Tell the owner what broke the protocol (wire/event/control_payload.h). */
void server_peer_bad(struct wire_peer *peer, struct td_bytes bytes,
                     const struct td_error *why);
/* Give a conn what is for one of its peers. No room: it is counted as lost and
 * the conn is going to be closed. */
void server_peer_write_block(struct wire_peer *peer, struct server_conn *c,
                             struct wire_block *block,
                             struct server_tally *tally);
/* The same in two steps, for bytes that others write: whether there is room at
 * all, and that one message was written. */
bool server_peer_room(struct wire_peer *peer, struct server_conn *c);
void server_peer_note(struct wire_peer *peer, struct server_conn *c,
                      uint64_t start);
/* A message that its protocol cannot carry: it is lost, and the owner is told.
 * To all: every peer of the dialect that ev was meant for. */
void server_peer_unfit(struct wire_peer *peer, const struct td_event *ev,
                       const struct td_error *why);
void server_unfit(struct wire_server *server, enum wire_dialect dialect,
                  const struct td_event *ev, const struct td_error *why);
/* Tell the owner where a stream does not carry all of an event: for one peer,
 * and for all that it is for.
 */
void server_changes(struct wire_server *server, const struct td_event *ev);
/* Bytes of a conn that reached the kernel. */
uint64_t server_gone_bytes(const struct server_conn *c);
void server_deliveries_release(struct server_deliveries *deliveries);

/* envelope.c: append an event as one WebSocket message (*opcode), or as an
 * event of a stream (id_for_all: with wire_sse_id(), else only with its own).
 */
enum td_code envelope_ws(struct td_buf *out, enum ws_opcode *opcode,
                         const struct td_event *ev);
enum td_code envelope_sse(struct td_buf *out, const struct td_event *ev,
                          bool id_for_all);
/* What such a stream cannot carry of an event that it carries: static text, or
 * NULL.
 */
const char *envelope_sse_changes(const struct td_event *ev);
/* The event as sio_encode() takes it: without the id of another protocol. */
struct td_event envelope_sio(const struct td_event *ev);

#endif
