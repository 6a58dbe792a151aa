/* reports/html_details.c - gate by gate: what it ran and read, its measures and
 * rules, and the first of its findings with what they rest on.
 */
#include "reports/html_internal.h"

#include <stdio.h>
#include <string.h>

#define PAYLOAD_MAX  2000 /* bytes of one text in the page */
#define INPUTS_SHOWN 4    /* files, without being asked for */

/* ---- a finding ---- */

static void put_fact(struct report_page *p, const char *name, const char *text)
{
    if (!text || !text[0])
        return;
    report_leaf(&p->w, "dt", NULL, name);
    report_payload(&p->w, "dd", text, PAYLOAD_MAX);
}

static void put_witness(struct report_page *p, uint64_t seq, bool has_t,
                        uint64_t t_ns)
{
    report_leaff(&p->w, "td", "num", "%llu", (unsigned long long)seq);
    if (has_t)
        report_leaff(&p->w, "td", "num", "%.3f s", (double)t_ns / 1e9);
    else
        report_leaf(&p->w, "td", "num", "");
}

/* What the finding says of one event, behind its number and time. */
static void put_own(struct report_page *p, const struct verdict_finding *f)
{
    report_tag(&p->w, "tr", "class", "own", REPORT_END);
    put_witness(p, f->seq, f->has_t, f->t_ns);
    report_payload(&p->w, "td", f->excerpt ? f->excerpt : "", PAYLOAD_MAX);
    report_tag(&p->w, "td", REPORT_END);
    report_leaf(&p->w, "b", NULL, "here");
    if (f->path && f->path[0]) {
        report_put(&p->w, " ");
        report_payload(&p->w, "span", f->path, 200);
    }
    report_end(&p->w);
    report_end(&p->w);
}

static void put_witness_row(struct report_page *p,
                            const struct verdict_witness *at)
{
    report_tag(&p->w, "tr", REPORT_END);
    put_witness(p, at->seq, at->has_t, at->t_ns);
    report_payload(&p->w, "td", at->value ? at->value : "", PAYLOAD_MAX);
    report_leaf(&p->w, "td", "dim", "witness");
    report_end(&p->w);
}

static void put_neighbour(struct report_page *p, const struct verdict_event *at)
{
    report_tag(&p->w, "tr", "class", "beside", REPORT_END);
    put_witness(p, at->seq, at->has_t, at->t_ns);
    report_payload(&p->w, "td", at->value ? at->value : "", PAYLOAD_MAX);
    report_leaf(&p->w, "td", NULL, "");
    report_end(&p->w);
}

static void put_row(struct report_page *p, const struct verdict_finding *f,
                    const struct report_row *row)
{
    if (row->witness)
        put_witness_row(p, row->witness);
    else if (row->event)
        put_neighbour(p, row->event);
    else
        put_own(p, f);
}

static void put_events(struct report_page *p, const struct verdict_finding *f)
{
    struct report_row rows[REPORT_ROWS_MAX];
    size_t len = report_rows(f, rows);

    if (len == 0)
        return;
    report_tag(&p->w, "table", "class", "events", REPORT_END);
    report_leaf(&p->w, "caption", NULL,
                f->around ? "Events it rests on, and their neighbours"
                          : "Events it rests on");
    report_tag(&p->w, "tbody", REPORT_END);
    for (size_t i = 0; i < len; i++)
        put_row(p, f, &rows[i]);
    report_end(&p->w);
    report_end(&p->w);
}

static void put_finding_head(struct report_page *p,
                             const struct verdict_finding *f)
{
    struct td_buf place = {0};

    report_place(&place, f);
    report_tag(&p->w, "summary", REPORT_END);
    report_badge(p, f->state == VERDICT_NEW ? (f->level == CHECK_LEVEL_ERROR
                                                   ? "fail"
                                                   : check_level_text(f->level))
                                            : verdict_state_text(f->state));
    report_put(&p->w, " ");
    report_payload(&p->w, "span", f->message ? f->message : f->rule, 300);
    if (place.len) {
        report_put(&p->w, " ");
        report_tag(&p->w, "span", "class", "place", REPORT_END);
        report_payload(&p->w, "span", td_buf_str(&place), 300);
        report_end(&p->w);
    }
    report_end(&p->w);
    td_buf_release(&place);
}

static void put_finding(struct report_page *p, const struct report_entry *e,
                        bool open)
{
    const struct verdict_finding *f = e->finding;
    char id[32];

    (void)snprintf(id, sizeof(id), "f%zu", e->number);
    report_tag(&p->w, "details", "class", "finding", "id", id, "open",
               open ? "" : NULL, REPORT_END);
    put_finding_head(p, f);
    report_tag(&p->w, "dl", REPORT_END);
    put_fact(p, "was", f->was);
    put_fact(p, "expected", f->expected);
    put_fact(p, "found", f->found);
    put_fact(p, "at", f->seq ? NULL : f->path);
    put_fact(p, "of", f->key);
    put_fact(p, "keyword", f->schema_path);
    if (f->test && f->file)
        put_fact(p, "test", f->test);
    if (!f->seq && f->excerpt && f->excerpt[0]) {
        report_leaf(&p->w, "dt", NULL, "text");
        report_tag(&p->w, "dd", REPORT_END);
        report_payload(&p->w, "pre", f->excerpt, PAYLOAD_MAX);
        report_end(&p->w);
    }
    report_end(&p->w);
    put_events(p, f);
    report_command(p, f->repro);
    report_end(&p->w);
    p->shown++;
}

/* ---- the findings of a gate ---- */

static size_t group_len(const struct report_page *p, size_t at, size_t end)
{
    size_t len = 0;

    while (at + len < end &&
           strcmp(p->entries[at + len].group, p->entries[at].group) == 0)
        len++;
    return len;
}

static void put_group_head(struct report_page *p, size_t at, size_t len)
{
    size_t counts[VERDICT_FIXED + 1] = {0};

    for (size_t i = at; i < at + len; i++)
        counts[p->entries[i].finding->state]++;
    report_tag(&p->w, "h4", REPORT_END);
    report_payload(&p->w, "span", p->entries[at].group, 200);
    report_leaff(&p->w, "span", "dim", " %zu new", counts[VERDICT_NEW]);
    for (int state = VERDICT_KNOWN; state <= VERDICT_FIXED; state++) {
        if (counts[state])
            report_leaff(&p->w, "span", "dim", ", %zu %s", counts[state],
                         verdict_state_text((enum verdict_state)state));
    }
    report_end(&p->w);
}

static void put_group(struct report_page *p, size_t at, size_t len)
{
    size_t most = len < REPORT_HTML_PER_RULE ? len : REPORT_HTML_PER_RULE;

    if (most > REPORT_HTML_FINDINGS - p->shown)
        most = REPORT_HTML_FINDINGS - p->shown;
    if (most == 0)
        return;
    put_group_head(p, at, len);
    for (size_t i = at; i < at + most; i++)
        put_finding(p, &p->entries[i], i == at);
    if (most < len)
        report_leaff(&p->w, "p", "cut",
                     "%zu of the %zu that were kept; the list of all findings "
                     "has the rest (it "
                     "needs scripts; so does verdict.json have it).",
                     most, len);
}

static void put_findings(struct report_page *p, size_t gate)
{
    size_t first;
    size_t end = report_index_of(p, gate, &first);
    size_t before = p->shown;

    end += first;
    for (size_t at = first; at < end;) {
        size_t len = group_len(p, at, end);

        put_group(p, at, len);
        at += len;
    }
    if (p->shown - before < end - first && p->shown == REPORT_HTML_FINDINGS)
        report_leaff(&p->w, "p", "cut",
                     "%zu of %zu findings of this gate are told here.",
                     p->shown - before, end - first);
}

/* ---- a gate ---- */

static void put_words(struct report_page *p, const char *name,
                      const struct verdict_words *words)
{
    if (words->len == 0)
        return;
    report_leaf(&p->w, "dt", NULL, name);
    report_tag(&p->w, "dd", "class", "mono", REPORT_END);
    for (size_t i = 0; i < words->len; i++) {
        report_put(&p->w, i ? " " : "");
        report_payload(&p->w, "span", words->list[i], 200);
    }
    report_end(&p->w);
}

static void put_input(struct report_page *p, const struct verdict_input *i)
{
    report_leaf(&p->w, "dt", NULL, "read");
    report_leaff(&p->w, "dd", "mono", "%s (%s, %llu bytes, %s)", i->path,
                 i->format, (unsigned long long)i->bytes,
                 i->state ? i->state : "ok");
    if (i->sha256) {
        report_leaf(&p->w, "dt", NULL, "SHA-256");
        report_leaf(&p->w, "dd", "mono", i->sha256);
    }
}

/* Some are told at once; of more there is a line, behind which all are. */
static void put_inputs(struct report_page *p, const struct verdict_gate *g)
{
    unsigned long long bytes = 0;
    size_t len = 0;

    for (const struct verdict_input *i = g->inputs; i; i = i->next) {
        bytes += i->bytes;
        len++;
    }
    if (len > INPUTS_SHOWN) {
        report_leaf(&p->w, "dt", NULL, "read");
        report_tag(&p->w, "dd", REPORT_END);
        report_tag(&p->w, "details", REPORT_END);
        report_leaff(&p->w, "summary", NULL, "%zu files, %llu bytes", len,
                     bytes);
        report_tag(&p->w, "dl", "class", "run", REPORT_END);
    }
    for (const struct verdict_input *i = g->inputs; i; i = i->next)
        put_input(p, i);
    for (int open = len > INPUTS_SHOWN ? 3 : 0; open; open--)
        report_end(&p->w);
}

static void put_run(struct report_page *p, const struct verdict_gate *g)
{
    report_tag(&p->w, "dl", "class", "run", REPORT_END);
    put_fact(p, "why", g->reason);
    put_words(p, "ran", &g->command);
    put_words(p, "after", &g->needs);
    if (g->signal) {
        report_leaf(&p->w, "dt", NULL, "ended by");
        report_leaff(&p->w, "dd", NULL, "signal %d", g->signal);
    } else if (g->exited) {
        report_leaf(&p->w, "dt", NULL, "exit status");
        report_leaff(&p->w, "dd", NULL, "%d", g->exit);
    }
    put_inputs(p, g);
    if (g->kind == VERDICT_STREAM) {
        report_leaf(&p->w, "dt", NULL, "events");
        report_leaff(&p->w, "dd", NULL, "%llu%s", (unsigned long long)g->events,
                     g->lossy ? ", lossy" : "");
    }
    put_fact(p, "log", g->log);
    report_end(&p->w);
}

static void put_value(struct report_page *p, const char *label,
                      const struct verdict_number *n,
                      const struct verdict_measure *of)
{
    struct td_buf text = {0};

    report_number(&text, n, of->unit, report_digits(of));
    report_tag(&p->w, "td", "data-l", label, "class", "num", REPORT_END);
    report_put(&p->w, td_buf_str(&text));
    report_end(&p->w);
    td_buf_release(&text);
}

static void put_measures(struct report_page *p, const struct verdict_gate *g)
{
    if (!g->measures)
        return;
    report_tag(&p->w, "table", "class", "cards", REPORT_END);
    report_raw(
        &p->w,
        td_text("<thead><tr><th>Measure</th><th>Outcome</th>"
                "<th class=\"num\">Value</th><th class=\"num\">Limit</th><th "
                "class=\"num\">Base</th></tr>"
                "</thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (const struct verdict_measure *m = g->measures; m; m = m->next) {
        report_tag(&p->w, "tr", REPORT_END);
        report_tag(&p->w, "th", "scope", "row", REPORT_END);
        report_put(&p->w, m->id);
        report_end(&p->w);
        report_tag(&p->w, "td", "data-l", "Outcome", REPORT_END);
        if (m->op)
            report_badge(p, m->holds ? "pass" : m->warns ? "warn" : "fail");
        report_end(&p->w);
        put_value(p, "Value", &m->value, m);
        report_tag(&p->w, "td", "data-l", "Limit", "class", "num", REPORT_END);
        report_put(&p->w, m->op);
        if (m->limit.known)
            report_putf(&p->w, " %.10g%s", m->limit.value,
                        m->unit && strcmp(m->unit, "%") == 0 ? " %" : "");
        report_end(&p->w);
        put_value(p, "Base", &m->base, m);
        report_end(&p->w);
    }
    report_end(&p->w);
    report_end(&p->w);
}

/* The first finding of the rule that will stand in the page; false: none will.
 */
static bool first_of(const struct report_page *p, size_t gate, const char *rule,
                     size_t *number)
{
    size_t shown = p->shown;
    size_t first;
    size_t end = report_index_of(p, gate, &first) + first;

    for (size_t at = first; at < end && shown < REPORT_HTML_FINDINGS;) {
        size_t len = group_len(p, at, end);

        if (strcmp(p->entries[at].group, rule) == 0) {
            *number = p->entries[at].number;
            return true;
        }
        shown += len < REPORT_HTML_PER_RULE ? len : REPORT_HTML_PER_RULE;
        at += len;
    }
    return false;
}

/* How many, and a way to them. */
static void put_total(struct report_page *p, const struct verdict_rule *r,
                      size_t gate)
{
    size_t number;
    char target[32];

    if (r->total == 0 || !first_of(p, gate, r->id ? r->id : "", &number)) {
        report_putf(&p->w, "%llu", (unsigned long long)r->total);
        return;
    }
    (void)snprintf(target, sizeof(target), "#f%zu", number);
    report_tag(&p->w, "a", "href", target, REPORT_END);
    report_putf(&p->w, "%llu", (unsigned long long)r->total);
    report_end(&p->w);
}

static void put_rule(struct report_page *p, const struct verdict_rule *r,
                     size_t gate)
{
    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", REPORT_END);
    report_payload(&p->w, "span", r->id ? r->id : "", 200);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Outcome", REPORT_END);
    report_badge(p, r->outcome == CHECK_FAIL && r->level != CHECK_LEVEL_ERROR
                        ? check_level_text(r->level)
                        : check_outcome_text(r->outcome));
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Rule", REPORT_END);
    report_payload(&p->w, "span", r->what ? r->what : "", 300);
    if (r->note || r->reason)
        report_leaff(&p->w, "p", "dim", "%s%s%s", r->note ? r->note : "",
                     r->note && r->reason ? ". " : "",
                     r->reason ? r->reason : "");
    if (r->where)
        report_leaff(&p->w, "p", "dim", "%s", r->where);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Judged", "class", "num", REPORT_END);
    report_putf(&p->w, "%llu", (unsigned long long)r->judged);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Findings", "class", "num", REPORT_END);
    put_total(p, r, gate);
    report_end(&p->w);
    report_end(&p->w);
}

static void put_rules(struct report_page *p, const struct verdict_gate *g,
                      size_t index)
{
    if (!g->rules)
        return;
    report_tag(&p->w, "table", "class", "cards rules", REPORT_END);
    report_raw(&p->w, td_text("<thead><tr><th>Rule</th><th>Outcome</th>"
                              "<th>What</th><th class=\"num\">Judged</th><th "
                              "class=\"num\">Findings</th>"
                              "</tr></thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (const struct verdict_rule *r = g->rules; r; r = r->next)
        put_rule(p, r, index);
    report_end(&p->w);
    report_end(&p->w);
}

static void put_gate_head(struct report_page *p, const struct verdict_gate *g)
{
    report_tag(&p->w, "h3", REPORT_END);
    report_payload(&p->w, "span", report_gate_name(g), 200);
    report_put(&p->w, " ");
    report_badge(p, report_gate_word(g));
    report_end(&p->w);
}

static void put_whole(struct report_page *p, const struct verdict_gate *g,
                      size_t index)
{
    put_gate_head(p, g);
    put_run(p, g);
    put_measures(p, g);
    put_rules(p, g, index);
    put_findings(p, index);
}

/* A gate that nobody need look at: it passed without a finding or a remark. */
static bool is_quiet(const struct report_page *p, const struct verdict_gate *g,
                     size_t index)
{
    size_t first;

    return g->outcome == CHECK_PASS && !g->lossy &&
           report_index_of(p, index, &first) == 0;
}

static bool has_more(const struct verdict_gate *g)
{
    return g->reason || g->command.len || g->needs.len || g->inputs ||
           g->exited || g->measures || g->rules || g->log ||
           g->kind == VERDICT_STREAM;
}

/* It is one line, with what it ran and measured behind it. */
static void put_quiet(struct report_page *p, const struct verdict_gate *g,
                      size_t index)
{
    if (!has_more(g)) {
        put_gate_head(p, g);
        return;
    }
    report_tag(&p->w, "details", REPORT_END);
    report_tag(&p->w, "summary", REPORT_END);
    put_gate_head(p, g);
    report_end(&p->w);
    put_run(p, g);
    put_measures(p, g);
    put_rules(p, g, index);
    report_end(&p->w);
}

static void put_gate(struct report_page *p, const struct verdict_gate *g,
                     size_t index)
{
    char id[32];

    (void)snprintf(id, sizeof(id), "g%zu", index);
    report_tag(&p->w, "section", "class", "gate", "id", id, REPORT_END);
    if (is_quiet(p, g, index))
        put_quiet(p, g, index);
    else
        put_whole(p, g, index);
    report_end(&p->w);
}

void report_html_details(struct report_page *p)
{
    size_t first;
    size_t index = 0;

    if (!p->doc->gates && !p->doc->findings)
        return;
    report_tag(&p->w, "section", "id", "findings", REPORT_END);
    report_leaff(&p->w, "h2", NULL, "Findings");
    report_tag(&p->w, "div", "id", "all", REPORT_END);
    report_end(&p->w);
    if (!p->doc->findings)
        report_leaf(&p->w, "p", "dim",
                    "There are none. What each gate ran and measured:");
    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next)
        put_gate(p, g, index++);
    if (report_index_of(p, index, &first)) {
        report_leaf(&p->w, "h3", NULL, "Of no gate");
        put_findings(p, index);
    }
    report_end(&p->w);
}
