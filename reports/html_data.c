/* reports/html_data.c - what the page's script shows beyond its text: one block
 * of JSON a section, deflated and in base64, or as it is.
 *
 *     findings    [[gate, rule, level, state, message, place, expected, found,
 *                 excerpt, seq, fp, repro, number, path, events, was]...], of
 *                 events each [seq, seconds or -1, text, "here", "witness" or
 *                 ""]
 *     tests       [[gate, key, result, ns or -1, new failure]...]
 *     files       [[gate, path, hit, lines, taken, branches]...]
 *     timelines   [{gate, start, end, bins, names, rows, gaps, waves, marks}
 *                 ...]
 *
 * A row is the counts of a name, a run of n empty bins as -n; marks are when
 * findings are, gaps and waves flat lists (from, to; number, from, to); times
 * in ns and numbers as text, for they may be above 2^53.
 *
 * Texts of more than a few KiB are cut here: the verdict has them whole.
 */
#include "reports/html_internal.h"

#include "core/json_writer.h"
#include "reports/html_head.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 4096 /* bytes of one text */

static void put_cut(struct td_json_writer *w, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (len > TEXT_MAX)
        for (len = TEXT_MAX; len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80;)
            len--;
    td_json_put_string(w, NULL,
                       td_bytes((const uint8_t *)(text ? text : ""), len));
}

static void json_event(struct td_json_writer *w, uint64_t seq, bool has_t,
                       uint64_t t_ns, const char *text)
{
    td_json_put_u64(w, NULL, seq);
    td_json_put_fixed(w, NULL, has_t ? (double)t_ns / 1e9 : -1, 3);
    put_cut(w, text);
}

static void json_events(struct td_json_writer *w,
                        const struct verdict_finding *f)
{
    struct report_row rows[REPORT_ROWS_MAX];
    size_t len = report_rows(f, rows);

    td_json_array(w, NULL);
    for (size_t i = 0; i < len; i++) {
        const struct verdict_witness *at = rows[i].witness;
        const struct verdict_event *by = rows[i].event;

        td_json_array(w, NULL);
        if (at)
            json_event(w, at->seq, at->has_t, at->t_ns, at->value);
        else if (by)
            json_event(w, by->seq, by->has_t, by->t_ns, by->value);
        else
            json_event(w, f->seq, f->has_t, f->t_ns, f->excerpt);
        td_json_put_text(w, NULL, at ? "witness" : by ? "" : "here");
        td_json_array_end(w);
    }
    td_json_array_end(w);
}

static void json_finding(struct td_json_writer *w, const struct report_entry *e)
{
    const struct verdict_finding *f = e->finding;
    struct td_buf place = {0};

    report_place(&place, f);
    td_json_array(w, NULL);
    put_cut(w, f->gate);
    put_cut(w, f->rule);
    td_json_put_text(w, NULL, check_level_text(f->level));
    td_json_put_text(w, NULL, verdict_state_text(f->state));
    put_cut(w, f->message);
    put_cut(w, td_buf_str(&place));
    put_cut(w, f->expected);
    put_cut(w, f->found);
    put_cut(w, f->excerpt);
    td_json_put_u64(w, NULL, f->seq);
    put_cut(w, f->fp);
    put_cut(w, f->repro);
    td_json_put_u64(w, NULL, e->number);
    put_cut(w, f->path);
    json_events(w, f);
    put_cut(w, f->was);
    td_json_array_end(w);
    td_buf_release(&place);
}

static void json_findings(struct td_json_writer *w, const struct report_page *p)
{
    for (size_t i = 0; i < p->entries_len; i++)
        json_finding(w, &p->entries[i]);
}

static void json_tests(struct td_json_writer *w, const struct report_page *p)
{
    for (const struct verdict_test *t = p->doc->tests; t; t = t->next) {
        td_json_array(w, NULL);
        put_cut(w, t->gate);
        put_cut(w, t->key);
        td_json_put_text(w, NULL, verdict_result_text(t->result));
        td_json_put_i64(w, NULL, t->ns);
        td_json_put_bool(w, NULL, t->is_new_failure);
        td_json_array_end(w);
    }
}

static void json_files(struct td_json_writer *w, const struct report_page *p)
{
    for (const struct verdict_coverage *c = p->doc->coverage; c; c = c->next)
        for (const struct verdict_file *f = c->files; f; f = f->next) {
            td_json_array(w, NULL);
            put_cut(w, c->gate);
            put_cut(w, f->path);
            td_json_put_u64(w, NULL, f->lines[0]);
            td_json_put_u64(w, NULL, f->lines[1]);
            td_json_put_u64(w, NULL, f->branches[0]);
            td_json_put_u64(w, NULL, f->branches[1]);
            td_json_array_end(w);
        }
}

static void json_row(struct td_json_writer *w, const struct verdict_timeline *t,
                     size_t name)
{
    int64_t empty = 0;

    td_json_array(w, NULL);
    for (uint32_t bin = 0; bin < t->bins_len; bin++) {
        uint32_t count = t->counts[bin * t->names.len + name];

        if (count == 0) {
            empty--;
            continue;
        }
        if (empty)
            td_json_put_i64(w, NULL, empty);
        empty = 0;
        td_json_put_u64(w, NULL, count);
    }
    td_json_array_end(w);
}

static void json_ns(struct td_json_writer *w, const char *key, uint64_t ns)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)ns);
    td_json_put_text(w, key, text);
}

static void json_marks(struct td_json_writer *w, const struct report_page *p,
                       size_t gate)
{
    size_t first;
    size_t end = report_index_of(p, gate, &first) + first;

    td_json_array(w, "marks");
    for (size_t i = first, marked = 0; i < end && marked < REPORT_HTML_MARKS;
         i++)
        if (p->entries[i].finding->has_t) {
            json_ns(w, NULL, p->entries[i].finding->t_ns);
            marked++;
        }
    td_json_array_end(w);
}

static void json_timeline(struct td_json_writer *w, const struct report_page *p,
                          const struct verdict_gate *g, size_t index)
{
    const struct verdict_timeline *t = g->timeline;

    td_json_object(w, NULL);
    td_json_put_u64(w, "gate", index);
    json_ns(w, "start", t->start_ns);
    json_ns(w, "end", t->end_ns);
    td_json_put_u64(w, "bins", t->bins_len);
    td_json_array(w, "names");
    for (size_t n = 0; n < t->names.len; n++)
        put_cut(w, t->names.list[n]);
    td_json_array_end(w);
    td_json_array(w, "rows");
    for (size_t n = 0; n < t->names.len; n++)
        json_row(w, t, n);
    td_json_array_end(w);
    td_json_array(w, "gaps");
    for (size_t i = 0; i < t->gaps_len; i++) {
        json_ns(w, NULL, t->gaps[i][0]);
        json_ns(w, NULL, t->gaps[i][1]);
    }
    td_json_array_end(w);
    td_json_array(w, "waves");
    for (size_t i = 0; i < t->waves_len; i++) {
        json_ns(w, NULL, t->waves[i].number);
        json_ns(w, NULL, t->waves[i].from_ns);
        json_ns(w, NULL, t->waves[i].to_ns);
    }
    td_json_array_end(w);
    json_marks(w, p, index);
    td_json_object_end(w);
}

static void json_timelines(struct td_json_writer *w,
                           const struct report_page *p)
{
    size_t index = 0;

    for (const struct verdict_gate *g = p->doc->gates; g; g = g->next, index++)
        if (g->timeline && g->timeline->bins_len)
            json_timeline(w, p, g, index);
}

/* ---- blocks ---- */

/* JSON that a script element may hold: what could end it is written \uXXXX. */
static void put_json(struct report_tags *w, struct td_bytes json)
{
    const uint8_t *from = json.ptr;
    const uint8_t *end = from + json.len;

    for (const uint8_t *at = from; at < end; at++)
        if (*at == '<' || *at == '>' || *at == '&') {
            char text[8];

            report_raw(w, td_bytes(from, (size_t)(at - from)));
            (void)snprintf(text, sizeof(text), "\\u%04x", *at);
            report_raw(w, td_text(text));
            from = at + 1;
        }
    report_raw(w, td_bytes(from, (size_t)(end - from)));
}

static void put_deflated(struct report_page *p, const char *id,
                         struct td_bytes json)
{
    struct td_buf packed = {0};

    p->w.code = p->in->deflate(&packed, json);
    report_html_bytes(&p->w, id, td_buf_bytes(&packed));
    td_buf_release(&packed);
}

static void put_block(struct report_page *p, const char *id,
                      void (*write)(struct td_json_writer *,
                                    const struct report_page *))
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_array(&w, NULL);
    write(&w, p);
    td_json_array_end(&w);
    if (p->w.code == TD_OK)
        p->w.code = td_json_done(&w);
    if (p->w.code == TD_OK && p->in->deflate) {
        put_deflated(p, id, td_buf_bytes(&json));
    } else {
        report_tag(&p->w, "script", "type", "application/json", "id", id,
                   REPORT_END);
        put_json(&p->w, td_buf_bytes(&json));
        report_end(&p->w);
    }
    td_buf_release(&json);
}

void report_html_data(struct report_page *p)
{
    put_block(p, "d-findings", json_findings);
    put_block(p, "d-tests", json_tests);
    put_block(p, "d-files", json_files);
    put_block(p, "d-timelines", json_timelines);
}
