/* What a client sends: requests, or another protocol. */
#include "wire/limits.h"
#include "wire/proxy/proxy_internal.h"
#include "wire/ws/handshake.h"

#include <stdio.h>

/* The proxy answers this one, and reads no further. */
static void refuse(struct proxy_link *link, struct proxy_exchange *x,
                   int status)
{
    link->deaf = true;
    link->asking = NULL;
    x->own = status;
    proxy_link_next(link);
}

/* It is no HTTP: what follows could be anything. */
static void refuse_bytes(struct proxy_link *link, struct td_bytes bytes,
                         const struct td_error *why)
{
    const struct proxy *proxy = link->proxy;
    struct proxy_exchange *x;

    proxy->events.bad(proxy->ctx, link->mine, PROXY_CLIENT, bytes, why);
    if (link->asking) {
        /* The upstream has part of it already. */
        proxy_link_reset(link, "the client broke HTTP");
        return;
    }
    x = proxy_exchange_new(link);
    (void)snprintf(x->why, sizeof(x->why), "%s", why->text);
    refuse(link, x, link->requests.status ? link->requests.status : 400);
}

/* To the server that it is for; what is asked of another one is answered
 * first, so that answers stay in order.
 */
static void pass_on(struct proxy_link *link, const struct proxy_route *route,
                    const struct http_head *head)
{
    struct td_buf out = {0};

    proxy_put_request(&out, route, head);
    if (link->dialled && link->route != route) {
        link->route = route;
        link->moving = out;
        link->waits = true;
        if (link->first == link->asking)
            proxy_link_move(link);
        return;
    }
    link->route = route;
    if (!link->dialled)
        proxy_link_dial(link);
    if (!link->deaf)
        proxy_to_upstream(link, td_buf_bytes(&out));
    td_buf_release(&out);
}

static void begin_request(struct proxy_link *link, const struct http_head *head)
{
    const struct proxy *proxy = link->proxy;
    struct proxy_exchange *x = proxy_exchange_new(link);
    const struct proxy_route *route;
    int status;

    wire_timer_cancel(proxy->net, &link->slow);
    x->head = td_bytes_is(head->method, "HEAD");
    x->upgrade = ws_is_upgrade(head);
    x->mine = proxy->events.request(proxy->ctx, link->mine, head);
    route = proxy_route_of(proxy, head->path);
    status = proxy_judge(link, route, head, x->why, sizeof(x->why));
    if (status) {
        refuse(link, x, status);
        return;
    }
    link->known = true;
    link->asking = x;
    pass_on(link, route, head);
}

static void end_request(struct proxy_link *link)
{
    const struct proxy *proxy = link->proxy;
    struct proxy_exchange *x = link->asking;

    proxy->events.whole(proxy->ctx, x->mine, PROXY_CLIENT, &link->requests);
    link->asking = NULL;
    x->asked = true;
    link->waits = x->upgrade && !x->begun;
    if (x->answered)
        proxy_exchange_done(link, x, NULL);
    proxy_link_read(link);
}

static void take_item(struct proxy_link *link, const struct http_item *item,
                      struct td_bytes raw)
{
    const struct proxy *proxy = link->proxy;

    if (item->kind == HTTP_HEAD) {
        begin_request(link, item->head);
        return;
    }
    proxy_to_upstream(link, raw);
    if (item->kind == HTTP_BODY)
        proxy->events.body(
            proxy->ctx, link->asking->mine, PROXY_CLIENT, item->body,
            item->chunk_ends || link->requests.head->framing != HTTP_CHUNKED);
    else
        end_request(link);
}

/* A head has begun and has its time to come whole. */
static void watch_head(struct proxy_link *link)
{
    struct wire_net *net = link->proxy->net;

    if (link->asking || !http_parser_busy(&link->requests))
        wire_timer_cancel(net, &link->slow);
    else if (!wire_timer_is_set(&link->slow))
        wire_timer_set(net, &link->slow, wire_now(net) + WIRE_REQUEST_NS);
}

static void take_requests(struct proxy_link *link, struct td_bytes in)
{
    bool within = !link->asking && http_parser_busy(&link->requests);
    struct td_bytes all = proxy_shown(in, within);
    struct td_error why = {0};

    while (!link->deaf && !link->waits) {
        const uint8_t *from = in.ptr;
        struct http_item item;
        enum td_code code = http_next(&link->requests, &in, &item, &why);
        struct td_bytes raw = td_bytes(from, (size_t)(in.ptr - from));

        if (code == TD_OK) {
            take_item(link, &item, raw);
            continue;
        }
        if (code != TD_AGAIN)
            refuse_bytes(link, all, &why);
        else if (link->asking)
            proxy_to_upstream(link, raw);
        break;
    }
    if (link->waits && !link->deaf)
        (void)td_buf_add_bytes(&link->held, in);
    watch_head(link);
}

void proxy_from_client(struct proxy_link *link, struct td_bytes in)
{
    const struct proxy *proxy = link->proxy;

    if (link->tunnel) {
        proxy_to_upstream(link, in);
        proxy->events.data(proxy->ctx, link->tunnel->mine, PROXY_CLIENT, in);
    } else if (link->waits) {
        (void)td_buf_add_bytes(&link->held, in);
    } else if (!link->deaf) {
        take_requests(link, in);
    }
}
