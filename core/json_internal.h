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
#include "core/simd.h"

#define JSON_INLINE static inline __attribute__((always_inline))

#define JSON_WIDE TD_SIMD_WIDE /* bytes looked at at once */

JSON_INLINE bool json_is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* A bit for every byte that ends a string or needs a closer look: a quote, a
 * backslash, a control byte, or a byte that is not ASCII.
 */
JSON_INLINE unsigned json_special_mask(const uint8_t *at)
{
    td_simd16 v = td_simd_load(at);
    /* Bytes from 0x80 are negative, so this is "not ASCII" as well. */
    td_simd16 odd = td_simd_less(v, td_simd_fill(' '));

    odd = td_simd_or(odd, td_simd_equal(v, td_simd_fill('"')));
    odd = td_simd_or(odd, td_simd_equal(v, td_simd_fill('\\')));
    return td_simd_mask(odd);
}

/* A bit for every digit; the bits from JSON_WIDE up are 0. */
JSON_INLINE unsigned json_digit_mask(const uint8_t *at)
{
    td_simd16 v = td_simd_sub(td_simd_load(at), td_simd_fill('0'));
    td_simd16 low = td_simd_min(v, td_simd_fill(9));

    return td_simd_mask(td_simd_equal(low, v));
}

/* The rest of a string from any byte within it that starts a character. */
const uint8_t *td_json_scan_string_rest(const uint8_t *at, const uint8_t *end,
                                        uint8_t *flags, const uint8_t **bad);

/* td_json_fits_line() with another limit of depth. */
bool td_json_fits_deep(struct td_bytes text, unsigned max_depth);

/* A whole number from its first byte, however long, byte by byte. */
const uint8_t *td_json_scan_number_rest(const uint8_t *at, const uint8_t *end,
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
    return td_json_scan_string_rest(at, end, flags, bad);
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
        return td_json_scan_number_rest(at, end, flags, bad);
    mask = json_digit_mask(digits);
    n = (unsigned)__builtin_ctz(~mask);
    if (n == 0 || (*digits == '0' && n > 1))
        return td_json_scan_number_rest(at, end, flags, bad);
    if (digits[n] == '.') {
        more = (unsigned)__builtin_ctz(~(mask >> (n + 1)));
        *flags = TD_JSON_NOT_INT;
        if (more == 0)
            return td_json_scan_number_rest(at, end, flags, bad);
        n += 1 + more;
    }
    if (n >= JSON_WIDE || (digits[n] | 0x20) == 'e')
        return td_json_scan_number_rest(at, end, flags, bad);
    return digits + n;
}

#endif
