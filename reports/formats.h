/* reports/formats.h - every form in which a verdict is told. */
#ifndef REPORTS_FORMATS_H
#define REPORTS_FORMATS_H

#include "validator/verdict/document.h"

/* Append the report about the last of len (at least one) documents, which are
 * in the order of time; the others are what was before it, for trends. TD_LIMIT
 * if it does not fit.
 */
typedef enum td_code report_write(const struct verdict_document *const *docs,
                                  size_t len, struct td_buf *out,
                                  struct td_error *err);

struct report_format {
    const char *name;      /* "junit" */
    const char *extension; /* of a file of it: "xml" */
    const char *what;      /* for the help: a few words */
    report_write *write;
};

/* Ends with a NULL name. */
extern const struct report_format report_formats[];

/* One of them by name, or NULL. */
const struct report_format *report_format_find(struct td_bytes name);

/* Bytes of a report. Half of what a buffer holds: a buffer that had no room for
 * a text, which is always shorter than this, is fuller than this.
 */
#define REPORT_MAX (TD_BUF_MAX / 2)

/* How a writer of that format ends: TD_LIMIT if out is longer than REPORT_MAX.
 */
TD_MUST_CHECK enum td_code report_done(const struct td_buf *out,
                                       const char *name, struct td_error *err);

report_write report_write_text;
report_write report_write_color; /* text for a terminal that shows colors */
report_write report_write_junit;
report_write report_write_sarif;
report_write report_write_tap;
report_write report_write_ctrf;
report_write report_write_gitlab;
report_write report_write_github;
report_write report_write_summary;
report_write report_write_markdown;
report_write report_write_prometheus;
report_write report_write_badge;
report_write report_write_html; /* its data as JSON, not deflated */

#endif
