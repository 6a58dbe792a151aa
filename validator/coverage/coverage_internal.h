/* validator/coverage/coverage_internal.h - what the files of coverage.h share.
 */
#ifndef VALIDATOR_COVERAGE_COVERAGE_INTERNAL_H
#define VALIDATOR_COVERAGE_COVERAGE_INTERNAL_H

#include "validator/coverage/coverage.h"

#define COVERAGE_BRANCHES_MAX 10000 /* further ones are not counted */

/* An alternative of a `oneOf` or `anyOf`. */
struct coverage_branch {
    const struct check_contract_event *event;
    uint32_t number;   /* among those of the schemas */
    const char *place; /* schema_branch_place() */
    bool taken;
};

struct coverage_branches {
    struct td_arena arena;
    struct coverage_branch *list;
    uint32_t len;
    bool *channels; /* by channel of the contract: its event came on it */
};

/* All alternatives of the contract's schemas, in its order, and which of them
 * values of the tapes took; and the channels. As audit_read().
 */
TD_MUST_CHECK enum td_code
coverage_branches_run(struct coverage_branches *branches,
                      const struct check_options *how,
                      struct audit_tapes *tapes, struct td_error *err);

/* Frees everything; it is empty. */
void coverage_branches_release(struct coverage_branches *branches);

#endif
