/* validator/diff/look.h - a message as something that can be compared: hashes
 * that are equal where it may not differ.
 *
 * The hash of a message covers the kinds and presence of all its values, and
 * the values as far as the masks let them count. What can only be judged beside
 * the other stream (ids that are renamed, times, numbers within a distance) is
 * held apart. A /type that is the name is no part of the hash: a message that
 * was renamed has the hash that it had. Hashes hold within a process, between
 * any two looks.
 */
#ifndef VALIDATOR_DIFF_LOOK_H
#define VALIDATOR_DIFF_LOOK_H

#include "core/json_shape.h"
#include "validator/diff/names.h"
#include "validator/diff/source.h"

#define DIFF_NO_VALUE UINT32_MAX

struct diff_look;

/* A value that is judged later. */
struct diff_held {
    uint32_t slot;  /* mask and path: diff_slot_mask() */
    uint32_t order; /* in which they came, from 0 */
    uint64_t value; /* print of an id; ns or a count; bits of a double */
};

/* Number of the mask in its list. */
static inline uint32_t diff_slot_mask(uint32_t slot)
{
    return slot >> 22;
}

/* What was seen of a message, until the next look. */
struct diff_view {
    const struct td_json_doc *doc; /* NULL: it is no JSON */
    uint32_t root;                 /* the message in doc */
    uint32_t name;                 /* its number among the names */
    uint64_t hash;                 /* of all but the name */
    uint64_t id;                   /* of name and identity */
    bool identified;               /* it has a field of its identity */
    uint64_t key;                  /* of the value of the key's field */
    bool key_renamed;              /* it is an id that the masks rename */
    const struct diff_held *held;  /* by slot */
    uint32_t held_len;
};

/* key: field, or NULL. All is borrowed. */
struct diff_look *diff_look_new(const struct diff_masks *masks,
                                struct diff_names *names, const char *key);
/* NULL is fine. */
void diff_look_free(struct diff_look *look);

/* Look at a message. TD_LIMIT: too many names. */
TD_MUST_CHECK enum td_code diff_look(struct diff_look *look,
                                     const struct diff_message *m,
                                     struct diff_view *view,
                                     struct td_error *err);

/* Of the message that was looked at last: the number of the mask of a value,
 * from 1, or 0; the hash of a value.
 */
uint32_t diff_look_mask(const struct diff_look *look, uint32_t at);
uint64_t diff_look_hash(struct diff_look *look, uint32_t at);

/* Where the field that people write so is: DIFF_NO_VALUE if nowhere. "/a/b" is
 * a pointer in the message; "a.b" the same, or if it is not there, in its
 * `data`.
 */
uint32_t diff_field_find(const struct td_json_doc *doc, uint32_t root,
                         const char *field);

#endif
