/* reports/html_head.h - how the pages that need nothing else begin: those of
 * verdicts and those that play tapes (converter/page.c).
 *
 * A content security policy lets only the page's own script and style in, and
 * nothing out.
 */
#ifndef REPORTS_HTML_HEAD_H
#define REPORTS_HTML_HEAD_H

#include "reports/html_writer.h"

struct report_head {
    const char *title;       /* any text, short */
    const char *script_hash; /* as web/pack.c gives them */
    const char *style_hash;
    struct td_bytes style;
};

/* Open <html>, and write its <head>. */
void report_html_head(struct report_tags *w, const struct report_head *head);

/* The script of the page. */
void report_html_script(struct report_tags *w, struct td_bytes script);

/* Bytes for the script, in base64, which it finds by their id. */
void report_html_bytes(struct report_tags *w, const char *id,
                       struct td_bytes bytes);

#endif
