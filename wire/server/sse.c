#include "wire/sse/sse.h"
#include "core/mem.h"
#include "wire/server/server_internal.h"

#include <stdlib.h>

#define RETRY_MS 1000 /* told to consumers: reconnect after that */
#define BEAT_NS  (15 * TD_NS_PER_S) /* of silence; as WHATWG HTML advises */

void server_sse_write(struct server_conn *c, struct td_bytes text)
{
    struct td_buf chunk = {0};

    if (c->plain) {
        server_conn_write(c, text);
        return;
    }
    (void)http_put_chunk(&chunk, text);
    server_conn_write(c, td_buf_bytes(&chunk));
    td_buf_release(&chunk);
}

void server_sse_open(struct server_conn *c, const struct http_head *head)
{
    struct td_bytes last = http_field(head, "Last-Event-ID");
    struct td_buf out = {0};
    struct td_buf retry = {0};

    c->plain = head->minor == 0;
    (void)http_put_status(&out, 200);
    (void)td_buf_add_text(&out, "Content-Type: text/event-stream\r\n"
                                "Cache-Control: no-store\r\n"
                                "X-Accel-Buffering: no\r\n"
                                "Connection: close\r\n");
    if (!c->plain)
        (void)td_buf_add_text(&out, "Transfer-Encoding: chunked\r\n");
    server_http_cors(&out, head);
    (void)http_put_end(&out);
    server_conn_write(c, td_buf_bytes(&out));
    td_buf_release(&out);
    if (td_bytes_is(head->method, "HEAD")) {
        server_conn_end(c);
        return;
    }
    server_conn_become(c, SERVER_SSE);
    (void)sse_put_retry(&retry, RETRY_MS);
    server_sse_write(c, td_buf_bytes(&retry));
    td_buf_release(&retry);
    c->seen = wire_offered(c->conn);
    server_conn_beat_in(c, BEAT_NS);
    c->peer = server_peer_new(c->server, WIRE_SSE, wire_peer_name(c->conn));
    c->peer->conn = c;
    free(c->peer->last_id);
    c->peer->last_id = td_strndup(last.ptr, last.len);
    server_peer_asked(c->peer, head);
    server_peer_joined(c->peer);
}

void server_sse_put_id(struct wire_peer *peer, const struct td_event *ev)
{
    struct td_buf block = {0};

    if (server_peer_room(peer, peer->conn) &&
        envelope_sse(&block, ev, false) == TD_OK)
        server_sse_write(peer->conn, td_buf_bytes(&block));
    td_buf_release(&block);
}

void server_sse_close(struct server_conn *c)
{
    server_conn_leaving(c);
    if (!c->plain)
        server_conn_write(c, td_text("0\r\n\r\n"));
    server_conn_end(c);
}

void server_sse_beat(struct server_conn *c)
{
    struct td_buf comment = {0};

    if (wire_offered(c->conn) == c->seen) {
        (void)sse_put_comment(&comment, "");
        server_sse_write(c, td_buf_bytes(&comment));
        td_buf_release(&comment);
    }
    c->seen = wire_offered(c->conn);
    server_conn_beat_in(c, BEAT_NS);
}
