/* validator/diff/table.h - 64-bit hashes and a number for each.
 *
 * Open addressing; a hash is never 0. All zeroes is valid and empty.
 */
#ifndef VALIDATOR_DIFF_TABLE_H
#define VALIDATOR_DIFF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diff_slot {
    uint64_t hash; /* 0: free */
    uint32_t value;
    uint32_t other; /* for the owner; 0 at first */
};

struct diff_table {
    struct diff_slot *slots;
    size_t cap; /* a power of two */
    size_t len;
};

/* Frees it; it is empty. */
void diff_table_release(struct diff_table *table);

/* The slot of a hash, made with that value if there is none; valid until the
 * next one is made.
 */
struct diff_slot *diff_table_add(struct diff_table *table, uint64_t hash,
                                 uint32_t value, bool *made);

/* NULL: there is none. */
struct diff_slot *diff_table_find(const struct diff_table *table,
                                  uint64_t hash);

#endif
