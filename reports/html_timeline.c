/* reports/html_timeline.c - when a stream said what: a lane a name, higher
 * where more events are, with the longest gaps and the findings.
 */
#include "reports/html_internal.h"

#include "core/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDE   960 /* px of the lanes */
#define COLUMN 4   /* px of one column of a lane */
#define LANE   22  /* px from lane to lane */
#define LABEL  160 /* px for the names */
#define HIGH   18  /* px of the highest column */
#define NAME   22  /* characters of a name */
#define STRIP  20  /* px of the waves, above the lanes */
#define ROOM   60  /* px that the name of a wave takes */

#define COLUMNS (WIDE / COLUMN)

static double x_of(const struct verdict_timeline *t, uint64_t ns)
{
    double length = (double)(t->end_ns - t->start_ns);

    if (ns < t->start_ns)
        return LABEL;
    return LABEL +
           (length > 0 ? (double)(ns - t->start_ns) / length * WIDE : 0);
}

static size_t top_of(const struct verdict_timeline *t)
{
    return t->waves_len ? STRIP : 0;
}

/* Where the lanes end. */
static size_t end_of(const struct verdict_timeline *t)
{
    return top_of(t) + t->names.len * LANE;
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

/* As much of a name as there is room for. */
static void put_name(struct report_page *p, const char *name)
{
    const uint8_t *at = (const uint8_t *)name;
    const uint8_t *end = at + strlen(name);
    size_t chars = 0;

    while (at < end && chars < NAME - 1) {
        size_t len = td_utf8_step(at, end);

        at += len ? len : td_utf8_broken(at, end);
        chars++;
    }
    report_put_bytes(&p->w, td_bytes((const uint8_t *)name,
                                     (size_t)(at - (const uint8_t *)name)));
    if (at < end)
        report_put(&p->w, "…");
}

static void put_lane(struct report_page *p, const struct verdict_timeline *t,
                     size_t name)
{
    double sums[COLUMNS];
    double all = 0;
    double base = (double)((name + 1) * LANE + top_of(t));
    struct td_buf d = {0};
    char y[24];

    for (size_t i = 0; i < COLUMNS; i++)
        sums[i] = column_of(t, name, i);
    for (size_t bin = 0; bin < t->bins_len; bin++)
        all += t->counts[bin * t->names.len + name];
    put_line(&d, sums, base);
    (void)snprintf(y, sizeof(y), "%.0f", base - 5);
    report_tag(&p->w, "text", "x", "0", "y", y, "class", "name", REPORT_END);
    put_name(p, t->names.list[name]);
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
    char y[24];

    (void)snprintf(high, sizeof(high), "%zu", t->names.len * LANE);
    (void)snprintf(y, sizeof(y), "%zu", top_of(t));
    for (size_t i = 0; i < t->gaps_len; i++) {
        double from = x_of(t, t->gaps[i][0]);
        double wide = x_of(t, t->gaps[i][1]) - from;
        char x[24];
        char w[24];

        if (wide < 1)
            continue;
        (void)snprintf(x, sizeof(x), "%.1f", from);
        (void)snprintf(w, sizeof(w), "%.1f", wide);
        report_tag(&p->w, "rect", "class", "gap", "x", x, "y", y, "width", w,
                   "height", high, "fill", "url(#hatch)", REPORT_END);
        report_tag(&p->w, "title", REPORT_END);
        report_putf(&p->w, "nothing for %.3f s",
                    (double)(t->gaps[i][1] - t->gaps[i][0]) / 1e9);
        report_end(&p->w);
        report_end(&p->w);
    }
}

/* A band behind the lanes, every second one darker, with its name on top. */
static void put_wave(struct report_page *p, const struct verdict_timeline *t,
                     size_t i)
{
    const struct verdict_wave *wave = &t->waves[i];
    double from = x_of(t, wave->from_ns);
    double wide = x_of(t, wave->to_ns) - from;
    char x[24];
    char w[24];
    char high[24];

    (void)snprintf(x, sizeof(x), "%.1f", from);
    (void)snprintf(w, sizeof(w), "%.1f", wide < 1 ? 1 : wide);
    (void)snprintf(high, sizeof(high), "%zu", end_of(t));
    report_tag(&p->w, "rect", "class", i % 2 ? "wave odd" : "wave", "x", x, "y",
               "0", "width", w, "height", high, "fill",
               i % 2 ? "#dfe4ea" : "#f0f3f6", REPORT_END);
    report_tag(&p->w, "title", REPORT_END);
    report_putf(&p->w, "wave %llu: %.3f to %.3f s",
                (unsigned long long)wave->number, (double)wave->from_ns / 1e9,
                (double)wave->to_ns / 1e9);
    report_end(&p->w);
    report_end(&p->w);
    if (wide < ROOM)
        return;
    (void)snprintf(x, sizeof(x), "%.1f", from + 4);
    report_tag(&p->w, "text", "x", x, "y", "14", "class", "wave-name",
               REPORT_END);
    report_putf(&p->w, "wave %llu", (unsigned long long)wave->number);
    report_end(&p->w);
}

static void put_mark(struct report_page *p, const struct verdict_timeline *t,
                     const struct verdict_finding *f)
{
    double x = x_of(t, f->t_ns);
    double y = (double)end_of(t);
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

    for (size_t i = first; i < first + len && marked < REPORT_HTML_MARKS; i++)
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

    (void)snprintf(y, sizeof(y), "%zu", end_of(t) + 26);
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

static void put_waves_table(struct report_page *p,
                            const struct verdict_timeline *t)
{
    if (t->waves_len == 0)
        return;
    report_tag(&p->w, "table", "class", "density", REPORT_END);
    report_raw(&p->w,
               td_text("<thead><tr><th>Wave</th><th class=\"num\">From</th>"
                       "<th class=\"num\">To</th><th "
                       "class=\"num\">Took</th></tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (size_t i = 0; i < t->waves_len; i++) {
        const struct verdict_wave *w = &t->waves[i];

        report_tag(&p->w, "tr", REPORT_END);
        report_leaff(&p->w, "td", NULL, "%llu", (unsigned long long)w->number);
        report_leaff(&p->w, "td", "num", "%.3f s", (double)w->from_ns / 1e9);
        report_leaff(&p->w, "td", "num", "%.3f s", (double)w->to_ns / 1e9);
        report_leaff(&p->w, "td", "num", "%.3f s",
                     (double)(w->to_ns - w->from_ns) / 1e9);
        report_end(&p->w);
    }
    report_end(&p->w);
    report_end(&p->w);
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
    put_waves_table(p, t);
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
    struct td_buf waves = {0};

    if (t->waves_len)
        td_buf_addf(&waves, ", in %zu wave%s", t->waves_len,
                    t->waves_len == 1 ? "" : "s");
    (void)snprintf(box, sizeof(box), "0 0 %d %zu", LABEL + WIDE,
                   end_of(t) + 30);
    (void)snprintf(which, sizeof(which), "%zu", index);
    report_leaff(&p->w, "h3", NULL, "%s", report_gate_name(g));
    report_leaff(
        &p->w, "p", "dim",
        "%llu events of %s%zu names in %.3f s%s; %zu long "
        "gap%s hatched. Height is the square root of the count, a lane for "
        "itself.",
        (unsigned long long)g->events, others ? "more than " : "",
        t->names.len - others, (double)(t->end_ns - t->start_ns) / 1e9,
        td_buf_str(&waves), t->gaps_len, t->gaps_len == 1 ? " is" : "s are");
    td_buf_release(&waves);
    report_tag(&p->w, "div", "class", "lanes", "data-gate", which, REPORT_END);
    report_tag(&p->w, "svg", "viewBox", box, "role", "img", "aria-label",
               "density of the stream by name", REPORT_END);
    put_hatch(&p->w);
    for (size_t i = 0; i < t->waves_len; i++)
        put_wave(p, t, i);
    put_gaps(p, t);
    for (size_t n = 0; n < t->names.len; n++)
        put_lane(p, t, n);
    put_marks(p, g, index);
    put_times(p, t);
    report_end(&p->w);
    report_end(&p->w);
    put_table(p, t);
    report_html_latencies(p, g);
}

/* What rules measured by another clock than the tape's. */
static void put_untimed(struct report_page *p, const struct verdict_gate *g)
{
    report_leaff(&p->w, "h3", NULL, "%s", report_gate_name(g));
    report_leaf(&p->w, "p", "dim",
                "Its events have no times of a tape: there is nothing to "
                "draw.");
    report_html_latencies(p, g);
}

static bool can_draw(const struct verdict_gate *g)
{
    return g->timeline && g->timeline->bins_len && g->timeline->names.len;
}

bool report_has_timeline(const struct verdict_document *doc)
{
    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        if (can_draw(g) || g->latencies)
            return true;
    return false;
}

void report_html_timelines(struct report_page *p)
{
    size_t index = 0;

    if (!report_has_timeline(p->doc))
        return;
    report_tag(&p->w, "section", "id", "timeline", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Timeline");
    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next, index++)
        if (can_draw(g))
            put_timeline(p, g, index);
        else if (g->latencies)
            put_untimed(p, g);
    report_end(&p->w);
}
