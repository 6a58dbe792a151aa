/* What a profile says by itself. */
#include "validator/audit/remark_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The field is missing in some of the objects it could be in. */
static bool is_partial(const struct audit_node *node)
{
    return node->parent && !node->recursive && !audit_node_is_required(node) &&
           node->parent->types[AUDIT_OBJECT].count > node->all.count;
}

/* One ended where the other began, or no tape has both. Messages that do not
 * say their name may be of many kinds, which follow each other on a tape.
 */
static bool never_both(const struct audit_event *event,
                       const struct audit_node *a, const struct audit_node *b)
{
    if (!audit_seen_share(&a->all, &b->all))
        return true;
    return *event->name && !event->told &&
           (audit_place_is_before(a->all.last, b->all.first) ||
            audit_place_is_before(b->all.last, a->all.first));
}

/* What the contract has there, or NULL. */
static const struct audit_node *declared_at(const struct audit_remarker *r,
                                            const struct audit_node *node)
{
    const struct audit_node *way[AUDIT_DEPTH_MAX + 1];
    const struct audit_profile *declared = r->sides->declared;
    const struct audit_event *event =
        declared ? audit_profile_find(declared, r->event) : NULL;
    const struct audit_node *at = event ? &event->root : NULL;
    uint32_t len = 0;

    for (; node->parent && len <= AUDIT_DEPTH_MAX; node = node->parent)
        way[len++] = node;
    while (at && len > 0) {
        node = way[--len];
        at = node == node->parent->items ? at->items
                                         : audit_node_child(at, node->name);
    }
    return node->parent && len > AUDIT_DEPTH_MAX ? NULL : at;
}

static void say_renamed(struct audit_remarker *r, const struct audit_node *from,
                        const struct audit_node *to, bool moved)
{
    struct audit_remark *remark;

    if (audit_place_is_before(to->all.first, from->all.first)) {
        const struct audit_node *swap = from;

        from = to;
        to = swap;
    }
    remark = audit_say(
        r, moved ? AUDIT_REMARK_MOVED : AUDIT_REMARK_RENAMED, from,
        "%" PRIu64 "x on %" PRIu32 " tape%s, %" PRIu64 "x on %" PRIu32
        " tape%s, never both; a consumer of one does not find it in the other",
        from->all.count, audit_seen_tapes(&from->all),
        audit_seen_tapes(&from->all) == 1 ? "" : "s", to->all.count,
        audit_seen_tapes(&to->all), audit_seen_tapes(&to->all) == 1 ? "" : "s");
    remark->to = audit_path(r, to);
    audit_show(remark, to->all.first, false);
}

/* Fields of a place that are not always there. */
struct partials {
    const struct audit_event *event;
    const struct audit_node *list[AUDIT_PAIRS];
    uint32_t len;
};

static void find_partials(struct partials *p, const struct audit_node *node)
{
    p->len = 0;
    for (const struct audit_node *c = node->children; c; c = c->next) {
        if (is_partial(c) && p->len < AUDIT_PAIRS)
            p->list[p->len++] = c;
    }
}

/* Of all pairs that are left the nearest; two that a contract has are two. */
static unsigned best_pair(const struct audit_remarker *r,
                          const struct partials *p, uint32_t *a, uint32_t *b)
{
    unsigned best = 0;

    for (uint32_t i = 0; i < p->len; i++) {
        for (uint32_t j = i + 1; p->list[i] && j < p->len; j++) {
            unsigned near;

            if (!p->list[j] || !never_both(p->event, p->list[i], p->list[j]) ||
                (declared_at(r, p->list[i]) && declared_at(r, p->list[j])))
                continue;
            near = audit_nodes_alike(p->list[i], p->list[j]);
            if (near <= best)
                continue;
            best = near;
            *a = i;
            *b = j;
        }
    }
    return best;
}

static void match(struct audit_remarker *r, struct partials *p)
{
    uint32_t a = 0;
    uint32_t b = 0;

    while (best_pair(r, p, &a, &b) >= AUDIT_ALIKE) {
        say_renamed(r, p->list[a], p->list[b], false);
        p->list[a] = NULL;
        p->list[b] = NULL;
    }
}

/* A field of the same name elsewhere in the event, never on the same tape. */
/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static const struct audit_node *find_elsewhere(const struct audit_event *event,
                                               const struct audit_node *in,
                                               const struct audit_node *node)
{
    const struct audit_node *found = NULL;

    for (const struct audit_node *c = in->children; c && !found; c = c->next) {
        if (c != node && c->parent != node->parent &&
            !strcmp(c->name, node->name) && audit_types_meet(c, node) &&
            never_both(event, c, node))
            return c;
        found = find_elsewhere(event, c, node);
    }
    if (!found && in->items)
        found = find_elsewhere(event, in->items, node);
    return found;
}

static void say_partly(struct audit_remarker *r,
                       const struct audit_event *event,
                       const struct audit_node *node)
{
    const struct audit_node *twin = find_elsewhere(event, &event->root, node);
    uint32_t all = audit_seen_tapes(&node->parent->all);
    uint32_t on = audit_seen_tapes(&node->all);

    if (twin) {
        if (audit_place_is_before(node->all.first, twin->all.first))
            say_renamed(r, node, twin, true);
        return;
    }
    if (on == all)
        return;
    audit_show(audit_say(r, AUDIT_REMARK_PARTLY, node,
                         "on %" PRIu32 " of %" PRIu32 " tapes", on, all),
               node->all.first, false);
}

/* Whether a contract says that a place has each of the types. */
static bool allows(const struct audit_node *declared,
                   const struct audit_node *node)
{
    for (int i = 0; declared && i < AUDIT_TYPES_LEN; i++) {
        if (node->types[i].count && !declared->types[i].count)
            return false;
    }
    return declared != NULL;
}

static void say_types(struct audit_remarker *r, const struct audit_node *node)
{
    const struct audit_seen *rare = NULL;
    struct td_buf text = {0};
    unsigned kinds = 0;

    for (int i = AUDIT_BOOLEAN; i < AUDIT_TYPES_LEN; i++) {
        const struct audit_seen *seen = &node->types[i];

        if (!seen->count)
            continue;
        kinds += i != AUDIT_NUMBER || !node->types[AUDIT_INTEGER].count;
        (void)td_buf_addf(&text, "%s%s %" PRIu64 "x on %" PRIu32 " tape%s",
                          text.len ? ", " : "",
                          audit_type_text((enum audit_type)i), seen->count,
                          audit_seen_tapes(seen),
                          audit_seen_tapes(seen) == 1 ? "" : "s");
        if (!rare || seen->count < rare->count)
            rare = seen;
    }
    if (kinds > 1 && !allows(declared_at(r, node), node))
        audit_show(
            audit_say(r, AUDIT_REMARK_TWO_TYPES, node, "%s", td_buf_str(&text)),
            rare->first, false);
    td_buf_release(&text);
}

static void say_node(struct audit_remarker *r, const struct audit_node *node)
{
    const struct audit_values *values = &node->values;

    say_types(r, node);
    if (values->secret)
        audit_show(audit_say(r, AUDIT_REMARK_SECRET, node,
                             "%s (%" PRIu64 " bytes, not shown); redact it: "
                             "tapedeck redact",
                             values->secret, values->secret_len),
                   values->secret_at, false);
    if (node->recursive)
        audit_show(audit_say(r, AUDIT_REMARK_RECURSIVE, node,
                             "stands in itself; all levels are one place"),
                   node->all.first, false);
    if (node->map)
        audit_show(audit_say(r, AUDIT_REMARK_KEYS, node,
                             "more than %d different members: those that few "
                             "objects have are one place, {}",
                             AUDIT_MEMBERS_MAX),
                   node->map->all.first, false);
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void walk(struct audit_remarker *r, const struct audit_event *event,
                 const struct audit_node *node)
{
    struct partials partials = {.event = event};

    say_node(r, node);
    find_partials(&partials, node);
    match(r, &partials);
    for (uint32_t i = 0; i < partials.len; i++) {
        if (partials.list[i])
            say_partly(r, event, partials.list[i]);
    }
    for (const struct audit_node *c = node->children; c; c = c->next)
        walk(r, event, c);
    if (node->items)
        walk(r, event, node->items);
    if (node->map)
        walk(r, event, node->map);
}

static void say_duplicates(struct audit_remarker *r,
                           const struct audit_event *event)
{
    const struct audit_node *key =
        event->again > 0 ? audit_event_key(event) : NULL;

    if (key)
        audit_show(audit_say(r, AUDIT_REMARK_DUPLICATE, NULL,
                             "%" PRIu64 " of %" PRIu64
                             " messages are, byte for byte, one of the %d "
                             "before; %s tells the others apart",
                             event->again, event->seen.count, AUDIT_RECENT,
                             audit_path(r, key)),
                   event->again_at, false);
}

/* A transport may carry texts of any kind; lines were to be JSON. */
static void say_plain(struct audit_remarker *r, const struct audit_event *event)
{
    const struct audit_tapes *tapes = r->sides->tapes;

    if (!event->plain || (event->plain == event->seen.count &&
                          tapes->list[event->plain_at.tape].is_tape))
        return;
    audit_show(audit_say(r, AUDIT_REMARK_NOT_JSON, NULL,
                         "%" PRIu64 " of %" PRIu64 " message%s no JSON",
                         event->plain, event->seen.count,
                         event->seen.count == 1 ? " is" : "s are"),
               event->plain_at, false);
}

/* What could not be read may have had anything. */
static uint32_t tapes_read(const struct audit_tapes *tapes)
{
    uint32_t all = 0;

    for (uint32_t i = 0; i < tapes->len; i++)
        all += !tapes->list[i].failed || tapes->list[i].messages > 0;
    return all;
}

void audit_remark_alone(struct audit_remarker *r,
                        const struct audit_event *event)
{
    uint32_t on = audit_seen_tapes(&event->seen);
    uint32_t all = tapes_read(r->sides->tapes);

    say_plain(r, event);
    say_duplicates(r, event);
    if (on < all)
        audit_show(audit_say(r, AUDIT_REMARK_PARTLY, NULL,
                             "the event is on %" PRIu32 " of %" PRIu32 " tapes",
                             on, all),
                   event->seen.first, false);
    walk(r, event, &event->root);
}
