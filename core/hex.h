/* core/hex.h - hexadecimal digits, and the percent-encoding of RFC 3986,
 * section 2.1.
 */
#ifndef CORE_HEX_H
#define CORE_HEX_H

#include "core/buf.h"

/* What a digit counts, in letters of any case; -1: it is none. */
static inline int td_hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Append what a percent-encoded text stands for. TD_FORMAT: a '%' without two
 * hex digits, or a NUL; TD_LIMIT.
 */
TD_MUST_CHECK enum td_code td_percent_decode(struct td_buf *out,
                                             struct td_bytes text);

#endif
