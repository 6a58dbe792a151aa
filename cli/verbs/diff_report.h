/* cli/verbs/diff_report.h - a comparison as a verdict, for `--report`. */
#ifndef CLI_VERBS_DIFF_REPORT_H
#define CLI_VERBS_DIFF_REPORT_H

#include "cli/shared/report_files.h"
#include "cli/verbs/diff_show.h"

/* Add a comparison as a gate: a stream with a rule for each kind of difference,
 * and a finding for each of the first DIFF_DETAILS differences.
 */
struct verdict_gate *cli_diff_add_gate(struct verdict_document *doc,
                                       const char *name,
                                       const struct cli_diff_page *page);

/* Write each --report of the call, with that gate alone. */
TD_MUST_CHECK enum td_code cli_diff_reports(const struct cli_args *args,
                                            const struct cli_diff_page *page,
                                            struct td_error *err);

#endif
