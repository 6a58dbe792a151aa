/* validator/cases/cases.h - the tests that a contract carries: small streams,
 * and what the contract must say of each.
 *
 *     tests:
 *     - name: a second start
 *       stream:
 *       - {type: started}
 *       - {type: started, t: 250ms}
 *       expect: {fail: [R10]}
 *
 * Source: docs/contract.md, "Tests". Errors are TD_USAGE with `where` as
 * FILE:LINE:COLUMN.
 */
#ifndef VALIDATOR_CASES_CASES_H
#define VALIDATOR_CASES_CASES_H

#include "core/buf.h"
#include "validator/check/check.h"

#define CHECK_CASES_MAX 10000 /* tests of one contract */

struct check_cases;

/* What became of one test. */
struct check_case {
    const char *name;
    char where[256]; /* FILE:LINE:COLUMN of the test */
    bool passed;
    struct td_buf why; /* what was not as expected, a line each; or empty */
};

/* Read the tests of how->contract; what how points to outlives them. There may
 * be none.
 */
TD_MUST_CHECK enum td_code check_cases_new(struct check_cases **out,
                                           const struct check_options *how,
                                           struct td_error *err);

/* The same, but go on after an error, so that all are reported. *out is NULL
 * after an error, and the code that of the first one, which is also in *err.
 */
TD_MUST_CHECK enum td_code
check_cases_new_all(struct check_cases **out, const struct check_options *how,
                    const struct td_jsonx_errors *errors, struct td_error *err);

/* NULL is fine. */
void check_cases_free(struct check_cases *cases);

/* How many there are. */
uint32_t check_cases_count(const struct check_cases *cases);

/* Run test i; *out is good until the next call. */
const struct check_case *check_cases_run(struct check_cases *cases, uint32_t i);

/* Rule i of the contract: true if a test that was run made it fail, so that
 * somebody has seen that it can.
 */
bool check_cases_failed(const struct check_cases *cases, uint32_t i);

#endif
