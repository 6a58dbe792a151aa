#include "wire/client/http_connection.h"

#include "wire/net/orphan.h"

void client_http_line_drop(struct client_http_line *line)
{
    struct wire_conn *conn = line->conn;

    line->conn = NULL;
    line->busy = false;
    line->up = false;
    wire_conn_drop(conn);
}

static void finish(struct client_http_line *line, const struct td_error *failed)
{
    if (!line->busy)
        return;
    line->busy = false;
    if (failed || !line->keep)
        client_http_line_drop(line);
    else
        line->idle_ns = wire_now(line->net);
    line->events->done(line->ctx, failed);
}

static void fail(struct client_http_line *line, struct td_bytes bytes,
                 const struct td_error *why)
{
    struct wire_conn *conn = line->conn;

    line->events->bad(line->ctx, bytes, why);
    if (line->conn == conn)
        finish(line, why);
}

static void take_item(struct client_http_line *line,
                      const struct http_item *item)
{
    if (item->kind == HTTP_HEAD) {
        line->keep = item->head->keep_alive;
        if (item->head->status < 200)
            return;
        line->answered = true;
        line->events->head(line->ctx, item->head);
    } else if (item->kind == HTTP_BODY) {
        line->events->body(line->ctx, item->body);
    }
}

/* Another protocol that nobody asked for (RFC 9110, 15.2.2). */
static void fail_switch(struct client_http_line *line, struct td_bytes bytes)
{
    struct td_error why;

    (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                       "HTTP: the server switches to a protocol that it was "
                       "not asked for");
    fail(line, bytes, &why);
}

/* One item of the answer. False if there is no more to read in *in. */
static bool step(struct client_http_line *line, struct td_bytes all,
                 struct td_bytes *in, bool *interim)
{
    struct http_item item;
    struct td_error why = {0};
    enum td_code code = http_next(&line->parser, in, &item, &why);

    if (code == TD_AGAIN)
        return false;
    if (code != TD_OK) {
        fail(line, all, &why);
        return false;
    }
    if (item.kind == HTTP_HEAD && item.head->status == 101) {
        fail_switch(line, all);
        return false;
    }
    if (item.kind == HTTP_HEAD)
        *interim = item.head->status < 200;
    if (item.kind != HTTP_END)
        take_item(line, &item);
    else if (!*interim)
        finish(line, NULL);
    return true;
}

static void take_bytes(struct client_http_line *line, struct wire_conn *conn,
                       struct td_bytes in)
{
    struct td_bytes all = in;
    bool interim = false;

    while (line->conn == conn && line->busy)
        if (!step(line, all, &in, &interim))
            return;
    /* Bytes that answer no request: this conn cannot be trusted again. */
    if (line->conn == conn && in.len > 0)
        client_http_line_drop(line);
}

static void on_received(void *ctx, struct wire_conn *conn, struct td_bytes in)
{
    struct client_http_line *line = ctx;

    line->events->enter(line->ctx, true);
    take_bytes(line, conn, in);
    line->events->leave(line->ctx);
}

static void write_request(struct client_http_line *line)
{
    http_parser_release(&line->parser);
    http_parser_init(&line->parser, HTTP_RESPONSES, NULL);
    (void)wire_write(line->conn, td_buf_bytes(&line->request));
}

static void on_opened(void *ctx, struct wire_conn *conn)
{
    struct client_http_line *line = ctx;

    (void)conn;
    line->up = true;
    if (line->paused)
        wire_pause(line->conn, true);
    write_request(line);
}

static void on_drained(void *ctx, struct wire_conn *conn)
{
    (void)ctx;
    (void)conn;
}

static void take_end(struct client_http_line *line, bool up,
                     const struct td_error *why)
{
    struct td_error lost = *why;

    if (lost.code == TD_OK && up && line->answered) {
        line->keep = false;
        if (http_parser_finish(&line->parser, &lost) == TD_END) {
            finish(line, NULL);
            return;
        }
        lost.code = TD_IO;
    } else if (lost.code == TD_OK) {
        (void)td_error_set(&lost, TD_IO, NULL, 0,
                           "the server closed the connection without an "
                           "answer");
    }
    finish(line, &lost);
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    struct client_http_line *line = ctx;
    bool up = line->up;

    (void)conn;
    line->conn = NULL;
    line->up = false;
    if (!line->busy)
        return;
    line->events->enter(line->ctx, false);
    take_end(line, up, why);
    line->events->leave(line->ctx);
}

static const struct wire_conn_events conn_events = {
    .opened = on_opened,
    .received = on_received,
    .drained = on_drained,
    .closed = on_closed,
};

enum td_code client_http_line_send(struct client_http_line *line,
                                   struct wire_net *net,
                                   const struct wire_dial *dial,
                                   struct td_bytes request,
                                   struct td_error *err)
{
    enum td_code code = TD_OK;

    td_buf_clear(&line->request);
    (void)td_buf_add_bytes(&line->request, request);
    line->net = net;
    line->keep = false;
    line->answered = false;
    if (line->conn && wire_now(net) - line->idle_ns > HTTP_LINE_IDLE_NS)
        client_http_line_drop(line);
    line->busy = true;
    if (line->conn) {
        write_request(line);
        return TD_OK;
    }
    code = wire_connect(net, dial, &conn_events, line, &line->conn, err);
    line->busy = code == TD_OK;
    return code;
}

void client_http_line_pause(struct client_http_line *line, bool paused)
{
    line->paused = paused;
    if (line->conn && line->up)
        wire_pause(line->conn, paused);
}

size_t client_http_line_pending(const struct client_http_line *line)
{
    return line->conn ? wire_pending(line->conn) : 0;
}

void client_http_line_release(struct client_http_line *line)
{
    client_http_line_drop(line);
    td_buf_release(&line->request);
    http_parser_release(&line->parser);
}
