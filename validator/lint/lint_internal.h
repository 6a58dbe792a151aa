/* validator/lint/lint_internal.h - what the files of lint share: lint.c reads
 * the contract, remarks.c brings what is said in order, names.c and fields.c
 * look at the names that rules say. What each verb doubts is in its own file.
 */
#ifndef VALIDATOR_LINT_LINT_INTERNAL_H
#define VALIDATOR_LINT_LINT_INTERNAL_H

#include "validator/lint/lint.h"
#include "validator/rule/doubt.h"

#define CHECK_REMARKS_MAX 1000 /* errors, and warnings, that are told */

/* Errors or doubts. All zeroes is valid and empty. */
struct check_remarks {
    struct check_remark *list;
    uint32_t len;
    uint32_t more; /* that were too many to keep */
};

/* Keep a remark; `name` is that of the contract, whose lines count. */
void check_remark_add(struct check_remarks *all, const char *name,
                      const struct td_error *what);

/* Report what was kept, in the order of the contract's lines, then what is
 * about other files. Frees it.
 */
void check_remarks_tell(struct check_remarks *all, bool doubts,
                        const struct check_linter *linter);

struct check_lint {
    struct check_doubter to;
    const struct check_contract *contract;
    const struct schema_options *how;
};

/* Names in the rule at `at` that the contract does not have. */
void check_lint_names(const struct check_lint *lint, uint32_t at);

/* Alternatives of `oneOf` and `anyOf` in the contract's schemas of which
 * another one takes every value.
 */
void check_lint_branches(const struct check_lint *lint);

/* Sets of the contract that nothing in it uses. */
void check_lint_sets(const struct check_lint *lint);

/* False if the schema at value `schema` of doc lists the members of an object
 * and the field (a.b.0) is not among them; references to files are followed.
 */
bool check_schema_may_have(const struct td_jsonx *doc, uint32_t schema,
                           const char *field);

#endif
