/* tape/seek.h - places of a tape by its footers and indexes.
 *
 * Opened with one read of the end of the file; a place is found with one read
 * for each level of the index. Gives offsets: what stands there is read by
 * others. Source: docs/tape-format.md, section 5.
 */
#ifndef TAPE_SEEK_H
#define TAPE_SEEK_H

#include "core/error.h"
#include "tape/input.h"
#include "tape/member.h"

/* A segment whose footer was found. */
struct tape_segment {
    uint64_t base; /* offset of the segment in the file */
    struct tape_member footer;
};

struct tape_seek {
    struct tape_input *in;
    bool indexed; /* footers lead from the end of the file to its start */
    struct tape_segment *segments; /* with footers, in file order */
    size_t segments_len;
    struct td_buf tail; /* the last bytes of the file */
    uint64_t tail_at;   /* their offset */
    struct td_buf node; /* an index member that was read */
};

/* Read the tail of *in, which is borrowed, and find the segments that have
 * footers. Never fails: a tape without any is read from its start.
 */
void tape_seek_init(struct tape_seek *seek, struct tape_input *in);
void tape_seek_release(struct tape_seek *seek);

/* The bytes from the member with the last end line to the end of the file;
 * "" if it is not known or far away.
 */
struct td_bytes tape_seek_end(const struct tape_seek *seek);

enum tape_target_kind { TAPE_BY_TIME, TAPE_BY_SEQ, TAPE_BY_WALL, TAPE_BY_KIND };

/* What is looked for. */
struct tape_target {
    enum tape_target_kind kind;
    uint64_t value;
    unsigned bit;   /* TAPE_BY_KIND: bit of the bitmap */
    uint64_t after; /* members and nodes up to this offset are no use */
};

/* The first data member, in file order from segment *segment (an index of
 * segments) on, that may hold the target; by number the one that begins at or
 * before it. If none does, the last member of the tape, so that whoever reads
 * on from there also meets what the index does not know; by kind TD_END.
 * TD_FORMAT: there is no index to tell, or it does not add up (indexed).
 */
TD_MUST_CHECK enum td_code tape_seek_find(struct tape_seek *seek,
                                          struct tape_target *target,
                                          size_t *segment,
                                          struct tape_entry *found);

#endif
