/* validator/same.h - are these the same few bytes, without a call: keys and
 * names of events, which are compared for every message.
 */
#ifndef VALIDATOR_SAME_H
#define VALIDATOR_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool check_same_word(const uint8_t *a, const uint8_t *b)
{
    uint64_t x;
    uint64_t y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y;
}

/* Words; the last one may overlap the one before. Neither may be NULL. */
static inline bool check_same(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t i = 0;

    if (len < 8)
        return memcmp(a, b, len) == 0;
    for (; i + 8 < len; i += 8) {
        if (!check_same_word(a + i, b + i))
            return false;
    }
    return check_same_word(a + len - 8, b + len - 8);
}

#endif
