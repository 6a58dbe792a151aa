/* The calls that are the same for every transport, or only passed on. */
#include "wire/net/transport.h"

#include "core/mem.h"
#include "wire/net/tls.h"
#include "wire/net/transport_internal.h"

#include <stddef.h>
#include <stdio.h>

#define CONNECT_NS (10 * TD_NS_PER_S)

void net_init(struct wire_net *net, const struct wire_net_ops *ops,
              const struct td_clock *clock)
{
    net->ops = ops;
    net->clock = clock;
    net_tick(net);
}

void net_release(struct wire_net *net)
{
    while (net->conns)
        stream_free(net->conns);
    td_timerq_release(&net->timers);
}

void net_tick(struct wire_net *net)
{
    net->now_ns = td_mono_ns(net->clock);
}

uint64_t net_next_due(const struct wire_net *net)
{
    const struct td_timer *first = td_timerq_first(&net->timers);

    return first ? first->due_ns : TD_NEVER;
}

static struct wire_timer *timer_of(struct td_timer *entry)
{
    return (struct wire_timer *)(void *)((char *)entry -
                                         offsetof(struct wire_timer, entry));
}

bool net_fire_due(struct wire_net *net)
{
    uint32_t budget = net->timers.count;
    bool any = false;

    while (budget-- > 0) {
        struct td_timer *first = td_timerq_first(&net->timers);
        struct wire_timer *timer;

        if (!first || first->due_ns > net->now_ns)
            break;
        timer = timer_of(first);
        td_timerq_cancel(&net->timers, first);
        any = true;
        timer->fire(timer->ctx);
    }
    return any;
}

/* The codec of a client conn. */
static enum td_code secure(struct wire_conn *conn, const struct wire_dial *dial,
                           struct td_error *err)
{
    const char *name = dial->tls->server_name && *dial->tls->server_name
                           ? dial->tls->server_name
                           : dial->host;
    struct tls_context *context;
    enum td_code code;

    if (!name)
        return td_error_set(err, TD_USAGE, dial->unix_path, 0,
                            "TLS over a unix socket needs a server name");
    code = tls_client_context(dial->tls, &context, err);
    if (code != TD_OK)
        return code;
    conn->tls = tls_codec_new(context, name);
    tls_context_free(context);
    return TD_OK;
}

enum td_code wire_connect(struct wire_net *net, const struct wire_dial *dial,
                          const struct wire_conn_events *events, void *ctx,
                          struct wire_conn **out, struct td_error *err)
{
    struct wire_conn *conn = stream_new(net);
    uint64_t timeout_ns = dial->timeout_ns ? dial->timeout_ns : CONNECT_NS;
    enum td_code code = TD_OK;

    wire_adopt(conn, events, ctx);
    if (dial->unix_path)
        (void)snprintf(conn->name, sizeof(conn->name), "unix");
    else
        (void)snprintf(conn->name, sizeof(conn->name), "%.50s:%u", dial->host,
                       dial->port);
    if (dial->tls)
        code = secure(conn, dial, err);
    if (code == TD_OK)
        code = net->ops->connect(conn, dial, err);
    if (code != TD_OK) {
        stream_free(conn);
        return code;
    }
    wire_timer_set(net, &conn->limit, net->now_ns + timeout_ns);
    *out = conn;
    return TD_OK;
}

enum td_code wire_listen(struct wire_net *net, const struct wire_bind *bind,
                         wire_accept_fn *accept, void *ctx,
                         struct wire_listener **out, struct td_error *err)
{
    struct wire_listener *listener = td_calloc(1, net->ops->listener_size);
    enum td_code code = TD_OK;

    listener->net = net;
    listener->accept = accept;
    listener->ctx = ctx;
    if (bind->tls)
        code = tls_server_context(bind->tls, &listener->tls, err);
    if (code == TD_OK)
        code = net->ops->listen(listener, bind, err);
    if (code != TD_OK) {
        wire_listener_close(listener);
        return code;
    }
    *out = listener;
    return TD_OK;
}

uint16_t wire_listener_port(const struct wire_listener *listener)
{
    return listener->port;
}

void wire_listener_close(struct wire_listener *listener)
{
    stream_orphan(listener);
    tls_context_free(listener->tls);
    listener->net->ops->unlisten(listener);
}

void wire_timer_set(struct wire_net *net, struct wire_timer *timer,
                    uint64_t due_ns)
{
    if (due_ns == TD_NEVER)
        wire_timer_cancel(net, timer);
    else
        td_timerq_set(&net->timers, &timer->entry, due_ns);
}

void wire_timer_cancel(struct wire_net *net, struct wire_timer *timer)
{
    td_timerq_cancel(&net->timers, &timer->entry);
}

enum td_code wire_watch_fd(struct wire_net *net, int fd, wire_ready_fn *ready,
                           void *ctx, struct wire_watch **out,
                           struct td_error *err)
{
    return net->ops->watch(net, fd, ready, ctx, out, err);
}

void wire_watch_pause(struct wire_watch *watch, bool paused)
{
    watch->net->ops->watch_pause(watch, paused);
}

void wire_watch_close(struct wire_watch *watch)
{
    watch->net->ops->watch_close(watch);
}

uint64_t wire_now(const struct wire_net *net)
{
    return net->now_ns;
}

enum td_code wire_run(struct wire_net *net, struct td_error *err)
{
    net->stopping = false;
    return net->ops->run(net, err);
}

void wire_stop(struct wire_net *net)
{
    net->stopping = true;
}

void wire_wake(struct wire_net *net)
{
    net->ops->wake(net);
}

void wire_on_wake(struct wire_net *net, void (*wake)(void *ctx), void *ctx)
{
    net->on_wake = wake;
    net->wake_ctx = ctx;
}

void wire_net_close(struct wire_net *net)
{
    if (net)
        net->ops->free(net);
}
