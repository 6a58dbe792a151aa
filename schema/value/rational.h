/* schema/value/rational.h - numbers that expressions calculate with: exact.
 *
 * A number is a fraction of two 64-bit integers while it fits, and of GMP's
 * integers beyond that, so 0.1 + 0.2 is 0.3 and 100 * 1 / 3 * 3 is 100. What
 * would not fit the limits below is no number: no text and no product makes
 * work without bound.
 */
#ifndef SCHEMA_VALUE_RATIONAL_H
#define SCHEMA_VALUE_RATIONAL_H

#include "core/buf.h"

#include <stdbool.h>

#define SCHEMA_RATIONAL_POWER 1000 /* tens a token reaches beside the point */
#define SCHEMA_RATIONAL_BITS                                                   \
    65536                         /* of a result's numerator or denominator    \
                                   */
#define SCHEMA_RATIONAL_PLACES 30 /* decimals that are asked for, at most */

struct schema_big;

/* A number. All zeroes but den = 1 is 0. Use it again and again: what it has
 * allocated for a large value is kept until it is released.
 */
struct schema_rational {
    int64_t num;            /* not always in lowest terms */
    int64_t den;            /* > 0; or 0: the value is `big` */
    struct schema_big *big; /* room for a large value, or NULL */
};

/* Frees its room; it is 0. */
void schema_rational_release(struct schema_rational *n);

/* n becomes the value. */
void schema_rational_set(struct schema_rational *n, int64_t value);
/* to becomes from. */
void schema_rational_copy(struct schema_rational *to,
                          const struct schema_rational *from);

/* n becomes num / den; den > 0, num > INT64_MIN. */
static inline void schema_rational_ratio(struct schema_rational *n, int64_t num,
                                         int64_t den)
{
    n->num = num;
    n->den = den;
}

/* Read a valid JSON number token; false: a digit is more than
 * SCHEMA_RATIONAL_POWER places from the point.
 */
TD_MUST_CHECK bool schema_rational_read(struct schema_rational *n,
                                        struct td_bytes token);

/* Half of the last digit that the token prints: 37.50 gives 0.005, 2e3 gives
 * 500. False: past SCHEMA_RATIONAL_POWER.
 */
TD_MUST_CHECK bool schema_rational_half_unit(struct schema_rational *n,
                                             struct td_bytes token);

enum schema_arithmetic {
    SCHEMA_ADD,
    SCHEMA_SUB,
    SCHEMA_MUL,
    SCHEMA_DIV,
    SCHEMA_MOD
};

enum schema_trouble {
    SCHEMA_FINE,
    SCHEMA_BY_ZERO,
    SCHEMA_TOO_LARGE, /* past SCHEMA_RATIONAL_BITS */
};

/* out = a OP b; out may be a or b, and is unchanged on trouble. The remainder
 * has the sign of a, as in CEL.
 */
enum schema_trouble schema_rational_calc(struct schema_rational *out,
                                         enum schema_arithmetic op,
                                         const struct schema_rational *a,
                                         const struct schema_rational *b);

enum schema_rounding {
    SCHEMA_FLOOR,
    SCHEMA_CEIL,
    SCHEMA_TRUNC,
    SCHEMA_ROUND /* halves away from 0 */
};

/* To an integer. */
void schema_rational_whole(struct schema_rational *n, enum schema_rounding how);

/* To so many decimals, halves away from 0; places within
 * +-SCHEMA_RATIONAL_PLACES.
 */
enum schema_trouble schema_rational_round(struct schema_rational *n,
                                          int places);

/* n becomes -n. */
void schema_rational_negate(struct schema_rational *n);

/* <0, 0 or >0. */
int schema_rational_compare(const struct schema_rational *a,
                            const struct schema_rational *b);
int schema_rational_sign(const struct schema_rational *n);

/* True if |a - b| <= by. */
bool schema_rational_within(const struct schema_rational *a,
                            const struct schema_rational *b,
                            const struct schema_rational *by);

/* The integer, if it is one and fits. */
bool schema_rational_int64(const struct schema_rational *n, int64_t *value);

/* Append it as people read it: 37.5, and 0.333333333333... where the decimals
 * do not end soon; of very large integers the first digits and their number.
 */
void schema_rational_write(struct td_buf *out, const struct schema_rational *n);

#endif
