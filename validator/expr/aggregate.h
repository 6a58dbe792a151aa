/* validator/expr/aggregate.h - what expressions remember of the stream.
 *
 * A rule has one list of tallies, made while its expressions are loaded; each
 * check has states of that list for the rule: one for each key and scope, and
 * one of the messages that are of no key, for values that a key has not seen.
 *
 *     check_aggregate_observe(own, eval);        each message that the selector
 * of check_aggregates_selector() takes check_eval_aggregate(eval, own, whole);
 * then, to evaluate
 */
#ifndef VALIDATOR_EXPR_AGGREGATE_H
#define VALIDATOR_EXPR_AGGREGATE_H

#include "validator/expr/selector.h"

#define CHECK_AGGREGATES_MAX 64      /* of one rule */
#define CHECK_DISTINCT_MAX   1000000 /* values that one distinct() keeps */

struct check_aggregates;
struct check_aggregate;

struct check_aggregates *check_aggregates_new(void);
/* NULL is fine. */
void check_aggregates_free(struct check_aggregates *list);
/* True if one of them asks for times: elapsed(). */
bool check_aggregates_timed(const struct check_aggregates *list);
/* A new selector of all events that could change one of them; NULL: there are
 * none.
 */
struct check_selector *
check_aggregates_selector(const struct check_aggregates *list);

/* The list outlives the state. */
struct check_aggregate *
check_aggregate_new(const struct check_aggregates *list);
/* NULL is fine. */
void check_aggregate_free(struct check_aggregate *aggregate);

/* Take the message at hand into account, once. */
void check_aggregate_observe(struct check_aggregate *aggregate,
                             struct check_eval *eval);

#endif
