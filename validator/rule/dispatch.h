/* validator/rule/dispatch.h - which rules want to see which events, so that a
 * rule costs nothing for events it does not look at.
 */
#ifndef VALIDATOR_RULE_DISPATCH_H
#define VALIDATOR_RULE_DISPATCH_H

#include "validator/rule/rule.h"

#define CHECK_PAIRS_MAX 20000000 /* events times rules of a contract */
#define CHECK_SUBS_MAX  2000000  /* pairs that have to do with each other */

/* Beside the roles of a rule: its scope, and the last message of a key. */
#define CHECK_ROLE_OPENS  CHECK_ROLE(63)
#define CHECK_ROLE_CLOSES CHECK_ROLE(62)
#define CHECK_ROLE_ENDS   CHECK_ROLE(61)
#define CHECK_ROLE_EDGES                                                       \
    (CHECK_ROLE_OPENS | CHECK_ROLE_CLOSES | CHECK_ROLE_ENDS)

/* A rule that may want an event. */
struct check_sub {
    uint32_t rule;
    uint64_t maybe; /* roles whose selector must be asked */
    uint64_t sure;  /* roles that every message has */
    bool plain;     /* no more than these, and none of them is special */
};

/* By event, in the order of rules. */
struct check_dispatch {
    uint32_t events; /* indexes are below; at `events` is any other name */
    uint32_t *first; /* events + 2 of them: where an event's subs begin */
    struct check_sub *subs;
};

/* Make the table; words do not grow any more. False: past one of the limits. */
TD_MUST_CHECK bool check_dispatch_make(struct check_dispatch *d,
                                       const struct check_rule *rules,
                                       uint32_t rules_len,
                                       const struct check_words *words);
/* Roles that do more than be handed to the verb: they have to do with scopes,
 * keys or the state that is shared.
 */
uint64_t check_dispatch_special(const struct check_rule *rule);
/* Frees it; all zeroes. */
void check_dispatch_release(struct check_dispatch *d);

#endif
