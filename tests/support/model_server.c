#include "tests/support/model_server.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct guest {
    struct guest *next;
    struct model_server *server;
    struct wire_conn *conn;
    struct td_buf in; /* of the request that comes */
    const struct model_answer *answer;
    unsigned piece;
    struct wire_timer timer;
};

struct model_server {
    struct wire_net *net;
    struct wire_listener *listener;
    const struct model_answer *answers;
    unsigned count;
    unsigned requests;
    struct td_buf got;
    struct guest *guests;
    char url[64];
};

static void next_piece(void *ctx)
{
    struct guest *guest = ctx;
    const char *piece = guest->piece < MODEL_PIECES
                            ? guest->answer->pieces[guest->piece++]
                            : NULL;

    if (!piece || !strcmp(piece, MODEL_HANG)) {
        guest->answer = NULL;
    } else if (!strcmp(piece, MODEL_CLOSE)) {
        wire_shutdown(guest->conn);
    } else if (!strcmp(piece, MODEL_ABORT)) {
        wire_abort(guest->conn);
    } else {
        (void)wire_write(guest->conn, td_text(piece));
        wire_timer_set(guest->server->net, &guest->timer,
                       wire_now(guest->server->net) + TD_NS_PER_MS);
    }
}

/* Bytes of the first whole request of in; 0: it has not come whole. */
static size_t whole(struct td_buf *in)
{
    const char *text = td_buf_str(in);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");
    size_t body =
        length && end && length < end
            ? strtoul(length + sizeof("Content-Length: ") - 1, NULL, 10)
            : 0;
    size_t len = end ? (size_t)(end + 4 - text) + body : 0;

    return len <= in->len ? len : 0;
}

static void received(void *ctx, struct wire_conn *conn, struct td_bytes bytes)
{
    struct guest *guest = ctx;
    struct model_server *server = guest->server;
    size_t len;

    (void)conn;
    td_buf_add_bytes(&guest->in, bytes);
    td_buf_add_bytes(&server->got, bytes);
    len = whole(&guest->in);
    if (!len)
        return;
    td_buf_drop(&guest->in, len);
    guest->answer =
        &server->answers[server->requests < server->count ? server->requests
                                                          : server->count - 1];
    server->requests++;
    guest->piece = 0;
    wire_timer_set(server->net, &guest->timer, wire_now(server->net));
}

static void closed(void *ctx, struct wire_conn *conn,
                   const struct td_error *why)
{
    struct guest *guest = ctx;
    struct guest **at = &guest->server->guests;

    (void)conn;
    (void)why;
    while (*at != guest)
        at = &(*at)->next;
    *at = guest->next;
    wire_timer_cancel(guest->server->net, &guest->timer);
    td_buf_release(&guest->in);
    free(guest);
}

static void accepted(void *ctx, struct wire_conn *conn)
{
    static const struct wire_conn_events events = {.received = received,
                                                   .closed = closed};
    struct model_server *server = ctx;
    struct guest *guest = td_calloc(1, sizeof(*guest));

    *guest = (struct guest){.next = server->guests,
                            .server = server,
                            .conn = conn,
                            .timer = {.fire = next_piece, .ctx = guest}};
    server->guests = guest;
    wire_adopt(conn, &events, guest);
}

struct model_server *model_server_open(struct wire_net *net,
                                       const struct model_answer *answers,
                                       unsigned count,
                                       const struct wire_tls_options *tls)
{
    const struct wire_bind bind = {.host = "127.0.0.1", .tls = tls};
    struct model_server *server = td_calloc(1, sizeof(*server));
    struct td_error err;

    server->net = net;
    server->answers = answers;
    server->count = count;
    if (wire_listen(net, &bind, accepted, server, &server->listener, &err)) {
        (void)fprintf(stderr, "model server: %s\n", err.text);
        abort();
    }
    (void)snprintf(server->url, sizeof(server->url), "http%s://127.0.0.1:%u/v1",
                   tls ? "s" : "",
                   (unsigned)wire_listener_port(server->listener));
    return server;
}

static void stop_loop(void *ctx)
{
    wire_stop(ctx);
}

void model_server_close(struct model_server *server)
{
    wire_listener_close(server->listener);
    for (struct guest *guest = server->guests; guest; guest = guest->next)
        wire_abort(guest->conn);
    while (server->guests) {
        struct wire_timer stop = {.fire = stop_loop, .ctx = server->net};

        wire_timer_set(server->net, &stop, wire_now(server->net));
        (void)!wire_run(server->net, NULL);
    }
    td_buf_release(&server->got);
    free(server);
}

const char *model_server_url(const struct model_server *server)
{
    return server->url;
}

struct td_buf *model_server_got(struct model_server *server)
{
    return &server->got;
}

unsigned model_server_requests(const struct model_server *server)
{
    return server->requests;
}
