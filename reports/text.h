/* reports/text.h - a verdict for people: a line a rule, then its findings. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include "core/buf.h"
#include "validator/verdict.h"

/* Append the report. Rules that pass are left out unless all is set; control
 * bytes in what the stream brought are shown as '?'.
 */
void report_text(struct td_buf *out, const struct check_verdict *v, bool all);

#endif
