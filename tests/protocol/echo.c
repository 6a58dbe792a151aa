/* The server that the official suites of Engine.IO and Socket.IO ask for, made
 * of wire/server: it says {"port":N} and echoes until stdin ends.
 *
 *     joined                  event "auth" with the auth payload, or {}
 *     event "message"         event "message-back" with its arguments
 *     event "message-with-ack"  an ack with its arguments
 *     a message of Engine.IO     the same, text or bytes
 *
 *     a text of WebSocket        "join GROUP": it is in it; "say GROUP,...
 * TEXT": TEXT to those in the groups, once SSE                        in the
 * group "sse" a request                  its method, target and body; /later:
 * after 50 ms, /pieces: each byte of the body as a chunk
 *
 * usage: td_echo PATH engine.io|socket.io [CERT KEY]
 *     engine.io: Engine.IO by itself; CERT and KEY: with TLS
 */
#include "core/buf.h"
#include "core/mem.h"
#include "wire/server/groups.h"
#include "wire/server/request.h"
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
    if (wire_peer_dialect(peer) == WIRE_SSE)
        (void)!wire_peer_join(peer, "sse", NULL);
    if (!hello)
        return;
    ev.payload = td_buf_bytes(hello);
    wire_peer_send(peer, &ev);
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
    wire_peer_send(peer, &ev);
    td_buf_release(&payload);
}

/* "join GROUP" or "say GROUP,... TEXT" */
static void do_group(struct echo *echo, struct wire_peer *peer,
                     const struct td_event *ev)
{
    char *text = td_strndup((const char *)ev->payload.ptr, ev->payload.len);
    char *rest = NULL;
    const char *verb = strtok_r(text, " ", &rest);
    char *names = strtok_r(NULL, " ", &rest);
    const char *groups[8];
    size_t count = 0;

    if (verb && names && !strcmp(verb, "join")) {
        (void)!wire_peer_join(peer, names, NULL);
    } else if (verb && names) {
        char *more = NULL;
        struct td_event said = {.form = TD_FORM_TEXT, .payload = td_text(rest)};

        for (char *name = strtok_r(names, ",", &more); name && count < 8;
             name = strtok_r(NULL, ",", &more))
            groups[count++] = name;
        wire_groups_send(echo->server, groups, count, peer, &said);
    }
    free(text);
}

static void on_event(void *ctx, struct wire_peer *peer,
                     const struct td_event *ev)
{
    struct td_event back = *ev;
    size_t name = ev->name.len + strlen("[\"\"");

    (void)ctx;
    if (wire_peer_dialect(peer) == WIRE_EIO) {
        wire_peer_send(peer, ev);
    } else if (wire_peer_dialect(peer) == WIRE_WS) {
        if (td_event_is_plain(ev))
            do_group(ctx, peer, ev);
    } else if (td_bytes_is(ev->name, "message")) {
        back.name = td_text("message-back");
        answer(peer, back, "[\"message-back\"", name);
    } else if (td_bytes_is(ev->name, "message-with-ack")) {
        back.name = back.id = td_bytes(NULL, 0);
        back.ack = ev->id;
        answer(peer, back, "[", name + 1);
    }
}

static void answer_request(struct wire_request *request)
{
    static const struct wire_response_field type = {
        "Content-Type", {(const uint8_t *)"text/plain", 10}};
    const struct wire_request_info *info = wire_request_info(request);
    struct td_buf body = {0};

    (void)td_buf_add_bytes(&body, info->head->method);
    (void)td_buf_add_byte(&body, ' ');
    (void)td_buf_add_bytes(&body, info->head->target);
    (void)td_buf_add_byte(&body, ' ');
    (void)td_buf_add_bytes(&body, info->body);
    if (wire_request_answer(
            request,
            &(struct wire_response){.status = 200,
                                    .fields = &type,
                                    .field_count = 1,
                                    .body = td_buf_bytes(&body)},
            NULL))
        wire_request_abort(request);
    td_buf_release(&body);
}

/* A request that is answered later. */
struct later {
    struct wire_timer timer;
    struct wire_request *request;
};

static void on_later(void *ctx)
{
    struct later *later = ctx;

    answer_request(later->request);
    free(later);
}

static void answer_later(struct echo *echo, struct wire_request *request)
{
    struct later *later = td_calloc(1, sizeof(*later));

    later->request = request;
    later->timer = (struct wire_timer){.fire = on_later, .ctx = later};
    wire_request_set_ctx(request, later);
    wire_timer_set(echo->net, &later->timer,
                   wire_now(echo->net) + 50 * TD_NS_PER_MS);
}

static void answer_in_pieces(struct wire_request *request)
{
    struct td_bytes body = wire_request_info(request)->body;

    if (wire_request_begin(request, &(struct wire_response){.status = 200},
                           NULL)) {
        wire_request_abort(request);
        return;
    }
    for (size_t i = 0; i < body.len; i++)
        (void)wire_request_write(request, td_bytes(body.ptr + i, 1));
    wire_request_end(request);
}

static bool on_request(void *ctx, struct wire_request *request)
{
    struct td_bytes path = wire_request_info(request)->head->path;

    if (td_bytes_is(path, "/later"))
        answer_later(ctx, request);
    else if (td_bytes_is(path, "/pieces"))
        answer_in_pieces(request);
    else
        answer_request(request);
    return true;
}

static void on_request_gone(void *ctx, struct wire_request *request)
{
    struct echo *echo = ctx;
    struct later *later = wire_request_ctx(request);

    wire_timer_cancel(echo->net, &later->timer);
    free(later);
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
    static const struct wire_server_events events = {.admit = on_admit,
                                                     .joined = on_joined,
                                                     .event = on_event,
                                                     .request = on_request,
                                                     .request_gone =
                                                         on_request_gone};
    const struct wire_tls_options tls = {.cert_file = argc > 4 ? argv[3] : NULL,
                                         .key_file = argc > 4 ? argv[4] : NULL};
    const struct wire_server_options options = {
        .bind.tls = argc > 4 ? &tls : NULL,
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
