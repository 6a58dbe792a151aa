/* reports/html_top.c - the verdict, what to do first, what was not judged, and
 * the table of the gates with their trends.
 */
#include "reports/html_internal.h"

#include "core/clock.h"
#include "validator/verdict/sum.h"

#include <stdio.h>
#include <string.h>

#define FIRST_MAX    5
#define TREND_WIDE   6
#define TREND_HIGH   20
#define COMMIT_KEEP  12
#define MEASURE_KEEP 60
#define TITLE_MAX    160
#define ID_KEEP      40

static bool is_bad(const struct verdict_gate *g)
{
    return g->outcome == CHECK_FAIL || g->outcome == CHECK_ERROR ||
           g->outcome == CHECK_FLAKY;
}

static size_t count_bad(const struct verdict_document *doc)
{
    size_t n = 0;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        n += is_bad(g);
    return n;
}

/* ---- bar ---- */

static bool has_fields(const struct verdict_document *doc)
{
    for (const struct verdict_gate *g = doc->gates; g; g = g->next)
        if (g->names)
            return true;
    return false;
}

static void put_links(struct report_page *p)
{
    const char *first = count_bad(p->doc) ? "Do first" : "Verdict";
    const char *const links[][2] = {
        {"#first", first},         {"#gates", "Gates"},
        {"#findings", "Findings"}, {"#timeline", "Timeline"},
        {"#fields", "Fields"},     {"#tests", "Tests"},
        {"#coverage", "Coverage"}, {"#performance", "Performance"}};
    const bool there[] = {true,
                          p->doc->gates != NULL,
                          p->doc->gates || p->doc->findings,
                          report_has_timeline(p->doc),
                          has_fields(p->doc),
                          p->doc->tests != NULL,
                          p->doc->coverage != NULL,
                          p->doc->perf != NULL};

    report_tag(&p->w, "nav", "class", "rail", "aria-label", "Sections",
               REPORT_END);
    report_tag(&p->w, "details", "open", "", REPORT_END);
    report_leaf(&p->w, "summary", NULL, "Sections");
    report_tag(&p->w, "ul", REPORT_END);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (!there[i])
            continue;
        report_tag(&p->w, "li", REPORT_END);
        report_tag(&p->w, "a", "href", links[i][0], REPORT_END);
        report_put(&p->w, links[i][1]);
        report_end(&p->w);
        report_end(&p->w);
    }
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
}

static void put_facts(struct report_page *p)
{
    const struct verdict_run *run = &p->doc->run;
    struct td_buf text = {0};

    report_tag(&p->w, "p", "class", "facts", REPORT_END);
    if (run->id)
        report_leaff(&p->w, "span", NULL, "run %.*s%s", ID_KEEP, run->id,
                     strlen(run->id) > ID_KEEP ? "..." : "");
    if (run->commit)
        report_leaff(&p->w, "span", "mono", "%.*s%s", COMMIT_KEEP, run->commit,
                     run->dirty ? " (changed since)" : "");
    if (run->base)
        report_leaff(&p->w, "span", "mono", "against %.*s", COMMIT_KEEP,
                     run->base);
    if (run->at_ns && td_time_format(&text, run->at_ns) == TD_OK)
        report_leaff(&p->w, "span", NULL, "%.10s %.5s UTC", td_buf_str(&text),
                     td_buf_str(&text) + 11);
    td_buf_clear(&text);
    if (run->ms > 0)
        (void)td_duration_format(&text, run->ms * TD_NS_PER_MS);
    else
        (void)td_buf_add_text(&text, "< 1 ms");
    report_leaf(&p->w, "span", NULL, td_buf_str(&text));
    if (run->strict)
        report_leaf(&p->w, "span", NULL, "strict");
    report_end(&p->w);
    td_buf_release(&text);
}

static void put_bar(struct report_page *p)
{
    report_tag(&p->w, "a", "class", "skip-link", "href", "#main", REPORT_END);
    report_put(&p->w, "Skip to the verdict");
    report_end(&p->w);
    report_tag(&p->w, "header", "class", "bar", REPORT_END);
    report_tag(&p->w, "div", "class", "stamp", REPORT_END);
    report_badge(p, check_outcome_text(p->doc->outcome));
    report_end(&p->w);
    report_tag(&p->w, "div", "class", "title", REPORT_END);
    report_tag(&p->w, "h1", REPORT_END);
    report_payload(&p->w, "span", report_title(p->doc), TITLE_MAX);
    report_end(&p->w);
    put_facts(p);
    report_end(&p->w);
    report_tag(&p->w, "div", "class", "tools", "id", "tools", REPORT_END);
    report_end(&p->w);
    report_end(&p->w);
}

/* ---- what to do first ---- */

static void put_sentence(struct report_page *p)
{
    struct td_buf sum = {0};

    verdict_add_sentence(&sum, p->doc);
    (void)td_buf_add_byte(&sum, '.');
    report_leaf(&p->w, "p", "lead", td_buf_str(&sum));
    td_buf_release(&sum);
}

/* The command that it shows, or NULL. */
static const char *put_first_finding(struct report_page *p, size_t gate)
{
    struct td_buf place = {0};
    const struct verdict_finding *f;
    size_t first;

    if (report_index_of(p, gate, &first) == 0)
        return NULL;
    f = p->entries[first].finding;
    for (size_t i = first; i < p->entries_len && p->entries[i].gate == gate;
         i++)
        if (p->entries[i].finding->state < f->state ||
            (p->entries[i].finding->state == f->state &&
             p->entries[i].finding->level < f->level))
            f = p->entries[i].finding;
    report_place(&place, f);
    report_tag(&p->w, "p", "class", "first-finding", REPORT_END);
    report_payload(&p->w, "b", f->rule ? f->rule : "", 200);
    report_put(&p->w, ": ");
    report_payload(&p->w, "span", f->message ? f->message : "", 300);
    report_put(&p->w, " ");
    report_tag(&p->w, "span", "class", "dim", REPORT_END);
    report_payload(&p->w, "span", td_buf_str(&place), 300);
    report_end(&p->w);
    report_end(&p->w);
    report_command(p, f->repro);
    td_buf_release(&place);
    return f->repro;
}

static void put_first(struct report_page *p, const struct verdict_gate *g,
                      size_t index)
{
    const char *shown;
    char target[32];

    (void)snprintf(target, sizeof(target), "#g%zu", index);
    report_tag(&p->w, "li", REPORT_END);
    report_tag(&p->w, "a", "href", target, REPORT_END);
    report_payload(&p->w, "b", report_gate_name(g), 200);
    report_end(&p->w);
    report_put(&p->w, " ");
    report_badge(p, report_gate_word(g));
    if (g->reason) {
        report_put(&p->w, " ");
        report_payload(&p->w, "span", g->reason, 300);
    }
    shown = put_first_finding(p, index);
    if (!shown || !g->repro || strcmp(shown, g->repro) != 0)
        report_command(p, g->repro);
    report_end(&p->w);
}

/* Of the gates that passed those that warn, if none is bad. */
static bool comes_first(const struct verdict_gate *g,
                        enum check_outcome outcome, size_t bad)
{
    return g->outcome == outcome &&
           (outcome != CHECK_PASS || (g->warned && bad == 0));
}

static void put_firsts(struct report_page *p)
{
    static const enum check_outcome worst[] = {CHECK_FAIL, CHECK_ERROR,
                                               CHECK_FLAKY, CHECK_PASS};
    size_t bad = count_bad(p->doc);
    size_t done = 0;

    report_tag(&p->w, "section", "id", "first", "class", "first", REPORT_END);
    report_leaf(&p->w, "h2", NULL, bad ? "Do first" : "Verdict");
    put_sentence(p);
    report_tag(&p->w, "ol", REPORT_END);
    for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
        size_t index = 0;

        for (const struct verdict_gate *g = p->doc->gates;
             g && done < FIRST_MAX; g = g->next, index++)
            if (comes_first(g, worst[i], bad)) {
                put_first(p, g, index);
                done++;
            }
    }
    report_end(&p->w);
    if (bad > done)
        report_leaff(&p->w, "p", "cut",
                     "%zu of %zu; the table below has all of them.", done, bad);
    report_end(&p->w);
}

/* ---- what was not judged ---- */

static void put_unjudged(struct report_page *p, const char *what,
                         const char *name, const char *reason)
{
    report_tag(&p->w, "li", REPORT_END);
    report_badge(p, what);
    report_put(&p->w, " ");
    report_payload(&p->w, "span", name ? name : "", 200);
    if (reason) {
        report_put(&p->w, ": ");
        report_payload(&p->w, "span", reason, 300);
    }
    report_end(&p->w);
}

static bool is_unjudged(enum check_outcome outcome)
{
    return outcome == CHECK_VACUOUS || outcome == CHECK_OPEN ||
           outcome == CHECK_SKIPPED;
}

/* For one reason. */
static bool is_alike(const struct verdict_rule *a, const struct verdict_rule *b)
{
    return a->outcome == b->outcome && a->reason && b->reason &&
           strcmp(a->reason, b->reason) == 0;
}

static bool is_told(const struct verdict_gate *g, const struct verdict_rule *r)
{
    for (const struct verdict_rule *s = g->rules; s != r; s = s->next)
        if (is_alike(s, r))
            return true;
    return false;
}

/* Each event has a rule "schema": what it is about tells them apart. */
static const char *name_of(const struct verdict_rule *r)
{
    if (!r->id)
        return "";
    return r->what && strcmp(r->id, "schema") == 0 ? r->what : r->id;
}

/* "events: schema of paid, schema of sent": a rule of a gate, and those behind
 * it that were not judged for the same reason. */
static void put_rules_unjudged(struct report_page *p,
                               const struct verdict_gate *g,
                               const struct verdict_rule *r)
{
    report_tag(&p->w, "li", REPORT_END);
    report_badge(p, check_outcome_text(r->outcome));
    report_put(&p->w, " ");
    report_payload(&p->w, "span", report_gate_name(g), 200);
    report_put(&p->w, ": ");
    report_payload(&p->w, "span", name_of(r), 200);
    for (const struct verdict_rule *s = r->next; s; s = s->next)
        if (is_alike(s, r)) {
            report_put(&p->w, ", ");
            report_payload(&p->w, "span", name_of(s), 200);
        }
    if (r->reason) {
        report_put(&p->w, ": ");
        report_payload(&p->w, "span", r->reason, 300);
    }
    report_end(&p->w);
}

/* How many of each rule were counted, and not kept. */
static void put_uncounted(struct report_page *p, const struct verdict_gate *g)
{
    uint64_t kept = 0;
    uint64_t all = report_total(p->doc, g);
    struct td_buf text = {0};

    for (const struct verdict_finding *f = p->doc->findings; f; f = f->next)
        kept += f->gate && g->name && strcmp(f->gate, g->name) == 0;
    if (kept < all) {
        td_buf_addf(&text,
                    "%llu of %llu findings were kept, the others counted",
                    (unsigned long long)kept, (unsigned long long)all);
        put_unjudged(p, "cut", g->name, td_buf_str(&text));
    }
    td_buf_release(&text);
}

static void put_gate_unjudged(struct report_page *p,
                              const struct verdict_gate *g)
{
    if (is_unjudged(g->outcome))
        put_unjudged(p, check_outcome_text(g->outcome), g->name, g->reason);
    if (g->lossy)
        put_unjudged(p, "warn", g->name,
                     "the tape is torn, damaged or lacks events: what the "
                     "stream really held is not known");
    for (const struct verdict_rule *r = g->rules; r; r = r->next)
        if ((is_unjudged(r->outcome) || r->outcome == CHECK_ERROR) &&
            !is_told(g, r))
            put_rules_unjudged(p, g, r);
    for (const struct verdict_input *i = g->inputs; i; i = i->next)
        if (i->state && strcmp(i->state, "ok") != 0)
            put_unjudged(p, "warn", i->path, i->state);
    put_uncounted(p, g);
}

/* Of streams, that nothing is known to be missing from them. */
static void put_lost(struct report_page *p)
{
    size_t streams = 0;

    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next) {
        if (g->lossy)
            return;
        streams += g->kind == VERDICT_STREAM;
    }
    if (streams)
        report_leaf(&p->w, "li", "dim", "No event is known to be lost.");
}

static void put_cut(struct report_page *p, uint64_t n, const char *what)
{
    struct td_buf text = {0};

    if (n == 0)
        return;
    td_buf_addf(&text, "%llu further %s were not kept", (unsigned long long)n,
                what);
    put_unjudged(p, "warn", what, td_buf_str(&text));
    td_buf_release(&text);
}

static void put_not_judged(struct report_page *p)
{
    uint64_t before;

    report_tag(&p->w, "section", "id", "unjudged", "class", "unjudged",
               REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Not judged");
    report_tag(&p->w, "ul", REPORT_END);
    before = p->w.out->len;
    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next)
        put_gate_unjudged(p, g);
    for (const struct verdict_coverage *c = p->doc->coverage; c; c = c->next)
        for (size_t i = 0; i < c->unmeasured.len; i++)
            put_unjudged(p, "skipped", c->unmeasured.list[i],
                         "changed, and not in the report of coverage");
    put_cut(p, p->doc->truncated_findings, "findings");
    put_cut(p, p->doc->truncated_tests, "tests");
    if (p->gates_len == 0)
        report_leaf(&p->w, "li", "dim",
                    "Nothing was: this verdict has no gate.");
    else if (p->w.out->len == before)
        report_leaf(&p->w, "li", "dim",
                    "Nothing was skipped, without a subject, open or cut.");
    put_lost(p);
    report_end(&p->w);
    report_end(&p->w);
}

void report_html_top(struct report_page *p)
{
    put_bar(p);
    report_tag(&p->w, "div", "class", "frame", REPORT_END);
    put_links(p);
    report_tag(&p->w, "main", "id", "main", REPORT_END);
    put_firsts(p);
    put_not_judged(p);
}

/* ---- gates ---- */

struct point {
    bool there;
    bool bad;
    double value;
};

static size_t count_findings(const struct verdict_document *doc,
                             const char *gate)
{
    size_t n = 0;

    for (const struct verdict_finding *f = doc->findings; f; f = f->next)
        n += f->gate && gate && strcmp(f->gate, gate) == 0;
    return n;
}

/* The gate's first measure, or how many findings it has. */
static struct point point_of(const struct verdict_document *doc,
                             const struct verdict_gate *like)
{
    for (const struct verdict_gate *g = doc->gates; g; g = g->next) {
        const struct verdict_measure *m = g->measures;

        if (!g->name || !like->name || strcmp(g->name, like->name) != 0)
            continue;
        return (struct point){
            .there = true,
            .bad = is_bad(g),
            .value = m && m->value.known
                         ? m->value.value
                         : (double)count_findings(doc, like->name)};
    }
    return (struct point){0};
}

static void put_trend_bar(struct report_page *p, struct point at, size_t i,
                          double top)
{
    double high = top > 0 ? at.value / top * (TREND_HIGH - 4) + 2 : 2;
    char x[24];
    char y[24];
    char h[24];

    if (high < 2 || !at.there)
        high = 2;
    (void)snprintf(x, sizeof(x), "%zu", i * TREND_WIDE);
    (void)snprintf(y, sizeof(y), "%.1f", TREND_HIGH - high);
    (void)snprintf(h, sizeof(h), "%.1f", high);
    report_tag(&p->w, "rect", "x", x, "y", y, "width", "4", "height", h, "fill",
               at.bad ? "#a8002c" : "#7a8594", "class", at.bad ? "bad" : "good",
               REPORT_END);
    report_end(&p->w);
}

static void put_trend(struct report_page *p, const struct verdict_gate *g)
{
    const struct report_html *in = p->in;
    size_t from = in->earlier_len > REPORT_HTML_TREND
                      ? in->earlier_len - REPORT_HTML_TREND
                      : 0;
    struct point points[REPORT_HTML_TREND + 1];
    struct td_buf label = {0};
    size_t len = 0;
    double top = 0;
    char wide[24];
    char box[48];

    for (size_t i = from; i < in->earlier_len; i++)
        points[len++] = point_of(in->earlier[i], g);
    points[len++] = point_of(p->doc, g);
    td_buf_add_text(&label, "trend:");
    for (size_t i = 0; i < len; i++) {
        td_buf_addf(&label, points[i].there ? " %.4g" : " -", points[i].value);
        td_buf_add_text(&label, points[i].bad ? " (bad)" : "");
        top = points[i].value > top ? points[i].value : top;
    }
    (void)snprintf(wide, sizeof(wide), "%zu", len * TREND_WIDE);
    (void)snprintf(box, sizeof(box), "0 0 %zu %d", len * TREND_WIDE,
                   TREND_HIGH);
    report_tag(&p->w, "svg", "class", "trend", "width", wide, "height", "20",
               "viewBox", box, "preserveAspectRatio", "none", "role", "img",
               "aria-label", td_buf_str(&label), REPORT_END);
    for (size_t i = 0; i < len; i++)
        put_trend_bar(p, points[i], i, top);
    report_end(&p->w);
    td_buf_release(&label);
}

static void cell(struct report_page *p, const char *label, const char *class)
{
    report_tag(&p->w, "td", "data-l", label, "class", class, REPORT_END);
}

static void put_numbers(struct report_page *p, const struct verdict_gate *g)
{
    const struct verdict_measure *m = report_main_measure(g);
    struct td_buf text = {0};

    cell(p, "Now", "num now");
    if (m) {
        report_number(&text, &m->value, m->unit, report_digits(m));
        report_payload(&p->w, "span", m->id ? m->id : "", MEASURE_KEEP);
        report_putf(&p->w, " %s", td_buf_str(&text));
    } else {
        uint64_t len = report_total(p->doc, g);

        report_putf(&p->w, len ? "findings %llu" : "-",
                    (unsigned long long)len);
    }
    report_end(&p->w);
    td_buf_clear(&text);
    cell(p, "Base", "num");
    if (m && m->base.known)
        report_number(&text, &m->base, m->unit, report_digits(m));
    report_put(&p->w, text.len ? td_buf_str(&text) : "-");
    report_end(&p->w);
    td_buf_release(&text);
}

static void put_new(struct report_page *p, size_t index)
{
    size_t first;
    size_t len = report_index_of(p, index, &first);
    size_t count = 0;

    for (size_t i = first; i < first + len; i++)
        count += p->entries[i].finding->state == VERDICT_NEW;
    cell(p, "New", "num");
    report_putf(&p->w, "%zu", count);
    report_end(&p->w);
}

static void put_gate_row(struct report_page *p, const struct verdict_gate *g,
                         size_t index)
{
    struct td_buf text = {0};
    char target[32];

    (void)snprintf(target, sizeof(target), "#g%zu", index);
    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", REPORT_END);
    report_tag(&p->w, "a", "href", target, REPORT_END);
    report_payload(&p->w, "span", report_gate_name(g), 200);
    report_end(&p->w);
    report_leaff(&p->w, "span", "dim", " %s", verdict_kind_text(g->kind));
    report_end(&p->w);
    cell(p, "Outcome", NULL);
    report_badge(p, report_gate_word(g));
    report_end(&p->w);
    put_numbers(p, g);
    cell(p, "Trend", NULL);
    put_trend(p, g);
    report_end(&p->w);
    if (g->ms == 0)
        (void)td_buf_add_byte(&text, '-');
    else
        (void)td_duration_format(&text, g->ms * TD_NS_PER_MS);
    cell(p, "Time", "num");
    report_put(&p->w, td_buf_str(&text));
    report_end(&p->w);
    put_new(p, index);
    report_end(&p->w);
    td_buf_release(&text);
}

void report_html_gates(struct report_page *p)
{
    static const char *const heads[] = {"Gate",  "Outcome", "Now", "Base",
                                        "Trend", "Time",    "New"};
    size_t index = 0;

    if (!p->doc->gates)
        return;
    report_tag(&p->w, "section", "id", "gates", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Gates");
    report_tag(&p->w, "table", "class", "cards", REPORT_END);
    report_tag(&p->w, "thead", REPORT_END);
    report_tag(&p->w, "tr", REPORT_END);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        report_tag(&p->w, "th", "scope", "col", "class",
                   strchr("NBT", heads[i][0]) && heads[i][1] != 'r' ? "num"
                                                                    : NULL,
                   REPORT_END);
        report_put(&p->w, heads[i]);
        report_end(&p->w);
    }
    report_end(&p->w);
    report_end(&p->w);
    report_tag(&p->w, "tbody", REPORT_END);
    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next)
        put_gate_row(p, g, index++);
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
}
