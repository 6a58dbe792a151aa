/* Engine.IO of a client session: requests, a WebSocket, and what the session
 * over them (wire/eio_client) asks for.
 */
#include "wire/client/client_internal.h"

#define DEFAULT_PATH    "/socket.io/"
#define POST_ANSWER_MAX 4096 /* bytes that are kept of it */

static bool over(const struct wire_client *c)
{
    return client_sio_over(c);
}

/* Requests. */

/* "/socket.io/?EIO=4&...[&the URL's own query]" in c->text. */
static const char *target(struct wire_client *c, const char *query)
{
    td_buf_clear(&c->text);
    (void)wire_url_put(&c->text,
                       c->options.path ? c->options.path : DEFAULT_PATH);
    (void)td_buf_addf(&c->text, "?%s%s", query, c->url.query[0] ? "&" : "");
    (void)wire_url_put(&c->text, c->url.query);
    return td_buf_str(&c->text);
}

static void send_request(struct wire_client *c, struct client_http_line *line,
                         const char *method, const char *query,
                         struct td_bytes body)
{
    struct td_buf out = {0};
    struct td_error why = {0};
    enum td_code code =
        http_put_request(&out, method, td_text(target(c, query)));

    (void)td_buf_add_bytes(&out, td_buf_bytes(&c->fields));
    if (body.ptr) {
        (void)td_buf_add_text(&out,
                              "Content-Type: text/plain;charset=UTF-8\r\n");
        (void)http_put_length(&out, body.len);
    }
    if (code == TD_OK && http_put_end(&out) == TD_OK &&
        td_buf_add_bytes(&out, body) == TD_OK)
        code = client_http_line_send(line, c->net, &c->dial, td_buf_bytes(&out),
                                     &why);
    else
        code = td_error_set(&why, TD_USAGE, c->public_url, 0,
                            "the request cannot be written: line breaks or NUL "
                            "in the path");
    td_buf_release(&out);
    if (code != TD_OK)
        client_sio_fail(c, &why);
}

static void on_get(void *ctx, const char *query)
{
    struct wire_client *c = ctx;

    if (!over(c))
        send_request(c, &c->sio.get, "GET", query, td_bytes(NULL, 0));
}

static void on_post(void *ctx, const char *query, struct td_bytes body)
{
    struct wire_client *c = ctx;

    if (!over(c))
        send_request(c, &c->sio.post, "POST", query, body);
}

static void get_head(void *ctx, const struct http_head *head)
{
    struct wire_client *c = ctx;

    td_buf_clear(&c->sio.get_body);
    c->sio.get_status = head->status;
    client_retry_after(c, http_retry_after(head));
}

static void get_piece(void *ctx, struct td_bytes piece)
{
    struct wire_client *c = ctx;
    struct td_error why = {0};

    if (td_buf_add_bytes(&c->sio.get_body, piece) == TD_OK)
        return;
    (void)td_error_set(&why, TD_LIMIT, c->public_url, 0,
                       "an answer of more than %zu bytes",
                       c->options.max_message);
    client_tell_bad(c, td_buf_bytes(&c->sio.get_body), &why);
    client_sio_down(c, &why, false);
}

static void get_done(void *ctx, const struct td_error *failed)
{
    struct wire_client *c = ctx;

    c->sio.get_cut = failed && c->sio.get.answered;
    if (!over(c))
        eio_client_get_done(c->sio.eio, c->sio.get_status,
                            td_buf_bytes(&c->sio.get_body), failed,
                            wire_now(c->net));
}

static void post_head(void *ctx, const struct http_head *head)
{
    struct wire_client *c = ctx;

    td_buf_clear(&c->sio.post_body);
    c->sio.post_status = head->status;
    client_retry_after(c, http_retry_after(head));
}

static void post_piece(void *ctx, struct td_bytes piece)
{
    struct wire_client *c = ctx;

    /* "ok", or the reason of a refusal: the rest of a longer one is of no use.
     */
    (void)td_buf_add_bytes(&c->sio.post_body, piece);
}

static void post_done(void *ctx, const struct td_error *failed)
{
    struct wire_client *c = ctx;

    if (!over(c))
        eio_client_post_done(c->sio.eio, c->sio.post_status,
                             td_buf_bytes(&c->sio.post_body), failed);
}

static const struct client_http_line_events get_events = {
    .enter = client_line_enter,
    .leave = client_line_leave,
    .head = get_head,
    .body = get_piece,
    .done = get_done,
    .bad = client_line_bad,
};

static const struct client_http_line_events post_events = {
    .enter = client_line_enter,
    .leave = client_line_leave,
    .head = post_head,
    .body = post_piece,
    .done = post_done,
    .bad = client_line_bad,
};

/* The WebSocket. */

static void ws_opened(void *ctx, const struct http_head *head)
{
    struct wire_client *c = ctx;

    (void)head;
    if (!over(c))
        eio_client_ws_opened(c->sio.eio);
}

static void ws_message(void *ctx, const struct ws_message *message)
{
    struct wire_client *c = ctx;

    if (!over(c) &&
        (message->opcode == WS_TEXT || message->opcode == WS_BINARY))
        eio_client_ws_frame(c->sio.eio, message->payload,
                            message->opcode == WS_BINARY, wire_now(c->net));
}

/* Engine.IO has a heartbeat of its own; a WebSocket's is not its session's. */
static void ws_ponged(void *ctx, struct td_bytes payload)
{
    (void)ctx;
    (void)payload;
}

/* The end of the turn looks whether there is room again: see flush(). */
static void drained(void *ctx)
{
    (void)ctx;
}

static void ws_gone(void *ctx, const struct td_error *why)
{
    struct wire_client *c = ctx;
    struct td_error told = *why;

    if (told.code == TD_OK)
        client_judge_close(c, &c->ws, &told);
    if (c->options.websocket_only)
        client_retry_after(c, c->ws.retry_after_s);
    if (!over(c))
        eio_client_ws_gone(c->sio.eio, &told);
}

static const struct client_ws_line_events ws_events = {
    .enter = client_line_enter,
    .leave = client_line_leave,
    .opened = ws_opened,
    .message = ws_message,
    .ponged = ws_ponged,
    .bad = client_line_bad,
    .drained = drained,
    .gone = ws_gone,
};

static void on_dial(void *ctx, const char *query)
{
    struct wire_client *c = ctx;
    struct client_ws_line_target to = {
        .dial = &c->dial,
        .fields = td_buf_bytes(&c->fields),
        .max_message = c->options.max_message,
    };
    struct td_error why = {0};

    if (over(c))
        return;
    to.target = target(c, query);
    if (client_ws_line_open(&c->ws, c->net, &to, &why) != TD_OK)
        client_sio_fail(c, &why);
}

static void on_frame(void *ctx, struct td_bytes data, bool binary)
{
    struct wire_client *c = ctx;

    if (!over(c))
        (void)client_ws_line_send(&c->ws, binary ? WS_BINARY : WS_TEXT, data);
}

static void on_hang_up(void *ctx)
{
    struct wire_client *c = ctx;

    if (c->ws.state == WS_LINE_OPEN)
        client_ws_line_close(&c->ws, WS_CODE_NORMAL, "");
    else
        client_ws_line_drop(&c->ws);
}

/* The session. */

static void tell_handshake(struct wire_client *c,
                           const struct eio_handshake *handshake)
{
    struct td_json_writer facts = client_open_facts(
        c, c->options.websocket_only ? "websocket" : "polling");

    td_json_put_text(&facts, "sid", handshake->sid);
    td_json_put_u64(&facts, "ping_interval_ms",
                    handshake->ping_interval_ns / TD_NS_PER_MS);
    td_json_put_u64(&facts, "ping_timeout_ms",
                    handshake->ping_timeout_ns / TD_NS_PER_MS);
    td_json_put_u64(&facts, "max_payload", handshake->max_payload);
    client_tell_open(c, &facts);
}

static void on_open(void *ctx, const struct eio_handshake *handshake)
{
    struct wire_client *c = ctx;

    if (over(c))
        return;
    tell_handshake(c, handshake);
    client_sio_join_all(c);
}

static void on_upgraded(void *ctx, const struct td_error *failed)
{
    struct wire_client *c = ctx;
    struct td_json_writer w = td_json_writer(&c->json);

    if (over(c))
        return;
    td_buf_clear(&c->json);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "transport", failed ? "polling" : "websocket");
    if (failed)
        td_json_put_text(&w, "why", failed->text);
    td_json_object_end(&w);
    client_tell_kind(c, "upgrade", TD_FORM_JSON, td_buf_bytes(&c->json));
    if (!failed) {
        client_http_line_drop(&c->sio.get);
        client_http_line_drop(&c->sio.post);
        client_ws_line_pause(&c->ws, c->paused);
    }
}

static void on_message(void *ctx, struct td_bytes data, bool binary)
{
    struct wire_client *c = ctx;

    if (!over(c))
        sio_session_receive(c->sio.sio, data, binary, wire_now(c->net));
}

/* The heartbeat as an event; false for other packets. */
static bool heartbeat(const struct eio_packet *packet, struct td_event *ev)
{
    bool ping = packet->type == EIO_PING;

    *ev = (struct td_event){.kind = td_text(ping ? TD_KIND_PING : TD_KIND_PONG),
                            .form = TD_FORM_TEXT,
                            .payload = packet->data};
    return ping || packet->type == EIO_PONG;
}

static void on_packet(void *ctx, const struct eio_packet *packet)
{
    struct wire_client *c = ctx;
    struct td_event ev;

    if (!over(c) && heartbeat(packet, &ev))
        client_tell(c, &ev);
}

static void on_sent(void *ctx, const struct eio_packet *packet)
{
    struct wire_client *c = ctx;
    struct td_event ev;

    if (!over(c) && heartbeat(packet, &ev))
        client_tell_own(c, &ev);
}

static void on_bad(void *ctx, struct td_bytes bytes, const struct td_error *why)
{
    struct wire_client *c = ctx;

    if (!over(c))
        client_tell_bad(c, bytes, why);
}

/* Whether it was an HTTP status that ended the session, which another attempt
 * may not meet: a session that was open is forgotten by a new server.
 */
static bool refused_for_now(const struct wire_client *c, int status)
{
    return status > 0 && status != 200 && status != 101 &&
           (c->open || client_status_passes(status));
}

static void on_closed(void *ctx, const struct td_error *why)
{
    struct wire_client *c = ctx;

    client_sio_down(
        c, why,
        why->code != TD_PROTOCOL || refused_for_now(c, c->sio.get_status) ||
            refused_for_now(c, c->sio.post_status) ||
            (c->options.websocket_only && refused_for_now(c, c->ws.status)));
}

static const struct eio_client_events eio_events = {
    .get = on_get,
    .post = on_post,
    .dial = on_dial,
    .frame = on_frame,
    .hang_up = on_hang_up,
    .opened = on_open,
    .upgraded = on_upgraded,
    .message = on_message,
    .packet = on_packet,
    .sent = on_sent,
    .bad = on_bad,
    .drained = drained,
    .closed = on_closed,
};

void client_eio_new(struct wire_client *c)
{
    struct client_sio *s = &c->sio;
    struct eio_client_options options = {
        .polling_only = c->options.polling_only,
        .websocket_only = c->options.websocket_only,
        .max_payload = c->options.max_message,
    };

    s->get_body.max = c->options.max_message;
    s->post_body.max = POST_ANSWER_MAX;
    s->get_status = s->post_status = 0;
    s->get.events = &get_events;
    s->post.events = &post_events;
    s->get.ctx = s->post.ctx = c;
    c->ws.events = &ws_events;
    c->ws.ctx = c;
    s->eio = eio_client_new(&options, &eio_events, c);
}
