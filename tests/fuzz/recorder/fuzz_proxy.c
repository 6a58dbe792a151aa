/* A proxy between a client and an upstream that say anything, and what is
 * recorded of it. The input is steps: a byte whose low three bits say who does
 * what; for "say" a byte of length and the bytes follow.
 */
#include "recorder/proxy/exchange.h"
#include "wire/proxy/proxy.h"

#include <stdlib.h>

#define TURNS    64
#define PORT     80
#define HELD_MAX ((size_t)1 << 20)

enum step { ASK, ANSWER, ASK_MORE, ANSWER_MORE, HALF, END, LEAVE, RESET };

struct world {
    struct wire_net *net;
    struct proxy *proxy;
    struct rec_tap tap;
    struct wire_conn *client;
    struct wire_conn *upstream; /* the last that was accepted */
    unsigned links;
    unsigned exchanges;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- what is recorded ---- */

static enum td_code on_event(void *self, const struct td_event *ev,
                             struct td_error *err)
{
    (void)self;
    (void)err;
    if (ev->conn != 1 || ev->exchange == 0)
        abort();
    if (ev->form == TD_FORM_JSON && ev->payload.len == 0)
        abort();
    return TD_OK;
}

static uint64_t now(void *ctx)
{
    return wire_now(((struct world *)ctx)->net);
}

static void on_lost(void *ctx, const char *why)
{
    (void)ctx;
    if (!*why)
        abort();
}

/* ---- what the proxy tells ---- */

static void *on_opened(void *ctx, const char *peer)
{
    struct world *w = ctx;

    (void)peer;
    w->links++;
    return w;
}

static void *on_request(void *ctx, void *link, const struct http_head *head)
{
    struct world *w = ctx;

    (void)link;
    w->exchanges++;
    return rec_exchange_new(&w->tap, 1, head);
}

static void on_response(void *ctx, void *x, const struct http_head *head,
                        bool own)
{
    (void)ctx;
    rec_exchange_response(x, head, own);
}

static void on_body(void *ctx, void *x, enum proxy_side side,
                    struct td_bytes piece, bool ends)
{
    (void)ctx;
    rec_exchange_body(x, side, piece, ends);
}

static void on_whole(void *ctx, void *x, enum proxy_side side,
                     const struct http_parser *parser)
{
    (void)ctx;
    rec_exchange_whole(x, side, parser);
}

static void on_data(void *ctx, void *x, enum proxy_side side,
                    struct td_bytes bytes)
{
    (void)ctx;
    rec_exchange_data(x, side, bytes);
}

static void on_done(void *ctx, void *x, const char *cut)
{
    struct world *w = ctx;

    (void)cut;
    if (w->exchanges-- == 0)
        abort();
    (void)rec_exchange_done(x, cut);
}

static void on_bad(void *ctx, void *link, enum proxy_side side,
                   struct td_bytes bytes, const struct td_error *why)
{
    (void)ctx;
    (void)link;
    (void)side;
    (void)bytes;
    if (!why->code)
        abort();
}

static void on_closed(void *ctx, void *link, const char *reason)
{
    struct world *w = ctx;

    (void)link;
    if (!*reason || w->exchanges || w->links-- != 1)
        abort();
}

static void on_stopped(void *ctx)
{
    struct world *w = ctx;

    wire_stop(w->net);
}

static const struct proxy_events proxy_events = {.opened = on_opened,
                                                 .request = on_request,
                                                 .response = on_response,
                                                 .body = on_body,
                                                 .whole = on_whole,
                                                 .data = on_data,
                                                 .done = on_done,
                                                 .bad = on_bad,
                                                 .closed = on_closed,
                                                 .stopped = on_stopped};

/* ---- the peers ---- */

static void no_bytes(void *ctx, struct wire_conn *conn, struct td_bytes bytes)
{
    (void)ctx;
    (void)conn;
    (void)bytes;
}

static void on_peer_ended(void *ctx, struct wire_conn *conn)
{
    (void)ctx;
    (void)conn;
}

static void on_peer_closed(void *ctx, struct wire_conn *conn,
                           const struct td_error *why)
{
    struct wire_conn **mine = ctx;

    (void)why;
    if (*mine == conn)
        *mine = NULL;
}

static const struct wire_conn_events peer_events = {
    .received = no_bytes, .ended = on_peer_ended, .closed = on_peer_closed};

static void on_accept(void *ctx, struct wire_conn *conn)
{
    struct world *w = ctx;

    w->upstream = conn;
    wire_adopt(conn, &peer_events, &w->upstream);
}

static void turn(struct world *w)
{
    for (int i = 0; i < TURNS && wire_mem_turn(w->net); i++)
        continue;
}

/* One step; the bytes it used behind its first. */
static size_t act(struct world *w, enum step step, struct td_bytes rest)
{
    struct wire_conn *who = step & 1 ? w->upstream : w->client;
    size_t max;
    size_t len;

    if (step <= ANSWER_MORE) {
        if (rest.len == 0)
            return 0;
        max = rest.ptr[0] * (step >= ASK_MORE ? 16U : 1U);
        len = max < rest.len - 1 ? max : rest.len - 1;
        if (who)
            (void)wire_write(who, td_bytes(rest.ptr + 1, len));
        return len + 1;
    }
    if (!who)
        return 0;
    if (step <= END)
        wire_end_sending(who);
    else
        wire_abort(who);
    return 0;
}

static void play(struct world *w, const uint8_t *data, size_t size)
{
    const struct wire_dial dial = {.host = "127.0.0.1",
                                   .port = proxy_port(w->proxy)};

    if (wire_connect(w->net, &dial, &peer_events, &w->client, &w->client, NULL))
        abort();
    turn(w);
    while (size > 0) {
        enum step step = (enum step)(*data & 7);
        size_t used = 1 + act(w, step, td_bytes(data + 1, size - 1));

        if (*data & 8)
            proxy_pause(w->proxy, *data & 16);
        data += used;
        size -= used;
        /* An idle turn moves the clock, and a head has 30 s to come. */
        if (step != ASK_MORE)
            turn(w);
    }
    proxy_pause(w->proxy, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wire_bind bind = {.host = "127.0.0.1", .port = PORT};
    struct proxy_options options = {.to = "http://127.0.0.1:80"};
    struct td_clock clock;
    struct world w = {0};
    struct wire_listener *listener;

    if (size == 0)
        return 0;
    td_clock_virtual(&clock, TD_NS_PER_S, 0);
    w.net = wire_mem_open(&clock, *data % 32);
    options.keep_extensions = *data & 128;
    w.tap = (struct rec_tap){.sink = {.put = on_event},
                             .now = now,
                             .lost = on_lost,
                             .ctx = &w,
                             .max_message = 4096};
    if (wire_listen(w.net, &bind, on_accept, &w, &listener, NULL) ||
        proxy_open(&w.proxy, w.net, &options, &proxy_events, &w, NULL))
        abort();
    play(&w, data + 1, size - 1);
    proxy_stop(w.proxy);
    if (wire_run(w.net, NULL) || w.links || w.exchanges ||
        w.tap.held > HELD_MAX)
        abort();
    proxy_free(w.proxy);
    if (w.client)
        wire_abort(w.client);
    if (w.upstream)
        wire_abort(w.upstream);
    turn(&w);
    wire_listener_close(listener);
    wire_net_close(w.net);
    return 0;
}
