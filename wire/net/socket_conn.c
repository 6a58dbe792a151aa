/* Conns and listeners of the real transport. */
#include "core/mem.h"
#include "wire/net/loop_epoll.h"
#include "wire/net/resolve.h"
#include "wire/net/socket.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ATTEMPT_NS  (2 * TD_NS_PER_S) /* an address, while others are left */
#define NO_FD_NS    (100 * TD_NS_PER_MS)
#define SEND_PIECES 128
#define SEND_ROUNDS 4 /* a turn, so that one fast reader starves nobody */

struct socket_conn {
    struct wire_conn base;
    struct pollee sock;
    struct pollee answer; /* of the lookup */
    struct resolve *lookup;
    struct addrinfo *list;
    struct addrinfo *next; /* to try */
    struct wire_timer attempt;
    unsigned dirty_slot; /* place in reactor->dirty + 1 */
    int broken;          /* errno of a send: the rest is still read */
    bool reading;
    bool blocked; /* the kernel takes no more for now */
    bool ended;
};

struct socket_listener {
    struct wire_listener base;
    struct pollee sock;
    struct wire_timer retry;
    char *path;
};

const size_t socket_conn_size = sizeof(struct socket_conn);
const size_t socket_listener_size = sizeof(struct socket_listener);

static struct socket_conn *conn_of(struct wire_conn *conn)
{
    return (struct socket_conn *)(void *)conn;
}

static struct socket_conn *conn_of_sock(struct pollee *pollee)
{
    return (struct socket_conn *)(void *)((char *)pollee -
                                          offsetof(struct socket_conn, sock));
}

static void update_mask(struct socket_conn *conn)
{
    uint32_t mask = 0;

    if (conn->sock.fd < 0)
        return;
    if (conn->reading)
        mask |= EPOLLIN;
    if (conn->blocked)
        mask |= EPOLLOUT;
    (void)reactor_poll(reactor_of(conn->base.net), &conn->sock, mask);
}

static void fail(struct socket_conn *conn, int errnum)
{
    struct td_error why;

    socket_explain(&why, conn->base.name, errnum);
    stream_failed(&conn->base, &why);
}

static void drop_socket(struct socket_conn *conn, bool reset)
{
    if (conn->sock.fd < 0)
        return;
    reactor_forget(reactor_of(conn->base.net), &conn->sock);
    socket_close(conn->sock.fd, reset);
    conn->sock.fd = -1;
}

static void drop_lookup(struct socket_conn *conn)
{
    if (!conn->lookup)
        return;
    reactor_forget(reactor_of(conn->base.net), &conn->answer);
    resolve_free(conn->lookup);
    conn->lookup = NULL;
}

/* --- receiving ---------------------------------------------------------- */

static void read_some(struct socket_conn *conn)
{
    uint8_t *buffer = reactor_of(conn->base.net)->buffer;
    ssize_t n = recv(conn->sock.fd, buffer, REACTOR_READ_SIZE, MSG_DONTWAIT);

    if (n > 0)
        stream_received(&conn->base, td_bytes(buffer, (size_t)n));
    else if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    else if (conn->broken)
        fail(conn, conn->broken);
    else if (n < 0)
        fail(conn, errno);
    else
        stream_ended(&conn->base);
}

void socket_conn_set_reading(struct wire_conn *base, bool on)
{
    struct socket_conn *conn = conn_of(base);

    if (conn->reading == on)
        return;
    conn->reading = on;
    update_mask(conn);
}

/* --- sending ------------------------------------------------------------ */

static void mark_dirty(struct reactor *reactor, struct socket_conn *conn)
{
    if (conn->dirty_slot != 0)
        return;
    if (reactor->dirty_count == reactor->dirty_cap) {
        reactor->dirty_cap = reactor->dirty_cap ? reactor->dirty_cap * 2 : 16;
        reactor->dirty =
            td_realloc(reactor->dirty, reactor->dirty_cap * sizeof(void *));
    }
    reactor->dirty[reactor->dirty_count++] = conn;
    conn->dirty_slot = reactor->dirty_count;
}

void socket_conn_send_soon(struct wire_conn *base)
{
    struct socket_conn *conn = conn_of(base);

    if (!conn->blocked && !conn->broken)
        mark_dirty(reactor_of(base->net), conn);
}

/* One writev; false when the kernel takes no more. */
static bool send_once(struct socket_conn *conn)
{
    struct iovec iov[SEND_PIECES];
    struct msghdr message = {.msg_iov = iov};
    ssize_t n;

    message.msg_iovlen =
        (size_t)wire_queue_iov(&conn->base.out, iov, SEND_PIECES);
    n = sendmsg(conn->sock.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) {
        wire_queue_drop(&conn->base.out, (size_t)n);
        return true;
    }
    if (errno == EAGAIN)
        conn->blocked = true;
    else if (errno != EINTR)
        conn->broken = errno;
    return false;
}

static void send_some(struct socket_conn *conn)
{
    size_t before = conn->base.out.len;

    if (conn->sock.fd < 0 || conn->broken)
        return;
    conn->blocked = false;
    for (int i = 0; i < SEND_ROUNDS && conn->base.out.len > 0; i++)
        if (!send_once(conn))
            break;
    update_mask(conn);
    if (conn->broken && !conn->reading && conn->base.peer_ended)
        fail(conn, conn->broken);
    else if (conn->base.out.len < before)
        stream_sent(&conn->base);
    if (conn->base.state != WIRE_CLOSED && conn->base.out.len > 0)
        socket_conn_send_soon(&conn->base);
}

void socket_conn_flush(struct reactor *reactor)
{
    unsigned count = reactor->dirty_count;
    unsigned left;

    for (unsigned i = 0; i < count; i++) {
        struct socket_conn *conn = reactor->dirty[i];

        if (!conn)
            continue;
        conn->dirty_slot = 0;
        reactor->dirty[i] = NULL;
        send_some(conn);
    }
    left = reactor->dirty_count - count;
    for (unsigned i = 0; i < left; i++) {
        reactor->dirty[i] = reactor->dirty[count + i];
        if (reactor->dirty[i])
            reactor->dirty[i]->dirty_slot = i + 1;
    }
    reactor->dirty_count = left;
}

void socket_conn_end_sending(struct wire_conn *base)
{
    struct socket_conn *conn = conn_of(base);

    conn->ended = true;
    (void)shutdown(conn->sock.fd, SHUT_WR);
}

/* --- connecting --------------------------------------------------------- */

static void try_next(struct socket_conn *conn, int errnum);

static void connected(struct socket_conn *conn)
{
    struct sockaddr_storage addr = {0};
    socklen_t len = sizeof(addr);

    wire_timer_cancel(conn->base.net, &conn->attempt);
    if (getpeername(conn->sock.fd, (struct sockaddr *)&addr, &len) == 0)
        socket_name((struct sockaddr *)&addr, conn->base.name,
                    sizeof(conn->base.name));
    len = sizeof(addr);
    if (getsockname(conn->sock.fd, (struct sockaddr *)&addr, &len) == 0)
        socket_name((struct sockaddr *)&addr, conn->base.local,
                    sizeof(conn->base.local));
    conn->blocked = false;
    update_mask(conn);
    stream_connected(&conn->base);
}

static void connect_over(struct socket_conn *conn)
{
    int errnum = socket_error(conn->sock.fd);

    if (errnum == 0)
        connected(conn);
    else
        try_next(conn, errnum);
}

static void sock_ready(struct pollee *pollee, uint32_t events)
{
    struct socket_conn *conn = conn_of_sock(pollee);
    bool over = (events & (EPOLLHUP | EPOLLERR)) != 0;

    if (conn->base.state == WIRE_CONNECTING) {
        connect_over(conn);
        return;
    }
    if ((events & EPOLLOUT) || (over && conn->blocked))
        send_some(conn);
    if (conn->base.state == WIRE_CLOSED)
        return;
    if (conn->reading)
        read_some(conn);
    else if (over && !conn->blocked)
        /* Told in every turn, asked for or not: look again on resume. */
        reactor_forget(reactor_of(conn->base.net), pollee);
}

static void start_attempt(struct socket_conn *conn, int fd)
{
    conn->sock = (struct pollee){.fd = fd, .ready = sock_ready};
    conn->blocked = true;
    update_mask(conn);
}

static void try_next(struct socket_conn *conn, int errnum)
{
    struct wire_net *net = conn->base.net;

    drop_socket(conn, true);
    while (conn->next) {
        struct addrinfo *at = conn->next;
        int fd = socket_connect(at->ai_addr, at->ai_addrlen);

        conn->next = at->ai_next;
        if (fd >= 0) {
            start_attempt(conn, fd);
            wire_timer_set(net, &conn->attempt,
                           conn->next ? net->now_ns + ATTEMPT_NS : TD_NEVER);
            return;
        }
        errnum = errno;
    }
    fail(conn, errnum);
}

static void attempt_passed(void *ctx)
{
    try_next(ctx, ETIMEDOUT);
}

static void answer_ready(struct pollee *pollee, uint32_t events)
{
    struct socket_conn *conn =
        (struct socket_conn *)(void *)((char *)pollee -
                                       offsetof(struct socket_conn, answer));
    struct td_error why;

    (void)events;
    if (resolve_take(conn->lookup, &conn->list, &why) != TD_OK) {
        stream_failed(&conn->base, &why);
        return;
    }
    drop_lookup(conn);
    conn->next = conn->list;
    try_next(conn, 0);
}

static enum td_code look_up(struct socket_conn *conn,
                            const struct wire_dial *dial, struct td_error *err)
{
    enum td_code code =
        resolve_start(dial->host, dial->port, &conn->lookup, err);

    if (code != TD_OK)
        return code;
    conn->answer =
        (struct pollee){.fd = resolve_fd(conn->lookup), .ready = answer_ready};
    (void)reactor_poll(reactor_of(conn->base.net), &conn->answer, EPOLLIN);
    return TD_OK;
}

enum td_code socket_conn_connect(struct wire_conn *base,
                                 const struct wire_dial *dial,
                                 struct td_error *err)
{
    struct socket_conn *conn = conn_of(base);
    int fd;

    conn->sock.fd = -1;
    conn->attempt = (struct wire_timer){.fire = attempt_passed, .ctx = conn};
    if (!dial->unix_path) {
        conn->list = resolve_literal(dial->host, dial->port);
        conn->next = conn->list;
        if (!conn->list)
            return look_up(conn, dial, err);
        try_next(conn, 0);
        return TD_OK;
    }
    fd = socket_connect_path(dial->unix_path);
    if (fd >= 0) {
        start_attempt(conn, fd);
    } else if (errno == ENAMETOOLONG) {
        return td_error_errno(err, TD_USAGE, dial->unix_path, errno,
                              "cannot connect");
    } else {
        struct td_error why;

        socket_explain(&why, dial->unix_path, errno);
        stream_failed(base, &why);
    }
    return TD_OK;
}

void socket_conn_close(struct wire_conn *base)
{
    struct socket_conn *conn = conn_of(base);

    drop_socket(conn, !conn->ended);
    drop_lookup(conn);
    if (conn->list)
        freeaddrinfo(conn->list);
    conn->list = NULL;
    conn->next = NULL;
    wire_timer_cancel(base->net, &conn->attempt);
    if (conn->dirty_slot != 0)
        reactor_of(base->net)->dirty[conn->dirty_slot - 1] = NULL;
    conn->dirty_slot = 0;
}

/* --- listening ---------------------------------------------------------- */

static struct socket_listener *listener_of_sock(struct pollee *pollee)
{
    return (struct socket_listener *)(void *)((char *)pollee -
                                              offsetof(struct socket_listener,
                                                       sock));
}

static void accepted(struct socket_listener *listener, int fd,
                     const struct sockaddr_storage *addr)
{
    struct wire_conn *base = stream_new(listener->base.net);
    struct socket_conn *conn = conn_of(base);

    conn->sock = (struct pollee){.fd = fd, .ready = sock_ready};
    socket_name((const struct sockaddr *)addr, base->name, sizeof(base->name));
    stream_accepted(base, &listener->base);
}

/* Out of descriptors: the conn stays in the backlog, so do not ask about it in
 * every turn. */
static void rest(struct socket_listener *listener)
{
    struct wire_net *net = listener->base.net;

    (void)reactor_poll(reactor_of(net), &listener->sock, 0);
    wire_timer_set(net, &listener->retry, net->now_ns + NO_FD_NS);
}

static void retry_accept(void *ctx)
{
    struct socket_listener *listener = ctx;

    (void)reactor_poll(reactor_of(listener->base.net), &listener->sock,
                       EPOLLIN);
}

static void accept_some(struct pollee *pollee, uint32_t events)
{
    struct socket_listener *listener = listener_of_sock(pollee);
    struct sockaddr_storage addr;
    int fd = socket_accept(pollee->fd, &addr);

    (void)events;
    if (fd >= 0)
        accepted(listener, fd, &addr);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
             errno == ENOMEM)
        rest(listener);
}

enum td_code socket_conn_listen(struct wire_listener *base,
                                const struct wire_bind *bind,
                                struct td_error *err)
{
    struct socket_listener *listener = (struct socket_listener *)(void *)base;
    enum td_code code;
    int fd;

    listener->sock = (struct pollee){.fd = -1, .ready = accept_some};
    listener->retry =
        (struct wire_timer){.fire = retry_accept, .ctx = listener};
    code = socket_listen(bind, &fd, &base->port, err);
    if (code != TD_OK)
        return code;
    listener->sock.fd = fd;
    if (bind->unix_path)
        listener->path = td_strdup(bind->unix_path);
    (void)reactor_poll(reactor_of(base->net), &listener->sock, EPOLLIN);
    return TD_OK;
}

void socket_conn_unlisten(struct wire_listener *base)
{
    struct socket_listener *listener = (struct socket_listener *)(void *)base;

    wire_timer_cancel(base->net, &listener->retry);
    if (listener->sock.fd >= 0) {
        reactor_forget(reactor_of(base->net), &listener->sock);
        (void)close(listener->sock.fd);
    }
    if (listener->path)
        (void)unlink(listener->path);
    free(listener->path);
    free(listener);
}
