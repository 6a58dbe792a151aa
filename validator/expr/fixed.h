/* validator/expr/fixed.h - expressions whose answer no message can change, as
 * far as reading them tells.
 */
#ifndef VALIDATOR_EXPR_FIXED_H
#define VALIDATOR_EXPR_FIXED_H

struct check_expr;

enum check_fixed { CHECK_VARIES, CHECK_ALWAYS, CHECK_NEVER };

/* It asks for nothing of a message; compares a field with itself; or demands of
 * one field two values, or bounds that leave none.
 */
enum check_fixed check_expr_fixed(const struct check_expr *expr);

#endif
