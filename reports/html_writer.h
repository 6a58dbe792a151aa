/* reports/html_writer.h - the one writer of HTML: whatever a text holds, it is
 * text.
 *
 *     struct report_tags w = {.out = &buf};
 *
 *     report_tag(&w, "p", "class", "note", NULL);
 *     report_put(&w, "a < b");
 *     report_end(&w);                          <p class="note">a &lt; b</p>
 *
 * Names of elements and attributes are the program's own; the rest may be any
 * bytes. What is not UTF-8 becomes U+FFFD. What cannot be seen is shown:
 * control characters as their pictures (U+2400 and on), those that hide or turn
 * text around (bidirectional, zero width, tags) as their number in a box (in
 * titles and in the text of pictures, which cannot hold one, as "[U+202E]");
 * they are counted in w->shown. LF and TAB stay.
 *
 * The first TD_LIMIT of the buffer stays in code. The writer keeps no pointer
 * into the buffer and owns nothing.
 */
#ifndef REPORTS_HTML_WRITER_H
#define REPORTS_HTML_WRITER_H

#include "core/buf.h"

#define REPORT_TAGS_DEEP 48 /* elements open at a time */

/* Ends a list of arguments. */
#define REPORT_END ((const char *)NULL)

struct report_tags {
    struct td_buf *out;
    const char *open[REPORT_TAGS_DEEP];
    unsigned depth;
    uint64_t shown; /* characters that were made visible */
    enum td_code code;
};

/* Open an element. Behind the name pairs of an attribute and its value, up to a
 * NULL where an attribute would be; a value of NULL leaves its attribute out,
 * and one of "" leaves it without a value.
 */
void report_tag(struct report_tags *w, const char *name, ...)
    __attribute__((sentinel));

/* An element without content that has no end tag: meta, link, br. */
void report_void(struct report_tags *w, const char *name, ...)
    __attribute__((sentinel));

/* Close the element that was opened last. */
void report_end(struct report_tags *w);

/* Text; NULL is nothing. */
void report_put(struct report_tags *w, const char *text);
void report_put_bytes(struct report_tags *w, struct td_bytes text);
void report_putf(struct report_tags *w, const char *fmt, ...) TD_PRINTF(2, 3);

/* An element with text and a class (or NULL) in one. */
void report_leaf(struct report_tags *w, const char *name, const char *class,
                 const char *text);
void report_leaff(struct report_tags *w, const char *name, const char *class,
                  const char *fmt, ...) TD_PRINTF(4, 5);

/* Text from outside, apart from the direction of what is around it, and cut
 * behind max bytes, with how many more there are.
 */
void report_payload(struct report_tags *w, const char *name, const char *text,
                    size_t max);

/* Bytes of the program's own as they are: a script, a style sheet, base64. */
void report_raw(struct report_tags *w, struct td_bytes text);

#endif
