/* reports/text.h - a verdict for people: a line a rule, then its findings. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include "core/buf.h"
#include "validator/verdict/verdict.h"

struct report_style {
    bool all;   /* tell every rule, also those that pass */
    bool color; /* outcomes are in color (core/ink.h) */
};

/* Append the report: first what is wrong, then in a line for each reason the
 * rules that were skipped, and those that had nothing to judge, which are only
 * counted unless the verdict is strict; of all rules, in order.
 * Control bytes in what the stream brought are shown as '?'.
 */
void report_text(struct td_buf *out, const struct check_verdict *v,
                 struct report_style style);

/* Append one finding as a line of its own, before the verdict is decided:
 * "fail R21: seq 12 at 0.500000000 s /n: expected ..., found ...".
 */
void report_text_finding(struct td_buf *out, const struct check_verdict *v,
                         const struct check_finding *f);

#endif
