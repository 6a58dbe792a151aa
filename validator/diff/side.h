/* validator/diff/side.h - one of the two streams in memory: a few numbers for
 * each message, not the messages.
 *
 * Messages belong to groups, within which order counts: a connection, a key, or
 * the messages of a name. The groups of both streams share one numbering; which
 * of them stand for each other is found in pair.h.
 */
#ifndef VALIDATOR_DIFF_SIDE_H
#define VALIDATOR_DIFF_SIDE_H

#include "validator/diff/look.h"
#include "validator/diff/table.h"

#define DIFF_ITEMS_MAX ((uint32_t)50000000) /* messages of one stream */
#define DIFF_NONE      UINT32_MAX

struct diff_item {
    uint64_t hash; /* of all but the name, under the masks */
    uint64_t id;   /* of name and identity */
    uint64_t seq;
    uint64_t at_ns;
    uint32_t name;
    uint32_t group;
};

struct diff_side_held {
    uint32_t item;
    uint32_t slot;
    uint64_t value;
};

struct diff_side {
    const char *path;
    struct diff_item *items; /* in the order of the stream */
    uint32_t len;
    bool timed; /* it tells when its messages came */
    struct diff_side_held *held;
    uint32_t held_len;
    struct tape_state state;
    uint32_t *match; /* of each item the other's, or DIFF_NONE */
    bool *moved;     /* it stands elsewhere among the others of its group */
};

/* A group of messages. */
struct diff_group {
    enum diff_order order;
    bool by_place; /* its number means nothing on the other side */
    uint32_t side; /* then, whose it is */
};

struct diff_groups {
    struct diff_table table;
    struct diff_group *list;
    uint32_t len;
};

/* What both sides are read with. */
struct diff_setup {
    const struct diff_masks *masks;
    struct diff_names *names;
    const char *key; /* field, or NULL: by connection */
    enum diff_order order;
    struct diff_groups *groups;
    enum diff_what what;
};

/* Read a stream to its end as side number 0 or 1. side->path is set; release
 * also after an error. As diff_source_next(), and TD_LIMIT.
 */
TD_MUST_CHECK enum td_code diff_side_load(struct diff_side *side,
                                          uint32_t number,
                                          const struct diff_setup *setup,
                                          struct td_error *err);
void diff_side_release(struct diff_side *side);
void diff_groups_release(struct diff_groups *groups);

/* Hash of what an item says, its name included. */
static inline uint64_t diff_item_token(const struct diff_item *item)
{
    return (item->hash ^ (item->name + 1) * UINT64_C(0x9e3779b97f4a7c15)) | 1;
}

#endif
