/* validator/check/options.h - what a stream is held to, and how. */
#ifndef VALIDATOR_CHECK_OPTIONS_H
#define VALIDATOR_CHECK_OPTIONS_H

#include "validator/contract/load.h"
#include "validator/verdict/verdict.h"

#define CHECK_JOBS_MAX     16 /* threads that look at messages */
#define CHECK_MAX_FINDINGS 10 /* kept for a rule unless told otherwise */

struct verdict_lens; /* validator/verdict/lens.h */

struct check_options {
    const struct schema_set *schemas; /* with root: every message; or NULL */
    uint32_t root;
    const struct check_contract *contract; /* or NULL */
    uint64_t max_findings;                 /* a rule; totals stay true */
    bool fail_fast; /* end at the first finding that fails the verdict */
    bool cut; /* the input may go on where we cannot see it: `open`, not fail */
    unsigned jobs; /* threads that look at messages; 0, 1: only the caller's */
    bool strict;   /* warnings and what is vacuous or skipped fail it too */
    const char *dialect;         /* of the contract; NULL: none chosen */
    const char *const *profiles; /* of its rules, ends with NULL; or NULL */
    /* Sees each message and finding; or NULL. Times begin again with each
     * segment of a tape, so segments lie over each other.
     */
    struct verdict_lens *lens;
};

#endif
