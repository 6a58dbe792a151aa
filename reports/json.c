#include "reports/json.h"

#include "reports/show.h"

static void put_counts(struct td_json_writer *w, const struct check_verdict *v)
{
    td_json_object(w, "counts");
    for (int o = CHECK_PASS; o <= CHECK_ERROR; o++) {
        unsigned n = 0;

        for (uint32_t i = 0; i < v->rules_len; i++)
            n += v->rules[i].outcome == (enum check_outcome)o;
        td_json_put_u64(w, check_outcome_text((enum check_outcome)o), n);
    }
    td_json_object_end(w);
}

/* The findings of a schema by the keyword that made them, others by what was
 * found.
 */
static void put_groups(struct td_json_writer *w, const struct check_result *r)
{
    td_json_array(w, "groups");
    for (uint32_t i = 0; i < r->groups_len; i++) {
        td_json_object(w, NULL);
        td_json_put_text(w, r->groups[i].alike ? "found" : "schema_path",
                         r->groups[i].schema_path);
        td_json_put_u64(w, "total", r->groups[i].total);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_rule(struct td_json_writer *w, const struct check_result *r)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "id", r->id);
    td_json_put_text(w, "what", r->what);
    td_json_put_text(w, "level", check_level_text(r->level));
    td_json_put_text(w, "outcome", check_outcome_text(r->outcome));
    td_json_put_u64(w, "applied", r->applied);
    td_json_put_u64(w, "judged", r->judged);
    td_json_put_u64(w, "total", r->total);
    if (r->note)
        td_json_put_text(w, "note", r->note);
    if (r->where)
        td_json_put_text(w, "where", r->where);
    if (r->groups_len > 0)
        put_groups(w, r);
    td_json_put_text(w, "reason", r->reason);
    td_json_object_end(w);
}

static void put_related(struct td_json_writer *w, const struct check_finding *f)
{
    td_json_array(w, "witness");
    for (size_t i = 0; i < f->related_len; i++) {
        td_json_object(w, NULL);
        td_json_put_u64(w, "seq", f->related[i].seq);
        if (f->related[i].has_t)
            td_json_put_u64(w, "t", f->related[i].t_ns);
        if (f->related[i].value)
            td_json_put_text(w, "value", f->related[i].value);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_show(struct td_json_writer *w, const struct check_verdict *v,
                     const struct check_finding *f)
{
    struct td_buf command = {0};

    if (report_show(&command, v, f))
        td_json_put_string(w, "show", td_buf_bytes(&command));
    td_buf_release(&command);
}

static void put_finding(struct td_json_writer *w, const struct check_verdict *v,
                        const struct check_finding *f)
{
    const struct check_result *r = &v->rules[f->rule];

    td_json_object(w, NULL);
    td_json_put_text(w, "rule", r->id);
    td_json_put_text(w, "level", check_level_text(r->level));
    if (f->seq)
        td_json_put_u64(w, "seq", f->seq);
    if (f->has_t)
        td_json_put_u64(w, "t", f->t_ns);
    if (f->key[0])
        td_json_put_text(w, "key", f->key);
    td_json_put_text(w, "path", f->path);
    td_json_put_text(w, "schema_path", f->schema_path);
    td_json_put_text(w, "expected", f->expected);
    td_json_put_text(w, "found", f->found);
    td_json_put_text(w, "excerpt", f->excerpt);
    put_related(w, f);
    put_show(w, v, f);
    td_json_object_end(w);
}

void report_json(struct td_json_writer *w, const char *key,
                 const struct check_verdict *v)
{
    td_json_object(w, key);
    td_json_put_text(w, "verdict", check_outcome_text(v->outcome));
    td_json_put_text(w, "input", v->input);
    td_json_put_u64(w, "events", v->events);
    td_json_put_bool(w, "lossy", v->lossy);
    put_counts(w, v);
    td_json_array(w, "rules");
    for (uint32_t i = 0; i < v->rules_len; i++)
        put_rule(w, &v->rules[i]);
    td_json_array_end(w);
    td_json_array(w, "findings");
    for (size_t i = 0; i < v->findings_len; i++)
        put_finding(w, v, &v->findings[i]);
    td_json_array_end(w);
    td_json_object_end(w);
}
