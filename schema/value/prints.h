/* schema/value/prints.h - texts of which nothing is asked but whether they came
 * before: a number each, from 0, in 16 bytes each.
 *
 * Short texts are kept as they are, of longer ones the start of their SHA-256,
 * so that nobody can make two of them that count as one. Whoever sends the
 * texts cannot make them collide in the table either (hash_seed.h).
 */
#ifndef SCHEMA_VALUE_PRINTS_H
#define SCHEMA_VALUE_PRINTS_H

#include "core/buf.h"

#include <stdbool.h>

#define SCHEMA_NO_PRINT UINT32_MAX

/* All zeroes is valid and empty. */
struct schema_prints {
    struct schema_print *list;
    uint32_t len; /* texts */
    uint32_t *slots;
    uint32_t mask;
};

/* Frees everything; the table is empty. */
void schema_prints_release(struct schema_prints *prints);

/* The number of this text; SCHEMA_NO_PRINT: it is not there, and there are
 * `max` already. */
uint32_t schema_prints_add(struct schema_prints *prints, struct td_bytes text,
                           uint64_t max, bool *is_new);

#endif
