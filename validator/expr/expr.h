/* validator/expr/expr.h - expressions over the events of a stream.
 *
 * The syntax is that of CEL where CEL has it (docs/contract.md has the whole
 * language). Total: no loops, no recursion, every size has a limit, so an
 * evaluation costs what its text is long. Numbers are exact (number.h).
 *
 * An expression is compiled once to a flat postfix program and read only
 * afterwards. What it takes to evaluate one is in a check_eval, one a check,
 * which allocates nothing once it is warm; what it remembers of the stream
 * (prev, count, EVENT.FIELD ...) is in a tally (tally.h).
 *
 * A value that is missing, of a wrong type or divided by zero is undefined, and
 * so is what is calculated from it, with the reason. `&&`, `||` and `?:` do not
 * look at what cannot change the answer.
 */
#ifndef VALIDATOR_EXPR_EXPR_H
#define VALIDATOR_EXPR_EXPR_H

#include "core/jsonx.h"
#include "schema/value/rational.h"
#include "validator/expr/context.h"
#include "validator/expr/env.h"
#include "validator/message/vocabulary.h"

struct check_expr;

/* Compile the text `at` of env->doc. TD_USAGE or TD_LIMIT with
 * FILE:LINE:COLUMN of the place within the text.
 */
TD_MUST_CHECK enum td_code check_expr_load(struct check_expr **out,
                                           const struct check_env *env,
                                           uint32_t at, struct td_error *err);

/* The same, of a number. */
TD_MUST_CHECK enum td_code check_expr_load_number(struct check_expr **out,
                                                  const struct check_env *env,
                                                  uint32_t at,
                                                  struct td_error *err);

/* NULL is fine. */
void check_expr_free(struct check_expr *expr);

/* As it stands in the contract; lives as long as the expression. */
const char *check_expr_text(const struct check_expr *expr);

/* The name of an event that the expression reads as arithmetic (slip.h), or
 * NULL; lives as long as the expression.
 */
const char *check_expr_slip(const struct check_expr *expr);

/* The field of an event that a finding is about, or CHECK_NO_VALUE: the left
 * side of a comparison, if it is one.
 */
uint32_t check_expr_field(const struct check_expr *expr);

enum check_answer {
    CHECK_NO,
    CHECK_YES,
    CHECK_UNDEFINED /* check_eval_reason() says why */
};

/* Whether it is true of the message at hand. */
enum check_answer check_expr_test(const struct check_expr *expr,
                                  struct check_eval *eval);

/* Its value as a number; false: undefined. The number is the caller's. */
bool check_expr_number(const struct check_expr *expr, struct check_eval *eval,
                       struct schema_rational *out);

/* Append the values that took part in the message at hand, and what the sides
 * of a comparison are: "completed_tasks = 45, total_tasks = 120, so 37.5; found
 * 37.6".
 */
void check_expr_explain(const struct check_expr *expr, struct check_eval *eval,
                        struct td_buf *out);

#endif
