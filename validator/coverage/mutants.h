/* validator/coverage/mutants.h - which rules of a contract can fail on streams
 * like these.
 *
 * A rule that had something to judge may still be one that nothing breaks. Runs
 * are changed a little, one change a time: a message is missing, comes twice,
 * in another place or late; a number, a text or the kind of a value is another
 * one; a member is gone or has another name. A rule that fails on one of these,
 * and not on the run as it is, can fail.
 */
#ifndef VALIDATOR_COVERAGE_MUTANTS_H
#define VALIDATOR_COVERAGE_MUTANTS_H

#include "validator/audit/gather.h"
#include "validator/check/options.h"

#define COVERAGE_MUTANTS_MAX 4000    /* that are judged, at most */
#define COVERAGE_WORK_MAX    1000000 /* messages of them together */
#define COVERAGE_RUN_MAX     20000 /* messages of a run; longer ones are cut */
#define COVERAGE_BYTES_MAX   ((size_t)256 << 20) /* of all; as well */

/* can_fail: by rule of the contract. wanted: those that are looked for; when
 * all can fail it is over. *few: as mutants_few of coverage.h. Draws from a
 * fixed seed. As audit_read().
 */
TD_MUST_CHECK enum td_code coverage_mutants(bool *can_fail, const bool *wanted,
                                            uint32_t *few,
                                            const struct check_options *how,
                                            struct audit_tapes *tapes,
                                            struct td_error *err);

#endif
