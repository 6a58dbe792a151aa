/* reports/html_fields.c - which fields the events of a stream have, and how
 * long what its rules measure took.
 */
#include "reports/html_internal.h"

#include "core/clock.h"

#include <math.h>
#include <stdio.h>

#define BAR_WIDE   100
#define NAMES_OPEN 1 /* tables that stand open */

/* ---- fields ---- */

static void put_presence(struct report_page *p, uint64_t present,
                         uint64_t looked)
{
    double share = looked ? 100.0 * (double)present / (double)looked : 0;
    char wide[24];

    (void)snprintf(wide, sizeof(wide), "%.1f", share * BAR_WIDE / 100);
    report_tag(&p->w, "td", "data-l", "Present", "class", "share", REPORT_END);
    report_bar(p, wide);
    report_putf(&p->w, " %.*f %%", share > 99.95 || share == 0 ? 0 : 1, share);
    report_end(&p->w);
}

/* The contract speaks of it, and no event had it. */
static void put_never(struct report_page *p)
{
    report_tag(&p->w, "td", "data-l", "Present", "class", "share", REPORT_END);
    report_badge(p, "never");
    report_end(&p->w);
}

static void put_list(struct report_page *p, const char *label,
                     const char *class, const struct verdict_words *words)
{
    report_tag(&p->w, "td", "data-l", label, "class", class, REPORT_END);
    for (size_t i = 0; i < words->len; i++) {
        report_put(&p->w, i ? ", " : "");
        report_payload(&p->w, "span", words->list[i], 100);
    }
    report_end(&p->w);
}

static void put_field(struct report_page *p, const struct verdict_field *f,
                      uint64_t looked)
{
    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", "class", "mono", REPORT_END);
    report_payload(&p->w, "span", f->path, 200);
    report_end(&p->w);
    if (f->present)
        put_presence(p, f->present, looked);
    else
        put_never(p);
    put_list(p, "Types", NULL, &f->types);
    put_list(p, "Samples", "mono", &f->samples);
    report_end(&p->w);
}

static void put_field_table(struct report_page *p, const struct verdict_name *n)
{
    report_tag(&p->w, "table", "class", "cards fields", REPORT_END);
    report_raw(&p->w, td_text("<thead><tr><th>Field</th><th>Present</th>"
                              "<th>Types</th><th>Samples</th></tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (const struct verdict_field *f = n->fields; f; f = f->next)
        put_field(p, f, n->looked);
    report_end(&p->w);
    report_end(&p->w);
}

/* Fields that the contract speaks of, and no event had. */
static size_t count_never(const struct verdict_name *n)
{
    size_t len = 0;

    for (const struct verdict_field *f = n->fields; f; f = f->next)
        len += f->present == 0;
    return len;
}

static void put_name_counts(struct report_page *p, const struct verdict_name *n)
{
    size_t never = count_never(n);

    report_leaff(&p->w, "span", "dim", " %llu event%s",
                 (unsigned long long)n->events, n->events == 1 ? "" : "s");
    if (n->looked < n->events)
        report_leaff(&p->w, "span", "dim", ", %llu of them looked at",
                     (unsigned long long)n->looked);
    if (never)
        report_leaff(&p->w, "span", "dim", ", %zu field%s never exercised",
                     never, never == 1 ? "" : "s");
}

static void put_name(struct report_page *p, const struct verdict_name *n,
                     bool open)
{
    report_tag(&p->w, "details", "class", "folder", "open", open ? "" : NULL,
               REPORT_END);
    report_tag(&p->w, "summary", REPORT_END);
    report_payload(&p->w, "b", n->name, 200);
    put_name_counts(p, n);
    report_end(&p->w);
    if (n->fields)
        put_field_table(p, n);
    else
        report_leaf(&p->w, "p", "dim", "Its events have no fields.");
    if (n->cut)
        report_leaff(&p->w, "p", "cut",
                     "%llu values of further fields are not "
                     "told.",
                     (unsigned long long)n->cut);
    report_end(&p->w);
}

static void put_never_came(struct report_page *p, const struct verdict_gate *g)
{
    size_t len = 0;

    for (const struct verdict_name *n = g->names; n; n = n->next) {
        if (n->events)
            continue;
        if (len++ == 0) {
            report_tag(&p->w, "p", "class", "never", REPORT_END);
            report_badge(p, "never");
            report_put(&p->w, " The contract speaks of them, and none came: ");
        }
        report_put(&p->w, len > 1 ? ", " : "");
        report_payload(&p->w, "b", n->name, 200);
    }
    if (len)
        report_end(&p->w);
}

static void put_fields_of(struct report_page *p, const struct verdict_gate *g)
{
    size_t done = 0;

    report_leaff(&p->w, "h3", NULL, "%s", report_gate_name(g));
    for (const struct verdict_name *n = g->names; n; n = n->next)
        if (n->events)
            put_name(p, n, done++ < NAMES_OPEN);
    put_never_came(p, g);
}

/* ---- latencies ---- */

static void put_ns(struct report_page *p, const char *label, uint64_t ns)
{
    struct td_buf text = {0};

    (void)td_duration_format(&text, ns);
    report_tag(&p->w, "td", "data-l", label, "class", "num", REPORT_END);
    report_put(&p->w, td_buf_str(&text));
    report_end(&p->w);
    td_buf_release(&text);
}

/* Where on a scale of powers of ten from 1 us to `most` a time stands, in px.
 */
static double place_of(uint64_t ns, uint64_t most)
{
    double from = 3;
    double to = log10((double)most + 1);
    double at = log10((double)ns + 1);

    if (at <= from || to <= from)
        return 0;
    return (at - from) / (to - from) * BAR_WIDE * 2;
}

/* From the median to the 95th percentile thick, from there to the greatest
 * thin.
 */
static void put_range(struct report_page *p, const struct check_spread *s,
                      uint64_t most)
{
    double from = place_of(s->p50, most);
    double to = place_of(s->p95, most);
    struct td_buf d = {0};

    td_buf_addf(&d, "M%.1f 2v10H%.1fV2zM%.1f 6.5H%.1f", from,
                to > from + 2 ? to : from + 2, to, place_of(s->max, most));
    report_tag(&p->w, "td", "class", "range", REPORT_END);
    report_tag(&p->w, "svg", "width", "204", "height", "14", "aria-hidden",
               "true", REPORT_END);
    report_tag(&p->w, "path", "class", "spread", "fill", "#7a8594", "stroke",
               "#7a8594", "d", td_buf_str(&d), REPORT_END);
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
    td_buf_release(&d);
}

static void put_latency(struct report_page *p, const struct verdict_latency *l,
                        uint64_t most)
{
    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", REPORT_END);
    report_payload(&p->w, "span", l->id, 200);
    if (l->what) {
        report_tag(&p->w, "p", "class", "dim", REPORT_END);
        report_payload(&p->w, "span", l->what, 300);
        report_end(&p->w);
    }
    report_end(&p->w);
    put_range(p, &l->spread, most);
    report_tag(&p->w, "td", "data-l", "Count", "class", "num", REPORT_END);
    report_putf(&p->w, "%llu", (unsigned long long)l->spread.n);
    report_end(&p->w);
    put_ns(p, "p50", l->spread.p50);
    put_ns(p, "p95", l->spread.p95);
    put_ns(p, "p99", l->spread.p99);
    put_ns(p, "Most", l->spread.max);
    report_end(&p->w);
}

void report_html_latencies(struct report_page *p, const struct verdict_gate *g)
{
    uint64_t most = 0;

    if (!g->latencies)
        return;
    for (const struct verdict_latency *l = g->latencies; l; l = l->next)
        most = l->spread.max > most ? l->spread.max : most;
    report_leaf(&p->w, "h4", NULL, "Latency");
    report_leaf(
        &p->w, "p", "dim",
        "What the rules measure, on a scale of powers of ten: thick from "
        "p50 to p95, thin to the greatest.");
    report_tag(&p->w, "table", "class", "cards latencies", REPORT_END);
    report_raw(&p->w,
               td_text("<thead><tr><th>Rule</th><th>Range</th>"
                       "<th class=\"num\">Count</th><th class=\"num\">p50</th>"
                       "<th class=\"num\">p95</th><th class=\"num\">p99</th>"
                       "<th class=\"num\">Most</th></tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (const struct verdict_latency *l = g->latencies; l; l = l->next)
        put_latency(p, l, most);
    report_end(&p->w);
    report_end(&p->w);
}

void report_html_fields(struct report_page *p)
{
    bool any = false;

    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next)
        any = any || g->names;
    if (!any)
        return;
    report_tag(&p->w, "section", "id", "fields", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Fields");
    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next)
        if (g->names)
            put_fields_of(p, g);
    report_end(&p->w);
}
