#include "core/b64.h"

#include <stdbool.h>

#define SEXTETS                                                                \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

static const char alphabet[65] = SEXTETS;

/* Three bytes to four characters; `len` of the bytes are there (1 to 3). */
static void encode_group(uint8_t *out, const uint8_t *in, size_t len)
{
    uint32_t bits = (uint32_t)in[0] << 16;

    if (len > 1)
        bits |= (uint32_t)in[1] << 8;
    if (len > 2)
        bits |= in[2];
    out[0] = (uint8_t)alphabet[bits >> 18];
    out[1] = (uint8_t)alphabet[bits >> 12 & 63];
    out[2] = len > 1 ? (uint8_t)alphabet[bits >> 6 & 63] : '=';
    out[3] = len > 2 ? (uint8_t)alphabet[bits & 63] : '=';
}

enum td_code td_b64_encode(struct td_buf *out, struct td_bytes data)
{
    size_t groups = data.len / 3 + (data.len % 3 != 0);
    uint8_t *to;

    if (groups > TD_BUF_MAX / 4)
        return TD_LIMIT;
    to = td_buf_room(out, groups * 4);
    if (!to)
        return TD_LIMIT;
    for (size_t i = 0; i < data.len; i += 3, to += 4)
        encode_group(to, data.ptr + i, data.len - i < 3 ? data.len - i : 3);
    out->len += groups * 4;
    return TD_OK;
}

/* 0 to 63, or 64 for a byte that is not in the alphabet. */
static uint32_t sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0' + 52);
    if (c == '+')
        return 62;
    return c == '/' ? 63 : 64;
}

/* Four characters to `len` bytes (1 to 3); false if one is foreign or bits
 * behind the last byte are set.
 */
static bool decode_group(uint8_t *out, const uint8_t *in, size_t len)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < 4; i++) {
        uint32_t six = i <= len ? sextet(in[i]) : 0;

        if (six > 63)
            return false;
        bits = bits << 6 | six;
    }
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    return (bits & (UINT32_C(0xFFFFFF) >> (8 * len))) == 0;
}

enum td_code td_b64_decode(struct td_buf *out, struct td_bytes text)
{
    size_t groups = text.len / 4;
    size_t pad = 0;
    uint8_t *to;

    if (text.len % 4 != 0)
        return TD_FORMAT;
    if (groups == 0)
        return TD_OK;
    to = td_buf_room(out, groups * 3);
    if (!to)
        return TD_LIMIT;
    if (text.ptr[text.len - 1] == '=')
        pad = text.ptr[text.len - 2] == '=' ? 2 : 1;
    for (size_t i = 0; i < groups; i++) {
        if (!decode_group(to + 3 * i, text.ptr + 4 * i,
                          i + 1 < groups ? 3 : 3 - pad))
            return TD_FORMAT;
    }
    out->len += groups * 3 - pad;
    return TD_OK;
}
