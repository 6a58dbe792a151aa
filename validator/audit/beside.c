/* What has changed: an event beside the same one on other tapes, or beside what
 * a contract says of it.
 */
#include "validator/audit/remark_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FEW_VALUES 16 /* of a field that is a choice */

struct side {
    const struct audit_node *list[AUDIT_PAIRS];
    uint32_t len;
};

/* Children of one that the other lacks. */
static void find_lacking(struct side *side, const struct audit_node *of,
                         const struct audit_node *in)
{
    side->len = 0;
    for (const struct audit_node *c = of->children; c; c = c->next) {
        if (!audit_node_child(in, c->name) && side->len < AUDIT_PAIRS)
            side->list[side->len++] = c;
    }
}

static void say_pair(struct audit_remarker *r, const struct audit_node *from,
                     const struct audit_node *to, enum audit_remark_kind kind)
{
    struct audit_remark *remark =
        r->declared
            ? audit_say(r, kind, from,
                        "the contract has the one and the tapes the other, "
                        "%" PRIu64 "x",
                        to->all.count)
            : audit_say(r, kind, from,
                        "%" PRIu64 "x before, %" PRIu64
                        "x now, never the other; consumers of the old "
                        "name do not find it",
                        from->all.count, to->all.count);

    remark->to = audit_path(r, to);
    audit_show(remark, to->all.first, false);
}

static unsigned best_pair(const struct side *gone, const struct side *came,
                          uint32_t *a, uint32_t *b)
{
    unsigned best = 0;

    for (uint32_t i = 0; i < gone->len; i++) {
        for (uint32_t j = 0; gone->list[i] && j < came->len; j++) {
            unsigned near =
                came->list[j] ? audit_nodes_alike(gone->list[i], came->list[j])
                              : 0;

            if (near <= best)
                continue;
            best = near;
            *a = i;
            *b = j;
        }
    }
    return best;
}

/* The last of each side, if there is one of each: it may be that. */
static bool last_pair(const struct side *gone, const struct side *came,
                      uint32_t *a, uint32_t *b)
{
    unsigned left[2] = {0, 0};

    for (uint32_t i = 0; i < gone->len; i++) {
        if (gone->list[i]) {
            left[0]++;
            *a = i;
        }
    }
    for (uint32_t i = 0; i < came->len; i++) {
        if (came->list[i]) {
            left[1]++;
            *b = i;
        }
    }
    return left[0] == 1 && left[1] == 1 &&
           audit_types_meet(gone->list[*a], came->list[*b]) &&
           audit_node_is_required(gone->list[*a]) &&
           audit_node_is_required(came->list[*b]);
}

static void match(struct audit_remarker *r, struct side *gone,
                  struct side *came)
{
    uint32_t a = 0;
    uint32_t b = 0;

    while (best_pair(gone, came, &a, &b) >= AUDIT_ALIKE ||
           last_pair(gone, came, &a, &b)) {
        say_pair(r, gone->list[a], came->list[b], AUDIT_REMARK_RENAMED);
        gone->list[a] = NULL;
        came->list[b] = NULL;
    }
}

/* A field of that name anywhere in one event and nowhere in the other there. */
/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static const struct audit_node *find_named(const struct audit_node *in,
                                           const struct audit_node *other,
                                           const struct audit_node *node)
{
    const struct audit_node *found = NULL;

    for (const struct audit_node *c = in->children; c && !found; c = c->next) {
        const struct audit_node *twin =
            other ? audit_node_child(other, c->name) : NULL;

        if (!twin && !strcmp(c->name, node->name) && audit_types_meet(c, node))
            return c;
        found = find_named(c, twin, node);
    }
    if (!found && in->items)
        found = find_named(in->items, other ? other->items : NULL, node);
    return found;
}

struct events {
    const struct audit_event *now;
    const struct audit_event *then;
};

static void say_gone(struct audit_remarker *r, const struct events *events,
                     const struct audit_node *node)
{
    const struct audit_node *twin =
        find_named(&events->now->root, &events->then->root, node);
    struct audit_remark *remark;

    if (twin) {
        say_pair(r, node, twin, AUDIT_REMARK_MOVED);
        return;
    }
    if (r->declared) {
        audit_say(r, AUDIT_REMARK_NEVER_SEEN, node,
                  "in the contract%s, never on the tapes",
                  audit_node_is_required(node) ? ", required" : "");
        return;
    }
    remark = audit_say(r, AUDIT_REMARK_REMOVED, node,
                       "%" PRIu64 "x before, never now", node->all.count);
    audit_show(remark, node->all.first, true);
}

static void say_came(struct audit_remarker *r, const struct events *events,
                     const struct audit_node *node)
{
    struct td_buf types = {0};

    if (find_named(&events->then->root, &events->now->root, node))
        return; /* it moved here */
    audit_types_text(&types, node);
    audit_show(
        audit_say(r, r->declared ? AUDIT_REMARK_UNDECLARED : AUDIT_REMARK_ADDED,
                  node, "%s, %" PRIu64 "x%s", td_buf_str(&types),
                  node->all.count,
                  r->declared ? ", not in the contract" : ", never before"),
        node->all.first, false);
    td_buf_release(&types);
}

/* A type that was not there; whole numbers are numbers. */
static const struct audit_seen *further_type(const struct audit_node *now,
                                             const struct audit_node *then)
{
    for (int i = 0; i < AUDIT_TYPES_LEN; i++) {
        if (!now->types[i].count || then->types[i].count)
            continue;
        if (i == AUDIT_INTEGER && then->types[AUDIT_NUMBER].count)
            continue;
        return &now->types[i];
    }
    return NULL;
}

static void say_types(struct audit_remarker *r, const struct audit_node *now,
                      const struct audit_node *then)
{
    const struct audit_seen *further = further_type(now, then);
    struct td_buf old = {0};
    struct td_buf types = {0};

    if (!further)
        return;
    audit_types_text(&old, then);
    audit_types_text(&types, now);
    if (old.len)
        audit_show(audit_say(r, AUDIT_REMARK_RETYPED, now, "%s %s, now %s",
                             r->declared ? "in the contract" : "was",
                             td_buf_str(&old), td_buf_str(&types)),
                   further->first, false);
    td_buf_release(&old);
    td_buf_release(&types);
}

static bool is_choice(const struct audit_node *node, bool declared)
{
    const struct audit_values *values = &node->values;

    return values->words_len && !values->sketch &&
           values->words_len <= FEW_VALUES &&
           (declared || values->strings >= 3 * (uint64_t)values->words_len) &&
           !values->secret && (declared || !audit_node_is_volatile(node));
}

static bool has_word(const struct audit_values *values,
                     const struct audit_word *word)
{
    for (uint32_t i = 0; i < values->words_len; i++) {
        if (values->words[i].print == word->print)
            return true;
    }
    return false;
}

/* Values of a choice that it did not have. */
static void say_values(struct audit_remarker *r, const struct audit_node *now,
                       const struct audit_node *then)
{
    const struct audit_word *first = NULL;
    struct td_buf text = {0};

    if (!is_choice(then, r->declared) || now->values.secret ||
        now->values.sketch)
        return;
    for (uint32_t i = 0; i < now->values.words_len; i++) {
        const struct audit_word *word = &now->values.words[i];

        if (has_word(&then->values, word))
            continue;
        (void)td_buf_addf(&text, " %.*s", (int)word->len, word->text);
        first = first ? first : word;
    }
    if (first)
        audit_show(audit_say(r, AUDIT_REMARK_VALUES, now, "%s:%s",
                             r->declared ? "not in the contract's list"
                                         : "had a few values; further ones",
                             td_buf_str(&text)),
                   first->first, false);
    td_buf_release(&text);
}

static void say_optional(struct audit_remarker *r, const struct audit_node *now,
                         const struct audit_node *then)
{
    if (!now->parent || !audit_node_is_required(then) ||
        audit_node_is_required(now) || now->recursive)
        return;
    audit_show(
        audit_say(r, AUDIT_REMARK_OPTIONAL, now,
                  "%s, now missing in %" PRIu64 " of %" PRIu64,
                  r->declared ? "required by the contract" : "was always there",
                  now->parent->types[AUDIT_OBJECT].count - now->all.count,
                  now->parent->types[AUDIT_OBJECT].count),
        now->all.first, false);
}

static void say_children(struct audit_remarker *r, const struct events *events,
                         const struct audit_node *now,
                         const struct audit_node *then)
{
    struct side gone;
    struct side came;

    find_lacking(&gone, then, now);
    find_lacking(&came, now, then);
    if (!then->open)
        match(r, &gone, &came);
    for (uint32_t i = 0; i < gone.len; i++) {
        if (gone.list[i])
            say_gone(r, events, gone.list[i]);
    }
    /* What a contract does not describe at all may have anything in it. */
    if (r->declared && (then->open || !then->children))
        return;
    for (uint32_t i = 0; i < came.len; i++) {
        if (came.list[i])
            say_came(r, events, came.list[i]);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static void walk(struct audit_remarker *r, const struct events *events,
                 const struct audit_node *now, const struct audit_node *then)
{
    say_types(r, now, then);
    say_values(r, now, then);
    say_optional(r, now, then);
    if (!then->map && !now->map)
        say_children(r, events, now, then);
    for (const struct audit_node *c = now->children; c; c = c->next) {
        const struct audit_node *twin = audit_node_child(then, c->name);

        if (twin)
            walk(r, events, c, twin);
    }
    if (now->items && then->items)
        walk(r, events, now->items, then->items);
    if (now->map && then->map)
        walk(r, events, now->map, then->map);
}

void audit_remark_beside(struct audit_remarker *r,
                         const struct audit_event *event,
                         const struct audit_event *other)
{
    const struct events events = {event, other};

    walk(r, &events, &event->root, &other->root);
}
