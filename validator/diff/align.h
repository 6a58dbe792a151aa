/* validator/diff/align.h - which message of one stream is which of the other.
 *
 * Within a group whose order counts: what is equal and unique in both comes
 * first, as far as it stands in the same order (patience); then what has an
 * identity of its own; then the shortest way from one to the other between
 * those (Myers), up to a bound, beyond which equal messages are taken in the
 * order they come. What is left is the same message elsewhere, or another one
 * in its place, or is missing in one of them. One missing message is one
 * difference, wherever it is.
 */
#ifndef VALIDATOR_DIFF_ALIGN_H
#define VALIDATOR_DIFF_ALIGN_H

#include "validator/diff/side.h"

#define DIFF_EDITS_MAX 512 /* of the shortest way; more are not looked for */

/* The items of a group on both sides, in the order of their streams. */
struct diff_lists {
    const uint32_t *of[2];
    uint32_t len[2];
};

/* Set match and moved of them, which were cleared. sides is an array of two. */
void diff_align(struct diff_side *sides, const struct diff_lists *lists,
                enum diff_order order);

#endif
