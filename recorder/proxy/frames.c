#include "recorder/proxy/frames.h"

#include "core/buf.h"
#include "core/mem.h"

#include <stdlib.h>

#define HEAD_MAX  14  /* two bytes, a length of eight, a mask */
#define CLOSE_MAX 125 /* payload of a control frame */

struct rec_frames {
    size_t max;
    struct td_buf bytes; /* of the frame at hand */
    size_t head;         /* bytes that its head has, as far as is known */
    uint64_t left;       /* of its payload */
    uint64_t cut;
    bool whole; /* it was told */
    uint8_t text[CLOSE_MAX];
};

struct rec_frames *rec_frames_new(size_t max)
{
    struct rec_frames *f = td_calloc(1, sizeof(*f));

    f->max = max > HEAD_MAX + CLOSE_MAX ? max : HEAD_MAX + CLOSE_MAX;
    f->head = 2;
    return f;
}

void rec_frames_free(struct rec_frames *frames)
{
    if (!frames)
        return;
    td_buf_release(&frames->bytes);
    free(frames);
}

static size_t length_bytes(const struct rec_frames *f)
{
    uint8_t len = f->bytes.ptr[1] & 0x7f;

    return len == 127 ? 8 : len == 126 ? 2 : 0;
}

static bool is_masked(const struct rec_frames *f)
{
    return f->bytes.ptr[1] & 0x80;
}

/* One byte of the head more. */
static void take_head(struct rec_frames *f, uint8_t byte)
{
    size_t len;

    (void)td_buf_add_byte(&f->bytes, byte);
    if (f->bytes.len == 2)
        f->head = 2 + length_bytes(f) + (is_masked(f) ? 4 : 0);
    if (f->bytes.len < f->head)
        return;
    len = length_bytes(f);
    f->left = len ? 0 : f->bytes.ptr[1] & 0x7f;
    for (size_t i = 0; i < len; i++)
        f->left = f->left << 8 | f->bytes.ptr[2 + i];
}

static void take_payload(struct rec_frames *f, struct td_bytes *in)
{
    size_t len = f->left < in->len ? (size_t)f->left : in->len;
    size_t room = f->max - f->bytes.len;
    size_t kept = len < room ? len : room;

    (void)td_buf_add(&f->bytes, in->ptr, kept);
    f->cut += len - kept;
    f->left -= len;
    *in = td_bytes(in->ptr + len, in->len - len);
}

/* No extension that is in use makes anything of control frames. */
static struct ws_message goodbye_of(struct rec_frames *f)
{
    struct ws_message m = {.opcode = (enum ws_opcode)(f->bytes.ptr[0] & 15),
                           .code = WS_CODE_NONE};
    size_t mask = is_masked(f) ? f->head - 4 : 0;
    size_t len = f->bytes.len - f->head;

    if (m.opcode != WS_CLOSE || len > CLOSE_MAX)
        return (struct ws_message){.opcode = WS_CONTINUATION};
    for (size_t i = 0; i < len; i++)
        f->text[i] = (uint8_t)(f->bytes.ptr[f->head + i] ^
                               (mask ? f->bytes.ptr[mask + i % 4] : 0));
    if (len >= 2) {
        m.code = (uint16_t)(f->text[0] << 8 | f->text[1]);
        m.payload = td_bytes(f->text + 2, len - 2);
    }
    return m;
}

bool rec_frames_next(struct rec_frames *frames, struct td_bytes *in,
                     struct rec_frame *frame)
{
    struct rec_frames *f = frames;

    if (f->whole) {
        td_buf_clear(&f->bytes);
        f->head = 2;
        f->cut = 0;
        f->whole = false;
    }
    while (in->len > 0 && f->bytes.len < f->head) {
        take_head(f, *in->ptr);
        *in = td_bytes(in->ptr + 1, in->len - 1);
    }
    if (f->bytes.len < f->head)
        return false;
    take_payload(f, in);
    if (f->left > 0)
        return false;
    f->whole = true;
    *frame = (struct rec_frame){.bytes = td_buf_bytes(&f->bytes),
                                .cut = f->cut,
                                .goodbye = goodbye_of(f)};
    return true;
}

bool rec_frames_is_within(const struct rec_frames *frames,
                          struct td_bytes *came)
{
    *came = td_buf_bytes(&frames->bytes);
    return frames->bytes.len > 0 && !frames->whole;
}
