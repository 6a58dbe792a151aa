#include "wire/ws/frame.h"
#include "core/utf8.h"

#define KEEP_MAX ((size_t)1 << 20) /* bytes of memory kept between messages */

/* The first byte of a character of several (RFC 3629 section 4). */
static bool start_character(struct ws_utf8 *state, uint8_t c)
{
    state->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    state->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (c >= 0xc2 && c <= 0xdf)
        state->left = 1;
    else if (c >= 0xe0 && c <= 0xef)
        state->left = 2;
    else if (c >= 0xf0 && c <= 0xf4)
        state->left = 3;
    else
        return false;
    return true;
}

/* False as soon as text cannot be UTF-8 any more. */
static bool ws_utf8_feed(struct ws_utf8 *state, struct td_bytes text)
{
    const uint8_t *end = text.ptr + text.len;

    for (size_t i = 0; i < text.len; i++) {
        if (state->left == 0) {
            i = (size_t)(td_utf8_skip_ascii(text.ptr + i, end) - text.ptr);
            if (i == text.len)
                return true;
            if (!start_character(state, text.ptr[i]))
                return false;
            continue;
        }
        if (text.ptr[i] < state->low || text.ptr[i] > state->high)
            return false;
        state->low = 0x80;
        state->high = 0xbf;
        state->left--;
    }
    return true;
}

void ws_decoder_init(struct ws_decoder *decoder, enum ws_role role,
                     size_t max_message)
{
    *decoder = (struct ws_decoder){.role = role};
    decoder->max_message = max_message ? max_message : WS_MESSAGE_MAX;
    td_buf_init(&decoder->message, decoder->max_message);
}

void ws_decoder_release(struct ws_decoder *decoder)
{
    td_buf_release(&decoder->message);
}

static enum td_code broken(struct ws_decoder *d, uint16_t code,
                           struct td_error *err, const char *why)
{
    enum td_code kind = code == WS_CODE_TOO_BIG    ? TD_LIMIT
                        : code == WS_CODE_NOT_UTF8 ? TD_FORMAT
                                                   : TD_PROTOCOL;

    d->close_code = code;
    d->done = true;
    return td_error_set(err, kind, NULL, 0, "WebSocket: %s", why);
}

static bool is_control(uint8_t opcode)
{
    return opcode >= WS_CLOSE;
}

static size_t head_size(uint8_t second)
{
    unsigned len = second & 0x7f;
    size_t size = len == 126 ? 4 : len == 127 ? 10 : 2;

    return second & 0x80 ? size + 4 : size;
}

/* What is wrong with the first two bytes of a frame, or NULL. */
static const char *judge_first(const struct ws_decoder *d, const uint8_t *head)
{
    uint8_t opcode = head[0] & 0x0f;
    bool fin = head[0] & 0x80;

    if (head[0] & 0x70)
        return "a reserved bit is set";
    if ((opcode > WS_BINARY && opcode < WS_CLOSE) || opcode > WS_PONG)
        return "a reserved opcode";
    if (is_control(opcode) && !fin)
        return "a fragmented control frame";
    if (is_control(opcode) && (head[1] & 0x7f) > WS_CONTROL_MAX)
        return "a control frame of more than 125 bytes";
    if (opcode == WS_CONTINUATION && !d->started)
        return "a continuation of nothing";
    if ((opcode == WS_TEXT || opcode == WS_BINARY) && d->started)
        return "a message within a fragmented message";
    if (d->role == WS_SERVER && !(head[1] & 0x80))
        return "an unmasked frame from a client";
    if (d->role == WS_CLIENT && (head[1] & 0x80))
        return "a masked frame from a server";
    return NULL;
}

/* The payload length of a whole head; false if it is not the shortest form. */
static bool read_length(const uint8_t *head, uint64_t *length)
{
    unsigned size = (head[1] & 0x7f) == 126   ? 2
                    : (head[1] & 0x7f) == 127 ? 8
                                              : 0;
    uint64_t n = 0;

    for (unsigned i = 0; i < size; i++)
        n = n << 8 | head[2 + i];
    *length = size ? n : head[1] & 0x7fU;
    if (size == 2)
        return n >= 126;
    return size == 0 || (n > UINT16_MAX && n <= INT64_MAX);
}

/* Start the frame whose head is complete. */
static enum td_code start_frame(struct ws_decoder *d, const uint8_t *head,
                                size_t size, struct td_error *err)
{
    if (!read_length(head, &d->length))
        return broken(d, WS_CODE_PROTOCOL, err, "a length in a longer form");
    d->opcode = head[0] & 0x0f;
    d->fin = head[0] & 0x80;
    d->seen = 0;
    d->in_payload = true;
    d->head_len = 0;
    if (head[1] & 0x80)
        memcpy(d->mask, head + size - 4, 4);
    if (is_control(d->opcode)) {
        d->control_len = 0;
        return TD_OK;
    }
    if (d->opcode != WS_CONTINUATION) {
        d->started = d->opcode;
        d->utf8 = (struct ws_utf8){0};
        td_buf_clear(&d->message);
        if (d->message.cap > KEEP_MAX)
            td_buf_release(&d->message);
    }
    if (d->length > d->max_message - d->message.len)
        return broken(d, WS_CODE_TOO_BIG, err, "a message over the limit");
    return TD_OK;
}

/* A head, straight from *in if it lies there whole. */
static enum td_code read_head(struct ws_decoder *d, struct td_bytes *in,
                              struct td_error *err)
{
    const uint8_t *head = in->ptr;
    const char *why;
    size_t size;

    if (d->head_len > 0 || in->len < 2 || in->len < head_size(head[1])) {
        while (d->head_len < 2 || d->head_len < head_size(d->head[1])) {
            if (in->len == 0)
                return TD_AGAIN;
            d->head[d->head_len++] = *in->ptr++;
            in->len--;
            why = d->head_len == 2 ? judge_first(d, d->head) : NULL;
            if (why)
                return broken(d, WS_CODE_PROTOCOL, err, why);
        }
        return start_frame(d, d->head, d->head_len, err);
    }
    why = judge_first(d, head);
    if (why)
        return broken(d, WS_CODE_PROTOCOL, err, why);
    size = head_size(head[1]);
    in->ptr += size;
    in->len -= size;
    return start_frame(d, head, size, err);
}

static enum td_code end_control(struct ws_decoder *d, struct ws_message *out,
                                struct td_error *err)
{
    struct ws_utf8 utf8 = {0};

    d->in_payload = false;
    *out = (struct ws_message){.opcode = (enum ws_opcode)d->opcode,
                               .payload = td_bytes(d->control, d->control_len)};
    if (d->opcode != WS_CLOSE)
        return TD_OK;
    if (d->control_len == 1)
        return broken(d, WS_CODE_PROTOCOL, err, "half a close code");
    d->done = true;
    out->code = WS_CODE_NONE;
    if (d->control_len == 0)
        return TD_OK;
    out->code = (uint16_t)(d->control[0] << 8 | d->control[1]);
    out->payload.ptr += 2;
    out->payload.len -= 2;
    if (!ws_code_valid(out->code))
        return broken(d, WS_CODE_PROTOCOL, err,
                      "a close code that may not be sent");
    if (!ws_utf8_feed(&utf8, out->payload) || utf8.left)
        return broken(d, WS_CODE_NOT_UTF8, err,
                      "a close reason that is not UTF-8");
    return TD_OK;
}

static enum td_code read_control(struct ws_decoder *d, struct td_bytes *in,
                                 struct ws_message *out, struct td_error *err)
{
    size_t want = (size_t)d->length - d->control_len;
    size_t len = want < in->len ? want : in->len;

    if (d->role == WS_SERVER)
        ws_mask(d->control + d->control_len, in->ptr, len, d->mask,
                d->control_len);
    else if (len > 0)
        memcpy(d->control + d->control_len, in->ptr, len);
    d->control_len = (uint8_t)(d->control_len + len);
    in->ptr += len;
    in->len -= len;
    return len == want ? end_control(d, out, err) : TD_AGAIN;
}

/* Check new bytes of a text, which ends with them if `last`. */
static enum td_code check_text(struct ws_decoder *d, struct td_bytes piece,
                               bool last, struct td_error *err)
{
    if (d->started == WS_TEXT &&
        (!ws_utf8_feed(&d->utf8, piece) || (last && d->utf8.left)))
        return broken(d, WS_CODE_NOT_UTF8, err, "a text that is not UTF-8");
    return TD_OK;
}

/* Move bytes of a payload behind the message, unmasked. */
static struct td_bytes keep_piece(struct ws_decoder *d, struct td_bytes *in,
                                  size_t len)
{
    uint8_t *to = td_buf_room(&d->message, len);

    /* start_frame() has measured that it fits. */
    if (!to)
        return td_bytes(NULL, 0);
    if (d->role == WS_SERVER)
        ws_mask(to, in->ptr, len, d->mask, d->seen);
    else
        memcpy(to, in->ptr, len);
    d->message.len += len;
    d->seen += len;
    in->ptr += len;
    in->len -= len;
    return td_bytes(to, len);
}

static enum td_code read_data(struct ws_decoder *d, struct td_bytes *in,
                              struct ws_message *out, struct td_error *err)
{
    bool whole = d->fin && d->seen == 0 && d->message.len == 0 &&
                 d->length <= in->len && d->role == WS_CLIENT;
    uint64_t want = d->length - d->seen;
    size_t len = want < in->len ? (size_t)want : in->len;
    struct td_bytes piece = td_bytes(in->ptr, len);
    enum td_code code;
    bool last;

    if (whole) {
        in->ptr += len;
        in->len -= len;
        d->seen = len;
    } else if (len > 0) {
        piece = keep_piece(d, in, len);
    }
    last = d->fin && d->seen == d->length;
    code = check_text(d, piece, last, err);
    if (code)
        return code;
    if (d->seen < d->length)
        return TD_AGAIN;
    d->in_payload = false;
    if (!last)
        return TD_AGAIN;
    *out = (struct ws_message){.opcode = (enum ws_opcode)d->started};
    out->payload = whole ? piece : td_buf_bytes(&d->message);
    d->started = 0;
    return TD_OK;
}

enum td_code ws_next(struct ws_decoder *decoder, struct td_bytes *in,
                     struct ws_message *message, struct td_error *err)
{
    enum td_code code = TD_AGAIN;

    if (decoder->done)
        return TD_END;
    do {
        if (!decoder->in_payload) {
            code = read_head(decoder, in, err);
            if (code != TD_OK)
                return code;
        }
        code = is_control(decoder->opcode)
                   ? read_control(decoder, in, message, err)
                   : read_data(decoder, in, message, err);
    } while (code == TD_AGAIN && in->len > 0);
    return code;
}

bool ws_is_within(const struct ws_decoder *d, struct td_bytes *came)
{
    struct td_bytes bytes = td_bytes(d->head, d->head_len);

    if (d->started && d->message.len > 0)
        bytes = td_buf_bytes(&d->message);
    else if (d->in_payload && is_control(d->opcode))
        bytes = td_bytes(d->control, d->control_len);
    if (came)
        *came = bytes;
    if (d->close_code) /* of the wrong frame all is told already */
        return d->started && !d->in_payload;
    return d->started || d->in_payload || d->head_len > 0;
}
