#include "reports/html_internal.h"

#include "core/mem.h"
#include "reports/html_head.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_MAX 4096 /* bytes of a command that can be copied whole */
#define TITLE_MAX   120  /* bytes of the name of the window */

/* Made by web/pack.c. */
extern const unsigned char report_script[];
extern const size_t report_script_len;
extern const char report_script_hash[];
extern const unsigned char report_style[];
extern const size_t report_style_len;
extern const char report_style_hash[];

/* ---- words ---- */

struct badge {
    const char *word;
    const char *shape;
    const char *class;
};

static const struct badge badges[] = {
    {"pass", "✓", "o pass"},   {"fail", "✕", "o fail"},
    {"error", "!", "o fail"},  {"warn", "▲", "o warn"},
    {"flaky", "~", "o flaky"}, {"skipped", "○", "o skip"},
    {"skip", "○", "o skip"},   {"vacuous", "◇", "o skip"},
    {"open", "…", "o warn"},   {"info", "i", "o info"},
    {"new", "+", "o fail"},    {"known", "=", "o skip"},
    {"fixed", "✓", "o pass"},  {"xfail", "○", "o skip"},
    {"xpass", "▲", "o warn"},  {"not judged", "○", "o skip"},
    {"never", "◇", "o skip"},  {"cut", "…", "o skip"},
};

void report_badge(struct report_page *p, const char *word)
{
    for (size_t i = 0; i < sizeof(badges) / sizeof(badges[0]); i++)
        if (strcmp(badges[i].word, word) == 0) {
            report_tag(&p->w, "span", "class", badges[i].class, REPORT_END);
            report_leaf(&p->w, "span", "shape", badges[i].shape);
            report_putf(&p->w, " %s", word);
            report_end(&p->w);
            return;
        }
    report_leaf(&p->w, "span", "o", word);
}

const char *report_gate_word(const struct verdict_gate *g)
{
    if (g->outcome == CHECK_PASS && g->warned)
        return "warn";
    return check_outcome_text(g->outcome);
}

static bool looks_like(double a, double b, int digits)
{
    char one[64];
    char other[64];

    (void)snprintf(one, sizeof(one), "%.*f", digits, a);
    (void)snprintf(other, sizeof(other), "%.*f", digits, b);
    return a != b && !strcmp(one, other);
}

int report_digits(const struct verdict_measure *m)
{
    int digits = 1;

    while (digits < 3 && ((m->base.known &&
                           looks_like(m->value.value, m->base.value, digits)) ||
                          (m->limit.known &&
                           looks_like(m->value.value, m->limit.value, digits))))
        digits++;
    return digits;
}

void report_number(struct td_buf *out, const struct verdict_number *n,
                   const char *unit, int digits)
{
    bool counted = !unit || strcmp(unit, "1") == 0;

    if (!n->known)
        td_buf_add_text(out, "-");
    else if (n->whole && unit && strcmp(unit, "%") == 0)
        td_buf_addf(out, "%.*f %% (%llu of %llu)", digits, n->value,
                    (unsigned long long)n->part, (unsigned long long)n->whole);
    else if (unit && strcmp(unit, "%") == 0)
        td_buf_addf(out, "%.*f %%", digits, n->value);
    else if (counted || fabs(n->value - round(n->value)) < 1e-9)
        td_buf_addf(out, "%.15g%s%s", n->value, counted ? "" : " ",
                    counted ? "" : unit);
    else
        td_buf_addf(out, "%.2f %s", n->value, unit);
}

/* Without a limit no test may fail. */
static bool is_failures(const struct verdict_gate *g,
                        const struct verdict_measure *m)
{
    return g->kind == VERDICT_TESTS && m->id && !strcmp(m->id, "failed") &&
           m->value.known && m->value.value > 0;
}

const struct verdict_measure *report_main_measure(const struct verdict_gate *g)
{
    for (const struct verdict_measure *m = g->measures; m; m = m->next)
        if (m->op ? !m->holds : is_failures(g, m))
            return m;
    return g->measures;
}

void report_place(struct td_buf *out, const struct verdict_finding *f)
{
    bool elsewhere =
        f->file && (!f->seq || !f->gate || strcmp(f->file, f->gate) != 0);

    if (f->test)
        td_buf_add_text(out, f->test);
    if (elsewhere) {
        td_buf_addf(out, "%s%s", out->len ? ", " : "", f->file);
        if (f->line) {
            td_buf_add_text(out, ":");
            td_buf_add_u64(out, f->line);
        }
        if (f->line && f->column) {
            td_buf_add_text(out, ":");
            td_buf_add_u64(out, f->column);
        }
    }
    if (f->seq) {
        td_buf_addf(out, "%sevent %llu", out->len ? " " : "",
                    (unsigned long long)f->seq);
        if (f->has_t)
            td_buf_addf(out, " at %.3f s", (double)f->t_ns / 1e9);
    }
}

void report_command(struct report_page *p, const char *command)
{
    if (!command)
        return;
    if (strlen(command) > COMMAND_MAX) {
        report_payload(&p->w, "code", command, COMMAND_MAX);
        return;
    }
    report_tag(&p->w, "code", "class", "command", "data-copy", command,
               REPORT_END);
    report_put(&p->w, command);
    report_end(&p->w);
}

const char *report_gate_name(const struct verdict_gate *g)
{
    return g->name && g->name[0] ? g->name : "(no name)";
}

const char *report_title(const struct verdict_document *doc)
{
    const char *only =
        doc->gates && !doc->gates->next ? doc->gates->name : NULL;
    const char *slash = only ? strrchr(only, '/') : NULL;

    if (doc->run.project)
        return doc->run.project;
    if (!only || !only[0])
        return "Verdict";
    return slash && slash[1] ? slash + 1 : only;
}

uint64_t report_total(const struct verdict_document *doc,
                      const struct verdict_gate *g)
{
    uint64_t kept = 0;
    uint64_t told = 0;

    for (const struct verdict_finding *f = doc->findings; f; f = f->next)
        kept += f->gate && g->name && strcmp(f->gate, g->name) == 0;
    for (const struct verdict_rule *r = g->rules; r; r = r->next)
        told += r->total;
    return told > kept ? told : kept;
}

/* ---- order of the findings ---- */

static size_t gate_index(const struct verdict_document *doc, const char *name)
{
    size_t i = 0;

    for (const struct verdict_gate *g = doc->gates; g; g = g->next, i++)
        if (name && g->name && strcmp(g->name, name) == 0)
            break;
    return i;
}

static bool is_lint(const struct verdict_document *doc, size_t index)
{
    const struct verdict_gate *g = doc->gates;

    while (g && index--)
        g = g->next;
    return g && g->kind == VERDICT_LINT;
}

static int compare_count(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_entries(const void *one, const void *other)
{
    const struct report_entry *a = one;
    const struct report_entry *b = other;
    int order = compare_count(a->gate, b->gate);

    if (!order)
        order = (int)a->worst - (int)b->worst;
    if (!order)
        order = strcmp(a->group, b->group);
    if (!order)
        order = (int)a->finding->state - (int)b->finding->state;
    if (!order)
        order = (int)a->finding->level - (int)b->finding->level;
    return order ? order : compare_count(a->number, b->number);
}

/* Groups with an error come before those that only warn: entries are in order
 * but for that.
 */
static void rank_groups(struct report_page *p)
{
    for (size_t from = 0, to; from < p->entries_len; from = to) {
        enum check_level worst = p->entries[from].finding->level;

        for (to = from; to < p->entries_len &&
                        p->entries[to].gate == p->entries[from].gate &&
                        !strcmp(p->entries[to].group, p->entries[from].group);
             to++) {
            if (p->entries[to].finding->level < worst)
                worst = p->entries[to].finding->level;
        }
        for (size_t i = from; i < to; i++)
            p->entries[i].worst = worst;
    }
}

static void report_index(struct report_page *p)
{
    size_t i = 0;

    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next)
        p->gates_len++;
    for (const struct verdict_finding *f = p->doc->findings; f; f = f->next)
        p->entries_len++;
    p->entries = td_calloc(p->entries_len + 1, sizeof(*p->entries));
    for (const struct verdict_finding *f = p->doc->findings; f; f = f->next) {
        struct report_entry *e = &p->entries[i];
        const char *group;

        e->finding = f;
        e->number = i++;
        e->gate = gate_index(p->doc, f->gate);
        group = is_lint(p->doc, e->gate) && f->file ? f->file : f->rule;
        e->group = group ? group : "";
    }
    qsort(p->entries, p->entries_len, sizeof(*p->entries), compare_entries);
    rank_groups(p);
    qsort(p->entries, p->entries_len, sizeof(*p->entries), compare_entries);
}

/* The entries in order; report_index_free() takes them. */
static void report_index_free(struct report_page *p)
{
    free(p->entries);
    p->entries = NULL;
}

size_t report_index_of(const struct report_page *p, size_t gate, size_t *first)
{
    size_t from = 0;
    size_t to;

    while (from < p->entries_len && p->entries[from].gate < gate)
        from++;
    for (to = from; to < p->entries_len && p->entries[to].gate == gate;)
        to++;
    *first = from;
    return to - from;
}

/* ---- the page ---- */

static void put_head(struct report_page *p)
{
    struct report_head head = {
        .script_hash = report_script_hash,
        .style_hash = report_style_hash,
        .style = td_bytes(report_style, report_style_len),
    };
    struct td_buf title = {0};

    td_buf_addf(&title, "%s: %.*s", check_outcome_text(p->doc->outcome),
                TITLE_MAX, report_title(p->doc));
    head.title = td_buf_str(&title);
    report_html_head(&p->w, &head);
    td_buf_release(&title);
}

static void put_foot(struct report_page *p)
{
    struct report_tags *w = &p->w;

    report_tag(w, "footer", REPORT_END);
    report_putf(w, "Written by tapedeck %s.",
                p->doc->run.tool ? p->doc->run.tool : "");
    if (w->shown)
        report_putf(w,
                    " %llu characters in this page that cannot be seen, or "
                    "turn text around, are shown by their number.",
                    (unsigned long long)w->shown);
    report_end(w);
}

static void put_body(struct report_page *p)
{
    struct report_tags *w = &p->w;

    report_tag(w, "body", REPORT_END);
    report_html_top(p);
    report_html_gates(p);
    report_html_details(p);
    report_html_timelines(p);
    report_html_fields(p);
    report_html_tests(p);
    report_html_coverage(p);
    report_html_perf(p);
    put_foot(p);
    report_end(w); /* main */
    report_end(w); /* the frame that the top opened */
    report_html_data(p);
    report_html_script(w, td_bytes(report_script, report_script_len));
    report_end(w);
}

enum td_code report_html(struct td_buf *out, const struct report_html *in)
{
    struct report_page p = {.w = {.out = out}, .in = in, .doc = in->doc};

    report_index(&p);
    put_head(&p);
    put_body(&p);
    report_end(&p.w);
    report_raw(&p.w, td_text("\n"));
    report_index_free(&p);
    return p.w.code;
}
