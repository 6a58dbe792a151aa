/* The server that the official suites of Engine.IO and Socket.IO ask for, made
 * of wire/server: it says {"port":N} and echoes until stdin ends.
 *
 *     joined                  event "auth" with the auth payload, or {}
 *     event "message"         event "message-back" with its arguments
 *     event "message-with-ack"  an ack with its arguments
 *     a message of Engine.IO     the same, text or bytes
 *
 * usage: td_echo PATH [engine.io]     Engine.IO by itself
 */
#include "core/buf.h"
#include "core/mem.h"
#include "wire/server/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct echo {
    struct wire_net *net;
    struct wire_server *server;
};

/* The payload of the event "auth", kept from the CONNECT until it has joined.
 */
static bool on_admit(void *ctx, struct wire_guest *guest,
                     struct td_buf *refusal)
{
    struct td_buf *hello = td_calloc(1, sizeof(*hello));

    (void)ctx;
    (void)refusal;
    (void)td_buf_add_text(hello, "[\"auth\",");
    (void)td_buf_add_bytes(hello,
                           guest->auth.len ? guest->auth : td_text("{}"));
    (void)td_buf_add_byte(hello, ']');
    guest->peer_ctx = hello;
    return true;
}

static void on_joined(void *ctx, struct wire_peer *peer)
{
    struct td_buf *hello = wire_peer_ctx(peer);
    struct td_event ev = {.form = TD_FORM_JSON, .name = td_text("auth")};

    (void)ctx;
    if (!hello)
        return;
    ev.payload = td_buf_bytes(hello);
    (void)wire_peer_send(peer, &ev);
    td_buf_release(hello);
    free(hello);
    wire_peer_set_ctx(peer, NULL);
}

/* The payload with other bytes in place of its first `used`. */
static void answer(struct wire_peer *peer, struct td_event ev, const char *head,
                   size_t used)
{
    struct td_buf payload = {0};

    (void)td_buf_add_text(&payload, head);
    (void)td_buf_add(&payload, ev.payload.ptr + used, ev.payload.len - used);
    ev.payload = td_buf_bytes(&payload);
    (void)wire_peer_send(peer, &ev);
    td_buf_release(&payload);
}

static void on_event(void *ctx, struct wire_peer *peer,
                     const struct td_event *ev)
{
    struct td_event back = *ev;
    size_t name = ev->name.len + strlen("[\"\"");

    (void)ctx;
    if (wire_peer_dialect(peer) == WIRE_EIO) {
        (void)wire_peer_send(peer, ev);
    } else if (td_bytes_is(ev->name, "message")) {
        back.name = td_text("message-back");
        answer(peer, back, "[\"message-back\"", name);
    } else if (td_bytes_is(ev->name, "message-with-ack")) {
        back.name = back.id = td_bytes(NULL, 0);
        back.ack = ev->id;
        answer(peer, back, "[", name + 1);
    }
}

static void on_stdin(void *ctx, int fd)
{
    struct echo *echo = ctx;
    char byte;

    if (read(fd, &byte, 1) <= 0)
        wire_stop(echo->net);
}

int main(int argc, char **argv)
{
    static const char *const namespaces[] = {"/", "/custom", NULL};
    static const struct wire_server_events events = {
        .admit = on_admit, .joined = on_joined, .event = on_event};
    const struct wire_server_options options = {
        .sio_path = argc > 1 ? argv[1] : NULL,
        .engine_io = argc > 2 && !strcmp(argv[2], "engine.io"),
        .namespaces = namespaces,
        .owner_answers = true,
        .ping_interval_ns = 300 * TD_NS_PER_MS,
        .ping_timeout_ns = 200 * TD_NS_PER_MS,
        .connect_ns = TD_NS_PER_S,
    };
    struct echo echo = {0};
    struct wire_watch *watch = NULL;
    struct td_error err = {0};
    enum td_code code = wire_lws_open(&echo.net, td_clock_real(), &err);

    if (!code)
        code = wire_server_open(echo.net, &options, &events, &echo,
                                &echo.server, &err);
    if (!code)
        code = wire_watch_fd(echo.net, STDIN_FILENO, on_stdin, &echo, &watch,
                             &err);
    if (!code) {
        (void)printf("{\"port\":%u}\n", wire_server_port(echo.server));
        (void)fflush(stdout);
        code = wire_run(echo.net, &err);
    }
    if (code)
        (void)fprintf(stderr, "td_echo: %s: %s\n", err.where, err.text);
    if (watch)
        wire_watch_close(watch);
    wire_server_free(echo.server);
    wire_net_close(echo.net);
    return code != TD_OK;
}
