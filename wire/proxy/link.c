/* A client's connection and the one made for it. */
#include "core/mem.h"
#include "wire/limits.h"
#include "wire/net/orphan.h"
#include "wire/proxy/proxy_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- exchanges ---- */

struct proxy_exchange *proxy_exchange_new(struct proxy_link *link)
{
    struct proxy_exchange *x = td_calloc(1, sizeof(*x));

    if (link->last)
        link->last->next = x;
    else
        link->first = x;
    link->last = x;
    link->ahead++;
    return x;
}

void proxy_exchange_done(struct proxy_link *link, struct proxy_exchange *x,
                         const char *cut)
{
    if (x->mine)
        link->proxy->events.done(link->proxy->ctx, x->mine, cut);
    if (link->asking == x)
        link->asking = NULL;
    if (link->tunnel == x)
        link->tunnel = NULL;
    free(x);
}

/* No longer among those that wait for an answer. */
static struct proxy_exchange *take_first(struct proxy_link *link)
{
    struct proxy_exchange *x = link->first;

    link->first = x->next;
    if (!link->first)
        link->last = NULL;
    x->next = NULL;
    link->ahead--;
    return x;
}

void proxy_exchange_pop(struct proxy_link *link)
{
    struct proxy_exchange *x = take_first(link);

    x->answered = true;
    if (x->asked)
        proxy_exchange_done(link, x, NULL);
}

/* All that the link still has, in order. */
static void cut_all(struct proxy_link *link, const char *cut)
{
    if (link->tunnel)
        proxy_exchange_done(link, link->tunnel, cut);
    if (link->asking && link->asking->answered)
        proxy_exchange_done(link, link->asking, cut);
    while (link->first)
        proxy_exchange_done(link, take_first(link), cut);
}

/* ---- writing and reading ---- */

void proxy_link_read(struct proxy_link *link)
{
    bool paused = link->proxy->paused;

    if (link->client)
        wire_pause(link->client, paused || link->upstream_full || link->waits ||
                                     link->ahead > PROXY_AHEAD_MAX);
    if (link->upstream)
        wire_pause(link->upstream, paused || link->client_full);
}

void proxy_to_client(struct proxy_link *link, struct td_bytes bytes)
{
    if (!link->client || wire_write(link->client, bytes) != TD_FULL)
        return;
    link->client_full = true;
    proxy_link_read(link);
}

void proxy_to_upstream(struct proxy_link *link, struct td_bytes bytes)
{
    if (!link->upstream || wire_write(link->upstream, bytes) != TD_FULL)
        return;
    link->upstream_full = true;
    proxy_link_read(link);
}

/* ---- the end ---- */

static void keep_reason(struct proxy_link *link, const char *reason)
{
    if (!*link->reason)
        (void)snprintf(link->reason, sizeof(link->reason), "%s", reason);
}

/* In order, as far as it still can be: what is queued still goes. */
static void end_link(struct proxy_link *link, const char *reason)
{
    keep_reason(link, reason);
    link->ending = true;
    link->deaf = true;
    if (link->client)
        wire_shutdown(link->client);
    if (link->upstream)
        wire_shutdown(link->upstream);
}

/* It has been told the end, and there is nothing it could miss. */
static void let_go(struct wire_conn *conn)
{
    if (conn && wire_pending(conn) == 0)
        wire_abort(conn);
}

void proxy_link_stop(struct proxy_link *link, const char *reason)
{
    bool idle = !link->first && !link->asking && !link->tunnel;

    end_link(link, reason);
    if (!idle)
        return;
    let_go(link->client);
    let_go(link->upstream);
}

void proxy_link_reset(struct proxy_link *link, const char *reason)
{
    keep_reason(link, reason);
    link->ending = true;
    link->deaf = true;
    if (link->client)
        wire_abort(link->client);
    if (link->upstream)
        wire_abort(link->upstream);
}

void proxy_link_answer(struct proxy_link *link, int status, const char *why)
{
    struct proxy *proxy = link->proxy;
    struct proxy_exchange *x = link->first;
    struct td_buf text = {0};

    keep_reason(link, why); /* which may be x's */
    proxy_put_answer(&text, status, why, x->head);
    proxy_to_client(link, td_buf_bytes(&text));
    if (x->mine)
        proxy_tell_answer(proxy, x->mine, td_buf_bytes(&text), x->head);
    td_buf_release(&text);
    if (link->asking == x)
        link->asking = NULL;
    proxy_exchange_done(link, take_first(link), NULL);
    cut_all(link, "closed by the proxy");
    end_link(link, link->reason);
}

void proxy_link_next(struct proxy_link *link)
{
    if (link->first && link->first->own)
        proxy_link_answer(link, link->first->own, link->first->why);
    else if (!link->first && link->client_ended && !link->tunnel)
        end_link(link, "closed by client");
}

void proxy_link_switched(struct proxy_link *link, bool to)
{
    struct td_buf held = link->held;

    if (to) {
        link->tunnel = take_first(link);
        /* The server did not wait for the end of its body. */
        if (link->asking == link->tunnel)
            link->asking = NULL;
    }
    link->waits = false;
    link->held = (struct td_buf){0};
    proxy_link_read(link);
    if (held.len > 0)
        proxy_from_client(link, td_buf_bytes(&held));
    td_buf_release(&held);
    if (link->client_ended && link->upstream)
        wire_end_sending(link->upstream);
}

void proxy_link_free(struct proxy_link *link)
{
    struct proxy *proxy = link->proxy;

    wire_conn_drop(link->client);
    wire_conn_drop(link->upstream);
    while (link->first) {
        struct proxy_exchange *x = take_first(link);

        if (x == link->asking)
            link->asking = NULL;
        free(x);
    }
    free(link->asking);
    free(link->tunnel);
    wire_timer_cancel(proxy->net, &link->slow);
    http_parser_release(&link->requests);
    http_parser_release(&link->responses);
    td_buf_release(&link->held);
    td_buf_release(&link->moving);
    if (link->prev)
        link->prev->next = link->next;
    else
        proxy->links = link->next;
    if (link->next)
        link->next->prev = link->prev;
    proxy->count--;
    free(link);
}

/* Both sides are closed. */
static void end_if_gone(struct proxy_link *link)
{
    struct proxy *proxy = link->proxy;

    if (link->client || link->upstream)
        return;
    cut_all(link, link->reason);
    proxy->events.closed(proxy->ctx, link->mine, link->reason);
    proxy_link_free(link);
    if (proxy->stopping && !proxy->links)
        wire_timer_set(proxy->net, &proxy->gone, 0);
}

/* ---- the client's connection ---- */

static void on_client_received(void *ctx, struct wire_conn *conn,
                               struct td_bytes bytes)
{
    (void)conn;
    proxy_from_client(ctx, bytes);
}

static void on_client_drained(void *ctx, struct wire_conn *conn)
{
    struct proxy_link *link = ctx;

    (void)conn;
    link->client_full = false;
    proxy_link_read(link);
}

/* It sends no more; what it asked for is still answered. */
static void on_client_ended(void *ctx, struct wire_conn *conn)
{
    struct proxy_link *link = ctx;

    (void)conn;
    link->client_ended = true;
    wire_timer_cancel(link->proxy->net, &link->slow);
    if (link->upstream && !link->waits)
        wire_end_sending(link->upstream);
    if (!link->tunnel && !link->first)
        end_link(link, "closed by client");
}

static void on_client_closed(void *ctx, struct wire_conn *conn,
                             const struct td_error *why)
{
    struct proxy_link *link = ctx;
    bool reset = why->code != TD_OK;

    (void)conn;
    link->client = NULL;
    wire_timer_cancel(link->proxy->net, &link->slow);
    keep_reason(link, reset ? "reset by client" : "closed by client");
    cut_all(link, link->reason);
    if (link->upstream && reset)
        wire_abort(link->upstream);
    else if (link->upstream)
        wire_shutdown(link->upstream);
    end_if_gone(link);
}

/* A head that does not come whole. */
static void on_slow(void *ctx)
{
    struct proxy_link *link = ctx;
    struct proxy_exchange *x = proxy_exchange_new(link);

    link->deaf = true;
    x->own = 408;
    (void)snprintf(x->why, sizeof(x->why),
                   "the head of a request did not come within 30 s");
    proxy_link_next(link);
}

void proxy_link_open(struct proxy *proxy, struct wire_conn *client)
{
    static const struct wire_conn_events events = {.received =
                                                       on_client_received,
                                                   .drained = on_client_drained,
                                                   .ended = on_client_ended,
                                                   .closed = on_client_closed};
    const struct http_limits limits = {.line = PROXY_LINE_MAX,
                                       .head = PROXY_HEAD_MAX};
    struct proxy_link *link = td_calloc(1, sizeof(*link));

    link->proxy = proxy;
    link->client = client;
    link->slow = (struct wire_timer){.fire = on_slow, .ctx = link};
    http_parser_init(&link->requests, HTTP_REQUESTS, &limits);
    http_parser_init(&link->responses, HTTP_RESPONSES, &limits);
    link->requests.keep_trailers = true;
    link->responses.keep_trailers = true;
    link->next = proxy->links;
    if (link->next)
        link->next->prev = link;
    proxy->links = link;
    proxy->count++;
    wire_adopt(client, &events, link);
    link->mine = proxy->events.opened(proxy->ctx, wire_peer_name(client));
    proxy_link_read(link);
}

/* ---- the upstream's connection ---- */

static void on_upstream_opened(void *ctx, struct wire_conn *conn)
{
    struct proxy_link *link = ctx;

    (void)conn;
    link->up = true;
    proxy_link_read(link);
}

static void on_upstream_received(void *ctx, struct wire_conn *conn,
                                 struct td_bytes bytes)
{
    (void)conn;
    proxy_from_upstream(ctx, bytes);
}

static void on_upstream_drained(void *ctx, struct wire_conn *conn)
{
    struct proxy_link *link = ctx;

    (void)conn;
    link->upstream_full = false;
    proxy_link_read(link);
}

static void on_upstream_ended(void *ctx, struct wire_conn *conn)
{
    struct proxy_link *link = ctx;

    (void)conn;
    proxy_upstream_ended(link);
    end_link(link,
             link->client_ended ? "closed by client" : "closed by upstream");
    cut_all(link, link->reason);
}

/* There is no upstream to be had. */
static void fail_to_connect(struct proxy_link *link, const struct td_error *why)
{
    char text[512];

    (void)snprintf(text, sizeof(text), "cannot connect to %s: %s",
                   (const char *)link->route->authority.ptr, why->text);
    if (link->client && link->first)
        proxy_link_answer(link, why->code == TD_TIMEOUT ? 504 : 502, text);
}

static void on_upstream_closed(void *ctx, struct wire_conn *conn,
                               const struct td_error *why)
{
    struct proxy_link *link = ctx;
    bool failed = why->code != TD_OK;

    (void)conn;
    link->upstream = NULL;
    if (!link->up && failed) {
        fail_to_connect(link, why);
    } else if (failed && (link->first || link->tunnel || link->asking)) {
        keep_reason(link, "reset by upstream");
        cut_all(link, "reset by upstream");
        if (link->client)
            proxy_link_reset(link, "reset by upstream");
    } else if (link->client) {
        end_link(link, "closed by upstream");
    }
    end_if_gone(link);
}

void proxy_link_move(struct proxy_link *link)
{
    static const struct http_limits limits = {.line = PROXY_LINE_MAX,
                                              .head = PROXY_HEAD_MAX};
    struct td_buf head = link->moving;
    struct td_buf held = link->held;

    wire_conn_leave(link->upstream);
    link->upstream = NULL;
    link->up = false;
    link->upstream_full = false;
    link->in_answer = false;
    link->moving = (struct td_buf){0};
    link->held = (struct td_buf){0};
    link->waits = false;
    http_parser_release(&link->responses);
    http_parser_init(&link->responses, HTTP_RESPONSES, &limits);
    link->responses.keep_trailers = true;
    proxy_link_dial(link);
    if (!link->deaf)
        proxy_to_upstream(link, td_buf_bytes(&head));
    proxy_link_read(link);
    if (held.len > 0)
        proxy_from_client(link, td_buf_bytes(&held));
    td_buf_release(&head);
    td_buf_release(&held);
}

void proxy_link_dial(struct proxy_link *link)
{
    static const struct wire_conn_events events = {
        .opened = on_upstream_opened,
        .received = on_upstream_received,
        .drained = on_upstream_drained,
        .ended = on_upstream_ended,
        .closed = on_upstream_closed};
    struct td_error why = {0};

    link->dialled = true;
    if (wire_connect(link->proxy->net, &link->route->dial, &events, link,
                     &link->upstream, &why))
        fail_to_connect(link, &why);
}
