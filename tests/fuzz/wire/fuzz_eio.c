/* Engine.IO from a peer: polling bodies are given back byte for byte, and
 * sessions of both roles stay in one piece. The first byte says which.
 */
#include "core/clock.h"
#include "wire/eio/client_session.h"
#include "wire/eio/server_session.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct watch {
    unsigned closed;
    unsigned after; /* messages behind the end */
};

static void on_text(void *ctx, const char *query)
{
    (void)ctx;
    (void)query;
}

static void on_post(void *ctx, const char *query, struct td_bytes body)
{
    (void)ctx;
    (void)query;
    (void)body;
}

static void on_reply(void *ctx, int status, struct td_bytes body)
{
    (void)ctx;
    (void)status;
    (void)body;
}

static void on_frame(void *ctx, struct td_bytes data, bool binary)
{
    (void)ctx;
    (void)data;
    (void)binary;
}

static void on_message(void *ctx, struct td_bytes data, bool binary)
{
    struct watch *watch = ctx;

    (void)data;
    (void)binary;
    watch->after += watch->closed;
}

static void on_nothing(void *ctx)
{
    (void)ctx;
}

static void on_opened(void *ctx, const struct eio_handshake *handshake)
{
    (void)ctx;
    if (handshake->sid[0] == '\0' || handshake->ping_interval_ns == 0)
        abort();
}

static void on_error(void *ctx, const struct td_error *failed)
{
    (void)ctx;
    (void)failed;
}

static void on_bad(void *ctx, struct td_bytes bytes, const struct td_error *why)
{
    (void)ctx;
    (void)bytes;
    if (why->code == TD_OK)
        abort();
}

static void on_closed(void *ctx, const struct td_error *why)
{
    struct watch *watch = ctx;

    (void)why;
    watch->closed++;
}

static const struct eio_client_events client_events = {
    .get = on_text,
    .post = on_post,
    .dial = on_text,
    .frame = on_frame,
    .hang_up = on_nothing,
    .opened = on_opened,
    .upgraded = on_error,
    .message = on_message,
    .bad = on_bad,
    .drained = on_nothing,
    .closed = on_closed,
};

static const struct eio_server_events server_events = {
    .reply = on_reply,
    .frame = on_frame,
    .hang_up = on_nothing,
    .message = on_message,
    .closed = on_closed,
};

static void payload(struct td_bytes body)
{
    struct eio_payload reader = {.text = body};
    struct eio_packet packet;
    struct td_buf scratch = {0};
    struct td_buf again = {0};
    enum td_code code;

    while ((code = eio_payload_next(&reader, &scratch, &packet, NULL)) == TD_OK)
        if (eio_payload_add(&again, &packet) != TD_OK)
            abort();
    if (code == TD_END && !td_bytes_equal(td_buf_bytes(&again), body))
        abort();
    td_buf_release(&scratch);
    td_buf_release(&again);
}

/* One byte says what comes next, one how long it is. */
static void server(struct td_bytes in)
{
    struct watch watch = {0};
    struct eio_server *s = eio_server_new(
        &(struct eio_server_options){.max_payload = 200, .max_queue = 500},
        "abc", EIO_POLLING, &server_events, &watch, 1);
    uint64_t now = 1;

    while (in.len >= 2) {
        unsigned what = in.ptr[0] % 8;
        size_t len = in.ptr[1] < in.len - 2 ? in.ptr[1] : in.len - 2;
        struct td_bytes data = td_bytes(in.ptr + 2, len);

        in = td_bytes(data.ptr + len, in.len - 2 - len);
        now += TD_NS_PER_S;
        if (what == 0)
            eio_server_poll(s, now);
        else if (what == 1)
            (void)eio_server_post(s, data, now);
        else if (what == 2)
            (void)eio_server_probe(s, now);
        else if (what == 3)
            eio_server_frame(s, data, false, now);
        else if (what == 4)
            (void)eio_server_send(s, data, data.len % 2);
        else if (what == 5)
            eio_server_close(s, now);
        else if (what == 6)
            eio_server_frame_gone(s, now);
        else
            eio_server_tick(s, now += 20 * TD_NS_PER_S);
    }
    if (watch.closed > 1 || watch.after > 0)
        abort();
    eio_server_free(s);
}

static void client(struct td_bytes in)
{
    static const struct td_error gone = {.code = TD_IO, .text = "cut"};
    struct watch watch = {0};
    struct eio_client *c = eio_client_new(
        &(struct eio_client_options){.max_payload = 200, .max_queue = 500},
        &client_events, &watch);
    uint64_t now = 1;

    while (in.len >= 2) {
        unsigned what = in.ptr[0] % 8;
        size_t len = in.ptr[1] < in.len - 2 ? in.ptr[1] : in.len - 2;
        struct td_bytes data = td_bytes(in.ptr + 2, len);

        in = td_bytes(data.ptr + len, in.len - 2 - len);
        now += TD_NS_PER_S;
        if (what == 0)
            eio_client_get_done(c, 200, data, NULL, now);
        else if (what == 1)
            eio_client_post_done(c, 200, data, NULL);
        else if (what == 2)
            eio_client_ws_opened(c);
        else if (what == 3)
            eio_client_ws_frame(c, data, data.len % 2, now);
        else if (what == 4)
            (void)eio_client_send(c, data, data.len % 2);
        else if (what == 5)
            eio_client_close(c, now);
        else if (what == 6)
            eio_client_ws_gone(c, &gone);
        else
            eio_client_tick(c, now += 20 * TD_NS_PER_S);
        eio_client_flush(c);
    }
    if (watch.closed > 1 || watch.after > 0)
        abort();
    eio_client_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_bytes in;
    struct eio_handshake handshake;

    if (size == 0)
        return 0;
    in = td_bytes(data + 1, size - 1);
    if (data[0] % 4 == 0)
        payload(in);
    else if (data[0] % 4 == 1)
        (void)eio_handshake_parse(&handshake, in, NULL);
    else if (data[0] % 4 == 2)
        server(in);
    else
        client(in);
    return 0;
}
