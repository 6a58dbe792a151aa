#include "core/utf8.h"
#include "core/simd.h"

#include <stdbool.h>

#define STEP TD_SIMD_WIDE /* bytes looked at at once */

/* What may follow a lead byte: length, and the range of the second byte, which
 * is where overlong forms, surrogates and values above U+10FFFF are told apart.
 */
struct lead {
    uint8_t first; /* lead bytes first..last */
    uint8_t last;
    uint8_t len;
    uint8_t low; /* the second byte is in low..high */
    uint8_t high;
};

static const struct lead leads[] = {
    {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F},
    {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

static const struct lead *find_lead(uint8_t byte)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    }
    return NULL;
}

size_t td_utf8_step(const uint8_t *at, const uint8_t *end)
{
    const struct lead *lead;

    if (at[0] < 0x80)
        return 1;
    lead = find_lead(at[0]);
    if (!lead || (size_t)(end - at) < lead->len)
        return 0;
    if (at[1] < lead->low || at[1] > lead->high)
        return 0;
    for (size_t i = 2; i < lead->len; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    }
    return lead->len;
}

/* A bit for every byte that is not ASCII. */
static unsigned high_bits(const uint8_t *at)
{
    return td_simd_mask(td_simd_load(at));
}

/* One question for 64 bytes, because texts are long and nearly all ASCII. */
static bool wide_is_ascii(const uint8_t *at)
{
    td_simd16 low = td_simd_or(td_simd_load(at), td_simd_load(at + STEP));
    td_simd16 high =
        td_simd_or(td_simd_load(at + 2 * STEP), td_simd_load(at + 3 * STEP));

    return td_simd_mask(td_simd_or(low, high)) == 0;
}

/* As td_utf8_skip_ascii(), for less than one step. */
static const uint8_t *skip_short(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at < 0x80)
        at++;
    return at;
}

const uint8_t *td_utf8_skip_ascii(const uint8_t *at, const uint8_t *end)
{
    unsigned mask;

    if (end - at < STEP)
        return skip_short(at, end);
    while (end - at >= 4 * STEP && wide_is_ascii(at))
        at += 4 * STEP;
    for (; end - at >= STEP; at += STEP) {
        mask = high_bits(at);
        if (mask != 0)
            return at + __builtin_ctz(mask);
    }
    /* The last step overlaps bytes that are known to be ASCII. */
    mask = high_bits(end - STEP);
    return mask != 0 ? end - STEP + __builtin_ctz(mask) : end;
}

bool td_utf8_valid(struct td_bytes text)
{
    const uint8_t *end = text.len ? text.ptr + text.len : text.ptr;
    const uint8_t *at = td_utf8_skip_ascii(text.ptr, end);

    while (at < end) {
        size_t len = td_utf8_step(at, end);

        if (len == 0)
            return false;
        at = td_utf8_skip_ascii(at + len, end);
    }
    return true;
}

size_t td_utf8_put(uint8_t out[4], uint32_t cp)
{
    static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (cp & 0x3F));
        cp >>= 6;
    }
    out[0] = (uint8_t)(marks[len] | cp);
    return len;
}

size_t td_utf8_broken(const uint8_t *at, const uint8_t *end)
{
    const struct lead *lead = find_lead(at[0]);
    size_t len = 1;

    if (!lead || end - at < 2 || at[1] < lead->low || at[1] > lead->high)
        return 1;
    do
        len++;
    while (at + len < end && (at[len] & 0xC0) == 0x80);
    return len;
}

enum td_code td_utf8_replace(struct td_buf *out, struct td_bytes text)
{
    const uint8_t *at = text.ptr;
    const uint8_t *end = text.len ? text.ptr + text.len : text.ptr;
    enum td_code code = TD_OK;

    while (at < end && !code) {
        size_t len = td_utf8_step(at, end);

        if (len > 0) {
            code = td_buf_add(out, at, len);
        } else {
            len = td_utf8_broken(at, end);
            code = td_buf_add_text(out, "\xef\xbf\xbd");
        }
        at += len;
    }
    return code;
}
