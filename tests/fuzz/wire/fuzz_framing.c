/* Bytes of a program from outside: messages and bad pieces stay within their
 * limits, and the pieces in which they come change nothing.
 */
#include "wire/framing/framing.h"

#include <stdlib.h>

#define MESSAGE_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_message(void *ctx, struct td_bytes message, bool whole)
{
    if (message.len > MESSAGE_MAX)
        abort();
    td_buf_add_bytes(ctx, message);
    td_buf_add_text(ctx, whole ? "|" : "?");
}

static void on_bad(void *ctx, struct td_bytes bytes, const char *why)
{
    if (!bytes.len || bytes.len > WIRE_FRAME_HEAD_MAX || !why)
        abort();
    td_buf_add_bytes(ctx, bytes);
    td_buf_add_text(ctx, "}");
}

static void on_long(void *ctx)
{
    td_buf_add_text(ctx, "!");
}

static void hear(struct td_buf *out, enum wire_framing framing,
                 struct td_bytes bytes, size_t piece)
{
    const struct wire_frames_events events = {
        .message = on_message, .bad = on_bad, .too_long = on_long, .ctx = out};
    struct wire_frames *frames = wire_frames_new(framing, MESSAGE_MAX, &events);

    while (bytes.len) {
        size_t n = bytes.len < piece ? bytes.len : piece;

        wire_frames_came(frames, td_bytes(bytes.ptr, n));
        bytes = td_bytes(bytes.ptr + n, bytes.len - n);
    }
    wire_frames_end(frames);
    wire_frames_free(frames);
}

/* The first byte says which framing and how large the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf whole = {0};
    struct td_buf pieces = {0};
    struct td_bytes bytes;
    enum wire_framing framing;

    if (!size)
        return 0;
    framing = (enum wire_framing)(data[0] % 3);
    bytes = td_bytes(data + 1, size - 1);
    hear(&whole, framing, bytes, bytes.len);
    hear(&pieces, framing, bytes, 1 + data[0] / 3);
    if (whole.len != pieces.len ||
        (whole.len && memcmp(whole.ptr, pieces.ptr, whole.len) != 0))
        abort();
    td_buf_release(&whole);
    td_buf_release(&pieces);
    return 0;
}
