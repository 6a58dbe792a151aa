/* cli/verbs/coverage_report.h - what of a contract was put to the test, as a
 * verdict, for `--report`.
 */
#ifndef CLI_VERBS_COVERAGE_REPORT_H
#define CLI_VERBS_COVERAGE_REPORT_H

#include "cli/shared/report_files.h"
#include "validator/contract/contract.h"
#include "validator/coverage/coverage.h"

/* Write each --report of the call: a measure for each part, each rule with how
 * often it was judged, a table of the fields, and a note for each thing that
 * was not tried. holds: the threshold was met.
 */
TD_MUST_CHECK enum td_code cli_coverage_reports(
    const struct cli_args *args, const struct check_contract *contract,
    const struct coverage *coverage, bool holds, struct td_error *err);

#endif
