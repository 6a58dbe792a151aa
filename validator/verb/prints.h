/* validator/verb/prints.h - texts of which nothing is asked but whether they
 * came before: a number each, from 0, in 16 bytes each.
 *
 * Short texts are kept as they are, of longer ones the start of their SHA-256,
 * so that nobody can make two of them that count as one. Whoever sends the
 * texts cannot make them collide in the table either.
 */
#ifndef VALIDATOR_VERB_PRINTS_H
#define VALIDATOR_VERB_PRINTS_H

#include "core/buf.h"

#include <stdbool.h>

#define CHECK_NO_PRINT UINT32_MAX

/* All zeroes is valid and empty. */
struct check_prints {
    struct check_print *list;
    uint32_t len; /* texts */
    uint32_t *slots;
    uint32_t mask;
    uint64_t seed[3]; /* drawn at random with the first text */
};

/* Frees everything; the table is empty. */
void check_prints_release(struct check_prints *prints);

/* The number of this text; CHECK_NO_PRINT: it is not there, and there are
 * `max` already. */
uint32_t check_prints_add(struct check_prints *prints, struct td_bytes text,
                          uint64_t max, bool *is_new);

#endif
