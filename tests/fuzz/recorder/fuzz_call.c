/* A request of our own to a server that answers anything, over HTTP or behind
 * a handshake of WebSocket or Socket.IO, and what is recorded of it. The input
 * is steps: a byte whose low three bits say who does what; for "answer" and
 * "say" a byte of length and the bytes follow.
 */
#include "recorder/proxy/call.h"

#include <stdlib.h>

#define TURNS    64
#define PORT     80
#define HELD_MAX ((size_t)1 << 20)
#define KEY      "dGhlIHNhbXBsZSBub25jZQ=="

enum step { ANSWER, ANSWER_MORE, SAY, SAY_CLOSE, PAUSE, END, RESET, LEAVE };

struct world {
    struct wire_net *net;
    struct rec_tap tap;
    struct rec_call *call;
    struct wire_conn *upstream;
    unsigned heads;
    unsigned done;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum td_code on_event(void *self, const struct td_event *ev,
                             struct td_error *err)
{
    const struct world *w = self;

    (void)err;
    if (ev->conn != 1 || ev->exchange != 1 || w->done)
        abort();
    if (ev->form == TD_FORM_JSON && ev->payload.len == 0)
        abort();
    return TD_OK;
}

static uint64_t now(void *ctx)
{
    return wire_now(((struct world *)ctx)->net);
}

static void on_lost(void *ctx, const char *why)
{
    (void)ctx;
    if (!*why)
        abort();
}

static void on_head(void *ctx, const struct http_head *head)
{
    struct world *w = ctx;

    if (w->heads++ || w->done || (head->status < 200 && head->status != 101))
        abort();
}

static void on_body(void *ctx, struct td_bytes piece)
{
    const struct world *w = ctx;

    if (!w->heads || w->done || !piece.len)
        abort();
}

static void on_done(void *ctx, const char *cut)
{
    struct world *w = ctx;

    if (w->done++ || (!cut && !w->heads))
        abort();
}

static void no_bytes(void *ctx, struct wire_conn *conn, struct td_bytes bytes)
{
    (void)ctx;
    (void)conn;
    (void)bytes;
}

static void on_ended(void *ctx, struct wire_conn *conn)
{
    (void)ctx;
    (void)conn;
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    struct world *w = ctx;

    (void)conn;
    (void)why;
    w->upstream = NULL;
}

static const struct wire_conn_events peer_events = {
    .received = no_bytes, .ended = on_ended, .closed = on_closed};

static void on_accept(void *ctx, struct wire_conn *conn)
{
    struct world *w = ctx;

    w->upstream = conn;
    wire_adopt(conn, &peer_events, w);
}

static void turn(struct world *w)
{
    for (int i = 0; i < TURNS && wire_mem_turn(w->net); i++)
        continue;
}

static size_t say(struct world *w, enum step step, struct td_bytes rest)
{
    size_t max;
    size_t len;

    if (rest.len == 0)
        return 0;
    max = rest.ptr[0] * (step == ANSWER_MORE ? 16U : 1U);
    len = max < rest.len - 1 ? max : rest.len - 1;
    if (step == SAY)
        rec_call_say(w->call, len & 1 ? WS_TEXT : WS_BINARY,
                     td_bytes(rest.ptr + 1, len));
    else if (w->upstream)
        (void)wire_write(w->upstream, td_bytes(rest.ptr + 1, len));
    return len + 1;
}

static size_t act(struct world *w, uint8_t byte, struct td_bytes rest)
{
    enum step step = (enum step)(byte & 7);

    if (step <= SAY)
        return say(w, step, rest);
    if (step == SAY_CLOSE)
        rec_call_say_close(w->call, 1000, "");
    else if (step == PAUSE)
        rec_call_pause(w->call, byte & 16);
    else if (step == LEAVE)
        rec_call_leave(w->call, REC_CALL_LEFT);
    else if (w->upstream && step == END)
        wire_end_sending(w->upstream);
    else if (w->upstream)
        wire_abort(w->upstream);
    return 0;
}

static void open_call(struct world *w, uint8_t how)
{
    static const struct rec_call_events events = {
        .head = on_head, .body = on_body, .done = on_done};
    static const struct wire_dial dial = {.host = "127.0.0.1", .port = PORT};
    struct rec_call_options options = {
        .tap = &w->tap, .conn = 1, .dial = &dial};

    options.request = td_text(how & 32 ? "HEAD / HTTP/1.1\r\nHost: l\r\n\r\n"
                                       : "GET / HTTP/1.1\r\nHost: l\r\n\r\n");
    if (how & 64) {
        options.request = td_text(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: l\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n\r\n");
        options.ws_key = KEY;
        options.ws_protocols = how & 32 ? "a, b" : NULL;
        options.sio = how & 128;
    }
    if (rec_call_open(&w->call, w->net, &options, &events, w, NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wire_bind bind = {.host = "127.0.0.1", .port = PORT};
    struct td_clock clock;
    struct world w = {0};
    struct wire_listener *listener;
    uint8_t how;

    if (size == 0)
        return 0;
    how = *data++;
    size--;
    td_clock_virtual(&clock, TD_NS_PER_S, 0);
    w.net = wire_mem_open(&clock, how % 32);
    w.tap = (struct rec_tap){.sink = {.put = on_event, .self = &w},
                             .now = now,
                             .lost = on_lost,
                             .ctx = &w,
                             .max_message = 4096};
    if (wire_listen(w.net, &bind, on_accept, &w, &listener, NULL))
        abort();
    open_call(&w, how);
    turn(&w);
    while (size > 0) {
        size_t used = 1 + act(&w, *data, td_bytes(data + 1, size - 1));

        data += used;
        size -= used;
        turn(&w);
    }
    rec_call_pause(w.call, false);
    rec_call_leave(w.call, REC_CALL_LEFT);
    turn(&w);
    if (w.done != 1 || w.tap.held > HELD_MAX)
        abort();
    rec_call_free(w.call);
    if (w.upstream)
        wire_abort(w.upstream);
    turn(&w);
    wire_listener_close(listener);
    wire_net_close(w.net);
    return 0;
}
