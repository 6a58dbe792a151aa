/* The transport for tests: conns are pairs of queues, time is told. */
#include "core/mem.h"
#include "wire/net/transport_internal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_FREE_PORT  40000
#define FIRST_LOCAL_PORT 50000

struct mem_conn {
    struct wire_conn base;
    struct mem_conn *other; /* the far end; NULL before and after */
    char *target;           /* what is dialled, until connected */
    bool ended;             /* sends no more */
    bool end_told;          /* the far end knows */
    bool reset;             /* the far end went away without an end */
};

struct mem_listener {
    struct wire_listener base;
    struct mem_listener *next;
    char *target;
};

struct mem_net {
    struct wire_net base;
    struct td_clock *clock;
    size_t chunk;
    struct mem_listener *listeners;
    uint16_t next_port;
    uint16_t next_local;
    atomic_bool woken;
};

static struct mem_net *mem_of(struct wire_net *net)
{
    return (struct mem_net *)net;
}

static struct mem_conn *mem_conn_of(struct wire_conn *conn)
{
    return (struct mem_conn *)conn;
}

/* "host:port" or "unix:path", to give to free(). */
static char *target_name(const char *host, uint16_t port, const char *path)
{
    char text[512];

    if (path)
        (void)snprintf(text, sizeof(text), "unix:%s", path);
    else
        (void)snprintf(text, sizeof(text), "%s:%u",
                       host && *host ? host : "127.0.0.1", port);
    return td_strdup(text);
}

static enum td_code mem_connect(struct wire_conn *conn,
                                const struct wire_dial *dial,
                                struct td_error *err)
{
    (void)err;
    mem_conn_of(conn)->target =
        target_name(dial->host, dial->port, dial->unix_path);
    return TD_OK;
}

static struct mem_listener *find_listener(struct mem_net *net,
                                          const char *target)
{
    struct mem_listener *listener = net->listeners;

    while (listener && strcmp(listener->target, target) != 0)
        listener = listener->next;
    return listener;
}

static enum td_code mem_listen(struct wire_listener *base,
                               const struct wire_bind *bind,
                               struct td_error *err)
{
    struct mem_listener *listener = (struct mem_listener *)base;
    struct mem_net *net = mem_of(base->net);

    base->port = bind->port ? bind->port : net->next_port++;
    listener->target = target_name(bind->host, base->port, bind->unix_path);
    if (find_listener(net, listener->target))
        return td_error_set(err, TD_IO, listener->target, 0,
                            "the address is in use");
    listener->next = net->listeners;
    net->listeners = listener;
    return TD_OK;
}

static void mem_unlisten(struct wire_listener *base)
{
    struct mem_listener *listener = (struct mem_listener *)base;
    struct mem_listener **at = &mem_of(base->net)->listeners;

    while (*at && *at != listener)
        at = &(*at)->next;
    if (*at)
        *at = listener->next;
    free(listener->target);
    free(listener);
}

static void mem_send_soon(struct wire_conn *conn)
{
    (void)conn; /* every turn looks at every conn */
}

static void mem_set_reading(struct wire_conn *conn, bool on)
{
    (void)conn;
    (void)on; /* stream_wants() is asked before each piece */
}

static void mem_end_sending(struct wire_conn *conn)
{
    mem_conn_of(conn)->ended = true;
}

static void mem_close(struct wire_conn *conn)
{
    struct mem_conn *mine = mem_conn_of(conn);

    free(mine->target);
    mine->target = NULL;
    if (mine->other) {
        mine->other->reset = !mine->ended;
        mine->other->other = NULL;
        mine->other = NULL;
    }
}

static bool connect_now(struct mem_net *net, struct mem_conn *conn)
{
    struct mem_listener *listener = find_listener(net, conn->target);
    struct mem_conn *far;

    if (!listener) {
        struct td_error why;

        td_error_set(&why, TD_IO, conn->target, 0, "connection refused");
        td_error_hint(&why, "check the address, and that the server runs");
        stream_failed(&conn->base, &why);
        return true;
    }
    far = mem_conn_of(stream_new(&net->base));
    far->other = conn;
    conn->other = far;
    free(conn->target);
    conn->target = NULL;
    (void)snprintf(far->base.name, sizeof(far->base.name), "127.0.0.1:%u",
                   (unsigned)net->next_local++);
    stream_accepted(&far->base, &listener->base);
    if (conn->base.state == WIRE_CONNECTING)
        stream_connected(&conn->base);
    return true;
}

/* A copy of its own for each piece, so that a sanitizer sees who reads on. */
static void deliver_piece(struct mem_conn *from, size_t n)
{
    uint8_t *copy = td_realloc(NULL, n);

    wire_queue_take(&from->base.out, copy, n);
    stream_received(&from->other->base, td_bytes(copy, n));
    free(copy);
}

/* What is queued now; what the callbacks queue waits for the next turn. */
static bool deliver(struct mem_net *net, struct mem_conn *from)
{
    size_t left = from->base.out.len;
    bool any = false;

    while (left > 0 && from->other && stream_wants(&from->other->base)) {
        size_t n = net->chunk && net->chunk < left ? net->chunk : left;

        deliver_piece(from, n);
        left -= n;
        any = true;
    }
    if (any && from->base.state != WIRE_CLOSED)
        stream_sent(&from->base);
    return any;
}

/* The far end sends no more, or is gone. */
static bool tell_end(struct mem_conn *conn)
{
    struct mem_conn *far = conn->other;
    struct td_error why;

    if (far && (!far->ended || far->base.out.len > 0))
        return false;
    if (!far && conn->end_told && conn->base.out.len > 0)
        conn->reset = true; /* nobody is left to read it */
    if (!stream_wants(&conn->base) && !conn->end_told)
        return false; /* it will know when it reads on */
    if (conn->reset) {
        td_error_set(&why, TD_IO, conn->base.name, 0,
                     "the peer reset the connection");
        stream_failed(&conn->base, &why);
        return true;
    }
    if (conn->end_told)
        return false;
    conn->end_told = true;
    stream_ended(&conn->base);
    return true;
}

static bool turn_conn(struct mem_net *net, struct mem_conn *conn)
{
    bool any = false;

    if (conn->base.state == WIRE_CLOSED)
        return false;
    if (conn->target)
        return connect_now(net, conn);
    any = deliver(net, conn);
    if (conn->base.state != WIRE_CLOSED)
        any = tell_end(conn) || any;
    return any;
}

static bool turn_conns(struct mem_net *net)
{
    bool any = false;

    for (struct wire_conn *conn = net->base.conns; conn; conn = conn->next)
        any = turn_conn(net, mem_conn_of(conn)) || any;
    return any;
}

bool wire_mem_turn(struct wire_net *base)
{
    struct mem_net *net = mem_of(base);
    bool any;

    net_tick(base);
    if (atomic_exchange(&net->woken, false) && base->on_wake)
        base->on_wake(base->wake_ctx);
    any = turn_conns(net);
    any = net_fire_due(base) || any;
    if (any)
        return true;
    if (net_next_due(base) == TD_NEVER)
        return false;
    td_clock_advance(net->clock, net_next_due(base) - base->now_ns);
    net_tick(base);
    return net_fire_due(base);
}

static enum td_code mem_run(struct wire_net *net, struct td_error *err)
{
    (void)err;
    while (!net->stopping)
        if (!wire_mem_turn(net))
            return TD_END;
    return TD_OK;
}

static void mem_wake(struct wire_net *net)
{
    atomic_store(&mem_of(net)->woken, true);
}

static enum td_code mem_watch(struct wire_net *net, int fd,
                              wire_ready_fn *ready, void *ctx,
                              struct wire_watch **out, struct td_error *err)
{
    (void)net;
    (void)fd;
    (void)ready;
    (void)ctx;
    (void)out;
    return td_error_set(err, TD_USAGE, "", 0,
                        "transport_mem watches no descriptors");
}

static void mem_free(struct wire_net *base)
{
    struct mem_listener *next;

    net_release(base);
    for (struct mem_listener *at = mem_of(base)->listeners; at; at = next) {
        next = at->next;
        mem_unlisten(&at->base);
    }
    free(base);
}

static const struct wire_net_ops mem_ops = {
    .conn_size = sizeof(struct mem_conn),
    .listener_size = sizeof(struct mem_listener),
    .connect = mem_connect,
    .listen = mem_listen,
    .unlisten = mem_unlisten,
    .send_soon = mem_send_soon,
    .set_reading = mem_set_reading,
    .end_sending = mem_end_sending,
    .close = mem_close,
    .watch = mem_watch,
    .run = mem_run,
    .wake = mem_wake,
    .free = mem_free,
};

struct wire_net *wire_mem_open(struct td_clock *clock, size_t chunk)
{
    struct mem_net *net = td_calloc(1, sizeof(*net));

    net->clock = clock;
    net->chunk = chunk;
    net->next_port = FIRST_FREE_PORT;
    net->next_local = FIRST_LOCAL_PORT;
    net_init(&net->base, &mem_ops, clock);
    return &net->base;
}
