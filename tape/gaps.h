/* tape/gaps.h - a set of numbers: those of events that have not come, or have.
 *
 * Where there are more ranges than TAPE_GAPS_MOST, the two lowest become one
 * with what is between them: an event that may have come is rather given twice
 * than not at all.
 */
#ifndef TAPE_GAPS_H
#define TAPE_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAPE_GAPS_MOST ((size_t)4096)

struct tape_gap {
    uint64_t from;
    uint64_t to; /* behind the last one */
};

struct tape_gaps {
    struct tape_gap *list; /* rising, none touches another */
    size_t len;
};

/* The numbers from .. to - 1 are in it. */
void tape_gaps_add(struct tape_gaps *gaps, uint64_t from, uint64_t to);

/* Is that number in it? */
bool tape_gaps_has(const struct tape_gaps *gaps, uint64_t number);

/* The numbers from .. to - 1 are not: how many of them were? */
uint64_t tape_gaps_take(struct tape_gaps *gaps, uint64_t from, uint64_t to);

/* It is empty then. */
void tape_gaps_release(struct tape_gaps *gaps);

#endif
