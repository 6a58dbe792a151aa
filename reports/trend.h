/* reports/trend.h - a gate in the verdicts before this one. */
#ifndef REPORTS_TREND_H
#define REPORTS_TREND_H

#include "validator/verdict/document.h"

#define REPORT_TREND_MAX 10 /* documents that a trend shows */

/* What the letters of a trend mean. */
#define REPORT_TREND_KEY                                                       \
    ". pass, F fail, E error, ~ flaky, s skipped, v vacuous, o open, - absent"

/* Append a letter for each of the last documents, oldest first; nothing if
 * there is but one.
 */
void report_add_trend(struct td_buf *out,
                      const struct verdict_document *const *docs, size_t len,
                      const char *gate);

/* Append "lines 60 % (6 of 10), must be >= 85 %, 61.5 % before": before is in
 * the document before the last, else in the baseline.
 */
void report_add_measure(struct td_buf *out,
                        const struct verdict_document *const *docs, size_t len,
                        const struct verdict_gate *gate,
                        const struct verdict_measure *measure);

/* Of the tests of now that failed, those are no new failures that failed before
 * too. Of gates of which before has no test nothing changes.
 */
void report_mark_failures(struct verdict_document *now,
                          const struct verdict_document *before);

#endif
