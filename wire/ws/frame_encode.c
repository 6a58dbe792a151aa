#include "core/rand.h"
#include "core/simd.h"
#include "wire/ws/frame.h"

void ws_mask(uint8_t *to, const uint8_t *from, size_t len,
             const uint8_t mask[4], uint64_t at)
{
    uint8_t key[TD_SIMD_WIDE];
    td_simd16 wide;
    size_t i = 0;

    for (size_t k = 0; k < sizeof(key); k++)
        key[k] = mask[(at + k) & 3];
    wide = td_simd_load(key);
    for (; i + TD_SIMD_WIDE <= len; i += TD_SIMD_WIDE)
        td_simd_store(to + i, td_simd_xor(td_simd_load(from + i), wide));
    for (; i + 8 <= len; i += 8) {
        uint64_t word;
        uint64_t half;

        memcpy(&word, from + i, 8);
        memcpy(&half, key, 8);
        word ^= half;
        memcpy(to + i, &word, 8);
    }
    for (; i < len; i++)
        to[i] = from[i] ^ key[i & 3];
}

size_t ws_put_head(uint8_t head[WS_HEAD_MAX], enum ws_opcode opcode, bool fin,
                   uint64_t len, const uint8_t *mask)
{
    size_t bytes = len < 126 ? 0 : len <= UINT16_MAX ? 2 : 8;
    size_t at = 2 + bytes;

    head[0] = (uint8_t)((fin ? 0x80 : 0) | (unsigned)opcode);
    head[1] = bytes == 0 ? (uint8_t)len : bytes == 2 ? 126 : 127;
    for (size_t i = 0; i < bytes; i++)
        head[2 + i] = (uint8_t)(len >> 8 * (bytes - 1 - i));
    if (mask) {
        head[1] |= 0x80;
        memcpy(head + at, mask, 4);
        at += 4;
    }
    return at;
}

enum td_code ws_put(struct td_buf *out, enum ws_opcode opcode,
                    struct td_bytes payload, const uint8_t *mask)
{
    uint8_t head[WS_HEAD_MAX];
    size_t size = ws_put_head(head, opcode, true, payload.len, mask);
    uint8_t *to = td_buf_room(out, size + payload.len);

    if (!to)
        return TD_LIMIT;
    memcpy(to, head, size);
    if (mask)
        ws_mask(to + size, payload.ptr, payload.len, mask, 0);
    else if (payload.len > 0)
        memcpy(to + size, payload.ptr, payload.len);
    out->len += size + payload.len;
    return TD_OK;
}

enum td_code ws_put_close(struct td_buf *out, uint16_t code, const char *reason,
                          const uint8_t *mask)
{
    uint8_t payload[WS_CONTROL_MAX];
    size_t len = strlen(reason);

    if (code == WS_CODE_NONE)
        return ws_put(out, WS_CLOSE, td_bytes(payload, 0), mask);
    if (len > WS_REASON_MAX)
        for (len = WS_REASON_MAX;
             len > 0 && ((uint8_t)reason[len] & 0xc0) == 0x80;)
            len--;
    payload[0] = (uint8_t)(code >> 8);
    payload[1] = (uint8_t)code;
    memcpy(payload + 2, reason, len);
    return ws_put(out, WS_CLOSE, td_bytes(payload, len + 2), mask);
}

bool ws_code_valid(uint16_t code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

const uint8_t *ws_next_key(struct ws_keys *keys)
{
    if (keys->left < 4) {
        td_rand_bytes(td_rand_real(), keys->pool, sizeof(keys->pool));
        keys->left = sizeof(keys->pool);
    }
    keys->left -= 4;
    return keys->pool + keys->left;
}
