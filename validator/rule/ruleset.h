/* validator/rule/ruleset.h - the rules of a contract with all that running them
 * takes. */
#ifndef VALIDATOR_RULE_RULESET_H
#define VALIDATOR_RULE_RULESET_H

#include "validator/rule/dispatch.h"
#include "validator/rule/rule.h"

struct check_ruleset {
    struct check_rule *rules;
    uint32_t rules_len;
    struct check_group_bys group_bys;
    struct check_words *words;
    struct schema_set *schemas;
    struct check_dispatch dispatch;
    uint32_t key;                  /* stream.key, or CHECK_NO_VALUE */
    struct check_time_source time; /* stream.clock; else recorded */
    struct check_selector *ends;   /* the last event of a stream, or NULL */
    bool timed;                    /* a rule asks for times */
};

#endif
