/* tape/index.h - where each member of a segment is, as a tree in the tape.
 *
 * Index members of level 0 list up to 908 data members, those of a higher
 * level up to 908 index members of the level below. A node is written when it
 * is full, between the data members; the rest when the segment ends, the root
 * last. So the builder's memory does not grow with the tape, a torn tape keeps
 * most of its index, and three levels reach 700 million members.
 * Source: docs/tape-format.md, section 5.
 */
#ifndef TAPE_INDEX_H
#define TAPE_INDEX_H

#include "core/buf.h"
#include "tape/member.h"

#define TAPE_INDEX_LEVELS 6 /* 908^6 members: more than 2^53 bytes hold */

struct tape_index_level {
    uint8_t *list; /* packed entries, TAPE_ENTRIES_MAX of them */
    size_t len;
    struct tape_entry sum;
    uint64_t back; /* the index member of this level before; 0 = none */
};

struct tape_index {
    struct tape_index_level levels[TAPE_INDEX_LEVELS];
};

/* Free the lists; the index is empty again. */
void tape_index_release(struct tape_index *index);

/* Add a data member. Index members that are due are appended to out, whose
 * end is at offset `at + out->len` of the segment. TD_OK or TD_LIMIT.
 */
TD_MUST_CHECK enum td_code tape_index_add(struct tape_index *index,
                                          const struct tape_entry *entry,
                                          struct td_buf *out, uint64_t at);

/* Append what is left; *root is the offset of the root, 0 if the segment has
 * no events.
 */
TD_MUST_CHECK enum td_code tape_index_finish(struct tape_index *index,
                                             struct td_buf *out, uint64_t at,
                                             uint64_t *root);

/* Append the body and trailer of a member with empty text. */
enum td_code tape_empty_body(struct td_buf *out);

/* What a closed data member says about itself, as its entry in the index. */
struct tape_entry tape_member_entry(const struct tape_member *m);

#endif
