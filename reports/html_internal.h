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
    size_t gate;            /* index; the number of gates if it is of none */
    size_t number;          /* in the verdict */
    enum check_level worst; /* of its group */
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

/* The entries of a gate: the first of them, and how many. */
size_t report_index_of(const struct report_page *p, size_t gate, size_t *first);

/* The parts: each appends its section, or nothing if there is nothing to tell.
 */
void report_html_top(struct report_page *p);
void report_html_gates(struct report_page *p);
void report_html_details(struct report_page *p);
void report_html_timelines(struct report_page *p);
void report_html_fields(struct report_page *p);
/* True if there is a section of them. */
bool report_has_timeline(const struct verdict_document *doc);
/* Of one stream, within the timelines. */
void report_html_latencies(struct report_page *p, const struct verdict_gate *g);
void report_html_tests(struct report_page *p);
void report_html_coverage(struct report_page *p);
void report_html_perf(struct report_page *p);
void report_html_data(struct report_page *p);

/* An event of a finding: one it rests on, a neighbour, or, with neither, the
 * one it is about.
 */
struct report_row {
    const struct verdict_witness *witness;
    const struct verdict_event *event;
};

#define REPORT_AROUND_MAX 16 /* neighbours that are shown */
#define REPORT_ROWS_MAX   (CHECK_RELATED_MAX + REPORT_AROUND_MAX + 1)

/* The events of a finding in the order of the stream, each once: how many. */
size_t report_rows(const struct verdict_finding *f, struct report_row *rows);

/* ---- words that the parts share ---- */

/* "✕ fail" with the class of that outcome. */
void report_badge(struct report_page *p, const char *word);
/* "97.5 %", "7 of 120", "3": what a number says best in little room. Shares
 * have so many digits behind the point: report_digits(), with which a value
 * does not look like what it is held to.
 */
int report_digits(const struct verdict_measure *m);
void report_number(struct td_buf *out, const struct verdict_number *n,
                   const char *unit, int digits);
/* A measure that did not hold, else the first; NULL if there is none. */
const struct verdict_measure *report_main_measure(const struct verdict_gate *g);
/* A command for a shell, which the script makes copyable; NULL is nothing. */
void report_command(struct report_page *p, const char *command);
/* The word of a gate's outcome; "warn" if it passed with warnings. */
const char *report_gate_word(const struct verdict_gate *g);
/* "test, path:line:column", or "event 77 at 1.381 s", behind the path if that
 * is not the gate's name; nothing if it is of the whole. out is empty.
 */
void report_place(struct td_buf *out, const struct verdict_finding *f);

/* Never empty: a link is made of it. */
const char *report_gate_name(const struct verdict_gate *g);
/* What the verdict is about: its project, else its only gate without folders,
 * else "Verdict".
 */
const char *report_title(const struct verdict_document *doc);
/* Findings of a gate, those too that were counted and not kept. */
uint64_t report_total(const struct verdict_document *doc,
                      const struct verdict_gate *g);

/* A bar of 100 px, of which so many are full. */
void report_bar(struct report_page *p, const char *wide);

#endif
