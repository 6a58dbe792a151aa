/* validator/diff/pair.h - which group of one stream is which of the other.
 *
 * Groups by a key are known by its value. Connections, and keys that are
 * renamed, are known by what came in them: those whose messages are all equal,
 * then those that have the most in common, then those that are left, each in
 * the order they appeared.
 */
#ifndef VALIDATOR_DIFF_PAIR_H
#define VALIDATOR_DIFF_PAIR_H

#include "validator/diff/side.h"

/* Give the items of both sides (an array of two) the number of their group on
 * the first one.
 */
void diff_pair_groups(struct diff_side *sides, struct diff_groups *groups);

#endif
