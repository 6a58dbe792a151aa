/* validator/cases/cases_internal.h - what the files of the tests share: trial.c
 * reads them, trial_run.c runs them.
 */
#ifndef VALIDATOR_CASES_CASES_INTERNAL_H
#define VALIDATOR_CASES_CASES_INTERNAL_H

#include "validator/cases/cases.h"

/* One message of a test's stream. */
struct check_case_line {
    char *text;
    size_t len;
    bool has_t;
    uint64_t t_ns;
};

/* What a test expects; indexes into the contract's document, 0 if not said. */
struct check_expected {
    uint32_t fail;
    uint32_t vacuous;
    uint32_t open;
};

struct check_case_test {
    char *name;
    uint32_t at;
    bool cut;        /* complete: false */
    bool no_rules;   /* rules: false */
    char *dialect;   /* NULL: none is chosen */
    char **profiles; /* ends with NULL; NULL: none is chosen */
    struct check_expected expected;
    struct check_case_line *lines;
    size_t lines_len;
};

struct check_cases {
    const struct check_contract *contract;
    struct check_options how;
    struct td_jsonx_reader r; /* of the contract's document */
    struct check_case_test *tests;
    uint32_t len;
    bool *failed; /* one a rule */
    struct check_case now;
};

#endif
