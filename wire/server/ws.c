#include "wire/server/server_internal.h"
#include "wire/ws/handshake.h"

void server_ws_frame(struct server_conn *c, enum ws_opcode opcode,
                     struct td_bytes payload)
{
    uint8_t head[WS_HEAD_MAX];
    size_t size = ws_put_head(head, opcode, true, payload.len, NULL);

    server_conn_write(c, td_bytes(head, size));
    server_conn_write(c, payload);
}

void server_ws_close(struct server_conn *c, uint16_t code, const char *reason)
{
    struct td_buf frame = {0};

    if (c->mode == SERVER_CLOSING)
        return;
    server_conn_leaving(c);
    (void)ws_put_close(&frame, code, reason, NULL);
    server_conn_write(c, td_buf_bytes(&frame));
    td_buf_release(&frame);
    server_conn_end(c);
}

/* Answer a handshake, or refuse it. False: refused. more: further lines of the
 * answer.
 */
static bool shake_hands(struct server_conn *c, const struct http_head *head,
                        struct td_bytes protocol, struct td_bytes more)
{
    const char *why;
    int status = ws_check_request(head, &why);
    struct td_buf out = {0};

    if (status != 101) {
        server_tell_refused(c->server, wire_peer_name(c->conn), status, why);
        server_http_refuse(c, status, why);
        return false;
    }
    (void)ws_put_response(&out, head, protocol);
    (void)td_buf_add_bytes(&out, more);
    (void)http_put_end(&out);
    server_conn_write(c, td_buf_bytes(&out));
    td_buf_release(&out);
    return true;
}

static bool upgrade(struct server_conn *c, const struct http_head *head,
                    enum server_mode mode, struct td_bytes protocol,
                    struct td_bytes more)
{
    if (!shake_hands(c, head, protocol, more))
        return false;
    ws_decoder_init(&c->ws, WS_SERVER, c->server->options.max_message);
    server_conn_become(c, mode);
    return true;
}

bool server_ws_upgrade(struct server_conn *c, const struct http_head *head,
                       enum server_mode mode)
{
    return upgrade(c, head, mode, td_bytes(NULL, 0), td_bytes(NULL, 0));
}

void server_ws_beat(struct server_conn *c)
{
    const struct wire_server_options *options = &c->server->options;
    uint64_t gone = server_gone_bytes(c);
    bool moves = c->behind && gone != c->seen;

    c->behind = wire_pending(c->conn) > 0;
    c->seen = gone;
    if (c->received || moves) {
        c->pinged = c->received ? false : c->pinged;
        c->received = false;
        server_conn_beat_in(c, c->pinged ? options->ping_timeout_ns
                                         : options->ping_interval_ns);
    } else if (!c->pinged) {
        c->pinged = true;
        server_ws_frame(c, WS_PING, td_text(""));
        server_conn_beat_in(c, options->ping_timeout_ns);
    } else {
        (void)td_error_set(&c->why, TD_TIMEOUT, c->peer->address, 0,
                           "the consumer does not answer pings");
        c->has_why = true;
        wire_abort(c->conn);
    }
}

bool server_ws_open(struct server_conn *c, const struct http_head *head,
                    const struct server_ws_how *how)
{
    if (!upgrade(c, head, SERVER_WS, how->protocol, how->more))
        return false;
    c->peer = server_peer_new(c->server, WIRE_WS, wire_peer_name(c->conn));
    c->peer->conn = c;
    c->peer->ctx = how->ctx;
    server_conn_beat_in(c, c->server->options.ping_interval_ns);
    server_peer_asked(c->peer, head);
    server_peer_joined(c->peer);
    return true;
}

/* The peer's close frame is answered with its own code. */
static void close_frame(struct server_conn *c, const struct ws_message *m)
{
    td_error_set(&c->why, TD_OK, NULL, 0, "the peer closed with code %u%s%.*s",
                 m->code, m->payload.len ? ": " : "", (int)m->payload.len,
                 (const char *)m->payload.ptr);
    c->has_why = true;
    if (c->peer)
        c->peer->close_code = m->code;
    server_ws_close(c, m->code, "");
}

static void take_message(struct server_conn *c, const struct ws_message *m)
{
    switch (m->opcode) {
    case WS_TEXT:
        server_peer_event(c->peer, "", TD_FORM_TEXT, m->payload);
        break;
    case WS_BINARY:
        server_peer_event(c->peer, "", TD_FORM_BYTES, m->payload);
        break;
    case WS_PING:
        server_peer_event(c->peer, TD_KIND_PING, TD_FORM_BYTES, m->payload);
        break;
    case WS_PONG:
        server_peer_event(c->peer, TD_KIND_PONG, TD_FORM_BYTES, m->payload);
        break;
    case WS_CONTINUATION:
    case WS_CLOSE:
    default:
        break;
    }
}

static void broken(struct server_conn *c, struct td_bytes bytes,
                   const struct td_error *why)
{
    c->why = *why;
    c->has_why = true;
    if (c->peer)
        server_peer_bad(c->peer, bytes, why);
    server_ws_close(c, c->ws.close_code, why->text);
}

void server_ws_received(struct server_conn *c, struct td_bytes bytes)
{
    struct ws_message m;
    struct td_error err = {0};
    enum td_code code = TD_OK;
    struct td_bytes all = bytes;

    c->received = true;
    while (code == TD_OK && c->mode != SERVER_CLOSING && !c->choked) {
        uint64_t before = wire_offered(c->conn);

        code = ws_next(&c->ws, &bytes, &m, &err);
        if (code != TD_OK)
            break;
        if (m.opcode == WS_PING)
            server_ws_frame(c, WS_PONG, m.payload);
        if (m.opcode == WS_CLOSE)
            close_frame(c, &m);
        else if (c->mode == SERVER_SIO)
            server_sio_received(c, &m);
        else
            take_message(c, &m);
        server_conn_answered(c, before);
    }
    if (code == TD_OK && c->choked && bytes.len > 0)
        server_conn_keep(c, bytes);
    if (code == TD_PROTOCOL || code == TD_FORMAT || code == TD_LIMIT)
        broken(c, all, &err);
}
