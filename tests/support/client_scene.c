#include "tests/support/client_scene.h"

#include "tests/suites.h"
#include "wire/ws/handshake.h"

#include <stdio.h>

static void log_bytes(struct td_buf *log, const char *label,
                      struct td_bytes bytes)
{
    if (bytes.len > 0)
        (void)td_buf_addf(log, "%s%.*s", label, (int)bytes.len,
                          (const char *)bytes.ptr);
}

static void on_event(void *ctx, const struct td_event *ev)
{
    struct scene *s = ctx;

    CU_ASSERT_EQUAL(ev->at_ns, wire_now(s->net));
    log_bytes(&s->log, "", td_text(ev->dir == TD_DIR_IN ? "> " : ""));
    log_bytes(&s->log, "", ev->kind.len ? ev->kind : td_text("-"));
    log_bytes(&s->log, " ns=", ev->ns);
    log_bytes(&s->log, " name=", ev->name);
    log_bytes(&s->log, " id=", ev->id);
    log_bytes(&s->log, " ack=", ev->ack);
    log_bytes(&s->log, " att=", ev->att);
    (void)td_buf_addf(&s->log, " %c:", "tjb"[ev->form]);
    log_bytes(&s->log, "", ev->payload);
    (void)td_buf_add_byte(&s->log, '\n');
    if (s->free_on_event && s->client) {
        wire_client_free(s->client);
        s->client = NULL;
    }
}

static void on_ready(void *ctx)
{
    ((struct scene *)ctx)->ready++;
}

static void on_drained(void *ctx)
{
    (void)ctx;
}

static void on_ended(void *ctx, const struct td_error *why)
{
    struct scene *s = ctx;

    s->ended++;
    s->why = *why;
}

const struct wire_client_events scene_events = {
    .event = on_event,
    .ready = on_ready,
    .drained = on_drained,
    .ended = on_ended,
};

void scene_open(struct scene *s, const struct wire_client_options *given)
{
    struct wire_bind bind = {.port = 80};
    struct wire_client_options options = *given;

    *s = (struct scene){0};
    td_clock_virtual(&s->clock, TD_NS_PER_S, 0);
    s->net = wire_mem_open(&s->clock, 3);
    CU_ASSERT_EQUAL(wire_listen(s->net, &bind, party_accept, &s->server,
                                &s->listener, NULL),
                    TD_OK);
    CU_ASSERT_EQUAL_FATAL(
        wire_client_open(s->net, &options, &scene_events, s, &s->client, NULL),
        TD_OK);
}

void scene_close(struct scene *s)
{
    wire_client_free(s->client);
    if (s->server.conn)
        wire_abort(s->server.conn);
    for (int i = 0; i < 100 && wire_mem_turn(s->net); i++)
        continue;
    wire_listener_close(s->listener);
    wire_net_close(s->net);
    td_buf_release(&s->log);
    party_release(&s->server);
}

bool server_got(struct scene *s, const char *text)
{
    return s->server.got.len > 0 &&
           memmem(s->server.got.ptr, s->server.got.len, text, strlen(text));
}

bool logged(struct scene *s, const char *text)
{
    return strstr(td_buf_str(&s->log), text) != NULL;
}

void until_server(struct scene *s, const char *text)
{
    for (int i = 0; i < 5000 && !server_got(s, text); i++)
        (void)wire_mem_turn(s->net);
    if (!server_got(s, text))
        printf("\n    the server never got %s\n", text);
    CU_ASSERT_TRUE(server_got(s, text));
}

void until_logged(struct scene *s, const char *text)
{
    for (int i = 0; i < 5000 && !logged(s, text); i++)
        (void)wire_mem_turn(s->net);
    if (!logged(s, text))
        printf("\n    the client never said %s, but\n%s", text,
               td_buf_str(&s->log));
    CU_ASSERT_TRUE(logged(s, text));
}

void until_ended(struct scene *s)
{
    for (int i = 0; i < 5000 && !s->ended; i++)
        (void)wire_mem_turn(s->net);
    CU_ASSERT_EQUAL(s->ended, 1);
}

void say(struct scene *s, const char *text)
{
    if (s->server.conn)
        (void)wire_write(s->server.conn, td_text(text));
}

void say_frame(struct scene *s, enum ws_opcode opcode, struct td_bytes payload)
{
    struct td_buf out = {0};

    CU_ASSERT_EQUAL(ws_put(&out, opcode, payload, NULL), TD_OK);
    (void)wire_write(s->server.conn, td_buf_bytes(&out));
    td_buf_release(&out);
}

void accept_upgrade(struct scene *s)
{
    static const char name[] = "Sec-WebSocket-Key: ";
    char accept[WS_ACCEPT_LEN + 1];
    const char *key;

    until_server(s, "\r\n\r\n");
    key = strstr(td_buf_str(&s->server.got), name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    ws_accept_key(accept, td_bytes(key + strlen(name), WS_KEY_LEN));
    say(s, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Accept: ");
    say(s, accept);
    say(s, "\r\n\r\n");
    td_buf_clear(&s->server.got);
}

void expect_log(struct scene *s, const char *text)
{
    CU_ASSERT_STRING_EQUAL(td_buf_str(&s->log), text);
    if (strcmp(td_buf_str(&s->log), text) != 0)
        printf("\n%s", td_buf_str(&s->log));
}

void read_frames(struct scene *s, struct td_buf *out)
{
    struct td_bytes in = td_buf_bytes(&s->server.got);
    struct ws_decoder decoder;
    struct ws_message message;

    ws_decoder_init(&decoder, WS_SERVER, 0);
    while (ws_next(&decoder, &in, &message, NULL) == TD_OK)
        (void)td_buf_addf(out, "%d:%u:%.*s ", (int)message.opcode, message.code,
                          (int)message.payload.len,
                          (const char *)message.payload.ptr);
    ws_decoder_release(&decoder);
}

void until_frame(struct scene *s, const char *text)
{
    struct td_buf frames = {0};
    bool seen = false;

    for (int i = 0; i < 5000 && !seen; i++) {
        td_buf_clear(&frames);
        read_frames(s, &frames);
        seen = strstr(td_buf_str(&frames), text) != NULL;
        if (!seen)
            (void)wire_mem_turn(s->net);
    }
    if (!seen)
        printf("\n    the server never got the frame %s, but %s\n", text,
               td_buf_str(&frames));
    CU_ASSERT_TRUE(seen);
    td_buf_release(&frames);
}
