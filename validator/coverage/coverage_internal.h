/* validator/coverage/coverage_internal.h - what the files of coverage.h share.
 */
#ifndef VALIDATOR_COVERAGE_COVERAGE_INTERNAL_H
#define VALIDATOR_COVERAGE_COVERAGE_INTERNAL_H

#include "validator/coverage/coverage.h"

#define COVERAGE_BRANCHES_MAX 10000 /* further ones are not counted */

/* An alternative of a `oneOf` or `anyOf`. */
struct coverage_branch {
    const struct check_contract_event *event;
    const char *pointer; /* in the event's schema */
    bool taken;
};

struct coverage_branches {
    struct td_arena arena;
    struct coverage_branch *list;
    uint32_t len;
};

/* All alternatives of the contract's schemas, in its order. */
void coverage_branches_find(struct coverage_branches *branches,
                            const struct check_options *how);

/* Which of them values of the tapes took. As audit_read(). */
TD_MUST_CHECK enum td_code
coverage_branches_take(struct coverage_branches *branches,
                       const struct check_options *how,
                       struct audit_tapes *tapes, struct td_error *err);

/* Frees everything; it is empty. */
void coverage_branches_release(struct coverage_branches *branches);

#endif
