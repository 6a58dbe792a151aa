#include "validator/audit/tell.h"

#include <string.h>

struct telling {
    struct td_arena *arena;
    struct verdict_field **end;
    uint64_t looked; /* messages of the event */
    bool declared;   /* what a contract has, and nothing else */
};

static void give_types(const struct telling *t, struct verdict_field *to,
                       const struct audit_node *node)
{
    to->types.list = (const char **)td_arena_alloc(
        t->arena, AUDIT_TYPES_LEN * sizeof(*to->types.list));
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (node->types[i].count)
            to->types.list[to->types.len++] =
                audit_type_text((enum audit_type)i);
    }
}

static void give_samples(const struct telling *t, struct verdict_field *to,
                         const struct audit_values *values)
{
    uint32_t len = values->words_len < AUDIT_TELL_SAMPLES ? values->words_len
                                                          : AUDIT_TELL_SAMPLES;

    if (values->secret || !len)
        return;
    to->samples.list = (const char **)td_arena_alloc(
        t->arena, len * sizeof(*to->samples.list));
    for (uint32_t i = 0; i < len; i++)
        to->samples.list[to->samples.len++] = td_arena_text(
            t->arena, td_bytes(values->words[i].text, values->words[i].len));
}

static void add_field(struct telling *t, const struct audit_node *node,
                      bool seen)
{
    struct verdict_field *to =
        (struct verdict_field *)td_arena_alloc(t->arena, sizeof(*to));
    struct td_buf path = {0};

    audit_node_path(&path, node);
    to->path = td_arena_text(t->arena, td_buf_bytes(&path));
    td_buf_release(&path);
    give_types(t, to, node);
    if (seen) {
        /* What stands in a list may be there more often than messages. */
        to->present = node->all.count < t->looked ? node->all.count : t->looked;
        give_samples(t, to, &node->values);
    }
    *t->end = to;
    t->end = &to->next;
}

/* Of a node that may be NULL. */
static const struct audit_node *children_of(const struct audit_node *node)
{
    return node ? node->children : NULL;
}

static const struct audit_node *items_of(const struct audit_node *node)
{
    return node ? node->items : NULL;
}

static const struct audit_node *child_of(const struct audit_node *node,
                                         const char *name)
{
    return node ? audit_node_child(node, name) : NULL;
}

/* NOLINTBEGIN(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */

/* Either may be NULL; of both there is nothing. */
static void add_fields(struct telling *t, const struct audit_node *seen,
                       const struct audit_node *declared)
{
    const struct audit_node *any = seen ? seen : declared;

    if (!any || (t->declared && !declared))
        return;
    if (any->parent && any->all.count)
        add_field(t, any, seen != NULL);
    for (const struct audit_node *c = children_of(seen); c; c = c->next)
        add_fields(t, c, child_of(declared, c->name));
    for (const struct audit_node *c = children_of(declared); c; c = c->next)
        if (!child_of(seen, c->name))
            add_fields(t, NULL, c);
    add_fields(t, items_of(seen), items_of(declared));
    if (seen)
        add_fields(t, seen->map, NULL);
}

/* NOLINTEND(misc-no-recursion) */

static struct verdict_name *add_name(const struct audit_event *event,
                                     const struct audit_event *declared,
                                     bool only, struct td_arena *arena)
{
    struct verdict_name *to =
        (struct verdict_name *)td_arena_alloc(arena, sizeof(*to));
    struct telling t = {.arena = arena, .end = &to->fields, .declared = only};

    to->name =
        td_arena_copy(arena, event      ? *event->name ? event->name : "(none)"
                             : declared ? declared->name
                                        : "");
    to->events = event ? event->seen.count : 0;
    to->looked = t.looked = to->events;
    add_fields(&t, event ? &event->root : NULL,
               declared ? &declared->root : NULL);
    return to;
}

static struct verdict_name *tell(const struct audit_profile *profile,
                                 const struct audit_profile *declared,
                                 bool only, struct td_arena *arena)
{
    struct verdict_name *first = NULL;
    struct verdict_name **end = &first;

    for (uint32_t i = 0; i < audit_profile_events(profile); i++) {
        const struct audit_event *event = audit_profile_event(profile, i);
        const struct audit_event *twin =
            declared ? audit_profile_find(declared, event->name) : NULL;

        if (only && !twin)
            continue;
        *end = add_name(event, twin, only, arena);
        end = &(*end)->next;
    }
    for (uint32_t i = 0; declared && i < audit_profile_events(declared); i++) {
        const struct audit_event *event = audit_profile_event(declared, i);

        if (audit_profile_find(profile, event->name))
            continue;
        *end = add_name(NULL, event, only, arena);
        end = &(*end)->next;
    }
    return first;
}

struct verdict_name *audit_tell(const struct audit_profile *profile,
                                const struct audit_profile *declared,
                                struct td_arena *arena)
{
    return tell(profile, declared, false, arena);
}

struct verdict_name *audit_tell_declared(const struct audit_profile *profile,
                                         const struct audit_profile *declared,
                                         struct td_arena *arena)
{
    return tell(profile, declared, true, arena);
}
