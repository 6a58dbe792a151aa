/* wire/net/loop_epoll.h - the loop of the real transport, as its sockets see
 * it.
 *
 * Every descriptor is a pollee in one epoll set, and libwebsockets watches the
 * set: its own watching of a raw descriptor (4.1.6) closes it at POLLHUP, even
 * with unread bytes in it, which loses the end of a pipe or of a paused conn.
 * Only transport_lws and socket_conn include this.
 */
#ifndef WIRE_NET_LOOP_EPOLL_H
#define WIRE_NET_LOOP_EPOLL_H

#include "wire/net/transport_internal.h"

#include <sys/epoll.h>

#define REACTOR_EVENTS 64

/* What is read stays in the nearest cache that is large enough (512 KiB on many
 * processors) together with what is made of it: reads of twice as much cost a
 * recorder 6 % more time.
 */
#define REACTOR_READ_SIZE ((size_t)128 * 1024)

/* One descriptor, or none (fd -1). */
struct pollee {
    int fd;
    uint32_t mask; /* EPOLLIN, EPOLLOUT; 0 = not in the set */
    void (*ready)(struct pollee *pollee, uint32_t events);
};

struct socket_conn;

struct reactor {
    struct wire_net base;
    struct lws_context *lws;
    int epoll_fd;
    int timer_fd;
    struct pollee timer;
    uint64_t armed_ns; /* when timer_fd fires; TD_NEVER = not set */
    bool woken;
    bool set_ready;                            /* the epoll set has events */
    struct epoll_event events[REACTOR_EVENTS]; /* of this turn */
    int event_count;
    struct reactor_watch *watches;
    struct socket_conn **dirty; /* conns with bytes for this turn's end */
    unsigned dirty_count;
    unsigned dirty_cap;
    uint8_t *buffer; /* REACTOR_READ_SIZE bytes */
};

static inline struct reactor *reactor_of(struct wire_net *net)
{
    return (struct reactor *)(void *)net;
}

/* Ask for these events from now on. 0, or an errno: EPERM for what cannot be
 * polled (plain files). */
int reactor_poll(struct reactor *reactor, struct pollee *pollee, uint32_t mask);

/* Take it out of the set, and out of the events still to be told: it may be
 * freed and its descriptor closed. */
void reactor_forget(struct reactor *reactor, struct pollee *pollee);

/* The socket half of struct wire_net_ops (wire/net/socket_conn.c). */
extern const size_t socket_conn_size;
extern const size_t socket_listener_size;
enum td_code socket_conn_connect(struct wire_conn *base,
                                 const struct wire_dial *dial,
                                 struct td_error *err);
enum td_code socket_conn_listen(struct wire_listener *base,
                                const struct wire_bind *bind,
                                struct td_error *err);
void socket_conn_unlisten(struct wire_listener *base);
void socket_conn_send_soon(struct wire_conn *base);
void socket_conn_set_reading(struct wire_conn *base, bool on);
void socket_conn_end_sending(struct wire_conn *base);
void socket_conn_close(struct wire_conn *base);

/* Send what every dirty conn has, once. */
void socket_conn_flush(struct reactor *reactor);

#endif
