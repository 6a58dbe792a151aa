#include "reports/json.h"

#include "core/json.h"
#include "reports/show.h"

#include <inttypes.h>

static void add_text(struct td_buf *out, const char *key, const char *text)
{
    (void)td_buf_addf(out, "\"%s\":\"", key);
    (void)td_json_escape(out, td_text(text));
    (void)td_buf_add_byte(out, '"');
}

static void add_counts(struct td_buf *out, const struct check_verdict *v)
{
    (void)td_buf_add_text(out, ",\"counts\":{");
    for (int o = CHECK_PASS; o <= CHECK_ERROR; o++) {
        unsigned n = 0;

        for (uint32_t i = 0; i < v->rules_len; i++)
            n += v->rules[i].outcome == (enum check_outcome)o;
        (void)td_buf_addf(out, "%s\"%s\":%u", o ? "," : "",
                          check_outcome_text((enum check_outcome)o), n);
    }
    (void)td_buf_add_byte(out, '}');
}

/* The findings of a schema by the keyword that made them, others by what was
 * found.
 */
static void add_groups(struct td_buf *out, const struct check_result *r)
{
    (void)td_buf_add_text(out, "\"groups\":[");
    for (uint32_t i = 0; i < r->groups_len; i++) {
        (void)td_buf_add_text(out, i ? ",{" : "{");
        add_text(out, r->groups[i].alike ? "found" : "schema_path",
                 r->groups[i].schema_path);
        (void)td_buf_addf(out, ",\"total\":%" PRIu64 "}", r->groups[i].total);
    }
    (void)td_buf_add_text(out, "],");
}

static void add_rule(struct td_buf *out, const struct check_result *r)
{
    (void)td_buf_add_byte(out, '{');
    add_text(out, "id", r->id);
    (void)td_buf_add_byte(out, ',');
    add_text(out, "what", r->what);
    (void)td_buf_addf(
        out,
        ",\"level\":\"%s\",\"outcome\":\"%s\","
        "\"applied\":%" PRIu64 ",\"judged\":%" PRIu64 ",\"total\":%" PRIu64 ",",
        check_level_text(r->level), check_outcome_text(r->outcome), r->applied,
        r->judged, r->total);
    if (r->note) {
        add_text(out, "note", r->note);
        (void)td_buf_add_byte(out, ',');
    }
    if (r->groups_len > 0)
        add_groups(out, r);
    add_text(out, "reason", r->reason);
    (void)td_buf_add_byte(out, '}');
}

static void add_related(struct td_buf *out, const struct check_finding *f)
{
    (void)td_buf_add_text(out, ",\"witness\":[");
    for (size_t i = 0; i < f->related_len; i++) {
        (void)td_buf_addf(out, "%s{\"seq\":%" PRIu64, i ? "," : "",
                          f->related[i].seq);
        if (f->related[i].has_t)
            (void)td_buf_addf(out, ",\"t\":%" PRIu64, f->related[i].t_ns);
        if (f->related[i].value) {
            (void)td_buf_add_byte(out, ',');
            add_text(out, "value", f->related[i].value);
        }
        (void)td_buf_add_byte(out, '}');
    }
    (void)td_buf_add_byte(out, ']');
}

static void add_show(struct td_buf *out, const struct check_verdict *v,
                     const struct check_finding *f)
{
    struct td_buf command = {0};

    if (report_show(&command, v, f)) {
        (void)td_buf_add_byte(out, ',');
        add_text(out, "show", td_buf_str(&command));
    }
    td_buf_release(&command);
}

static void add_finding(struct td_buf *out, const struct check_verdict *v,
                        const struct check_finding *f)
{
    const struct check_result *r = &v->rules[f->rule];

    (void)td_buf_add_byte(out, '{');
    add_text(out, "rule", r->id);
    (void)td_buf_addf(out, ",\"level\":\"%s\"", check_level_text(r->level));
    if (f->seq)
        (void)td_buf_addf(out, ",\"seq\":%" PRIu64, f->seq);
    if (f->has_t)
        (void)td_buf_addf(out, ",\"t\":%" PRIu64, f->t_ns);
    (void)td_buf_add_byte(out, ',');
    if (f->key[0]) {
        add_text(out, "key", f->key);
        (void)td_buf_add_byte(out, ',');
    }
    add_text(out, "path", f->path);
    (void)td_buf_add_byte(out, ',');
    add_text(out, "schema_path", f->schema_path);
    (void)td_buf_add_byte(out, ',');
    add_text(out, "expected", f->expected);
    (void)td_buf_add_byte(out, ',');
    add_text(out, "found", f->found);
    (void)td_buf_add_byte(out, ',');
    add_text(out, "excerpt", f->excerpt);
    add_related(out, f);
    add_show(out, v, f);
    (void)td_buf_add_byte(out, '}');
}

void report_json(struct td_buf *out, const struct check_verdict *v)
{
    (void)td_buf_addf(out, "{\"verdict\":\"%s\",",
                      check_outcome_text(v->outcome));
    add_text(out, "input", v->input);
    (void)td_buf_addf(out, ",\"events\":%" PRIu64 ",\"lossy\":%s", v->events,
                      v->lossy ? "true" : "false");
    add_counts(out, v);
    (void)td_buf_add_text(out, ",\"rules\":[");
    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (i > 0)
            (void)td_buf_add_byte(out, ',');
        add_rule(out, &v->rules[i]);
    }
    (void)td_buf_add_text(out, "],\"findings\":[");
    for (size_t i = 0; i < v->findings_len; i++) {
        if (i > 0)
            (void)td_buf_add_byte(out, ',');
        add_finding(out, v, &v->findings[i]);
    }
    (void)td_buf_add_text(out, "]}\n");
}
