/* Both ways between HTTP clients and a server, and perhaps around a command. */
#include "core/json_writer.h"
#include "core/mem.h"
#include "core/proc_env.h"
#include "recorder/child.h"
#include "recorder/proxy/exchange.h"
#include "recorder/source.h"
#include "wire/event/control_payload.h"

#include <signal.h>
#include <stdlib.h>

#define REST_NS (250 * TD_NS_PER_MS) /* behind a command's end */

struct proxy_source;

/* A client's connection. */
struct client {
    struct client *prev;
    struct client *next;
    struct proxy_source *source;
    uint32_t conn;
    bool closed; /* the tape says so */
    struct held *exchanges;
};

/* One of its exchanges. */
struct held {
    struct held *prev;
    struct held *next;
    struct client *client;
    struct rec_exchange *x;
};

struct proxy_source {
    struct rec_source base;
    struct rec_tap tap;
    struct proxy *proxy; /* NULL: it was left */
    struct client *clients;
    struct rec_child child;
    struct wire_timer rest; /* for what it leaves open */
    bool has_child;         /* it has been started and is to be waited for */
    bool stopped;           /* all links are gone */
};

/* ---- what is said of a connection ---- */

static void put(struct client *c, const char *kind, enum td_dir dir,
                struct td_buf *json)
{
    struct td_event ev = {.conn = c->conn,
                          .dir = dir,
                          .kind = td_text(kind),
                          .form = TD_FORM_JSON,
                          .payload = td_buf_bytes(json)};

    if (td_sink_put(c->source->base.sink, &ev, NULL))
        return; /* the recorder knows; what passes, passes all the same */
}

static void put_open(struct client *c, const char *peer)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "transport", "proxy");
    if (peer)
        td_json_put_text(&w, "peer", peer);
    td_json_object_end(&w);
    put(c, TD_KIND_OPEN, TD_DIR_OUT, &json);
    td_buf_release(&json);
}

/* ---- the proxy's events ---- */

static void *on_opened(void *ctx, const char *peer)
{
    struct proxy_source *source = ctx;
    struct client *c = td_calloc(1, sizeof(*c));

    c->source = source;
    c->next = source->clients;
    if (c->next)
        c->next->prev = c;
    source->clients = c;
    c->conn = rec_source_conn(&source->base);
    put_open(c, peer);
    return c;
}

static void *on_request(void *ctx, void *link, const struct http_head *head)
{
    struct proxy_source *source = ctx;
    struct client *c = link;
    struct held *held = td_calloc(1, sizeof(*held));

    held->client = c;
    held->next = c->exchanges;
    if (held->next)
        held->next->prev = held;
    c->exchanges = held;
    held->x = rec_exchange_new(&source->tap, c->conn, head);
    rec_source_exchanges(&source->base, source->tap.exchanges);
    return held;
}

static void on_response(void *ctx, void *exchange, const struct http_head *head,
                        bool own)
{
    const struct held *held = exchange;

    (void)ctx;
    rec_exchange_response(held->x, head, own);
}

static void on_body(void *ctx, void *exchange, enum proxy_side side,
                    struct td_bytes piece, bool ends)
{
    const struct held *held = exchange;

    (void)ctx;
    rec_exchange_body(held->x, side, piece, ends);
}

static void on_whole(void *ctx, void *exchange, enum proxy_side side,
                     const struct http_parser *parser)
{
    const struct held *held = exchange;

    (void)ctx;
    rec_exchange_whole(held->x, side, parser);
}

static void on_data(void *ctx, void *exchange, enum proxy_side side,
                    struct td_bytes bytes)
{
    const struct held *held = exchange;

    (void)ctx;
    rec_exchange_data(held->x, side, bytes);
}

static void forget(struct held *held)
{
    if (held->prev)
        held->prev->next = held->next;
    else
        held->client->exchanges = held->next;
    if (held->next)
        held->next->prev = held->prev;
    free(held);
}

static void on_exchange_done(void *ctx, void *exchange, const char *cut)
{
    struct held *held = exchange;

    (void)ctx;
    if (rec_exchange_done(held->x, cut))
        held->client->closed = true;
    forget(held);
}

static void on_bad(void *ctx, void *link, enum proxy_side side,
                   struct td_bytes bytes, const struct td_error *why)
{
    struct td_buf json = {0};

    (void)ctx;
    event_payload_bad(&json, bytes, why->text);
    put(link, TD_KIND_BAD, side == PROXY_CLIENT ? TD_DIR_IN : TD_DIR_OUT,
        &json);
    td_buf_release(&json);
}

static void leave_list(struct client *c)
{
    if (c->prev)
        c->prev->next = c->next;
    else
        c->source->clients = c->next;
    if (c->next)
        c->next->prev = c->prev;
}

/* One that is in no list any more, or whose list goes with it. */
static void free_client(struct client *c)
{
    struct held *next;

    for (struct held *at = c->exchanges; at; at = next) {
        next = at->next;
        rec_exchange_free(at->x);
        free(at);
    }
    free(c);
}

static void end_client(struct client *c, const char *reason)
{
    if (!c->closed)
        rec_source_tell(&c->source->base, c->conn, TD_KIND_CLOSE, "reason",
                        reason);
    leave_list(c);
    free_client(c);
}

static void on_closed(void *ctx, void *link, const char *reason)
{
    struct proxy_source *source = ctx;
    struct client *c = link;

    end_client(c, reason);
    if (!source->clients && wire_timer_is_set(&source->rest))
        wire_timer_set(rec_net(source->base.rec), &source->rest, 0);
}

/* ---- the end ---- */

static void end_if_over(struct proxy_source *source)
{
    if (source->stopped &&
        (!source->has_child || rec_child_has_ended(&source->child)))
        rec_source_over(&source->base, NULL);
}

static void on_stopped(void *ctx)
{
    struct proxy_source *source = ctx;

    source->stopped = true;
    end_if_over(source);
}

/* What the command leaves behind has had its time to close. */
static void on_rest(void *ctx)
{
    struct proxy_source *source = ctx;

    proxy_stop(source->proxy);
}

/* Its connections have closed with it, and that is still to be heard. */
static void on_child_ended(void *ctx)
{
    struct proxy_source *source = ctx;
    struct wire_net *net = rec_net(source->base.rec);

    rec_child_output_over(&source->child);
    if (source->stopped)
        end_if_over(source);
    else
        wire_timer_set(net, &source->rest,
                       source->clients ? wire_now(net) + REST_NS : 0);
}

/* ---- life ---- */

static void pause_reading(struct rec_source *base, bool paused)
{
    struct proxy_source *source = (struct proxy_source *)base;

    if (source->proxy)
        proxy_pause(source->proxy, paused);
}

static void stop(struct rec_source *base)
{
    struct proxy_source *source = (struct proxy_source *)base;

    if (source->has_child && !rec_child_has_ended(&source->child))
        td_proc_signal(&source->child.proc, SIGTERM);
    proxy_stop(source->proxy);
}

/* The oldest first; each leaves the list. */
static void end_exchanges(struct client *c)
{
    struct held *at = c->exchanges;

    while (at && at->next)
        at = at->next;
    while (at) {
        struct held *newer = at->prev;

        on_exchange_done(c->source, at, PROXY_STOPPED);
        at = newer;
    }
}

/* Who does not read, or has not said all, is waited for no longer. */
static void leave(struct rec_source *base)
{
    struct proxy_source *source = (struct proxy_source *)base;

    wire_timer_cancel(rec_net(base->rec), &source->rest);
    proxy_free(source->proxy);
    source->proxy = NULL;
    source->stopped = true;
    while (source->clients) {
        struct client *c = source->clients;

        end_exchanges(c);
        end_client(c, PROXY_STOPPED);
    }
}

static void free_source(struct rec_source *base)
{
    struct proxy_source *source = (struct proxy_source *)base;
    struct client *next;

    wire_timer_cancel(rec_net(base->rec), &source->rest);
    if (source->has_child)
        rec_child_stop(&source->child);
    proxy_free(source->proxy);
    for (struct client *at = source->clients; at; at = next) {
        next = at->next;
        free_client(at);
    }
    free(source);
}

static const struct rec_source_ops ops = {
    .pause = pause_reading, .stop = stop, .leave = leave, .free = free_source};

static const struct proxy_events proxy_events = {.opened = on_opened,
                                                 .request = on_request,
                                                 .response = on_response,
                                                 .body = on_body,
                                                 .whole = on_whole,
                                                 .data = on_data,
                                                 .done = on_exchange_done,
                                                 .bad = on_bad,
                                                 .closed = on_closed,
                                                 .stopped = on_stopped};

/* ---- the command ---- */

/* As one of this machine reaches it. */
static void put_address(struct td_buf *out, const struct wire_bind *bind,
                        uint16_t port)
{
    const char *host = bind->host && *bind->host ? bind->host : "127.0.0.1";

    if (!strcmp(host, "0.0.0.0"))
        host = "127.0.0.1";
    if (!strcmp(host, "::"))
        host = "::1";
    (void)td_buf_addf(out, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
                      bind->tls ? "https" : "http", host, (unsigned)port);
}

static enum td_code start_child(struct proxy_source *source,
                                const struct rec_source_proxy_options *options,
                                const char *url, int *status,
                                struct td_error *err)
{
    char **env = td_proc_env(options->env, url);
    struct td_proc_options how = {.argv = options->argv, .env = env};
    enum td_code code = rec_child_start(
        &source->child, rec_net(source->base.rec), &how, status, err);

    td_proc_env_free(env);
    if (code)
        return code;
    source->has_child = true;
    return rec_child_watch(&source->child, on_child_ended, source, err);
}

static enum td_code begin(struct proxy_source *source,
                          const struct rec_source_proxy_options *options,
                          int *status, struct td_error *err)
{
    uint16_t port = proxy_port(source->proxy);
    struct td_buf url = {0};
    enum td_code code;

    put_address(&url, &options->proxy.bind, port);
    code = options->listening(options->ctx, td_buf_str(&url), port, err);
    if (!code && options->argv)
        code = start_child(source, options, td_buf_str(&url), status, err);
    td_buf_release(&url);
    return code;
}

enum td_code rec_source_proxy(struct rec_recorder *rec,
                              const struct rec_source_proxy_options *options,
                              int *status, struct td_error *err)
{
    struct proxy_source *source = td_calloc(1, sizeof(*source));
    enum td_code code;

    source->base.ops = &ops;
    source->base.own_conns = true;
    source->rest = (struct wire_timer){.fire = on_rest, .ctx = source};
    code = proxy_open(&source->proxy, rec_net(rec), &options->proxy,
                      &proxy_events, source, err);
    if (code) {
        free(source);
        return code;
    }
    rec_source_add(rec, &source->base);
    source->tap = rec_source_tap(&source->base, options->max_message);
    return begin(source, options, status, err);
}
