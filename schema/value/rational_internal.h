/* schema/value/rational_internal.h - what the files of number.h share: GMP is
 * seen by them alone.
 */
#ifndef SCHEMA_VALUE_RATIONAL_INTERNAL_H
#define SCHEMA_VALUE_RATIONAL_INTERNAL_H

#include "schema/value/rational.h"

#include <gmp.h>

struct schema_big {
    mpq_t q; /* in lowest terms */
};

/* out, which was initialised, becomes n in lowest terms. */
void rational_get(mpq_t out, const struct schema_rational *n);

/* n becomes q, which is in lowest terms; unchanged if that is too large. */
enum schema_trouble rational_put(struct schema_rational *n, mpq_srcptr q);

#endif
