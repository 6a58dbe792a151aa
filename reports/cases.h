/* reports/cases.h - a gate as cases that hold or not: what JUnit, TAP and CTRF
 * are lists of.
 *
 * A gate of tests has its tests; one with rules (a stream) its rules; any other
 * its findings. A gate that is not good although none of these says so, and one
 * that has none, is a case of its own, so that no consumer sees a green list
 * beside a red gate.
 */
#ifndef REPORTS_CASES_H
#define REPORTS_CASES_H

#include "validator/verdict/document.h"

enum report_case_result {
    REPORT_CASE_PASS,
    REPORT_CASE_SKIP,  /* did not run, or had nothing to judge */
    REPORT_CASE_KNOWN, /* fails as the baseline says: not counted */
    REPORT_CASE_FLAKY, /* failed, then passed */
    REPORT_CASE_FAIL,
    REPORT_CASE_ERROR,
};

struct report_case {
    const char *name; /* within the gate no other has it */
    enum report_case_result result;
    const char *message; /* one line, or NULL */
    const char *body;    /* all that there is to say, or NULL */
    const char *file;    /* or NULL */
    uint64_t line;       /* 0: none */
    int64_t ns;          /* -1: not told */
    const struct verdict_attempt *attempts;
};

struct report_cases {
    struct td_arena arena; /* of names and bodies */
    struct report_case *list;
    size_t len;
    size_t cap;
    size_t results[REPORT_CASE_ERROR + 1];
};

/* The cases of a gate of doc, which must live as long. Release them. */
void report_cases_of(struct report_cases *cases,
                     const struct verdict_document *doc,
                     const struct verdict_gate *gate);
void report_cases_release(struct report_cases *cases);

#endif
