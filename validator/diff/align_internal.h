/* validator/diff/align_internal.h - what the files of align.h share. */
#ifndef VALIDATOR_DIFF_ALIGN_INTERNAL_H
#define VALIDATOR_DIFF_ALIGN_INTERNAL_H

#include "validator/diff/align.h"

/* Places in the two lists: from and, not included, to. */
struct diff_range {
    uint32_t from[2];
    uint32_t to[2];
};

struct diff_aligner {
    struct diff_side *sides;
    const struct diff_lists *lists;
};

static inline struct diff_item *diff_align_item(const struct diff_aligner *al,
                                                int side, uint32_t place)
{
    return &al->sides[side].items[al->lists->of[side][place]];
}

static inline uint64_t diff_align_token(const struct diff_aligner *al, int side,
                                        uint32_t place)
{
    return diff_item_token(diff_align_item(al, side, place));
}

static inline bool diff_align_free(const struct diff_aligner *al, int side,
                                   uint32_t place)
{
    return al->sides[side].match[al->lists->of[side][place]] == DIFF_NONE;
}

static inline void diff_align_pair(struct diff_aligner *al, uint32_t a,
                                   uint32_t b)
{
    al->sides[0].match[al->lists->of[0][a]] = al->lists->of[1][b];
    al->sides[1].match[al->lists->of[1][b]] = al->lists->of[0][a];
}

/* Pair what has equal tokens on the shortest way through a range. False, and
 * nothing is paired: it is longer than DIFF_EDITS_MAX.
 */
bool diff_align_shortest(struct diff_aligner *al, struct diff_range range);

/* Two places that stand for each other. */
struct diff_pair {
    uint32_t a;
    uint32_t b;
};

/* Of pairs by rising a, keep the most whose b rise as well: their number. */
uint32_t diff_align_rising(struct diff_pair *pairs, uint32_t len);

/* What is left of a group once its order was followed: moved, changed. */
void diff_align_rest(struct diff_aligner *al);

/* The same without any order. */
void diff_align_bag(struct diff_aligner *al);

#endif
