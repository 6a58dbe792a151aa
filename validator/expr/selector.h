/* validator/expr/selector.h - which messages a rule speaks of: NAME,
 * NAME[FILTER], @SET, any of several with |, or * for all. !A|B, or
 * * except A|B, is every event that A|B does not match.
 *
 * A filter is an expression (expr.h) about the message itself. Read only after
 * loading; what it takes to evaluate a filter is in the check_eval, one a
 * check. A name with odd characters stands in quotes.
 */
#ifndef VALIDATOR_EXPR_SELECTOR_H
#define VALIDATOR_EXPR_SELECTOR_H

#include "core/jsonx.h"
#include "validator/expr/context.h"
#include "validator/expr/fixed.h"
#include "validator/message/vocabulary.h"

struct check_selector;

/* Read the text value `at` of a contract. TD_USAGE with FILE:LINE:COLUMN. */
TD_MUST_CHECK enum td_code check_selector_load(struct check_selector **out,
                                               struct check_words *words,
                                               const struct td_jsonx *doc,
                                               uint32_t at,
                                               struct td_error *err);

/* The same of SELECTOR.FIELD, as in `progress_update.completed_tasks`: one
 * name, perhaps with a filter, then a dotted path. Of several names that would
 * fit the longest one that the contract knows is taken, else all up to the
 * first dot.
 */
TD_MUST_CHECK enum td_code
check_selector_load_field(struct check_selector **out, uint32_t *field,
                          struct check_words *words, const struct td_jsonx *doc,
                          uint32_t at, struct td_error *err);

/* NULL is fine. */
void check_selector_free(struct check_selector *selector);

/* False if no message with this index of an event can match; event may be
 * CHECK_NO_EVENT.
 */
bool check_selector_may_match(const struct check_selector *selector,
                              uint32_t event);

/* What a filter of it says of every message: CHECK_NEVER, a choice can match
 * none; CHECK_ALWAYS, a filter takes away none.
 */
enum check_fixed check_selector_fixed(const struct check_selector *selector);

/* True if every message of the event matches, so that nobody needs to ask. */
bool check_selector_is_sure(const struct check_selector *selector,
                            uint32_t event);

/* Whether the message at hand matches. A filter that is undefined (a field is
 * missing) does not.
 */
bool check_selector_matches(const struct check_selector *selector,
                            struct check_eval *eval,
                            const struct check_message *m);

/* Append it in quotes, as it stands in the contract; of a list of more than a
 * few alternatives those that are nearest to what came (core/alternatives.h).
 */
void check_selector_say(const struct check_selector *selector,
                        struct td_buf *out, struct td_bytes came);

/* As it stands in the contract; lives as long as the selector. */
const char *check_selector_text(const struct check_selector *selector);

#endif
