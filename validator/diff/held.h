/* validator/diff/held.h - values that can only be judged beside those of the
 * other stream.
 *
 * Ids are renamed one to one: of the pairs that stand in equal messages the
 * most frequent are the names, and an id that meets another one is a broken
 * reference. Times go back where those of the other stream do, and only there.
 */
#ifndef VALIDATOR_DIFF_HELD_H
#define VALIDATOR_DIFF_HELD_H

#include "validator/diff/side.h"

struct diff_held_check;

/* Both sides are aligned and outlive it, as do the masks. */
struct diff_held_check *diff_held_new(const struct diff_masks *masks,
                                      const struct diff_side *sides);
/* NULL is fine. */
void diff_held_free(struct diff_held_check *check);

/* Whether two items that are paired and have one hash have held values that
 * are alike. False: *slot is the first that is not. To be asked in the order of
 * the first stream, once each.
 */
bool diff_held_holds(struct diff_held_check *check, uint32_t a, uint32_t b,
                     uint32_t *slot);

/* Whether an id of the first stream may be that of the second; prints as
 * held. True of ids that were in no equal messages.
 */
bool diff_held_same_id(const struct diff_held_check *check, uint32_t ids,
                       uint64_t a, uint64_t b);

#endif
