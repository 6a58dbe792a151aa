/* core/utf8.h - UTF-8 (RFC 3629, table 3-7 of Unicode). */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/buf.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if text is valid UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool td_utf8_valid(struct td_bytes text);

/* Bytes (1 to 4) of the well-formed sequence at `at`, which is below `end`;
 * 0 if it is ill-formed or cut off.
 */
size_t td_utf8_step(const uint8_t *at, const uint8_t *end);

/* Bytes that one U+FFFD stands for where td_utf8_step() finds none: the start
 * of a sequence as far as it goes, or a byte that starts none (WHATWG
 * Encoding).
 */
size_t td_utf8_broken(const uint8_t *at, const uint8_t *end);

/* The first byte in [at, end) that is not ASCII, or end. */
const uint8_t *td_utf8_skip_ascii(const uint8_t *at, const uint8_t *end);

/* Text without the byte order mark that it may begin with, which is no part of
 * it: RFC 8259, 8.1 has readers of JSON pass over one.
 */
static inline struct td_bytes td_utf8_unmarked(struct td_bytes text)
{
    bool marked = text.len >= 3 && text.ptr[0] == 0xEF && text.ptr[1] == 0xBB &&
                  text.ptr[2] == 0xBF;

    return marked ? td_bytes(text.ptr + 3, text.len - 3) : text;
}

/* The code point of the well-formed sequence of len bytes (td_utf8_step()). */
static inline uint32_t td_utf8_point(const uint8_t *at, size_t len)
{
    uint32_t cp = len > 1 ? at[0] & 0x7Fu >> len : at[0];

    for (size_t i = 1; i < len; i++)
        cp = cp << 6 | (at[i] & 0x3Fu);
    return cp;
}

/* Write code point cp (not a surrogate, at most U+10FFFF) to out; its length.
 */
size_t td_utf8_put(uint8_t out[4], uint32_t cp);

/* Append text, U+FFFD in the place of each ill-formed part (td_utf8_broken()).
 * What is well-formed stays. TD_OK or TD_LIMIT.
 */
enum td_code td_utf8_replace(struct td_buf *out, struct td_bytes text);

#endif
