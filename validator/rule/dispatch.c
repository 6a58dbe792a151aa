#include "validator/rule/dispatch.h"

#include "core/mem.h"

#include <stdlib.h>

static void add_scope(struct check_sub *sub, uint64_t role,
                      const struct check_selector *selector, uint32_t event)
{
    if (!selector || !check_selector_may_match(selector, event))
        return;
    if (check_selector_is_sure(selector, event))
        sub->sure |= role;
    else
        sub->maybe |= role;
}

uint64_t check_dispatch_special(const struct check_rule *rule)
{
    return rule->scope == CHECK_GLOBALLY ? CHECK_ROLE_EDGES | rule->shared_roles
                                         : UINT64_MAX;
}

static struct check_sub sub_of(const struct check_rule *rule, uint32_t event)
{
    struct check_sub sub = {0};

    for (uint32_t i = 0; i < rule->roles_len; i++) {
        const struct check_selector *selector = rule->roles[i].selector;

        if (!selector)
            sub.sure |= CHECK_ROLE(i);
        else
            add_scope(&sub, CHECK_ROLE(i), selector, event);
    }
    add_scope(&sub, CHECK_ROLE_OPENS, rule->opens, event);
    add_scope(&sub, CHECK_ROLE_CLOSES, rule->closes, event);
    add_scope(&sub, CHECK_ROLE_ENDS, rule->ends, event);
    sub.plain = !sub.maybe && !(sub.sure & check_dispatch_special(rule));
    return sub;
}

/* The subs of one event; false: there is no room. */
static bool add_event(struct check_dispatch *d, const struct check_rule *rules,
                      uint32_t rules_len, uint32_t event)
{
    uint32_t len = d->first[event];
    uint32_t index = event < d->events ? event : CHECK_NO_EVENT;

    for (uint32_t r = 0; r < rules_len; r++) {
        struct check_sub sub = sub_of(&rules[r], index);

        if (!(sub.maybe | sub.sure))
            continue;
        if (len == CHECK_SUBS_MAX)
            return false;
        d->subs = td_list_room(d->subs, len, sizeof(*d->subs));
        sub.rule = r;
        d->subs[len++] = sub;
    }
    d->first[event + 1] = len;
    return true;
}

bool check_dispatch_make(struct check_dispatch *d,
                         const struct check_rule *rules, uint32_t rules_len,
                         const struct check_words *words)
{
    d->events = check_event_count(words);
    d->first = td_calloc((size_t)d->events + 2, sizeof(*d->first));
    if ((uint64_t)d->events * rules_len > CHECK_PAIRS_MAX)
        return false;
    for (uint32_t e = 0; e <= d->events; e++) {
        if (!add_event(d, rules, rules_len, e))
            return false;
    }
    return true;
}

void check_dispatch_release(struct check_dispatch *d)
{
    free(d->first);
    free(d->subs);
    *d = (struct check_dispatch){0};
}
