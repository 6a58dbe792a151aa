/* validator/audit/profile_internal.h - what the files of profile.h share. */
#ifndef VALIDATOR_AUDIT_PROFILE_INTERNAL_H
#define VALIDATOR_AUDIT_PROFILE_INTERNAL_H

#include "core/arena.h"
#include "core/json_shape.h"
#include "validator/audit/profile.h"

#define AUDIT_SHAPES 512 /* that are remembered */

/* What all messages of a shape have in common. */
struct audit_shape {
    uint64_t shape;
    uint64_t generation;
    struct audit_event *event;
    uint32_t root;
    struct audit_node **nodes; /* by value; NULL: not looked at */
    uint32_t nodes_len;
};

/* Where the name of messages of a shape is. */
struct audit_where {
    uint64_t shape;
    bool given;
    uint32_t root;
    uint32_t name;
};

struct audit_slot {
    uint64_t hash; /* 0: free */
    void *thing;   /* a node or an event */
};

/* One of the last messages, or of the first. */
struct audit_recent {
    struct audit_place place;
    uint64_t print; /* of its bytes */
    const char *event;
    bool again; /* it is one of those before */
};

struct audit_profile {
    const char *pointer;
    struct td_arena arena;
    struct td_json_shapes *shapes;
    struct td_json_doc doc;
    struct td_buf name;
    struct audit_shape cache[AUDIT_SHAPES];
    struct audit_shape unknown; /* of a document without a shape */
    struct audit_where wheres[AUDIT_SHAPES];
    uint64_t generation; /* changes when places become part of others */
    struct audit_event **events;
    uint32_t events_len;
    struct audit_slot *names;   /* events by name */
    struct audit_slot *members; /* nodes by parent and name */
    uint32_t fields;
    uint64_t messages;
    struct audit_recent first[AUDIT_RECENT];
    uint32_t first_len;
    struct audit_recent last[AUDIT_RECENT]; /* a ring */
    uint64_t last_len;                      /* that ever were in it */
    struct audit_left_out left;
    uint8_t unnamed[AUDIT_REGISTERS]; /* names that were left out */
};

/* The place of a member; NULL: there is no room. */
struct audit_node *audit_tree_member(struct audit_profile *profile,
                                     struct audit_node *parent,
                                     struct td_bytes name);
/* The place of the items of a list. */
struct audit_node *audit_tree_items(struct audit_profile *profile,
                                    struct audit_node *parent);
/* The place of its members whose names are data. */
struct audit_node *audit_tree_map(struct audit_profile *profile,
                                  struct audit_node *parent);
/* The event of a name; NULL: there is no room. */
struct audit_event *audit_tree_event(struct audit_profile *profile,
                                     struct td_bytes name);

/* Add a node and all below it to another one. */
void audit_tree_add(struct audit_profile *profile, struct audit_node *to,
                    struct audit_node *from);

/* One more message of an event: whether it came just before. */
void audit_again_see(struct audit_profile *profile, struct audit_event *event,
                     const struct audit_message *m);
/* The messages of `from` follow those of profile, which has their events. */
void audit_again_merge(struct audit_profile *profile,
                       const struct audit_profile *from);
void audit_again_add(struct audit_event *event, uint64_t count,
                     struct audit_place first);

/* Add what was seen elsewhere; free it. */
void audit_seen_add(struct audit_seen *seen, const struct audit_seen *from);
void audit_seen_release(struct audit_seen *seen);
void audit_node_release(struct audit_node *node);

/* One more. */
void audit_seen_mark(struct audit_seen *seen, uint32_t tape);
static inline void audit_see(struct audit_seen *seen, struct audit_place place)
{
    if (!seen->count++)
        seen->first = place;
    if (seen->count == 1 || seen->last.tape != place.tape)
        audit_seen_mark(seen, place.tape);
    seen->last = place;
}

#endif
