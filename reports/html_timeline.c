/* reports/html_timeline.c - when a stream said what: a lane a name, higher
 * where more events are, with the longest gaps and the findings.
 */
#include "reports/html_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDE   960 /* px of the lanes */
#define COLUMN 4   /* px of one column of a lane */
#define LANE   22  /* px from lane to lane */
#define LABEL  160 /* px for the names */
#define HIGH   18  /* px of the highest column */
#define MARKS  200 /* findings that are marked */

#define COLUMNS (WIDE / COLUMN)

static double x_of(const struct verdict_timeline *t, uint64_t ns)
{
    double length = (double)(t->end_ns - t->start_ns);

    if (ns < t->start_ns)
        return LABEL;
    return LABEL +
           (length > 0 ? (double)(ns - t->start_ns) / length * WIDE : 0);
}

/* Events of a name in one column, of which each is some bins. */
static double column_of(const struct verdict_timeline *t, size_t name, size_t i)
{
    size_t from = i * t->bins_len / COLUMNS;
    size_t to = (i + 1) * t->bins_len / COLUMNS;
    double sum = 0;

    if (to == from)
        to = from + 1;
    for (size_t bin = from; bin < to && bin < t->bins_len; bin++)
        sum += t->counts[bin * t->names.len + name];
    return sum;
}

static void put_line(struct td_buf *d, double *sums, double base)
{
    double top = 1;

    for (size_t i = 0; i < COLUMNS; i++)
        top = sums[i] > top ? sums[i] : top;
    for (size_t i = 0; i < COLUMNS; i++)
        if (sums[i] > 0) {
            double high = sqrt(sums[i] / top) * (HIGH - 2) + 2;

            td_buf_addf(d, "M%zu %.0fv-%.1fh3v%.1fz",
                        (size_t)LABEL + i * COLUMN, base, high, high);
        }
}

static void put_lane(struct report_page *p, const struct verdict_timeline *t,
                     size_t name)
{
    double sums[COLUMNS];
    double all = 0;
    double base = (double)(name + 1) * LANE;
    struct td_buf d = {0};
    char y[24];

    for (size_t i = 0; i < COLUMNS; i++)
        sums[i] = column_of(t, name, i);
    for (size_t bin = 0; bin < t->bins_len; bin++)
        all += t->counts[bin * t->names.len + name];
    put_line(&d, sums, base);
    (void)snprintf(y, sizeof(y), "%.0f", base - 5);
    report_tag(&p->w, "text", "x", "0", "y", y, "class", "name", REPORT_END);
    report_putf(&p->w, "%.22s", t->names.list[name]);
    report_tag(&p->w, "title", REPORT_END);
    report_putf(&p->w, "%s: %.0f events", t->names.list[name], all);
    report_end(&p->w);
    report_end(&p->w);
    report_tag(&p->w, "path", "d", td_buf_str(&d), "class", "lane", "fill",
               "#566070", REPORT_END);
    report_end(&p->w);
    td_buf_release(&d);
}

static void put_gaps(struct report_page *p, const struct verdict_timeline *t)
{
    char high[24];

    (void)snprintf(high, sizeof(high), "%zu", t->names.len * LANE);
    for (size_t i = 0; i < t->gaps_len; i++) {
        double from = x_of(t, t->gaps[i][0]);
        double wide = x_of(t, t->gaps[i][1]) - from;
        char x[24];
        char w[24];

        if (wide < 1)
            continue;
        (void)snprintf(x, sizeof(x), "%.1f", from);
        (void)snprintf(w, sizeof(w), "%.1f", wide);
        report_tag(&p->w, "rect", "class", "gap", "x", x, "y", "0", "width", w,
                   "height", high, "fill", "url(#hatch)", REPORT_END);
        report_tag(&p->w, "title", REPORT_END);
        report_putf(&p->w, "nothing for %.3f s",
                    (double)(t->gaps[i][1] - t->gaps[i][0]) / 1e9);
        report_end(&p->w);
        report_end(&p->w);
    }
}

static void put_mark(struct report_page *p, const struct verdict_timeline *t,
                     const struct verdict_finding *f)
{
    double x = x_of(t, f->t_ns);
    double y = (double)t->names.len * LANE;
    struct td_buf d = {0};

    td_buf_addf(&d, "M%.1f %.0fl-5 9h10z", x, y + 2);
    report_tag(&p->w, "path", "class", "mark", "fill", "#a8002c", "d",
               td_buf_str(&d), REPORT_END);
    report_tag(&p->w, "title", REPORT_END);
    report_putf(&p->w, "%s at event %llu", f->rule, (unsigned long long)f->seq);
    report_end(&p->w);
    report_end(&p->w);
    td_buf_release(&d);
}

static void put_marks(struct report_page *p, const struct verdict_gate *g,
                      size_t index)
{
    size_t first;
    size_t len = report_index_of(p, index, &first);
    size_t marked = 0;

    for (size_t i = first; i < first + len && marked < MARKS; i++)
        if (p->entries[i].finding->has_t) {
            put_mark(p, g->timeline, p->entries[i].finding);
            marked++;
        }
}

static void put_times(struct report_page *p, const struct verdict_timeline *t)
{
    double length = (double)(t->end_ns - t->start_ns) / 1e9;
    char y[24];
    char x[24];

    (void)snprintf(y, sizeof(y), "%zu", t->names.len * LANE + 26);
    for (int i = 0; i <= 4; i++) {
        (void)snprintf(x, sizeof(x), "%d", LABEL + WIDE * i / 4);
        report_tag(&p->w, "text", "x", x, "y", y, "class", "tick",
                   "text-anchor",
                   i == 0   ? "start"
                   : i == 4 ? "end"
                            : "middle",
                   REPORT_END);
        report_putf(&p->w, "%.3f s",
                    (double)t->start_ns / 1e9 + length * i / 4);
        report_end(&p->w);
    }
}

/* The same as a table, for who does not see the picture. */
static void put_table(struct report_page *p, const struct verdict_timeline *t)
{
    report_tag(&p->w, "details", REPORT_END);
    report_leaf(&p->w, "summary", NULL, "Density as a table");
    report_tag(&p->w, "table", REPORT_END);
    report_raw(&p->w,
               td_text("<thead><tr><th>Name</th><th class=\"num\">Events</th>"
                       "<th class=\"num\">First</th><th "
                       "class=\"num\">Last</th></tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (size_t n = 0; n < t->names.len; n++) {
        uint64_t all = 0;
        uint32_t first = t->bins_len;
        uint32_t last = 0;
        double bin_s = (double)(t->end_ns - t->start_ns) / 1e9 / t->bins_len;

        for (uint32_t bin = 0; bin < t->bins_len; bin++) {
            uint32_t count = t->counts[bin * t->names.len + n];

            all += count;
            if (count && first == t->bins_len)
                first = bin;
            last = count ? bin : last;
        }
        report_tag(&p->w, "tr", REPORT_END);
        report_payload(&p->w, "td", t->names.list[n], 200);
        report_leaff(&p->w, "td", "num", "%llu", (unsigned long long)all);
        report_leaff(&p->w, "td", "num", "%.3f s",
                     (double)t->start_ns / 1e9 + (all ? first : 0) * bin_s);
        report_leaff(&p->w, "td", "num", "%.3f s",
                     (double)t->start_ns / 1e9 + last * bin_s);
        report_end(&p->w);
    }
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
}

static void put_hatch(struct report_tags *w)
{
    report_raw(w, td_text("<defs><pattern id=\"hatch\" width=\"6\" height=\"6\""
                          " patternUnits=\"userSpaceOnUse\"><path class="
                          "\"hatch\" d=\"M0 6L6 0\" stroke=\"#7a8594\"/>"
                          "</pattern></defs>"));
}

static void put_timeline(struct report_page *p, const struct verdict_gate *g,
                         size_t index)
{
    const struct verdict_timeline *t = g->timeline;
    bool others = strcmp(t->names.list[t->names.len - 1], "other") == 0;
    char box[64];
    char which[24];

    (void)snprintf(box, sizeof(box), "0 0 %d %zu", LABEL + WIDE,
                   t->names.len * LANE + 30);
    (void)snprintf(which, sizeof(which), "%zu", index);
    report_leaff(&p->w, "h3", NULL, "%s", g->name ? g->name : "");
    report_leaff(&p->w, "p", "dim",
                 "%llu events of %s%zu names in %.3f s; %zu long gaps are "
                 "hatched. Height is the square root of the count, a lane for "
                 "itself.",
                 (unsigned long long)g->events, others ? "more than " : "",
                 t->names.len - others, (double)(t->end_ns - t->start_ns) / 1e9,
                 t->gaps_len);
    report_tag(&p->w, "div", "class", "lanes", "data-gate", which, REPORT_END);
    report_tag(&p->w, "svg", "viewBox", box, "role", "img", "aria-label",
               "density of the stream by name", REPORT_END);
    put_hatch(&p->w);
    put_gaps(p, t);
    for (size_t n = 0; n < t->names.len; n++)
        put_lane(p, t, n);
    put_marks(p, g, index);
    put_times(p, t);
    report_end(&p->w);
    report_end(&p->w);
    put_table(p, t);
}

void report_html_timelines(struct report_page *p)
{
    size_t index = 0;
    bool any = false;

    report_tag(&p->w, "section", "id", "timeline", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Timeline");
    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next, index++)
        if (g->timeline && g->timeline->bins_len && g->timeline->names.len) {
            put_timeline(p, g, index);
            any = true;
        }
    if (!any)
        report_leaf(&p->w, "p", "dim",
                    "No stream with times was judged: there is nothing to "
                    "draw.");
    report_end(&p->w);
}
