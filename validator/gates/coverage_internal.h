/* validator/gates/coverage_internal.h - a gate of kind coverage while it is
 * judged.
 */
#ifndef VALIDATOR_GATES_COVERAGE_INTERNAL_H
#define VALIDATOR_GATES_COVERAGE_INTERNAL_H

#include "validator/gates/cover.h"
#include "validator/gates/run_internal.h"

struct coverage {
    struct gates_session *s;
    struct gates_job *job;
    struct gates_cover *cover;
    struct verdict_coverage *to;
    uint64_t unresolved; /* files that are none of the project */
    uint64_t unclear;    /* of them may be several */
    const char *unclear_name;
    uint64_t beyond; /* lines that their file does not have */
    const char *beyond_path;
    bool full;
};

/* Put files, ranges and sums into the verdict, and a finding for each range of
 * changed lines that is not covered.
 */
void gates_coverage_tell(struct coverage *c);

#endif
