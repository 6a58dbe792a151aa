/* validator/diff/tree.h - what differs within two messages that stand for each
 * other, as a tree: changed branches, and how many others are equal.
 */
#ifndef VALIDATOR_DIFF_TREE_H
#define VALIDATOR_DIFF_TREE_H

#include "validator/diff/diff.h"

#define DIFF_LINES_MAX 1000 /* of one tree; the rest is counted */

enum diff_line_kind {
    DIFF_LINE_ENTER,  /* a container, in which the deeper lines behind it are */
    DIFF_LINE_CHANGE, /* from or to, or both */
    DIFF_LINE_MORE,   /* so many equal siblings */
};

/* Texts live in the tree. */
struct diff_line {
    enum diff_line_kind kind;
    unsigned depth;
    const char *label;    /* key, unescaped, or place in the list */
    const char *path;     /* of a change: JSON Pointer in the message, or what
                             stands beside it in parentheses: "(name)" */
    struct td_bytes from; /* JSON text; ptr NULL: it is not there */
    struct td_bytes to;
    const char *hint; /* masks that would hide it, ", " between; "": none */
    uint32_t more;
};

/* All zeroes is valid and empty. */
struct diff_tree {
    struct td_arena arena;
    struct diff_line *lines;
    uint32_t len;
    uint32_t changes; /* also those for which there was no room */
};

/* Looks at pairs of messages, one after the other. */
struct diff_trees;

struct diff_trees *diff_trees_new(const struct diff *diff);
/* NULL is fine. */
void diff_trees_free(struct diff_trees *trees);

/* What differs between the messages of a finding. tree is emptied first. */
void diff_tree_make(struct diff_trees *trees,
                    const struct diff_finding *finding,
                    const struct diff_message *a, const struct diff_message *b,
                    struct diff_tree *tree);
void diff_tree_release(struct diff_tree *tree);

/* Append what a message is called: its name and, in brackets, the fields of its
 * identity, as artifact_created[file_path="src/f30.c"]. Control characters
 * stay.
 */
void diff_title(struct diff_trees *trees, const struct diff_message *m,
                struct td_buf *out);

#endif
