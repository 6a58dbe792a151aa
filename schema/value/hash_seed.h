/* schema/value/hash_seed.h - hashing what a sender chooses, so that it cannot
 * choose the hashes as well: with numbers that are drawn at random, once a
 * process.
 *
 *     schema_hash_seed_draw();                        before the first hash
 *     h = schema_hash_seed.start;
 *     h = schema_hash_mix(h ^ word, schema_hash_seed.step);  each word
 *     h = schema_hash_mix(h ^ len, schema_hash_seed.last);
 *
 * Between any two words stands a product with a factor that nobody outside
 * knows, and half of it is folded onto the other, so no step can be undone.
 * Hashes are not for the outside: not to be shown, nor to give an order.
 */
#ifndef SCHEMA_VALUE_HASH_SEED_H
#define SCHEMA_VALUE_HASH_SEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct schema_hash_seed {
    uint64_t start;
    uint64_t step; /* a factor; odd */
    uint64_t last; /* another */
};

extern struct schema_hash_seed schema_hash_seed;

/* Draw it, unless it was; from any thread. */
void schema_hash_seed_draw(void);

__extension__ typedef unsigned __int128 schema_u128;

static inline uint64_t schema_hash_mix(uint64_t n, uint64_t factor)
{
    schema_u128 product = (schema_u128)n * factor;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Are these the same few bytes, without a call: keys and names of events, which
 * are compared for every message.
 */
static inline bool schema_same_word(const uint8_t *a, const uint8_t *b)
{
    uint64_t x;
    uint64_t y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y;
}

/* Words; the last one may overlap the one before. Neither may be NULL. */
static inline bool schema_same_bytes(const uint8_t *a, const uint8_t *b,
                                     size_t len)
{
    size_t i = 0;

    if (len < 8)
        return memcmp(a, b, len) == 0;
    for (; i + 8 < len; i += 8) {
        if (!schema_same_word(a + i, b + i))
            return false;
    }
    return schema_same_word(a + len - 8, b + len - 8);
}

#endif
