/* validator/diff/diff.h - two streams, compared by meaning.
 *
 * Source: docs/diff.md. Streams are read as hashes (side.h), aligned (align.h),
 * and what differs is a list of findings. The messages themselves are read
 * again for those findings that somebody wants to see: fetch.h, tree.h.
 * Memory grows with the number of messages, about 64 bytes for each of both
 * streams, not with their length.
 */
#ifndef VALIDATOR_DIFF_DIFF_H
#define VALIDATOR_DIFF_DIFF_H

#include "validator/diff/held.h"
#include "validator/diff/timing.h"

/* X(name, text), by weight. */
#define DIFF_KINDS(X)                                                          \
    X(MISSING, "missing") /* of the first stream, not in the second */         \
    X(EXTRA, "extra")     /* the other way round */                            \
    X(CHANGED, "changed") /* the same message with something else in it */     \
    X(MOVED, "moved")     /* the same message at another place */

enum diff_kind {
#define DIFF_KIND_ENUM(name, text) DIFF_##name,
    DIFF_KINDS(DIFF_KIND_ENUM)
#undef DIFF_KIND_ENUM
        DIFF_KINDS_LEN
};

/* Its word. */
const char *diff_kind_text(enum diff_kind kind);

struct diff_finding {
    enum diff_kind kind;
    uint32_t item[2]; /* of each stream, or DIFF_NONE */
    bool moved;       /* changed, and at another place as well */
    bool held;        /* changed in nothing but what `slot` is about */
    uint32_t slot;    /* diff_slot_mask() */
};

struct diff_options {
    const struct diff_masks *masks;
    const char *paths[2];
    const char *key; /* NULL: as the masks say */
    enum diff_what what;
    bool has_order;
    enum diff_order order;
};

struct diff {
    const struct diff_masks *masks;
    enum diff_what what;
    struct diff_names *names;
    struct diff_groups groups;
    struct diff_side sides[2];
    const char *key;
    struct diff_held_check *held;
    struct diff_finding *findings; /* by weight, then in order */
    uint32_t findings_len;
    uint32_t counts[DIFF_KINDS_LEN];
    uint32_t optional; /* messages that may be missing, and are */
    struct diff_timing timing;
};

/* Compare; options are borrowed for as long as the outcome. As
 * diff_source_next(). Free with diff_free(), also after an error.
 */
TD_MUST_CHECK enum td_code diff_run(struct diff **out,
                                    const struct diff_options *options,
                                    struct td_error *err);
/* NULL is fine. */
void diff_free(struct diff *diff);

/* Whether nothing differs, timing included. */
bool diff_is_same(const struct diff *diff);

/* The nearest items of the group of an item, before it and behind it on its own
 * side, that the other side has in the same order; DIFF_NONE: none is near.
 */
void diff_neighbours(const struct diff *diff, int side, uint32_t item,
                     uint32_t near[2]);

#endif
