/* tape/inflate.h - the text of one member that is there as a whole.
 */
#ifndef TAPE_INFLATE_H
#define TAPE_INFLATE_H

#include "core/buf.h"
#include "tape/line.h"
#include "tape/member.h"

#define TAPE_TEXT_MOST (TAPE_LINE_MAX + 1) /* bytes of text of a member */
#define TAPE_MEMBER_MOST                                                       \
    ((size_t)(TAPE_LINE_MAX + TAPE_LINE_MAX / 1024 + 4096)) /* of its file */

/* True if a closed member may be as long as its head says, text and all. */
bool tape_length_is_possible(const struct tape_member *m);

/* True if the TAPE_TRAILER_LEN bytes of trailer belong to the text. */
bool tape_trailer_is_right(struct td_bytes trailer, const struct td_buf *text);

/* The text of a closed data member, all of which stands at the start of data,
 * into the empty text. False if anything about it is wrong.
 */
bool tape_inflate_member(struct td_buf *text, const struct tape_member *m,
                         struct td_bytes data);

#endif
