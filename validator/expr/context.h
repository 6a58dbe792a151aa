/* validator/expr/context.h - what it takes to look at messages with selectors
 * and expressions: where fields are, room for values. One a check.
 */
#ifndef VALIDATOR_EXPR_CONTEXT_H
#define VALIDATOR_EXPR_CONTEXT_H

#include "validator/message/vocabulary.h"

struct check_aggregate;
struct check_eval;

/* words outlive it and grow no more. */
struct check_eval *check_eval_new(const struct check_words *words);
/* NULL is fine. */
void check_eval_free(struct check_eval *eval);

/* m is the message from now on; it must stay until the next call. Tallies, key
 * and time are those that were set last.
 */
void check_eval_begin(struct check_eval *eval, const struct check_message *m);

/* Where its fields are. */
struct check_field_cache *check_eval_fields(struct check_eval *eval);

/* What expressions remember from now on: of the key and scope; and of the whole
 * stream, where EVENT.FIELD, first, last, prev and elapsed look for what the
 * key has not seen. Each may be NULL.
 */
void check_eval_aggregate(struct check_eval *eval,
                          const struct check_aggregate *own,
                          const struct check_aggregate *whole);

/* The time of the message, for elapsed(): at / unit milliseconds. unit 0: there
 * is none.
 */
void check_eval_time(struct check_eval *eval, int64_t at, int64_t unit);

/* What `key` is from now on: a JSON value, borrowed; len 0: there is none. */
void check_eval_key(struct check_eval *eval, struct td_bytes key);

/* Append why the last expression was undefined: "total_tasks is missing". */
void check_eval_reason(const struct check_eval *eval, struct td_buf *out);

/* Once, if something was too much work since the last call: what, and what can
 * be done about it; else NULL. A pattern took too many steps, or distinct() met
 * too many values.
 */
const char *check_eval_gave_up(struct check_eval *eval);

#endif
