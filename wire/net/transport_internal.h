/* wire/net/transport_internal.h - the seam between what a conn is
 * (wire/net/connection.c) and the transports that move its bytes. Nobody else
 * includes it.
 *
 * A transport embeds the structs below at the start of its own, calls the
 * stream_...() functions when something happened to a conn, and never looks at
 * a conn's owner. A conn is freed only by a timer, so its memory is safe until
 * the transport next calls net_fire_due().
 */
#ifndef WIRE_NET_TRANSPORT_INTERNAL_H
#define WIRE_NET_TRANSPORT_INTERNAL_H

#include "wire/net/send_queue.h"
#include "wire/net/transport.h"

enum wire_conn_state {
    WIRE_CONNECTING, /* name, then connect */
    WIRE_SECURING,   /* TLS handshake */
    WIRE_OPEN,       /* the owner's bytes flow */
    WIRE_DRAINING,   /* closing in order: what is queued goes out first */
    WIRE_LINGERING,  /* our side is shut, the peer's is not yet */
    WIRE_CLOSED,     /* only `closed` is left to be told */
};

struct wire_conn {
    struct wire_net *net;
    struct wire_conn *prev; /* in the net's list */
    struct wire_conn *next;
    struct wire_conn_events events;
    void *ctx;
    struct wire_listener *listener; /* until it was handed over; or NULL */
    enum wire_conn_state state;
    bool paused;
    bool above_high; /* TD_FULL was said, `drained` is owed */
    bool peer_ended;
    bool no_more;  /* the owner writes no more, and still reads */
    bool said_end; /* the peer was told so */
    size_t high;
    size_t low;
    struct wire_queue out;
    struct tls_codec *tls;   /* NULL = plain */
    struct wire_queue held;  /* plain bytes written before TLS is up */
    uint64_t offered;        /* bytes ever put into out */
    size_t tls_answers;      /* bytes that TLS itself has answered */
    size_t unsent;           /* bytes that were left in out when it closed */
    struct wire_timer limit; /* on connecting, stalling, lingering */
    struct wire_timer soon;  /* what may not happen inside the owner's call */
    struct td_error why;
    char name[64];
    char local[64]; /* of a conn that was dialled, once it is up */
};

struct wire_listener {
    struct wire_net *net;
    wire_accept_fn *accept;
    void *ctx;
    struct tls_context *tls; /* NULL = plain */
    unsigned securing;       /* conns in their TLS handshake */
    uint16_t port;
};

/* One transport. All functions but the open ones get what they made. */
struct wire_net_ops {
    size_t conn_size; /* bytes of its struct around wire_conn */
    size_t listener_size;
    /* Start connecting; stream_connected() or stream_failed() follows, not
     * from inside. */
    enum td_code (*connect)(struct wire_conn *conn,
                            const struct wire_dial *dial, struct td_error *err);
    enum td_code (*listen)(struct wire_listener *listener,
                           const struct wire_bind *bind, struct td_error *err);
    /* Frees the listener. */
    void (*unlisten)(struct wire_listener *listener);
    /* conn->out has bytes: send them before the loop waits. */
    void (*send_soon)(struct wire_conn *conn);
    /* Read, or leave the bytes with the peer. */
    void (*set_reading)(struct wire_conn *conn, bool on);
    /* No byte follows: tell the peer. conn->out is empty. */
    void (*end_sending)(struct wire_conn *conn);
    /* Let go of the conn; the peer sees a reset unless sending was ended. */
    void (*close)(struct wire_conn *conn);
    enum td_code (*watch)(struct wire_net *net, int fd, wire_ready_fn *ready,
                          void *ctx, struct wire_watch **out,
                          struct td_error *err);
    void (*watch_pause)(struct wire_watch *watch, bool paused);
    void (*watch_close)(struct wire_watch *watch);
    enum td_code (*run)(struct wire_net *net, struct td_error *err);
    void (*wake)(struct wire_net *net);
    /* Frees the net. */
    void (*free)(struct wire_net *net);
};

struct wire_net {
    const struct wire_net_ops *ops;
    const struct td_clock *clock;
    uint64_t now_ns;
    struct td_timerq timers;
    struct wire_conn *conns;
    bool stopping;
    void (*on_wake)(void *ctx);
    void *wake_ctx;
};

struct wire_watch {
    struct wire_net *net;
};

/* Set up or let go of the common part. */
void net_init(struct wire_net *net, const struct wire_net_ops *ops,
              const struct td_clock *clock);
void net_release(struct wire_net *net);

/* Begin a turn: ask the clock. */
void net_tick(struct wire_net *net);

/* Fire every timer due by now; false if there was none. Timers set meanwhile
 * wait for the next call. */
bool net_fire_due(struct wire_net *net);

/* When the next timer is due, or TD_NEVER. */
uint64_t net_next_due(const struct wire_net *net);

/* A conn of the transport's size, in the net's list. */
struct wire_conn *stream_new(struct wire_net *net);

/* A conn that a listener got, for stream_accepted(). */
void stream_accepted(struct wire_conn *conn, struct wire_listener *listener);
void stream_connected(struct wire_conn *conn);
/* Bytes came. At most one call after stream_wants() said yes. */
void stream_received(struct wire_conn *conn, struct td_bytes bytes);
/* The peer will send no more. */
void stream_ended(struct wire_conn *conn);
void stream_failed(struct wire_conn *conn, const struct td_error *why);
/* Bytes left conn->out (or nothing was in it). */
void stream_sent(struct wire_conn *conn);
/* Whether bytes should be read from the peer. */
bool stream_wants(const struct wire_conn *conn);

/* Drop every conn that the listener has not handed over. */
void stream_orphan(struct wire_listener *listener);
/* Free a conn without a word to its owner. */
void stream_free(struct wire_conn *conn);

#endif
