/* core/json_internal.h - the tokens of RFC 8259, for core/json.c and
 * core/json_shape.c.
 *
 * Each function starts at the first byte of a token and returns the byte
 * behind it, or NULL with *bad at the first byte that cannot be right (end if
 * the text stops too early). Nothing at or behind `end` is read.
 *
 * The inline part of each is the common case without a loop, because a loop
 * over the bytes of a short token costs one wrong guess of the processor at
 * its end; the rest is in json_scan.c.
 */
#ifndef CORE_JSON_INTERNAL_H
#define CORE_JSON_INTERNAL_H

#include "core/json.h"

#include <emmintrin.h>

#define JSON_INLINE static inline __attribute__((always_inline))

#define JSON_WIDE 16 /* bytes looked at at once */

JSON_INLINE bool json_is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

JSON_INLINE __m128i json_load(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* A bit for every byte that ends a string or needs a closer look: a quote, a
 * backslash, a control byte, or a byte that is not ASCII.
 */
JSON_INLINE unsigned json_special_mask(const uint8_t *at)
{
    __m128i v = json_load(at);
    /* Bytes from 0x80 are negative, so this is "not ASCII" as well. */
    __m128i odd = _mm_cmplt_epi8(v, _mm_set1_epi8(' '));

    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(odd);
}

/* A bit for every digit; the bits from JSON_WIDE up are 0. */
JSON_INLINE unsigned json_digit_mask(const uint8_t *at)
{
    __m128i v = _mm_sub_epi8(json_load(at), _mm_set1_epi8('0'));
    __m128i low = _mm_min_epu8(v, _mm_set1_epi8(9));

    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(low, v));
}

/* The rest of a string from any byte within it that starts a character. */
const uint8_t *json_scan_string_rest(const uint8_t *at, const uint8_t *end,
                                     uint8_t *flags, const uint8_t **bad);

/* td_json_fits_line() with another limit of depth. */
bool json_fits_line(struct td_bytes text, unsigned max_depth);

/* A whole number from its first byte, however long, byte by byte. */
const uint8_t *json_scan_number_rest(const uint8_t *at, const uint8_t *end,
                                     uint8_t *flags, const uint8_t **bad);

/* A string from its opening quote; *flags is 0 or TD_JSON_ESCAPED. */
JSON_INLINE const uint8_t *json_scan_string(const uint8_t *at,
                                            const uint8_t *end, uint8_t *flags,
                                            const uint8_t **bad)
{
    at++;
    for (int i = 0; i < 2 && end - at >= JSON_WIDE; i++) {
        unsigned mask = json_special_mask(at);

        if (mask != 0) {
            at += __builtin_ctz(mask);
            if (*at == '"')
                return at + 1;
            break;
        }
        at += JSON_WIDE;
    }
    return json_scan_string_rest(at, end, flags, bad);
}

/* A number from its minus sign or first digit; *flags is 0 or TD_JSON_NOT_INT.
 */
JSON_INLINE const uint8_t *json_scan_number(const uint8_t *at,
                                            const uint8_t *end, uint8_t *flags,
                                            const uint8_t **bad)
{
    const uint8_t *digits = at + (*at == '-');
    unsigned mask;
    unsigned n;
    unsigned more;

    if (end - digits <= JSON_WIDE)
        return json_scan_number_rest(at, end, flags, bad);
    mask = json_digit_mask(digits);
    n = (unsigned)__builtin_ctz(~mask);
    if (n == 0 || (*digits == '0' && n > 1))
        return json_scan_number_rest(at, end, flags, bad);
    if (digits[n] == '.') {
        more = (unsigned)__builtin_ctz(~(mask >> (n + 1)));
        *flags = TD_JSON_NOT_INT;
        if (more == 0)
            return json_scan_number_rest(at, end, flags, bad);
        n += 1 + more;
    }
    if (n >= JSON_WIDE || (digits[n] | 0x20) == 'e')
        return json_scan_number_rest(at, end, flags, bad);
    return digits + n;
}

#endif
