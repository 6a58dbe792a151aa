#include "validator/rule/rule.h"

#include "core/mem.h"

#include <stdlib.h>

void check_names_release(struct check_names *names)
{
    for (uint32_t i = 0; i < names->len; i++)
        free(names->list[i]);
    free(names->list);
    *names = (struct check_names){0};
}

void check_rule_release(struct check_rule *rule)
{
    if (rule->verb && rule->verb->unload)
        rule->verb->unload(rule);
    free(rule->body);
    free(rule->id);
    free(rule->what);
    free(rule->note);
    check_names_release(&rule->profiles);
    check_names_release(&rule->dialects);
    check_selector_free(rule->opens);
    check_selector_free(rule->closes);
    check_selector_free(rule->ends);
    for (uint32_t i = 0; i < rule->roles_len; i++)
        check_selector_free(rule->roles[i].selector);
    free(rule->roles);
}

bool check_rule_room(const struct check_rule *rule)
{
    return rule->roles_len < CHECK_ROLES;
}

uint32_t check_rule_listen(struct check_rule *rule,
                           struct check_selector *selector, bool shared)
{
    rule->roles =
        td_realloc(rule->roles, (rule->roles_len + 1) * sizeof(*rule->roles));
    rule->roles[rule->roles_len] = (struct check_role){selector, shared};
    if (shared)
        rule->shared_roles |= CHECK_ROLE(rule->roles_len);
    return rule->roles_len++;
}
