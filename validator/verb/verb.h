/* validator/verb/verb.h - the verbs there are, and loading a rule by its verb.
 */
#ifndef VALIDATOR_VERB_VERB_H
#define VALIDATOR_VERB_VERB_H

#include "validator/rule/rule.h"

/* X(name): every verb; check_verb_NAME is in a file of this folder. A rule has
 * the verb whose key it has; of several the first one here.
 */
#define CHECK_VERBS(X)                                                         \
    X(first)                                                                   \
    X(last)                                                                    \
    X(count)                                                                   \
    X(absent)                                                                  \
    X(conforms)                                                                \
    X(before)                                                                  \
    X(response)                                                                \
    X(balanced)                                                                \
    X(unique)                                                                  \
    X(no_duplicate)                                                            \
    X(requires)                                                                \
    X(monotonic)                                                               \
    X(step)                                                                    \
    X(constant)                                                                \
    X(contiguous)                                                              \
    X(on)                                                                      \
    X(sequence)                                                                \
    X(states)                                                                  \
    X(gap)                                                                     \
    X(rate)                                                                    \
    X(latency)                                                                 \
    X(clock_skew)

#define CHECK_VERB_EXTERN(name)                                                \
    extern const struct check_verb check_verb_##name;
CHECK_VERBS(CHECK_VERB_EXTERN)
#undef CHECK_VERB_EXTERN

/* Read the rule at `at` of a contract; *rule is to be released also after an
 * error. TD_USAGE, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code check_rule_load(struct check_rule *rule,
                                           struct check_loader *l, uint32_t at);

/* The clause of the rule's verb, without capital and full stop. */
void check_verb_say(const struct check_writer *s);

#endif
