/* schema/value/chars.h - reading text character by character, as patterns and
 * formats do. */
#ifndef SCHEMA_VALUE_CHARS_H
#define SCHEMA_VALUE_CHARS_H

#include "core/event.h"

#include <stdbool.h>

static inline bool schema_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool schema_is_alpha(uint32_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline bool schema_is_hex(uint32_t c)
{
    return schema_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* One of the ASCII characters of `set`. */
static inline bool schema_is_in(uint32_t c, const char *set)
{
    return c > 0 && c < 0x80 && strchr(set, (int)c);
}

/* Cut the first n (at most text->len) bytes off text. */
struct td_bytes schema_cut(struct td_bytes *text, size_t n);

/* Take the first code point of text, which is not empty; UINT32_MAX if it is
 * ill-formed UTF-8.
 */
uint32_t schema_next_char(struct td_bytes *text);

/* Take a "%41" off text. False, and nothing taken, if it is no such triplet. */
bool schema_next_percent(struct td_bytes *text);

#endif
