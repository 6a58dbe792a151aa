/* The places of a profile: found, made, made one. */
#include "core/mem.h"
#include "schema/value/fingerprint.h"
#include "validator/audit/profile_internal.h"

#include <stdlib.h>

#define NAME_SLOTS   16384 /* more than twice AUDIT_EVENTS_MAX */
#define MEMBER_SLOTS 65536 /* more than twice AUDIT_FIELDS_MAX */

static uint64_t hash_of(uint64_t salt, struct td_bytes name)
{
    /* An empty name may have no bytes to point to. */
    const uint8_t *text = name.len ? name.ptr : (const uint8_t *)"";
    uint64_t hash = schema_fingerprint_text(salt, text, name.len, name.len);

    return hash ? hash : 1;
}

static struct td_bytes shortened(struct td_bytes name)
{
    return td_bytes(name.ptr,
                    name.len > AUDIT_NAME_MAX ? AUDIT_NAME_MAX : name.len);
}

/* Seen. */

void audit_seen_mark(struct audit_seen *seen, uint32_t tape)
{
    uint32_t word = tape / 64;

    if (word >= seen->tapes_len) {
        seen->tapes =
            (uint64_t *)td_realloc(seen->tapes, (word + 1) * sizeof(uint64_t));
        memset(seen->tapes + seen->tapes_len, 0,
               (word + 1 - seen->tapes_len) * sizeof(uint64_t));
        seen->tapes_len = word + 1;
    }
    seen->tapes[word] |= UINT64_C(1) << tape % 64;
}

void audit_seen_release(struct audit_seen *seen)
{
    free(seen->tapes);
    *seen = (struct audit_seen){0};
}

void audit_seen_add(struct audit_seen *seen, const struct audit_seen *from)
{
    if (!from->count)
        return;
    if (!seen->count || audit_place_is_before(from->first, seen->first))
        seen->first = from->first;
    if (!seen->count || audit_place_is_before(seen->last, from->last))
        seen->last = from->last;
    seen->count += from->count;
    for (uint32_t i = 0; i < from->tapes_len * 64; i++) {
        if (from->tapes[i / 64] >> i % 64 & 1)
            audit_seen_mark(seen, i);
    }
}

uint32_t audit_seen_tapes(const struct audit_seen *seen)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < seen->tapes_len; i++)
        sum += (uint32_t)__builtin_popcountll(seen->tapes[i]);
    return sum;
}

bool audit_seen_share(const struct audit_seen *a, const struct audit_seen *b)
{
    for (uint32_t i = 0; i < a->tapes_len && i < b->tapes_len; i++) {
        if (a->tapes[i] & b->tapes[i])
            return true;
    }
    return false;
}

/* Nodes. */

static struct audit_node *make(struct audit_profile *profile,
                               struct audit_node *parent, struct td_bytes name)
{
    struct audit_node *node;

    if (profile->fields >= AUDIT_FIELDS_MAX)
        return NULL;
    profile->fields++;
    node = (struct audit_node *)td_arena_alloc(&profile->arena, sizeof(*node));
    node->name = td_arena_text(&profile->arena, name);
    node->secret = audit_secret_name(name);
    node->parent = parent;
    node->depth = parent->depth + 1;
    return node;
}

static struct audit_slot *member_slot(struct audit_profile *profile,
                                      const struct audit_node *parent,
                                      struct td_bytes name)
{
    uint64_t hash = hash_of((uint64_t)(uintptr_t)parent, name);
    struct audit_slot *slot;

    if (!profile->members)
        profile->members = (struct audit_slot *)td_calloc(
            MEMBER_SLOTS, sizeof(*profile->members));
    for (uint64_t i = hash;; i++) {
        slot = &profile->members[i % MEMBER_SLOTS];
        if (!slot->hash)
            break;
        if (slot->hash == hash) {
            const struct audit_node *node = slot->thing;

            if (node->parent == parent &&
                td_bytes_equal(td_text(node->name), name))
                break;
        }
    }
    if (!slot->hash && profile->fields < AUDIT_FIELDS_MAX)
        slot->hash = hash;
    return slot;
}

/* A field of this name has one above it that has another: it is that one. */
static struct audit_node *same_above(struct audit_node *parent,
                                     struct td_bytes name)
{
    struct audit_node *found = NULL;

    for (struct audit_node *up = parent; up->parent; up = up->parent) {
        if (!td_bytes_equal(td_text(up->name), name))
            continue;
        if (found)
            return found;
        found = up;
    }
    return NULL;
}

static void hang(struct audit_node *parent, struct audit_node *node)
{
    if (parent->last_child)
        parent->last_child->next = node;
    else
        parent->children = node;
    parent->last_child = node;
    parent->members++;
}

/* The place of members that are data. */
struct audit_node *audit_tree_map(struct audit_profile *profile,
                                  struct audit_node *parent)
{
    if (!parent->map)
        parent->map = make(profile, parent, td_text("{}"));
    return parent->map;
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

/* Members that fewer than half of the objects have are data: one place. */
static void gather_members(struct audit_profile *profile,
                           struct audit_node *parent)
{
    uint64_t objects = parent->types[AUDIT_OBJECT].count;
    struct audit_node *child = parent->children;
    struct audit_node *next;

    if (!audit_tree_map(profile, parent))
        return;
    parent->children = NULL;
    parent->last_child = NULL;
    parent->members = 0;
    for (; child; child = next) {
        next = child->next;
        child->next = NULL;
        if (child->all.count * 2 >= objects && objects > 1) {
            hang(parent, child);
            continue;
        }
        audit_tree_add(profile, parent->map, child);
        child->into = parent->map;
    }
    profile->generation++;
}

struct audit_node *audit_tree_member(struct audit_profile *profile,
                                     struct audit_node *parent,
                                     struct td_bytes name)
{
    struct audit_slot *slot;
    struct audit_node *node;

    name = shortened(name);
    slot = member_slot(profile, parent, name);
    node = (struct audit_node *)slot->thing;
    if (node)
        return node->into ? node->into : node;
    if (parent->map) {
        slot->hash = 0;
        return parent->map;
    }
    node = same_above(parent, name);
    if (node) {
        slot->hash = 0;
        node->recursive = true;
        return node;
    }
    node = make(profile, parent, name);
    if (!node)
        return NULL;
    slot->thing = node;
    hang(parent, node);
    if (parent->members > AUDIT_MEMBERS_MAX) {
        gather_members(profile, parent);
        return node->into ? node->into : node;
    }
    return node;
}

/* NOLINTEND(misc-no-recursion) */

struct audit_node *audit_tree_items(struct audit_profile *profile,
                                    struct audit_node *parent)
{
    if (!parent->items)
        parent->items = make(profile, parent, td_text("[]"));
    return parent->items;
}

void audit_node_release(struct audit_node *node)
{
    audit_seen_release(&node->all);
    for (int i = 0; i < AUDIT_TYPES_LEN; i++)
        audit_seen_release(&node->types[i]);
    audit_values_release(&node->values);
}

/* Events. */

struct audit_event *audit_tree_event(struct audit_profile *profile,
                                     struct td_bytes name)
{
    uint64_t hash = hash_of(0, shortened(name));
    struct audit_slot *slot;
    struct audit_event *event;

    if (!profile->names)
        profile->names =
            (struct audit_slot *)td_calloc(NAME_SLOTS, sizeof(*profile->names));
    name = shortened(name);
    for (uint64_t i = hash;; i++) {
        slot = &profile->names[i % NAME_SLOTS];
        event = (struct audit_event *)slot->thing;
        if (!slot->hash)
            break;
        if (slot->hash == hash && td_bytes_equal(td_text(event->name), name))
            return event;
    }
    if (profile->events_len == AUDIT_EVENTS_MAX)
        return NULL;
    event =
        (struct audit_event *)td_arena_alloc(&profile->arena, sizeof(*event));
    event->name = td_arena_text(&profile->arena, name);
    event->root.name = "";
    *slot = (struct audit_slot){hash, event};
    profile->events = (struct audit_event **)td_list_room(
        (void *)profile->events, profile->events_len, sizeof(event));
    profile->events[profile->events_len++] = event;
    return event;
}

/* Two trees are one. */

static void add_lists(struct audit_node *to, const struct audit_node *from)
{
    if (!from->types[AUDIT_ARRAY].count)
        return;
    if (!to->types[AUDIT_ARRAY].count || from->items_least < to->items_least)
        to->items_least = from->items_least;
    if (from->items_most > to->items_most)
        to->items_most = from->items_most;
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

static void add_to(struct audit_profile *profile, struct audit_node *to,
                   struct audit_node *from)
{
    if (to)
        audit_tree_add(profile, to, from);
    else
        profile->left.fields += from->all.count;
}

void audit_tree_add(struct audit_profile *profile, struct audit_node *to,
                    struct audit_node *from)
{
    struct audit_node *child;

    add_lists(to, from);
    audit_seen_add(&to->all, &from->all);
    for (int i = 0; i < AUDIT_TYPES_LEN; i++)
        audit_seen_add(&to->types[i], &from->types[i]);
    to->recursive = to->recursive || from->recursive;
    audit_values_merge(&to->values, &from->values);
    if (from->map && !to->map && audit_tree_map(profile, to))
        gather_members(profile, to);
    for (child = from->children; child; child = child->next)
        add_to(profile, audit_tree_member(profile, to, td_text(child->name)),
               child);
    if (from->items)
        add_to(profile, audit_tree_items(profile, to), from->items);
    if (from->map)
        add_to(profile, audit_tree_map(profile, to), from->map);
    audit_node_release(from);
}

/* NOLINTEND(misc-no-recursion) */
