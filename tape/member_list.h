/* tape/member_list.h - a tape as its file has it: member by member.
 *
 * Looks at heads only; nothing is inflated, so damage inside a member is not
 * noticed (tape/reader.h notices it).
 */
#ifndef TAPE_MEMBER_LIST_H
#define TAPE_MEMBER_LIST_H

#include "core/error.h"
#include "tape/member.h"

/* What stands at a place of the file. */
enum tape_place_kind {
    TAPE_PLACE_CLOSED, /* a member, with all its fields */
    TAPE_PLACE_OPEN,   /* a member without its length: it reaches to the next
                          signature; only kind, flags, first_seq, wall_ns and
                          self are to be trusted */
    TAPE_PLACE_TORN, /* a member that the file ends in, or another begins in */
    TAPE_PLACE_OTHER /* up to the next signature: text, gzip of others, or
                        damage; *m is all 0 */
};

struct tape_place {
    enum tape_place_kind kind;
    uint64_t offset; /* in the file */
    uint64_t length; /* bytes that are there */
    struct tape_member m;
};

/* Call each() for every place of the file, in order, until it returns an error.
 * TD_IO: not there, a directory, or it cannot be read.
 */
TD_MUST_CHECK enum td_code
tape_members(const char *path,
             enum td_code (*each)(void *ctx, const struct tape_place *place,
                                  struct td_error *err),
             void *ctx, struct td_error *err);

#endif
