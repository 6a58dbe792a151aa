/* validator/message/alias_internal.h - the tree of names that alias.c reads and
 * alias_apply.c walks.
 */
#ifndef VALIDATOR_MESSAGE_ALIAS_INTERNAL_H
#define VALIDATOR_MESSAGE_ALIAS_INTERNAL_H

#include "validator/message/alias.h"

#define ALIAS_NONE UINT32_MAX

/* The names of a path behind its last list. */
struct alias_path {
    struct td_bytes *names; /* allocated */
    uint32_t len;
};

/* A word on the wire, canonical, and what the contract calls it, as JSON. */
struct alias_word {
    struct td_buf wire;
    struct td_buf own;
};

/* A name within an object, or the elements of a list. */
struct alias_node {
    struct td_bytes name; /* allocated */
    uint32_t child;       /* the first; ALIAS_NONE */
    uint32_t sibling;     /* the next of the same object */
    uint32_t element;     /* of the list this is; ALIAS_NONE */
    uint32_t scope;       /* where its object begins: the root or an element */
    uint32_t alias_of;    /* this is an alias of that node; ALIAS_NONE */
    struct alias_path path; /* of a node with aliases, from its scope */
    struct alias_path *aliases;
    uint32_t aliases_len;
    struct alias_word *words;
    uint32_t words_len;
};

/* Node 0 is the data. */
struct check_aliases {
    struct alias_node *nodes;
    uint32_t len;
};

/* The child of this name, or ALIAS_NONE. */
uint32_t alias_child(const struct check_aliases *a, uint32_t node,
                     struct td_bytes name);

/* The value of a path from value `at`; 0: there is none. */
uint32_t alias_find(const struct td_json_doc *doc, uint32_t at,
                    const struct alias_path *path);

#endif
