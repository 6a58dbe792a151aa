/* cli/verbs/audit_report.h - an audit as a verdict, for `--report`. */
#ifndef CLI_VERBS_AUDIT_REPORT_H
#define CLI_VERBS_AUDIT_REPORT_H

#include "cli/shared/report_files.h"
#include "cli/verbs/audit_show.h"

/* Write each --report of the call: a stream with a rule for each kind of
 * remark, a finding for each remark, and a table of the fields. kinds: a bit
 * for each kind that fails it.
 */
TD_MUST_CHECK enum td_code cli_audit_reports(const struct cli_args *args,
                                             const struct cli_audit_page *page,
                                             uint32_t kinds,
                                             struct td_error *err);

#endif
