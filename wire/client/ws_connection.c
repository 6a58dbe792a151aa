#include "wire/client/ws_connection.h"

#include "wire/limits.h"
#include "wire/net/orphan.h"

#include <stdio.h>

void client_ws_line_drop(struct client_ws_line *line)
{
    struct wire_conn *conn = line->conn;
    bool said = line->state == WS_LINE_CLOSING;

    line->conn = NULL;
    line->state = WS_LINE_IDLE;
    line->congested = false;
    line->choked = false;
    td_buf_release(&line->rest);
    if (line->net)
        wire_timer_cancel(line->net, &line->stall);
    if (said)
        wire_conn_leave(conn);
    else
        wire_conn_drop(conn);
}

static void end(struct client_ws_line *line, const struct td_error *why)
{
    if (line->state == WS_LINE_IDLE)
        return;
    client_ws_line_drop(line);
    line->events->gone(line->ctx, why);
}

static void fail(struct client_ws_line *line, struct td_bytes bytes,
                 const struct td_error *why)
{
    struct wire_conn *conn = line->conn;

    line->events->bad(line->ctx, bytes, why);
    if (line->conn == conn)
        end(line, why);
}

static void write_frame(struct client_ws_line *line)
{
    if (wire_write(line->conn, td_buf_bytes(&line->out)) == TD_FULL)
        line->congested = true;
}

/* End it with a close frame that says why. */
static void end_with(struct client_ws_line *line, uint16_t code,
                     const struct td_error *why)
{
    td_buf_clear(&line->out);
    (void)ws_put_close(&line->out, code, why->text, ws_next_key(&line->keys));
    write_frame(line);
    line->close_code = code;
    (void)snprintf(line->close_reason, sizeof(line->close_reason), "%.*s",
                   WS_REASON_MAX, why->text);
    line->state = WS_LINE_CLOSING;
    end(line, why);
}

/* What the server's bytes were is known, and the frame says why it ends. */
static void fail_frames(struct client_ws_line *line, struct td_bytes bytes,
                        const struct td_error *why)
{
    struct wire_conn *conn = line->conn;

    line->events->bad(line->ctx, bytes, why);
    if (line->conn == conn)
        end_with(line, line->decoder.close_code, why);
}

static void take_close(struct client_ws_line *line,
                       const struct ws_message *message)
{
    bool first = line->state == WS_LINE_OPEN;

    line->close_code = message->code;
    (void)snprintf(line->close_reason, sizeof(line->close_reason), "%.*s",
                   (int)message->payload.len,
                   (const char *)message->payload.ptr);
    if (first) {
        td_buf_clear(&line->out);
        (void)ws_put_close(&line->out, message->code, "",
                           ws_next_key(&line->keys));
        write_frame(line);
    }
    line->state = WS_LINE_CLOSING;
    wire_shutdown(line->conn);
}

static void take_message(struct client_ws_line *line,
                         const struct ws_message *message)
{
    struct wire_conn *conn = line->conn;

    if (message->opcode == WS_CLOSE) {
        take_close(line, message);
        return;
    }
    line->events->message(line->ctx, message);
    if (message->opcode != WS_PING || line->conn != conn ||
        line->state != WS_LINE_OPEN)
        return;
    if (client_ws_line_send(line, WS_PONG, message->payload) != TD_IO)
        line->events->ponged(line->ctx, message->payload);
}

static uint64_t gone_bytes(const struct client_ws_line *line)
{
    return wire_offered(line->conn) - wire_pending(line->conn);
}

static void watch_stall(struct client_ws_line *line)
{
    line->stall_seen = gone_bytes(line);
    wire_timer_set(line->net, &line->stall,
                   wire_now(line->net) + WIRE_ANSWER_NS);
}

/* What came was answered with all from that byte, as wire_offered() counts. */
static void note_answered(struct client_ws_line *line, uint64_t before)
{
    size_t grown = (size_t)(wire_offered(line->conn) - before);

    if (grown == 0 || line->mute)
        return;
    if (wire_pending(line->conn) <= grown)
        line->answers = 0; /* all before them have gone */
    line->answers += grown;
    if (!line->congested || line->answers <= WIRE_ANSWERS_MAX)
        return;
    line->choked = true;
    wire_pause(line->conn, true);
    watch_stall(line);
}

static void take_frames(struct client_ws_line *line, struct td_bytes in)
{
    struct wire_conn *conn = line->conn;
    struct ws_message message;
    struct td_error why;

    while (line->conn == conn && conn && !line->choked) {
        struct td_bytes before = in;
        uint64_t offered = wire_offered(conn);
        enum td_code code = ws_next(&line->decoder, &in, &message, &why);

        if (code == TD_AGAIN || code == TD_END)
            return;
        if (code != TD_OK) {
            fail_frames(line, before, &why);
            return;
        }
        take_message(line, &message);
        if (line->conn == conn)
            note_answered(line, offered);
    }
    if (line->conn == conn && conn && line->choked)
        (void)td_buf_add_bytes(&line->rest, in);
}

/* What came while it was choked. */
static void take_rest(struct client_ws_line *line)
{
    struct td_buf rest = line->rest;

    line->rest = (struct td_buf){0};
    line->choked = false;
    line->answers = 0;
    wire_timer_cancel(line->net, &line->stall);
    take_frames(line, td_buf_bytes(&rest));
    td_buf_release(&rest);
}

/* The server has had its time. What it sent is told, and not answered. */
static void stalled(void *ctx)
{
    struct client_ws_line *line = ctx;
    struct wire_conn *conn = line->conn;
    struct td_error why;

    if (gone_bytes(line) != line->stall_seen) {
        watch_stall(line);
        return;
    }
    (void)td_error_set(&why, TD_TIMEOUT, NULL, 0,
                       "the server asks for answers and does not read them");
    line->events->enter(line->ctx, false);
    line->mute = true;
    take_rest(line);
    if (line->conn == conn && line->state == WS_LINE_OPEN)
        end_with(line, WS_CODE_POLICY, &why);
    line->events->leave(line->ctx);
}

static bool take_head(struct client_ws_line *line, const struct http_head *head,
                      struct td_bytes bytes)
{
    struct wire_conn *conn = line->conn;
    struct td_error why = {0};

    line->status = head->status;
    line->retry_after_s = http_retry_after(head);
    if (ws_check_response(head, line->key, line->protocols, &why) != TD_OK) {
        if (head->status == 101)
            fail(line, bytes, &why);
        else
            end(line, &why);
        return false;
    }
    line->state = WS_LINE_OPEN;
    line->events->opened(line->ctx, head);
    return line->conn == conn;
}

/* What comes before the answer and says nothing of it (RFC 9110, 15.2). */
static bool is_interim(const struct http_head *head)
{
    return head->status < 200 && head->status != 101;
}

/* Read the answer to the handshake; what is behind it are frames. */
static void take_answer(struct client_ws_line *line, struct td_bytes in)
{
    struct td_bytes all = in;
    struct http_item item;
    struct td_error why = {0};
    enum td_code code;

    while ((code = http_next(&line->parser, &in, &item, &why)) == TD_OK) {
        if (item.kind == HTTP_HEAD && !is_interim(item.head) &&
            !take_head(line, item.head, all))
            return;
        if (item.kind == HTTP_END && line->status == 101) {
            take_frames(line, in);
            return;
        }
    }
    if (code != TD_AGAIN)
        fail(line, all, &why);
}

static void on_received(void *ctx, struct wire_conn *conn,
                        struct td_bytes bytes)
{
    struct client_ws_line *line = ctx;

    (void)conn;
    line->events->enter(line->ctx, true);
    if (line->state == WS_LINE_HANDSHAKE)
        take_answer(line, bytes);
    else
        take_frames(line, bytes);
    line->events->leave(line->ctx);
}

static void on_opened(void *ctx, struct wire_conn *conn)
{
    struct client_ws_line *line = ctx;

    line->state = WS_LINE_HANDSHAKE;
    (void)wire_write(conn, td_buf_bytes(&line->request));
}

static void on_drained(void *ctx, struct wire_conn *conn)
{
    struct client_ws_line *line = ctx;

    line->congested = false;
    line->events->enter(line->ctx, false);
    if (line->choked) {
        wire_pause(conn, line->paused);
        take_rest(line);
    }
    if (line->conn == conn && !line->congested)
        line->events->drained(line->ctx);
    line->events->leave(line->ctx);
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    struct client_ws_line *line = ctx;
    struct td_error lost = *why;

    if (line->choked) {
        line->events->enter(line->ctx, false);
        take_rest(line);
        line->events->leave(line->ctx);
        if (line->conn != conn)
            return;
    }
    line->conn = NULL;
    if (line->state == WS_LINE_CLOSING &&
        line->close_code != WS_CODE_ABNORMAL) {
        lost = (struct td_error){.code = TD_OK};
    } else if (lost.code == TD_OK) {
        (void)td_error_set(&lost, TD_IO, NULL, 0,
                           line->state == WS_LINE_HANDSHAKE
                               ? "the server closed before it answered the "
                                 "WebSocket handshake"
                               : "the connection ended without a close frame");
    }
    line->events->enter(line->ctx, false);
    end(line, &lost);
    line->events->leave(line->ctx);
}

static const struct wire_conn_events conn_events = {
    .opened = on_opened,
    .received = on_received,
    .drained = on_drained,
    .closed = on_closed,
};

static enum td_code put_request(struct client_ws_line *line,
                                const struct client_ws_line_target *target,
                                struct td_error *err)
{
    struct td_buf *out = &line->request;
    enum td_code code;

    td_buf_clear(out);
    ws_key_new(line->key);
    code = http_put_request(out, "GET", td_text(target->target));
    if (code == TD_OK)
        code = td_buf_add_bytes(out, target->fields);
    if (code == TD_OK)
        code = ws_put_request_fields(out, line->key, target->protocols);
    if (code == TD_OK)
        code = http_put_end(out);
    if (code != TD_OK)
        return td_error_set(err, TD_USAGE, NULL, 0,
                            "the request cannot be written: line breaks or NUL "
                            "in the path or a subprotocol");
    return TD_OK;
}

enum td_code client_ws_line_open(struct client_ws_line *line,
                                 struct wire_net *net,
                                 const struct client_ws_line_target *target,
                                 struct td_error *err)
{
    enum td_code code = put_request(line, target, err);

    if (code == TD_OK)
        code = wire_connect(net, target->dial, &conn_events, line, &line->conn,
                            err);
    if (code != TD_OK)
        return code;
    line->net = net;
    line->stall = (struct wire_timer){.fire = stalled, .ctx = line};
    line->paused = line->mute = false;
    line->answers = 0;
    line->protocols = target->protocols;
    line->state = WS_LINE_DIALLING;
    line->close_code = WS_CODE_ABNORMAL;
    line->close_reason[0] = '\0';
    line->status = 0;
    line->retry_after_s = 0;
    http_parser_release(&line->parser);
    http_parser_init(&line->parser, HTTP_RESPONSES, NULL);
    ws_decoder_release(&line->decoder);
    ws_decoder_init(&line->decoder, WS_CLIENT, target->max_message);
    return TD_OK;
}

enum td_code client_ws_line_send(struct client_ws_line *line,
                                 enum ws_opcode opcode, struct td_bytes payload)
{
    if (line->state != WS_LINE_OPEN || line->mute)
        return TD_IO;
    td_buf_clear(&line->out);
    if (ws_put(&line->out, opcode, payload, ws_next_key(&line->keys)) != TD_OK)
        return TD_LIMIT;
    write_frame(line);
    return line->congested ? TD_FULL : TD_OK;
}

void client_ws_line_close(struct client_ws_line *line, uint16_t code,
                          const char *reason)
{
    if (line->state != WS_LINE_OPEN) {
        if (line->state != WS_LINE_CLOSING)
            end(line, &(struct td_error){.code = TD_OK});
        return;
    }
    td_buf_clear(&line->out);
    (void)ws_put_close(&line->out, code, reason, ws_next_key(&line->keys));
    write_frame(line);
    line->state = WS_LINE_CLOSING;
}

void client_ws_line_pause(struct client_ws_line *line, bool paused)
{
    line->paused = paused;
    if (line->conn)
        wire_pause(line->conn, paused || line->choked);
}

size_t client_ws_line_pending(const struct client_ws_line *line)
{
    return line->conn ? wire_pending(line->conn) : 0;
}

void client_ws_line_release(struct client_ws_line *line)
{
    client_ws_line_drop(line);
    td_buf_release(&line->request);
    td_buf_release(&line->out);
    http_parser_release(&line->parser);
    ws_decoder_release(&line->decoder);
}
