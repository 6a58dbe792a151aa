/* validator/diff/look_internal.h - what the files of look.h share. */
#ifndef VALIDATOR_DIFF_LOOK_INTERNAL_H
#define VALIDATOR_DIFF_LOOK_INTERNAL_H

#include "validator/diff/look.h"

#define DIFF_LOOK_PLACES 256 /* of shapes that are remembered */

struct schema_pattern_memory;

/* What all messages of a shape and a name have in common. */
struct diff_shape_place {
    uint64_t shape;
    uint32_t name;
    uint32_t root;
    uint32_t identity[DIFF_IDENTITY_MAX];
    uint32_t key;
    uint32_t type;   /* of /type, where it may stand for the name */
    uint16_t *marks; /* masks of values; NULL: none has one */
    uint32_t marks_len;
    uint64_t *keys; /* hashes of names of members, at their values' place */
    uint32_t keys_len;
};

struct diff_look {
    const struct diff_masks *masks;
    struct diff_names *names;
    const char *key;
    struct td_json_shapes *shapes;
    struct td_json_doc doc;
    struct diff_shape_place places[DIFF_LOOK_PLACES];
    struct diff_shape_place unknown;      /* of a document without a shape */
    const struct diff_shape_place *place; /* of the message at hand */
    struct schema_pattern_memory *memory;
    struct td_arena keys;
    struct td_buf scratch;
    struct td_buf name;
    struct diff_held *held;
    uint32_t held_len;
    uint32_t held_cap;
    bool holds;       /* values are held while they are hashed */
    uint32_t name_at; /* the value that is the name, which counts as such */
};

/* Find the mask of each value of the document at hand. */
void diff_look_mark_all(struct diff_look *look, struct diff_shape_place *place);

#endif
