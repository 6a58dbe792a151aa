/* schema/value/decimal.h - JSON numbers as the decimals they are written as.
 *
 * Comparing and dividing are exact at any length; no double is involved. The
 * power of ten is clamped to +-10^17, far past what a text can spell out.
 */
#ifndef SCHEMA_VALUE_DECIMAL_H
#define SCHEMA_VALUE_DECIMAL_H

#include "core/event.h"

#include <stdbool.h>

/* A number over the bytes of its token, which are borrowed. */
struct schema_decimal {
    bool negative;
    uint32_t count;        /* significant digits; 0 = the number is zero */
    int64_t top;           /* power of ten of the first significant digit */
    const uint8_t *digits; /* the first significant digit; skip the point */
};

/* Read a valid JSON number token. */
void schema_decimal_read(struct schema_decimal *d, struct td_bytes token);

/* <0, 0 or >0. */
int schema_decimal_compare(const struct schema_decimal *a,
                           const struct schema_decimal *b);

/* True if there is no fraction: 1.0 and 1e2 have none. */
bool schema_decimal_is_integer(const struct schema_decimal *d);

/* A divisor is above 0. */
bool schema_decimal_can_divide(const struct schema_decimal *d);

/* True if d is a whole multiple of by, which can divide. */
bool schema_decimal_is_multiple(const struct schema_decimal *d,
                                const struct schema_decimal *by);

/* The integer, if it is one within +-(10^18 - 1). */
bool schema_decimal_int64(const struct schema_decimal *d, int64_t *n);

#endif
