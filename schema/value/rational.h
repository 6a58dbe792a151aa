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

#define CHECK_NUMBER_POWER  1000  /* tens a token reaches beside the point */
#define CHECK_NUMBER_BITS   65536 /* of a result's numerator or denominator */
#define CHECK_NUMBER_PLACES 30    /* decimals that are asked for, at most */

struct check_big;

/* A number. All zeroes but den = 1 is 0. Use it again and again: what it has
 * allocated for a large value is kept until it is released.
 */
struct check_number {
    int64_t num;           /* not always in lowest terms */
    int64_t den;           /* > 0; or 0: the value is `big` */
    struct check_big *big; /* room for a large value, or NULL */
};

/* Frees its room; it is 0. */
void check_number_release(struct check_number *n);

/* n becomes the value. */
void check_number_set(struct check_number *n, int64_t value);
/* to becomes from. */
void check_number_copy(struct check_number *to,
                       const struct check_number *from);

/* n becomes num / den; den > 0, num > INT64_MIN. */
static inline void check_number_ratio(struct check_number *n, int64_t num,
                                      int64_t den)
{
    n->num = num;
    n->den = den;
}

/* Read a valid JSON number token; false: a digit is more than
 * CHECK_NUMBER_POWER places from the point.
 */
TD_MUST_CHECK bool check_number_read(struct check_number *n,
                                     struct td_bytes token);

/* Half of the last digit that the token prints: 37.50 gives 0.005, 2e3 gives
 * 500. False: past CHECK_NUMBER_POWER.
 */
TD_MUST_CHECK bool check_number_half_unit(struct check_number *n,
                                          struct td_bytes token);

enum check_sum { CHECK_ADD, CHECK_SUB, CHECK_MUL, CHECK_DIV, CHECK_MOD };

enum check_trouble {
    CHECK_FINE,
    CHECK_BY_ZERO,
    CHECK_TOO_LARGE, /* past CHECK_NUMBER_BITS */
};

/* out = a OP b; out may be a or b, and is unchanged on trouble. The remainder
 * has the sign of a, as in CEL.
 */
enum check_trouble check_number_calc(struct check_number *out,
                                     enum check_sum op,
                                     const struct check_number *a,
                                     const struct check_number *b);

enum check_rounding {
    CHECK_FLOOR,
    CHECK_CEIL,
    CHECK_TRUNC,
    CHECK_ROUND /* halves away from 0 */
};

/* To an integer. */
void check_number_whole(struct check_number *n, enum check_rounding how);

/* To so many decimals, halves away from 0; places within
 * +-CHECK_NUMBER_PLACES.
 */
enum check_trouble check_number_round(struct check_number *n, int places);

/* n becomes -n. */
void check_number_negate(struct check_number *n);

/* <0, 0 or >0. */
int check_number_compare(const struct check_number *a,
                         const struct check_number *b);
int check_number_sign(const struct check_number *n);

/* True if |a - b| <= by. */
bool check_number_within(const struct check_number *a,
                         const struct check_number *b,
                         const struct check_number *by);

/* The integer, if it is one and fits. */
bool check_number_int64(const struct check_number *n, int64_t *value);

/* Append it as people read it: 37.5, and 0.333333333333... where the decimals
 * do not end soon; of very large integers the first digits and their number.
 */
void check_number_write(struct td_buf *out, const struct check_number *n);

#endif
