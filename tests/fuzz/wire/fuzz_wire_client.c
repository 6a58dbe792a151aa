/* A whole client and a server that says anything. The first byte chooses the
 * URL; then come pieces behind a byte of length each, for the connection that
 * was made last, or with the top bit of the length for the one before it.
 * "KEY!" in them becomes the Sec-WebSocket-Accept of the request.
 */
#include "wire/client/client.h"
#include "wire/ws/handshake.h"

#include <stdlib.h>

#define TURNS 64 /* of the loop behind each piece: time moves on */

struct host {
    struct wire_conn *conns[2]; /* the last one first */
    struct td_buf got;
    unsigned open;
    unsigned ended;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_received(void *ctx, struct wire_conn *conn,
                        struct td_bytes bytes)
{
    struct host *host = ctx;

    (void)conn;
    (void)td_buf_add_bytes(&host->got, bytes);
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    struct host *host = ctx;

    (void)why;
    for (unsigned i = 0; i < 2; i++)
        if (host->conns[i] == conn)
            host->conns[i] = NULL;
}

static void on_accept(void *ctx, struct wire_conn *conn)
{
    static const struct wire_conn_events events = {.received = on_received,
                                                   .closed = on_closed};
    struct host *host = ctx;

    if (host->conns[1])
        wire_shutdown(host->conns[1]);
    host->conns[1] = host->conns[0];
    host->conns[0] = conn;
    wire_adopt(conn, &events, host);
}

/* Each open has one close, and nothing comes behind the end. */
static void on_event(void *ctx, const struct td_event *ev)
{
    struct host *host = ctx;

    if (host->ended)
        abort();
    if (td_bytes_is(ev->kind, TD_KIND_OPEN) && host->open++)
        abort();
    if (td_bytes_is(ev->kind, TD_KIND_CLOSE) && !host->open--)
        abort();
}

static void on_ended(void *ctx, const struct td_error *why)
{
    struct host *host = ctx;

    (void)why;
    if (host->ended++ || host->open)
        abort();
}

static void turn(struct wire_net *net)
{
    for (int i = 0; i < TURNS && wire_mem_turn(net); i++)
        continue;
}

static void say(struct host *host, struct wire_conn *conn,
                struct td_bytes bytes)
{
    static const char field[] = "Sec-WebSocket-Key: ";
    char accept[WS_ACCEPT_LEN + 1];
    const uint8_t *at = memmem(bytes.ptr, bytes.len, "KEY!", 4);
    size_t before = at ? (size_t)(at - bytes.ptr) : bytes.len;
    const char *key = NULL;

    for (const char *next = td_buf_str(&host->got);
         (next = strstr(next, field)); next += strlen(field))
        key = next + strlen(field);
    (void)wire_write(conn, td_bytes(bytes.ptr, before));
    if (!at)
        return;
    if (key && strlen(key) >= WS_KEY_LEN) {
        ws_accept_key(accept, td_bytes(key, WS_KEY_LEN));
        (void)wire_write(conn, td_text(accept));
    }
    (void)wire_write(conn, td_bytes(at + 4, bytes.len - before - 4));
}

static void play(struct wire_net *net, struct host *host, struct td_bytes input)
{
    turn(net);
    while (input.len > 0) {
        size_t len = input.ptr[0] & 0x7f;
        struct wire_conn *conn = host->conns[input.ptr[0] >> 7];

        len = len < input.len ? len : input.len - 1;
        if (conn)
            say(host, conn, td_bytes(input.ptr + 1, len));
        input = td_bytes(input.ptr + 1 + len, input.len - 1 - len);
        turn(net);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const urls[] = {"ws://h/a", "sio://h/a", "sio://h/",
                                       "http://h/a"};
    static const struct wire_client_events events = {.event = on_event,
                                                     .ended = on_ended};
    struct wire_bind bind = {.host = "h", .port = 80};
    struct wire_client_options options = {
        .max_message = 4096, .answer_acks = true, .reconnect = {.attempts = 1}};
    struct host host = {0};
    struct wire_listener *listener;
    struct wire_client *client;
    struct td_clock clock;
    struct wire_net *net;

    if (size == 0)
        return 0;
    options.url = urls[data[0] % 4];
    options.websocket_only = data[0] % 4 == 1;
    td_clock_virtual(&clock, TD_NS_PER_S, 0);
    net = wire_mem_open(&clock, 0);
    if (wire_listen(net, &bind, on_accept, &host, &listener, NULL) ||
        wire_client_open(net, &options, &events, &host, &client, NULL))
        abort();
    play(net, &host, td_bytes(data + 1, size - 1));
    wire_client_close(client);
    turn(net);
    wire_client_free(client);
    wire_listener_close(listener);
    for (unsigned i = 0; i < 2; i++)
        if (host.conns[i])
            wire_abort(host.conns[i]);
    turn(net);
    wire_net_close(net);
    td_buf_release(&host.got);
    return 0;
}
