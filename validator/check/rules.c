/* The rules of a verdict that come of the contract, in its order. */
#include "core/mem.h"
#include "validator/check/check_internal.h"
#include "validator/contract/contract.h"

#include <stdio.h>

static uint64_t limit_of(const struct check *c, uint64_t max_report)
{
    return max_report < c->how.max_findings ? max_report : c->how.max_findings;
}

static void add_event_rules(struct check *c)
{
    const struct check_contract *k = c->how.contract;
    char what[160];

    c->first_event = c->verdict.rules_len;
    for (uint32_t i = 0; i < k->events_len; i++) {
        static const char *const forms[] = {"schema", "text", "bytes"};
        uint32_t rule;

        (void)snprintf(what, sizeof(what), "%s: %.120s",
                       forms[k->events[i].form],
                       (const char *)k->events[i].name.ptr);
        rule = check_verdict_rule(&c->verdict, "schema", what,
                                  CHECK_LEVEL_ERROR, c->how.max_findings);
        c->verdict.rules[rule].optional = k->events[i].optional;
    }
}

static void add_unknown_rule(struct check *c)
{
    enum check_unknown unknown = c->how.contract->unknown;

    if (c->how.contract->events_len == 0 ||
        (unknown == CHECK_UNKNOWN_IGNORE && !c->how.strict))
        return;
    c->unknown = check_verdict_rule(
        &c->verdict, "unknown", "no event the contract does not name",
        unknown == CHECK_UNKNOWN_ERROR ? CHECK_LEVEL_ERROR : CHECK_LEVEL_WARN,
        c->how.max_findings);
    c->verdict.rules[c->unknown].optional = true;
}

/* What an AsyncAPI file says is not written there as rules. */
static char *where_of(const struct check_contract *k,
                      const struct check_rule *rule)
{
    const struct td_jsonx *doc = check_contract_rule_doc(k, rule);
    struct td_buf where = {0};

    if (rule->import == CHECK_RULE_ASYNCAPI || !doc->name)
        return NULL;
    (void)td_buf_addf(&where, "%s:%u", doc->name,
                      td_jsonx_where(doc, rule->at).line);
    (void)td_buf_str(&where);
    return (char *)where.ptr;
}

void check_contract_rules(struct check *c)
{
    const struct check_contract *k = c->how.contract;
    struct check_engine_options how = {.dialect = c->how.dialect,
                                       .profiles = c->how.profiles};

    add_event_rules(c);
    add_unknown_rule(c);
    if (k->has_ways)
        check_way_rule(c);
    if (check_channels_tell(k))
        c->channels = check_channels_new(k);
    c->first_rule = c->verdict.rules_len;
    for (uint32_t i = 0; i < k->set.rules_len; i++) {
        uint32_t rule = check_verdict_rule(
            &c->verdict, k->set.rules[i].id, k->set.rules[i].what,
            k->set.rules[i].level, limit_of(c, k->set.rules[i].max_report));

        c->verdict.rules[rule].mostly = k->set.rules[i].mostly;
        if (k->set.rules[i].note)
            c->verdict.rules[rule].note = td_strdup(k->set.rules[i].note);
        c->verdict.rules[rule].where = where_of(k, &k->set.rules[i]);
    }
    c->engine = check_engine_new(&k->set, &c->verdict, c->first_rule, &how);
}
