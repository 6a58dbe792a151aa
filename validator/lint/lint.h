/* validator/lint/lint.h - all that is wrong with a contract, and what is
 * doubtful: it loads, and yet hardly says what its writer meant.
 */
#ifndef VALIDATOR_LINT_LINT_H
#define VALIDATOR_LINT_LINT_H

#include "validator/contract/contract.h"

/* Hears of one error, or one doubt (then code is TD_OK), with its place, what
 * is wrong, and the hint.
 */
struct check_linter {
    void (*report)(void *self, bool doubt, const struct td_error *what);
    void *self;
};

/* Read a contract with its tests and report on it, in the order of its lines
 * and a bounded number of times; doubts only if there is no error. TD_OK, or
 * the code of the first error.
 */
TD_MUST_CHECK enum td_code check_lint(const char *path,
                                      const struct schema_options *how,
                                      const struct check_linter *linter);

/* The same of a document, which is taken over. */
TD_MUST_CHECK enum td_code
check_lint_document(struct td_jsonx *doc, const struct schema_options *how,
                    const struct check_linter *linter);

#endif
