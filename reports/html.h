/* reports/html.h - a verdict as one page of HTML that needs nothing else.
 *
 * The page is whole in essence without scripts: the verdict and what to do
 * first, the gates with their trends, rules, findings with their witnesses,
 * tests, coverage with the changed lines that nothing covers, and the
 * timelines. All else is in it as data that its script shows (docs/reports.md).
 * A content security policy lets only that script and that style in, and
 * nothing out.
 */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include "core/buf.h"
#include "validator/verdict/document.h"

/* What stands in the file as text; the rest is data. */
#define REPORT_HTML_PER_RULE 5
#define REPORT_HTML_FINDINGS 200
#define REPORT_HTML_TESTS    50
#define REPORT_HTML_FILES    200 /* of the tree of coverage */
#define REPORT_HTML_LINES    500 /* changed lines */
#define REPORT_HTML_TREND    20  /* earlier verdicts */
#define REPORT_HTML_MARKS    200 /* findings on a timeline */

/* Append text in deflated form (RFC 1951) to out, whole. TD_OK or TD_LIMIT. */
typedef enum td_code (*report_deflate)(struct td_buf *out,
                                       struct td_bytes text);

struct report_html {
    const struct verdict_document *doc;
    /* Earlier verdicts of the project, the oldest first; or NULL. */
    const struct verdict_document *const *earlier;
    size_t earlier_len;
    /* NULL: the data stands in the page as JSON. Who calls has the compressor:
     * a room that writes reports knows no library for it.
     */
    report_deflate deflate;
};

/* Append the page. TD_OK or TD_LIMIT (out is full). */
TD_MUST_CHECK enum td_code report_html(struct td_buf *out,
                                       const struct report_html *in);

/* The same as a writer of reports/formats.h does it: about the last of len
 * documents, the others before it for trends.
 */
TD_MUST_CHECK enum td_code
report_html_deflated(const struct verdict_document *const *docs, size_t len,
                     report_deflate deflate, struct td_buf *out,
                     struct td_error *err);

#endif
