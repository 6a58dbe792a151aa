/* reports/text.h - a verdict for people: a line a rule, then its findings. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include "core/buf.h"
#include "validator/verdict.h"

/* Append the report. Rules that pass are left out unless all is set; control
 * bytes in what the stream brought are shown as '?'.
 */
void report_text(struct td_buf *out, const struct check_verdict *v, bool all);

/* Append one finding as a line of its own, before the verdict is decided:
 * "fail R21: seq 12 at 0.500000000 s /n: expected ..., found ...".
 */
void report_text_finding(struct td_buf *out, const struct check_verdict *v,
                         const struct check_finding *f);

#endif
