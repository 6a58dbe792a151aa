#include "wire/proxy/proxy.h"

#include "core/mem.h"
#include "wire/proxy/proxy_internal.h"

#include <stdlib.h>
#include <strings.h>

static void on_gone(void *ctx)
{
    struct proxy *proxy = ctx;

    if (proxy->stopping && !proxy->links)
        proxy->events.stopped(proxy->ctx);
}

static void on_accept(void *ctx, struct wire_conn *conn)
{
    struct proxy *proxy = ctx;
    struct td_buf text = {0};

    if (proxy->count < PROXY_LINKS_MAX) {
        proxy_link_open(proxy, conn);
        return;
    }
    proxy_put_answer(&text, 503, "too many connections at once", false);
    (void)wire_write(conn, td_buf_bytes(&text));
    wire_shutdown(conn);
    td_buf_release(&text);
}

static bool is_loopback(const char *host)
{
    const struct wire_bind bind = {.host = host};

    return wire_bind_is_local(&bind);
}

/* What would only ever call itself. */
static bool is_itself(const struct proxy *proxy,
                      const struct proxy_route *route,
                      const struct wire_bind *bind)
{
    const struct wire_url *url = &route->url;

    if (url->unix_path || bind->unix_path)
        return url->unix_path && bind->unix_path &&
               !strcmp(url->unix_path, bind->unix_path);
    return url->port == wire_listener_port(proxy->listener) &&
           ((is_loopback(url->host) && is_loopback(bind->host)) ||
            (bind->host && !strcasecmp(url->host, bind->host)));
}

static enum td_code start(struct proxy *proxy,
                          const struct proxy_options *options,
                          struct td_error *err)
{
    enum td_code code = proxy_routes_read(proxy, options, err);

    if (code)
        return code;
    proxy->local = wire_bind_is_local(&options->bind);
    code = wire_listen(proxy->net, &options->bind, on_accept, proxy,
                       &proxy->listener, err);
    for (size_t i = 0; i < proxy->routes_len && !code; i++)
        if (is_itself(proxy, &proxy->routes[i], &options->bind))
            code = proxy_route_refuse(proxy->routes[i].shown,
                                      "this is the address of the proxy itself",
                                      err);
    return code;
}

enum td_code proxy_open(struct proxy **out, struct wire_net *net,
                        const struct proxy_options *options,
                        const struct proxy_events *events, void *ctx,
                        struct td_error *err)
{
    struct proxy *proxy = td_calloc(1, sizeof(*proxy));
    enum td_code code;

    proxy->net = net;
    proxy->events = *events;
    proxy->ctx = ctx;
    proxy->gone = (struct wire_timer){.fire = on_gone, .ctx = proxy};
    code = start(proxy, options, err);
    if (code)
        proxy_free(proxy);
    else
        *out = proxy;
    return code;
}

uint16_t proxy_port(const struct proxy *proxy)
{
    return wire_listener_port(proxy->listener);
}

void proxy_pause(struct proxy *proxy, bool paused)
{
    proxy->paused = paused;
    for (struct proxy_link *at = proxy->links; at; at = at->next)
        proxy_link_read(at);
}

static void stop_listening(struct proxy *proxy)
{
    if (proxy->listener)
        wire_listener_close(proxy->listener);
    proxy->listener = NULL;
}

void proxy_stop(struct proxy *proxy)
{
    if (proxy->stopping)
        return;
    proxy->stopping = true;
    stop_listening(proxy);
    for (struct proxy_link *at = proxy->links; at; at = at->next)
        proxy_link_stop(at, PROXY_STOPPED);
    wire_timer_set(proxy->net, &proxy->gone, 0);
}

void proxy_free(struct proxy *proxy)
{
    if (!proxy)
        return;
    stop_listening(proxy);
    while (proxy->links)
        proxy_link_free(proxy->links);
    wire_timer_cancel(proxy->net, &proxy->gone);
    proxy_routes_release(proxy);
    free(proxy);
}
