/* tape/damage.h - what is wrong with a tape, in words. */
#ifndef TAPE_DAMAGE_H
#define TAPE_DAMAGE_H

#include "core/buf.h"
#include "tape/state.h"

/* Append what the state tells of damage and losses, but for a torn end, as
 * "2 damaged members, 1 missing event", a comma before it if out is longer than
 * `start`. Nothing if there is nothing.
 */
void tape_damage_say(struct td_buf *out, size_t start,
                     const struct tape_state *state);

/* Whether a damaged line is what another program made of one: the same JSON,
 * but with white space between its tokens.
 */
bool tape_damage_is_spaced(struct td_bytes line);

#endif
