/* schema/value/fingerprint.h - cheap prints of texts and values: equal ones
 * have equal prints. They hold within a process, and only there (secret.h,
 * which is to be drawn before).
 */
#ifndef SCHEMA_VALUE_FINGERPRINT_H
#define SCHEMA_VALUE_FINGERPRINT_H

#include "core/json.h"
#include "schema/value/hash_seed.h"

#include <string.h>

/* The last bytes, at most eight, of the `len` that end at text[end]. */
static inline uint64_t schema_fingerprint_tail(const uint8_t *text, size_t end,
                                               size_t len)
{
    uint64_t word = 0;

    if (len >= 8) {
        memcpy(&word, text + end - 8, 8);
        return word;
    }
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && end >= 8 && len > 0) {
        memcpy(&word, text + end - 8, 8);
        return word >> (64 - 8 * len);
    }
    memcpy(&word, text + end - len, len);
    return word;
}

static inline uint64_t schema_fingerprint_mix(uint64_t print)
{
    return schema_hash_mix(print ^ schema_hash_seed.start,
                           schema_hash_seed.step);
}

/* Of all bytes, on top of another print. The length counts by a secret: a text
 * that goes on with zeroes could undo it if it stood beside the last bytes as
 * it is.
 */
static inline uint64_t schema_fingerprint_text(uint64_t print,
                                               const uint8_t *text, size_t end,
                                               size_t len)
{
    uint64_t word;

    for (size_t at = end - len; at + 8 < end; at += 8) {
        memcpy(&word, text + at, 8);
        print = schema_fingerprint_mix(print ^ word);
    }
    return schema_fingerprint_mix(print ^
                                  schema_fingerprint_tail(text, end, len) ^
                                  len * schema_hash_seed.last);
}

/* Of value `at`: the order of members does not matter, nor how a string is
 * escaped or a number written; the order of items does. Others hardly have the
 * same, but for objects whose members of one name are in another order. scratch
 * is overwritten.
 */
uint64_t schema_fingerprint_value(struct td_buf *scratch,
                                  const struct td_json_doc *doc, uint32_t at);

#endif
