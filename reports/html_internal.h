/* reports/html_internal.h - the parts of the page, in the order of the page. */
#ifndef REPORTS_HTML_INTERNAL_H
#define REPORTS_HTML_INTERNAL_H

#include "reports/html.h"
#include "reports/html_writer.h"

#include <stdbool.h>

/* A finding with its place in the order of the page: by gate, then by rule
 * (of a gate of lint by file), new and grave ones first.
 */
struct report_entry {
    const struct verdict_finding *finding;
    const char *group;
    size_t gate;   /* index; the number of gates if it is of none */
    size_t number; /* in the verdict */
};

struct report_page {
    struct report_tags w;
    const struct report_html *in;
    const struct verdict_document *doc;
    struct report_entry *entries;
    size_t entries_len;
    size_t gates_len;
    size_t shown; /* findings that stand in the page as text */
};

/* The entries in order; report_index_free() takes them. */
void report_index(struct report_page *p);
void report_index_free(struct report_page *p);
/* The entries of a gate: the first of them, and how many. */
size_t report_index_of(const struct report_page *p, size_t gate, size_t *first);

/* The parts: each appends its section, or nothing if there is nothing to tell.
 */
void report_html_top(struct report_page *p);
void report_html_gates(struct report_page *p);
void report_html_details(struct report_page *p);
void report_html_timelines(struct report_page *p);
void report_html_tests(struct report_page *p);
void report_html_coverage(struct report_page *p);
void report_html_perf(struct report_page *p);
void report_html_data(struct report_page *p);

/* ---- words that the parts share ---- */

/* "✕ fail" with the class of that outcome. */
void report_badge(struct report_page *p, const char *word);
/* "41 s", "0.2 s", "12 ms" of nanoseconds. */
void report_duration(struct td_buf *out, double ns);
/* "97.5 %", "7 of 120", "3": what a number says best in little room. */
void report_number(struct td_buf *out, const struct verdict_number *n,
                   const char *unit);
/* A measure that did not hold, else the first; NULL if there is none. */
const struct verdict_measure *report_main_measure(const struct verdict_gate *g);
/* A command for a shell, which the script makes copyable; NULL is nothing. */
void report_command(struct report_page *p, const char *command);
/* The word of a gate's outcome; "warn" if it passed with warnings. */
const char *report_gate_word(const struct verdict_gate *g);
/* "path:line:column", or "event 77"; nothing if it is of the whole. */
void report_place(struct td_buf *out, const struct verdict_finding *f);

#endif
