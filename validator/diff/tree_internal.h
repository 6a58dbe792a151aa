/* validator/diff/tree_internal.h - what the files of tree.h share. */
#ifndef VALIDATOR_DIFF_TREE_INTERNAL_H
#define VALIDATOR_DIFF_TREE_INTERNAL_H

#include "schema/value/fingerprint.h"
#include "validator/diff/tree.h"

#define DIFF_TITLE_MAX 60 /* bytes of a value in a title */

struct diff_trees {
    const struct diff *diff;
    struct diff_look *look[2];
    struct diff_view view[2];
    bool holds; /* a mask holds values, which hashes do not show */
    const struct diff_finding *finding;
    struct diff_tree *tree;
    unsigned depth;
    struct td_buf path;
    struct td_buf scratch;
};

/* Say in a line which masks would hide that a became b. */
void diff_hint(struct diff_trees *trees, uint32_t a, uint32_t b,
               struct diff_line *line);

/* Whether two lists have the same items in any order. */
bool diff_same_items(struct diff_trees *trees, uint32_t a, uint32_t b);

/* Items of two lists that stand for each other, or DIFF_NO_VALUE. */
struct diff_list_pair {
    uint32_t a;
    uint32_t b;
    uint32_t
        number; /* place in the list that it is in; of both, in the first */
};

/* Align two lists: by an id that its items have, else by the longest row of
 * equal ones; sorted: of lists whose order does not count. Returns how many
 * pairs there are; free *out.
 */
uint32_t diff_list_align(struct diff_trees *trees, uint32_t a, uint32_t b,
                         bool sorted, struct diff_list_pair **out);

#endif
