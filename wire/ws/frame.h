/* wire/ws/frame.h - WebSocket frames without I/O (RFC 6455), both roles.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-+-+-+-+-------+-+-------------+-------------------------------+
 *    |F|R|R|R| opcode|M| length (7)  | length (16 or 64)             |
 *    |I|S|S|S|       |A|             | if length is 126 or 127       |
 *    |N|V|V|V|       |S|             +-------------------------------+
 *    | |1|2|3|       |K|             | masking key, if MASK is set   |
 *    +-+-+-+-+-------+-+-------------+-------------------------------+
 *
 * No extension is ever offered, so every RSV bit is an error. The decoder
 * hands out whole messages and control frames; a violation gives the close
 * code that RFC 6455 names: 1002 protocol, 1007 not UTF-8, 1009 too big.
 */
#ifndef WIRE_WS_FRAME_H
#define WIRE_WS_FRAME_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define WS_HEAD_MAX    14 /* bytes of the longest frame head */
#define WS_CONTROL_MAX 125
#define WS_REASON_MAX  123
#define WS_MESSAGE_MAX ((size_t)128 << 20) /* default limit, bytes */

enum ws_opcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
};

/* RFC 6455 section 7.4.1. */
enum ws_close_code {
    WS_CODE_NORMAL = 1000,
    WS_CODE_GOING_AWAY = 1001,
    WS_CODE_PROTOCOL = 1002,
    WS_CODE_NONE = 1005,     /* never sent: the close frame had no code */
    WS_CODE_ABNORMAL = 1006, /* never sent: there was no close frame */
    WS_CODE_NOT_UTF8 = 1007,
    WS_CODE_POLICY = 1008,
    WS_CODE_TOO_BIG = 1009,
    WS_CODE_INTERNAL = 1011,
};

enum ws_role { WS_CLIENT, WS_SERVER };

struct ws_message {
    enum ws_opcode opcode;   /* never WS_CONTINUATION */
    struct td_bytes payload; /* WS_CLOSE: the reason */
    uint16_t code;           /* WS_CLOSE: WS_CODE_NONE if it had none */
};

/* UTF-8 (RFC 3629) checked piece by piece. All zeroes = start, and complete. */
struct ws_utf8 {
    uint8_t left; /* continuation bytes still to come */
    uint8_t low;  /* bounds of the next one */
    uint8_t high;
};

/* Private, but for close_code. */
struct ws_decoder {
    uint16_t close_code; /* after an error: what to send */
    enum ws_role role;
    size_t max_message;
    struct td_buf message; /* pieces of a message that came in pieces */
    uint8_t control[WS_CONTROL_MAX];
    uint8_t control_len;
    uint8_t head[WS_HEAD_MAX];
    uint8_t head_len;  /* bytes of the head that came */
    uint8_t head_size; /* bytes it has */
    uint8_t opcode;    /* of the frame being read */
    uint8_t started;   /* opcode of the message being read, 0 = none */
    bool in_payload;
    bool fin;
    bool done; /* a close frame or an error was seen */
    uint8_t mask[4];
    uint64_t length; /* of the frame's payload */
    uint64_t seen;   /* of that */
    struct ws_utf8 utf8;
};

/* role: ours. max_message: bytes, 0 = WS_MESSAGE_MAX. */
void ws_decoder_init(struct ws_decoder *decoder, enum ws_role role,
                     size_t max_message);
void ws_decoder_release(struct ws_decoder *decoder);

/* The next message or control frame of *in, which is moved past the bytes used.
 * The payload points into *in if it lies there whole and unmasked, else into
 * the decoder; it lives until the next call. TD_AGAIN: all used, push more.
 * TD_PROTOCOL, TD_FORMAT (UTF-8), TD_LIMIT: decoder->close_code says why.
 * TD_END: a close frame was handed out before, the rest is not looked at.
 */
TD_MUST_CHECK enum td_code ws_next(struct ws_decoder *decoder,
                                   struct td_bytes *in,
                                   struct ws_message *message,
                                   struct td_error *err);

/* Whether a message or a frame has begun whose end has not come, also behind a
 * close frame. Then *came (may be NULL) are the bytes of its payload that came,
 * or of its head if there are none; until the next call. After an error:
 * whether a message had begun in frames before the wrong one, which is no part
 * of it.
 */
bool ws_is_within(const struct ws_decoder *decoder, struct td_bytes *came);

/* Write a frame head for len bytes of payload; returns its size. mask: 4 bytes
 * (clients must) or NULL (servers must).
 */
size_t ws_put_head(uint8_t head[WS_HEAD_MAX], enum ws_opcode opcode, bool fin,
                   uint64_t len, const uint8_t *mask);

/* Append one whole frame, masked with the 4 bytes of mask if not NULL. TD_OK or
 * TD_LIMIT.
 */
enum td_code ws_put(struct td_buf *out, enum ws_opcode opcode,
                    struct td_bytes payload, const uint8_t *mask);

/* Append a close frame; code WS_CODE_NONE = without one. The reason is cut at
 * WS_REASON_MAX bytes on a character boundary.
 */
enum td_code ws_put_close(struct td_buf *out, uint16_t code, const char *reason,
                          const uint8_t *mask);

/* to[i] = from[i] ^ mask[(at + i) % 4]; to may be from. */
void ws_mask(uint8_t *to, const uint8_t *from, size_t len,
             const uint8_t mask[4], uint64_t at);

/* True for a code that may stand in a close frame. */
bool ws_code_valid(uint16_t code);

/* Masking keys from the system's generator, fetched many at a time. All zeroes
 * is valid.
 */
struct ws_keys {
    uint8_t pool[1024];
    size_t left; /* bytes not given out yet */
};

const uint8_t *ws_next_key(struct ws_keys *keys); /* 4 bytes, until the next */

#endif
