/* reports/show.h - the command that shows the event of a finding. */
#ifndef REPORTS_SHOW_H
#define REPORTS_SHOW_H

#include "core/buf.h"
#include "validator/verdict/verdict.h"

/* Append a command for a POSIX shell that prints the event the finding is
 * about; for one about the whole stream the first event it rests on. False, and
 * nothing is appended, if there is no such event, or the input cannot be read
 * again.
 */
bool report_show(struct td_buf *out, const struct check_verdict *v,
                 const struct check_finding *f);

#endif
