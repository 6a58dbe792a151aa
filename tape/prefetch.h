/* tape/prefetch.h - members of a tape, inflated on a thread before they are
 * asked for.
 *
 * Walks the file by itself and hands over whole members: closed data members of
 * at most TAPE_TEXT_MAX bytes of text that are right in every checksum. At
 * anything else it halts, and its owner has to look there itself.
 */
#ifndef TAPE_PREFETCH_H
#define TAPE_PREFETCH_H

#include "core/buf.h"
#include "tape/input.h"
#include "tape/member.h"

struct tape_ahead;

/* Read the file of *in, which must be seekable; NULL if there is no thread to
 * be had.
 */
struct tape_ahead *tape_ahead_new(const struct tape_input *in);
void tape_ahead_free(struct tape_ahead *ahead);

/* Begin at an offset of the file, where a member starts; forget the rest. */
void tape_ahead_go(struct tape_ahead *ahead, uint64_t at);

/* The next member, if it is the one at offset `at`: its head, and its text in
 * exchange for the buffer that text holds. Waits for the thread. False: it
 * halted there.
 */
bool tape_ahead_take(struct tape_ahead *ahead, uint64_t at,
                     struct tape_member *m, struct td_buf *text);

#endif
