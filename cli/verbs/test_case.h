/* cli/verbs/test_case.h - one golden test: what was seen, and what came of it.
 */
#ifndef CLI_VERBS_TEST_CASE_H
#define CLI_VERBS_TEST_CASE_H

#include "cli/verbs/diff_compare.h"
#include "cli/verbs/diff_report.h"
#include "cli/verbs/test_run.h"

/* X(name, word, exit code): from the best to the worst. */
#define TEST_OUTCOMES(X)                                                       \
    X(SKIPPED, "skipped", TD_OK) /* it has no command */                       \
    X(SAME, "same", TD_OK)                                                     \
    X(LOSSY, "lossy", TD_LOSSY)        /* the same, as far as one can know */  \
    X(FLAKY, "flaky", TD_FLAKY)        /* the same when run again */           \
    X(NOT_RUN, "not-run", TD_TOOL)     /* the command could not be */          \
    X(DIFFERS, "differs", TD_FAILED)   /* or broke the contract */             \
    X(MISSING, "no-golden", TD_FAILED) /* there is nothing to compare with */  \
    X(FAILED, "failed", TD_FAILED)     /* the command did */                   \
    X(LATE, "timed-out", TD_TIMEOUT)   /* the command did not end */           \
    X(BROKEN, "wrong", TD_USAGE)       /* golden, masks or contract are */

enum test_outcome {
#define TEST_OUTCOME_ENUM(name, text, code) TEST_##name,
    TEST_OUTCOMES(TEST_OUTCOME_ENUM)
#undef TEST_OUTCOME_ENUM
        TEST_OUTCOMES_LEN
};

/* Its word, and the code of a process in which it is the worst. */
const char *cli_test_outcome_text(enum test_outcome outcome);
enum td_code cli_test_outcome_code(enum test_outcome outcome);

struct test_case {
    struct golden *golden;
    struct test_run run;
    const char *stream; /* what is compared; NULL: nothing came */
    enum test_outcome outcome;
    enum td_code code;        /* of the process, if this were all */
    struct td_error err;      /* why, of NOT_RUN, FAILED, LATE and BROKEN */
    struct cli_comparison of; /* diff NULL: nothing was compared */
    struct td_buf broken;     /* what the contract says of it; empty: nothing */
    uint32_t retries;         /* that were needed */
    bool pending;        /* it was written, or is what was seen once more */
    struct td_buf masks; /* that are suggested, as written */
};

/* Compare the stream with the golden and hold it to the contract; sets outcome,
 * code, err, of and broken. program: path of this binary.
 */
void cli_test_judge(struct test_case *c, const char *program);

/* Write the stream as the pending tape, unless the one that is there says the
 * same, and the masks that are suggested. A golden that is there is not
 * touched. TD_IO...
 */
TD_MUST_CHECK enum td_code
cli_test_bless(struct test_case *c, const char *program, struct td_error *err);

/* What is pending takes the place of what was accepted, masks first; each file
 * in one step. TD_USAGE: nothing is pending; TD_IO.
 */
TD_MUST_CHECK enum td_code cli_test_accept(const struct golden *golden,
                                           struct td_error *err);

/* Frees what it holds; the golden is the folder's. */
void cli_test_case_release(struct test_case *c);

#endif
