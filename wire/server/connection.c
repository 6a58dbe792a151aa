#include "core/mem.h"
#include "wire/limits.h"
#include "wire/server/server_internal.h"

#include <stdlib.h>

#define EARLY_MAX HTTP_HEAD_MAX /* bytes while an answer is held */

static void received(void *ctx, struct wire_conn *conn, struct td_bytes bytes);

static void watch_time(struct server_conn *c)
{
    uint64_t span = http_parser_busy(&c->http) ? WIRE_REQUEST_NS : WIRE_IDLE_NS;

    if (c->mode == SERVER_WS || c->mode == SERVER_SSE)
        return; /* the timer is the heartbeat's */
    if (c->mode != SERVER_HTTP || c->held || c->choked)
        wire_timer_cancel(c->server->net, &c->timer);
    else if (!c->requesting || !http_parser_busy(&c->http))
        wire_timer_set(c->server->net, &c->timer,
                       wire_now(c->server->net) + span);
    c->requesting = http_parser_busy(&c->http);
}

/* What came while an answer was held is read now. */
static void read_early(struct server_conn *c)
{
    struct td_buf early = c->early;

    c->early = (struct td_buf){0};
    if (c->stopped)
        wire_pause(c->conn, false);
    c->stopped = false;
    received(c, c->conn, td_buf_bytes(&early));
    td_buf_release(&early);
}

/* What is no request, or too long. Who has the routes hears of it. */
static void refuse_broken(struct server_conn *c, int status, const char *why)
{
    if (c->server->options.owner_routes)
        server_tell_refused(c->server, wire_peer_name(c->conn), status,
                            http_reason(status));
    server_http_refuse(c, status, why);
}

static void time_over(void *ctx)
{
    struct server_conn *c = ctx;

    if (c->mode == SERVER_WS)
        server_ws_beat(c);
    else if (c->mode == SERVER_SSE)
        server_sse_beat(c);
    else if (c->early.len > 0 && !c->choked)
        read_early(c);
    else if (http_parser_busy(&c->http))
        refuse_broken(c, 408, "the request did not come in time");
    else
        server_conn_end(c);
}

void server_conn_end(struct server_conn *c)
{
    if (c->mode == SERVER_CLOSING)
        return;
    c->mode = SERVER_CLOSING;
    wire_timer_cancel(c->server->net, &c->timer);
    wire_timer_cancel(c->server->net, &c->stall);
    wire_shutdown(c->conn);
}

void server_conn_become(struct server_conn *c, enum server_mode mode)
{
    c->mode = mode;
    c->full = false;
    wire_set_marks(c->conn, WIRE_HIGH_MARK, WIRE_LOW_MARK);
    wire_timer_cancel(c->server->net, &c->timer);
}

void server_conn_beat_in(struct server_conn *c, uint64_t ns)
{
    wire_timer_set(c->server->net, &c->timer, wire_now(c->server->net) + ns);
}

void server_conn_write(struct server_conn *c, struct td_bytes bytes)
{
    if (wire_write(c->conn, bytes) != TD_FULL)
        return;
    if (c->mode == SERVER_HTTP)
        c->full = true;
    else
        server_slow(c->server, &c->slow, true);
}

/* --- a peer that asks and does not read ----------------------------------- */

static void watch_stall(struct server_conn *c)
{
    c->stall_seen = server_gone_bytes(c);
    wire_timer_set(c->server->net, &c->stall,
                   wire_now(c->server->net) + WIRE_ANSWER_NS);
}

void server_conn_choke(struct server_conn *c)
{
    if (c->choked || c->mode == SERVER_CLOSING)
        return;
    c->choked = true;
    wire_pause(c->conn, true);
    watch_stall(c);
    watch_time(c);
}

static void unchoke(struct server_conn *c)
{
    if (!c->choked || c->mode == SERVER_CLOSING)
        return;
    c->choked = false;
    c->answers = 0;
    wire_timer_cancel(c->server->net, &c->stall);
    wire_pause(c->conn, false);
    if (c->early.len > 0 && !c->held)
        read_early(c);
    else
        watch_time(c);
}

static void stalled(void *ctx)
{
    struct server_conn *c = ctx;

    if (server_gone_bytes(c) != c->stall_seen) {
        watch_stall(c);
        return;
    }
    td_error_set(&c->why, TD_TIMEOUT, wire_peer_name(c->conn), 0,
                 "the consumer asks for answers and does not read them");
    c->has_why = true;
    if (c->mode == SERVER_WS || c->mode == SERVER_SIO)
        server_ws_close(c, WS_CODE_POLICY, "answers are not read");
    else
        wire_abort(c->conn);
}

void server_conn_answered(struct server_conn *c, uint64_t before)
{
    size_t grown = (size_t)(wire_offered(c->conn) - before);

    if (grown == 0)
        return;
    if (wire_pending(c->conn) <= grown)
        c->answers = 0; /* all before them have gone */
    c->answers += grown;
    if (c->slow && c->answers > WIRE_ANSWERS_MAX)
        server_conn_choke(c);
}

void server_conn_keep(struct server_conn *c, struct td_bytes bytes)
{
    (void)td_buf_add_bytes(&c->early, bytes);
}

/* One item of a request. The head outlives its HTTP_END. */
static void take_item(struct server_conn *c, const struct http_item *item)
{
    if (item->kind == HTTP_HEAD) {
        td_buf_clear(&c->body);
        c->wants_body = false;
        c->answered = false;
        server_http_head(c, item->head);
    } else if (item->kind == HTTP_BODY) {
        if (c->wants_body)
            (void)td_buf_add_bytes(&c->body, item->body);
    } else if (!c->answered) {
        server_http_end(c, c->http.head);
    }
}

/* Requests in order, until one of them is held or changes the protocol. */
static void read_requests(struct server_conn *c, struct td_bytes *in)
{
    while (c->mode == SERVER_HTTP && !c->held && !c->full) {
        struct http_item item;
        struct td_error err = {0};
        enum td_code code = http_next(&c->http, in, &item, &err);

        if (code == TD_AGAIN)
            break;
        if (code == TD_OK)
            take_item(c, &item);
        else
            refuse_broken(c, c->http.status, err.text);
    }
}

/* More than that is left to the peer. */
static void keep_early(struct server_conn *c, struct td_bytes bytes)
{
    server_conn_keep(c, bytes);
    if (c->early.len <= EARLY_MAX || c->full)
        return;
    c->stopped = true;
    wire_pause(c->conn, true);
}

static void received(void *ctx, struct wire_conn *conn, struct td_bytes bytes)
{
    struct server_conn *c = ctx;

    (void)conn;
    if (c->mode == SERVER_HTTP && !c->held && !c->full && c->early.len == 0) {
        read_requests(c, &bytes);
        watch_time(c);
        if (c->mode != SERVER_HTTP)
            http_parser_release(&c->http);
    }
    if (bytes.len > 0 && (c->mode == SERVER_WS || c->mode == SERVER_SIO))
        server_ws_received(c, bytes);
    else if (bytes.len > 0 && c->mode == SERVER_HTTP)
        keep_early(c, bytes);
    if (c->full && c->mode == SERVER_HTTP)
        server_conn_choke(c);
}

/* Not from inside: whoever gave the answer is still at work. Who speaks
 * WebSocket from here on is.
 */
void server_conn_resume(struct server_conn *c)
{
    c->held = false;
    if (c->mode == SERVER_WS && c->early.len > 0)
        read_early(c);
    else if (c->mode == SERVER_HTTP && c->early.len > 0 && !c->choked)
        wire_timer_set(c->server->net, &c->timer, wire_now(c->server->net));
    else
        watch_time(c);
}

static void drained(void *ctx, struct wire_conn *conn)
{
    struct server_conn *c = ctx;

    (void)conn;
    c->full = false;
    server_slow(c->server, &c->slow, false);
    unchoke(c);
    server_request_drained(c);
}

/* Why it ended, as far as we know better than the transport. */
static const struct td_error *reason(const struct server_conn *c,
                                     const struct td_error *why)
{
    return c->has_why ? &c->why : why;
}

static void unlink_conn(struct server_conn *c)
{
    if (c->prev)
        c->prev->next = c->next;
    else
        c->server->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    c->server->conn_count--;
}

static void free_conn(struct server_conn *c)
{
    wire_timer_cancel(c->server->net, &c->timer);
    wire_timer_cancel(c->server->net, &c->stall);
    if (c->fed)
        c->fed->fed = NULL;
    server_request_gone(c);
    http_parser_release(&c->http);
    ws_decoder_release(&c->ws);
    td_buf_release(&c->body);
    td_buf_release(&c->early);
    server_deliveries_release(&c->deliveries);
    free(c);
}

static void closed(void *ctx, struct wire_conn *conn,
                   const struct td_error *why)
{
    struct server_conn *c = ctx;
    struct wire_server *server = c->server;

    (void)conn;
    c->mode = SERVER_CLOSING;
    if (c->peer)
        server_peer_left(c->peer, reason(c, why));
    c->peer = NULL;
    if (c->sio)
        server_sio_gone(c, reason(c, why));
    server_request_gone(c);
    server_slow(server, &c->slow, false);
    unlink_conn(c);
    free_conn(c);
    server_maybe_done(server);
}

void server_accept(void *ctx, struct wire_conn *conn)
{
    static const struct wire_conn_events events = {
        .received = received, .drained = drained, .closed = closed};
    struct wire_server *server = ctx;
    struct http_limits limits = {.body = server->options.max_message};
    struct server_conn *c;

    /* Every peer may have a poll, a POST and a WebSocket at once. */
    if (server_is_over(server) ||
        server->conn_count >=
            WIRE_CONNS_PER_PEER * server->options.max_peers + WIRE_CONNS_MORE) {
        if (!server_is_over(server))
            server_tell_refused(server, wire_peer_name(conn), 0,
                                "as many connections as this server takes");
        wire_abort(conn);
        return;
    }
    c = td_calloc(1, sizeof(*c));
    c->server = server;
    c->conn = conn;
    c->timer = (struct wire_timer){.fire = time_over, .ctx = c};
    c->stall = (struct wire_timer){.fire = stalled, .ctx = c};
    wire_set_marks(conn, WIRE_ANSWER_HIGH, WIRE_ANSWER_LOW);
    http_parser_init(&c->http, HTTP_REQUESTS, &limits);
    td_buf_init(&c->body, server->options.max_message);
    c->next = server->conns;
    if (c->next)
        c->next->prev = c;
    server->conns = c;
    server->conn_count++;
    wire_adopt(conn, &events, c);
    watch_time(c);
}

void server_conn_drop(struct server_conn *c)
{
    static const struct wire_conn_events none = {0};

    wire_adopt(c->conn, &none, NULL);
    wire_abort(c->conn);
    unlink_conn(c);
    free_conn(c);
}
