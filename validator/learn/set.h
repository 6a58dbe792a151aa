/* validator/learn/set.h - hashes that were seen on one tape. */
#ifndef VALIDATOR_LEARN_SET_H
#define VALIDATOR_LEARN_SET_H

#include <stdbool.h>
#include <stdint.h>

#define LEARN_SET_MAX 1000000 /* then it is full, and says nothing */

/* All zeroes is empty. */
struct learn_set {
    uint64_t *slots; /* 0: free */
    uint32_t len;
    uint32_t cap;
    bool full;
};

/* False: it was there. */
bool learn_set_add(struct learn_set *set, uint64_t hash);
bool learn_set_has(const struct learn_set *set, uint64_t hash);
/* All of `part` is in `whole`. */
bool learn_set_within(const struct learn_set *part,
                      const struct learn_set *whole);
/* Empty it; free it. */
void learn_set_clear(struct learn_set *set);
void learn_set_release(struct learn_set *set);

#endif
