/* validator/expr/aggregate.h - what expressions remember of the stream.
 *
 * A rule has one list of tallies, made while its expressions are loaded; each
 * check has states of that list for the rule: one for each key and scope, and
 * one of the messages that are of no key, for values that a key has not seen.
 *
 *     check_tally_observe(own, eval);        each message that the selector of
 *                                            check_tallies_selector() takes
 *     check_eval_tally(eval, own, whole);    then, to evaluate
 */
#ifndef VALIDATOR_EXPR_AGGREGATE_H
#define VALIDATOR_EXPR_AGGREGATE_H

#include "validator/expr/selector.h"

#define CHECK_TALLIES_MAX  64      /* of one rule */
#define CHECK_DISTINCT_MAX 1000000 /* values that one distinct() keeps */

struct check_tallies;
struct check_tally;

struct check_tallies *check_tallies_new(void);
/* NULL is fine. */
void check_tallies_free(struct check_tallies *list);
/* True if one of them asks for times: elapsed(). */
bool check_tallies_timed(const struct check_tallies *list);
/* A new selector of all events that could change one of them; NULL: there are
 * none.
 */
struct check_selector *check_tallies_selector(const struct check_tallies *list);

/* The list outlives the state. */
struct check_tally *check_tally_new(const struct check_tallies *list);
/* NULL is fine. */
void check_tally_free(struct check_tally *tally);

/* Take the message at hand into account, once. */
void check_tally_observe(struct check_tally *tally, struct check_eval *eval);

#endif
