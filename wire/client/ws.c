/* A client session over one WebSocket. */
#include "wire/client/client_internal.h"

static void on_opened(void *ctx, const struct http_head *head)
{
    struct wire_client *c = ctx;
    struct td_bytes protocol = http_field(head, "Sec-WebSocket-Protocol");
    struct td_json_writer facts = client_open_facts(c, "websocket");

    if (protocol.ptr)
        td_json_put_string(&facts, "protocol", protocol);
    client_tell_open(c, &facts);
    client_ready(c);
}

static void on_message(void *ctx, const struct ws_message *message)
{
    struct wire_client *c = ctx;
    struct td_event ev = {.payload = message->payload};

    if (message->opcode == WS_BINARY || message->opcode == WS_PING ||
        message->opcode == WS_PONG)
        ev.form = TD_FORM_BYTES;
    if (message->opcode == WS_PING)
        ev.kind = td_text(TD_KIND_PING);
    if (message->opcode == WS_PONG)
        ev.kind = td_text(TD_KIND_PONG);
    client_tell(c, &ev);
}

static void on_ponged(void *ctx, struct td_bytes payload)
{
    client_tell_own(ctx, &(struct td_event){.kind = td_text(TD_KIND_PONG),
                                            .form = TD_FORM_BYTES,
                                            .payload = payload});
}

static void on_drained(void *ctx)
{
    client_drained(ctx);
}

static void closed_by_frame(struct wire_client *c,
                            const struct client_ws_line *line)
{
    struct td_error why = {.code = TD_OK};

    client_judge_close(c, line, &why);
    client_down(c, &why, line->close_code, line->close_reason,
                line->close_code != WS_CODE_NORMAL);
}

/* By an HTTP status. */
static void refused(struct wire_client *c, const struct td_error *why)
{
    client_retry_after(c, c->ws.retry_after_s);
    client_down(c, why, c->ws.close_code, why->text,
                client_status_passes(c->ws.status));
}

static void on_gone(void *ctx, const struct td_error *why)
{
    struct wire_client *c = ctx;
    const struct client_ws_line *line = &c->ws;

    if (why->code == TD_OK)
        closed_by_frame(c, line);
    else if (line->status > 0 && line->status != 101)
        refused(c, why);
    else
        client_down(c, why, line->close_code, why->text,
                    why->code != TD_PROTOCOL);
}

static const struct client_ws_line_events line_events = {
    .enter = client_line_enter,
    .leave = client_line_leave,
    .opened = on_opened,
    .message = on_message,
    .ponged = on_ponged,
    .bad = client_line_bad,
    .drained = on_drained,
    .gone = on_gone,
};

static enum td_code start(struct wire_client *c, struct td_error *err)
{
    struct client_ws_line_target target = {
        .dial = &c->dial,
        .fields = td_buf_bytes(&c->fields),
        .protocols = c->protocols,
        .max_message = c->options.max_message,
    };

    td_buf_clear(&c->text);
    (void)wire_url_target(&c->text, &c->url);
    target.target = td_buf_str(&c->text);
    c->ws.events = &line_events;
    c->ws.ctx = c;
    return client_ws_line_open(&c->ws, c->net, &target, err);
}

static enum ws_opcode opcode_of(const struct td_event *ev)
{
    if (td_bytes_is(ev->kind, TD_KIND_PING))
        return WS_PING;
    if (td_bytes_is(ev->kind, TD_KIND_PONG))
        return WS_PONG;
    return ev->form == TD_FORM_BYTES ? WS_BINARY : WS_TEXT;
}

static enum td_code send(struct wire_client *c, const struct td_event *ev,
                         struct td_error *err)
{
    enum ws_opcode opcode = opcode_of(ev);

    if (ev->kind.len > 0 && opcode != WS_PING && opcode != WS_PONG)
        return td_error_set(err, TD_USAGE, c->public_url, 0,
                            "a WebSocket cannot carry an event of this kind");
    if (ev->kind.len > 0 && ev->payload.len > WS_CONTROL_MAX)
        return td_error_set(err, TD_USAGE, c->public_url, 0,
                            "a ping or pong of more than %d bytes",
                            WS_CONTROL_MAX);
    if (c->ws.congested)
        return TD_AGAIN;
    if (client_ws_line_send(&c->ws, opcode, ev->payload) == TD_LIMIT)
        return td_error_set(err, TD_LIMIT, c->public_url, 0,
                            "a message of %zu bytes", ev->payload.len);
    return TD_OK;
}

static void close_line(struct wire_client *c)
{
    client_ws_line_close(&c->ws, WS_CODE_NORMAL, "");
}

static void drop(struct wire_client *c)
{
    client_ws_line_drop(&c->ws);
}

static void pause(struct wire_client *c, bool paused)
{
    client_ws_line_pause(&c->ws, paused);
}

static bool half(const struct wire_client *c, struct td_buf *out)
{
    struct td_bytes came;
    bool within = ws_is_within(&c->ws.decoder, &came);

    if (within)
        (void)td_buf_add_bytes(out, came);
    return within;
}

static size_t pending(const struct wire_client *c)
{
    return client_ws_line_pending(&c->ws);
}

static void release(struct wire_client *c)
{
    client_ws_line_release(&c->ws);
}

const struct client_link client_link_ws = {
    .start = start,
    .send = send,
    .close = close_line,
    .drop = drop,
    .pause = pause,
    .half = half,
    .pending = pending,
    .release = release,
};
