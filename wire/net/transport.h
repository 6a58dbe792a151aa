/* wire/net/transport.h - byte streams, listeners, timers: all that touches a
 * socket.
 *
 * One loop, one thread. Two implementations of one vtable: transport_lws
 * (sockets; the only file that sees libwebsockets) and transport_mem (tests:
 * pairs of queues and a virtual clock). TLS is laid over either by
 * wire/stream, so a conn with tls set carries plain bytes here.
 *
 * Lifetime: a conn lives from connect/accept until its `closed` callback
 * returns. Inside any callback every call on the conn is allowed.
 */
#ifndef WIRE_NET_TRANSPORT_H
#define WIRE_NET_TRANSPORT_H

#include "core/clock.h"
#include "core/error.h"
#include "core/event.h"
#include "core/timerq.h"
#include "wire/net/block.h"
#include "wire/net/tls_options.h"

#include <stdbool.h>

struct wire_net;
struct wire_conn;
struct wire_listener;

/* What a conn tells its owner. ctx is what connect/accept was given. */
struct wire_conn_events {
    /* The stream is up (TLS done). Client conns only. */
    void (*opened)(void *ctx, struct wire_conn *conn);
    /* Bytes came; they are the owner's until it returns. */
    void (*received)(void *ctx, struct wire_conn *conn, struct td_bytes bytes);
    /* Pending bytes have fallen to or below the low-water mark again, after
     * wire_write() returned TD_FULL. */
    void (*drained)(void *ctx, struct wire_conn *conn);
    /* The peer sends no more, and may still read: writing goes on until
     * wire_shutdown(). NULL: the conn then closes in order by itself. */
    void (*ended)(void *ctx, struct wire_conn *conn);
    /* The last call. why->code: TD_OK the peer or we closed in order (what was
     * queued when the peer closed has still been sent); TD_IO reset, refused,
     * unknown host; TD_PROTOCOL TLS; TD_TIMEOUT. */
    void (*closed)(void *ctx, struct wire_conn *conn,
                   const struct td_error *why);
};

struct wire_dial {
    const char *host; /* name, IPv4, IPv6 without brackets; NULL if unix_path */
    uint16_t port;
    const char *unix_path;              /* NULL = TCP */
    const struct wire_tls_options *tls; /* NULL = plain; copied */
    uint64_t timeout_ns;                /* 0 = 10 s: name, connect and TLS */
};

struct wire_bind {
    const char *host; /* NULL or "" = 127.0.0.1 */
    uint16_t port;    /* 0 = any free one: see wire_listener_port() */
    const char *unix_path;
    const struct wire_tls_options *tls; /* NULL = plain; copied */
};

/* Start connecting. Returns at once; `opened` or `closed` follows, never from
 * inside this call. TD_USAGE, TD_IO.
 */
TD_MUST_CHECK enum td_code wire_connect(struct wire_net *net,
                                        const struct wire_dial *dial,
                                        const struct wire_conn_events *events,
                                        void *ctx, struct wire_conn **out,
                                        struct td_error *err);

/* Called for each accepted conn, after TLS; sets its owner with wire_adopt().
 */
typedef void wire_accept_fn(void *ctx, struct wire_conn *conn);

/* Accept conns from now on. TD_IO: the address is in use or not ours. */
TD_MUST_CHECK enum td_code wire_listen(struct wire_net *net,
                                       const struct wire_bind *bind,
                                       wire_accept_fn *accept, void *ctx,
                                       struct wire_listener **out,
                                       struct td_error *err);
uint16_t wire_listener_port(const struct wire_listener *listener);
void wire_listener_close(struct wire_listener *listener);
void wire_adopt(struct wire_conn *conn, const struct wire_conn_events *events,
                void *ctx);

/* Text of the peer's address, "127.0.0.1:4711" or "[::1]:4711" or "unix".
 * Lives as long as the conn. */
const char *wire_peer_name(const struct wire_conn *conn);

/* The same of our own end of a conn that connect made; "" before it is up. */
const char *wire_local_name(const struct wire_conn *conn);

/* Queue bytes (copied) or a block (a reference is taken). Always taken; TD_OK,
 * or TD_FULL: the queue is above the high-water mark, stop until `drained`. On
 * a conn that is closing the bytes are dropped: TD_IO.
 */
enum td_code wire_write(struct wire_conn *conn, struct td_bytes bytes);
enum td_code wire_write_block(struct wire_conn *conn, struct wire_block *block);

/* Bytes queued and not yet given to the kernel; in `closed`: those that never
 * were. */
size_t wire_pending(const struct wire_conn *conn);

/* Bytes ever queued, as the kernel gets them: with TLS encrypted. What of them
 * has reached it is this without wire_pending(). */
uint64_t wire_offered(const struct wire_conn *conn);

/* Default high and low marks are 1 MiB and 256 KiB. */
void wire_set_marks(struct wire_conn *conn, size_t high, size_t low);

/* Stop or go on reading: the peer feels it through TCP. */
void wire_pause(struct wire_conn *conn, bool paused);

/* Send what is queued, then tell the peer that no more follows, and go on
 * reading. What is written afterwards is dropped: TD_IO. */
void wire_end_sending(struct wire_conn *conn);

/* Send what is queued, then close; bytes that still come are dropped. `closed`
 * follows when the peer has closed too, or at most 2 s after the last byte went
 * out; TD_TIMEOUT if the peer takes no byte for 30 s. */
void wire_shutdown(struct wire_conn *conn);

/* Close now, drop what is queued; `closed` follows, not from inside. */
void wire_abort(struct wire_conn *conn);

/* One timer, owned by the caller; all zeroes but fire and ctx before use.
 * Equal deadlines fire in the order they were set. It may be set again, or
 * freed, from inside fire. */
struct wire_timer {
    void (*fire)(void *ctx);
    void *ctx;
    struct td_timer entry;
};

/* Set (or move) a timer to a monotonic time; TD_NEVER or cancel stops it. */
void wire_timer_set(struct wire_net *net, struct wire_timer *timer,
                    uint64_t due_ns);
void wire_timer_cancel(struct wire_net *net, struct wire_timer *timer);

static inline bool wire_timer_is_set(const struct wire_timer *timer)
{
    return td_timer_is_set(&timer->entry);
}

/* Watch a descriptor of the caller's for reading (pipes, ttys, signalfd): ready
 * is called in every turn in which a read would not block, the end of the file
 * included. The descriptor stays the caller's, who closes the watch first.
 * transport_mem has none: TD_USAGE. */
struct wire_watch;
typedef void wire_ready_fn(void *ctx, int fd);
TD_MUST_CHECK enum td_code wire_watch_fd(struct wire_net *net, int fd,
                                         wire_ready_fn *ready, void *ctx,
                                         struct wire_watch **out,
                                         struct td_error *err);
void wire_watch_pause(struct wire_watch *watch, bool paused);
void wire_watch_close(struct wire_watch *watch);

/* Monotonic time of this loop turn: asked once a turn. */
uint64_t wire_now(const struct wire_net *net);

/* Run the loop until wire_stop(). TD_OK, or TD_IO if the loop itself failed.
 * transport_mem: TD_END (err untouched) when nothing is left to do. */
TD_MUST_CHECK enum td_code wire_run(struct wire_net *net, struct td_error *err);
void wire_stop(struct wire_net *net);

/* Wake the loop from another thread or a signal handler; `wake` (set at open)
 * runs on the loop thread. The only call here that other threads may make. */
void wire_wake(struct wire_net *net);
void wire_on_wake(struct wire_net *net, void (*wake)(void *ctx), void *ctx);

/* The real one. */
TD_MUST_CHECK enum td_code wire_lws_open(struct wire_net **out,
                                         const struct td_clock *clock,
                                         struct td_error *err);

/* The one for tests: names are any host:port listened on before; bytes move
 * and timers fire only inside wire_run()/wire_mem_turn(). clock must be
 * virtual: an idle turn moves it to the next timer. `chunk` splits what is
 * delivered into pieces of at most that many bytes (0 = whole).
 */
struct wire_net *wire_mem_open(struct td_clock *clock, size_t chunk);

/* One turn: deliver all queued bytes, else fire the next timer. False if
 * there was nothing to do. */
bool wire_mem_turn(struct wire_net *net);

/* All conns must be closed before. NULL is fine. */
void wire_net_close(struct wire_net *net);

#endif
