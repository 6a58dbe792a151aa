/* tape/damage.h - what is wrong with a tape, in words. */
#ifndef TAPE_DAMAGE_H
#define TAPE_DAMAGE_H

#include "core/buf.h"
#include "tape/reader.h"

/* Append what the state tells of damage and losses, but for a torn end, as
 * "2 damaged members, 1 missing event", a comma before it if out is longer than
 * `start`. Nothing if there is nothing.
 */
void tape_damage_say(struct td_buf *out, size_t start,
                     const struct tape_state *state);

#endif
