/* validator/lint/lint_internal.h - what the files of lint share: lint.c reads
 * the contract, lint_remarks.c brings what is said in order, lint_rule.c looks
 * at rules one by one, lint_names.c and lint_fields.c at the names they say,
 * lint_states.c at automata.
 */
#ifndef VALIDATOR_LINT_LINT_INTERNAL_H
#define VALIDATOR_LINT_LINT_INTERNAL_H

#include "validator/lint/lint.h"

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
    struct check_remarks *doubts;
    const struct check_contract *contract;
    const struct td_jsonx *doc;
    const struct schema_options *how;
};

/* A doubt about value `at`: what is wrong, then the hint. */
void check_doubt(const struct check_lint *lint, uint32_t at, const char *hint,
                 const char *fmt, ...) TD_PRINTF(4, 5);

/* A member of object `at`; 0 if there is none. */
uint32_t check_lint_member(const struct check_lint *lint, uint32_t at,
                           const char *key);

/* Doubts about rule object `at`. */
void check_lint_rule(const struct check_lint *lint, uint32_t at);

/* The same of the value of its key `states`. */
void check_lint_states(const struct check_lint *lint, uint32_t at);

/* Names in the rule at `at` that the contract does not have. */
void check_lint_names(const struct check_lint *lint, uint32_t at);

/* False if the schema at value `schema` of doc lists the members of an object
 * and the field (a.b.0) is not among them; references to files are followed.
 */
bool check_schema_may_have(const struct td_jsonx *doc, uint32_t schema,
                           const char *field);

#endif
