/* Messages that came twice. */
#include "validator/audit/profile_internal.h"

/* Whether one of the last `within` messages is the same, on the same tape. */
static bool came(const struct audit_profile *profile,
                 const struct audit_recent *one, uint64_t within)
{
    uint64_t len = profile->last_len;

    for (uint64_t i = 1; i <= within && i <= len; i++) {
        const struct audit_recent *r = &profile->last[(len - i) % AUDIT_RECENT];

        if (r->place.tape != one->place.tape)
            return false;
        if (r->print == one->print && !strcmp(r->event, one->event))
            return true;
    }
    return false;
}

static void remember(struct audit_profile *profile,
                     const struct audit_recent *one)
{
    if (profile->first_len < AUDIT_RECENT)
        profile->first[profile->first_len++] = *one;
    profile->last[profile->last_len++ % AUDIT_RECENT] = *one;
}

void audit_again_add(struct audit_event *event, uint64_t count,
                     struct audit_place first)
{
    if (count > 0 &&
        (event->again == 0 || audit_place_is_before(first, event->again_at)))
        event->again_at = first;
    event->again += count;
}

void audit_again_see(struct audit_profile *profile, struct audit_event *event,
                     const struct audit_message *m)
{
    struct audit_recent one = {.place = m->place,
                               .print = audit_print(m->payload),
                               .event = event->name};

    one.again = came(profile, &one, AUDIT_RECENT);
    if (one.again)
        audit_again_add(event, 1, one.place);
    remember(profile, &one);
}

void audit_again_merge(struct audit_profile *profile,
                       const struct audit_profile *from)
{
    uint64_t kept =
        from->last_len < AUDIT_RECENT ? from->last_len : AUDIT_RECENT;
    struct audit_recent one;
    struct audit_event *event;

    for (uint32_t i = 0; i < from->first_len; i++) {
        one = from->first[i];
        event = audit_tree_event(profile, td_text(one.event));
        if (!event)
            continue;
        one.event = event->name;
        if (!one.again && came(profile, &one, AUDIT_RECENT - i))
            audit_again_add(event, 1, one.place);
        if (profile->first_len < AUDIT_RECENT)
            profile->first[profile->first_len++] = one;
    }
    for (uint64_t i = from->last_len - kept; i < from->last_len; i++) {
        one = from->last[i % AUDIT_RECENT];
        event = audit_tree_event(profile, td_text(one.event));
        if (!event)
            continue;
        one.event = event->name;
        profile->last[profile->last_len++ % AUDIT_RECENT] = one;
    }
}

/* The count of values may be off by a few. Of few messages only ids and times
 * tell: a state may have the same values again.
 */
static bool tells(const struct audit_node *node, uint64_t different)
{
    uint64_t values = audit_values_distinct(&node->values) * 10 / 9;

    return !node->secret && values >= different &&
           (different > AUDIT_RECENT ||
            (node->values.strings && audit_values_format(&node->values)));
}

/* NOLINTNEXTLINE(misc-no-recursion): AUDIT_DEPTH_MAX bounds it */
static const struct audit_node *find_key(const struct audit_node *node,
                                         uint64_t different)
{
    const struct audit_node *found = NULL;

    for (const struct audit_node *c = node->children; c && !found; c = c->next)
        found = tells(c, different) ? c : find_key(c, different);
    return found;
}

const struct audit_node *audit_event_key(const struct audit_event *event)
{
    uint64_t different = event->seen.count - event->again;

    return different < 2 ? NULL : find_key(&event->root, different);
}
