#include "reports/text.h"

#include "core/ink.h"
#include "core/log.h"
#include "reports/show.h"

#include <inttypes.h>
#include <string.h>

/* A line that cannot move the cursor or forge another line. */
static void add_clean(struct td_buf *out, const char *text)
{
    (void)td_text_clean(out, td_text(text));
}

/* Where: "line 3 /n (task_id = "t1"): " */
static void add_place(struct td_buf *out, const struct check_finding *f)
{
    if (f->seq == 0 && !f->key[0])
        return;
    if (f->seq)
        (void)td_buf_addf(out, "%s%" PRIu64, f->has_t ? "seq " : "line ",
                          f->seq);
    if (f->seq && f->has_t)
        (void)td_buf_addf(out, " at %" PRIu64 ".%09" PRIu64 " s",
                          f->t_ns / 1000000000, f->t_ns % 1000000000);
    if (f->path[0]) {
        (void)td_buf_add_byte(out, ' ');
        add_clean(out, f->path);
    }
    if (f->key[0]) {
        (void)td_buf_add_text(out, f->seq ? " (" : "(");
        add_clean(out, f->key);
        (void)td_buf_add_byte(out, ')');
    }
    (void)td_buf_add_text(out, ": ");
}

/* The other events that a finding rests on. */
static void add_related(struct td_buf *out, const struct check_finding *f)
{
    const char *between = "; see ";

    for (size_t i = 0; i < f->related_len; i++) {
        const struct check_related *w = &f->related[i];

        if (w->seq == f->seq)
            continue;
        (void)td_buf_addf(out, "%s%s%" PRIu64, between,
                          w->has_t ? "seq " : "line ", w->seq);
        if (w->value) {
            (void)td_buf_add_text(out, " (");
            add_clean(out, w->value);
            (void)td_buf_add_byte(out, ')');
        }
        between = ", ";
    }
}

static void add_finding(struct td_buf *out, const struct check_finding *f)
{
    add_place(out, f);
    (void)td_buf_add_text(out, "expected ");
    add_clean(out, f->expected);
    (void)td_buf_add_text(out, ", found ");
    add_clean(out, f->found);
    add_related(out, f);
    if (f->schema_path[0]) {
        (void)td_buf_add_text(out, " (");
        add_clean(out, f->schema_path);
        (void)td_buf_add_text(out, ")");
    }
    (void)td_buf_add_byte(out, '\n');
}

void report_text_finding(struct td_buf *out, const struct check_verdict *v,
                         const struct check_finding *f)
{
    const struct check_result *r = &v->rules[f->rule];

    (void)td_buf_addf(
        out, "%s ",
        r->level == CHECK_LEVEL_ERROR ? "fail" : check_level_text(r->level));
    add_clean(out, r->id);
    (void)td_buf_add_text(out, ": ");
    add_finding(out, f);
}

/* The message itself, and how to see all of it, once below its findings. */
static void add_excerpt(struct td_buf *out, const struct check_verdict *v,
                        const struct check_finding *f,
                        const struct check_finding *next)
{
    struct td_buf command = {0};

    if (next && next->seq == f->seq && next->seq > 0)
        return;
    if (f->excerpt[0]) {
        (void)td_buf_add_text(out, "      in ");
        add_clean(out, f->excerpt);
        (void)td_buf_add_byte(out, '\n');
    }
    if (report_show(&command, v, f)) {
        (void)td_buf_add_text(out, "      show: ");
        add_clean(out, td_buf_str(&command));
        (void)td_buf_add_byte(out, '\n');
    }
    td_buf_release(&command);
}

/* The findings of a rule; how many. */
static uint64_t add_findings(struct td_buf *out, const struct check_verdict *v,
                             uint32_t index)
{
    const struct check_finding *last = NULL;
    uint64_t shown = 0;

    for (size_t i = 0; i < v->findings_len; i++) {
        const struct check_finding *f = &v->findings[i];

        if (f->rule != index)
            continue;
        if (last)
            add_excerpt(out, v, last, f);
        (void)td_buf_add_text(out, "    ");
        add_finding(out, f);
        last = f;
        shown++;
    }
    if (last)
        add_excerpt(out, v, last, NULL);
    return shown;
}

/* What is not shown, by the keyword that made it. */
static void add_rest(struct td_buf *out, const struct check_result *r,
                     uint64_t rest)
{
    const char *between = ": ";

    (void)td_buf_addf(out, "    ... and %" PRIu64 " more", rest);
    for (uint32_t i = 0; i < r->groups_len; i++) {
        const struct check_group *g = &r->groups[i];

        if (g->total == g->kept)
            continue;
        (void)td_buf_addf(out, "%s%" PRIu64 " of ", between,
                          g->total - g->kept);
        add_clean(out, g->schema_path);
        between = ", ";
    }
    (void)td_buf_add_byte(out, '\n');
}

/* An outcome, padded to a width, in the color that its level gives it. */
static void add_outcome(struct td_buf *out, enum check_outcome outcome,
                        enum check_level level, int width, bool color)
{
    bool bad = outcome == CHECK_FAIL || outcome == CHECK_ERROR;
    enum td_ink ink = outcome == CHECK_PASS               ? TD_INK_GOOD
                      : bad && level == CHECK_LEVEL_ERROR ? TD_INK_BAD
                                                          : TD_INK_WARN;
    const char *text = check_outcome_text(outcome);

    (void)td_ink(out, ink, text, color);
    for (int i = (int)strlen(text); i < width; i++)
        (void)td_buf_add_byte(out, ' ');
}

static void add_remark(struct td_buf *out, const char *text)
{
    (void)td_buf_add_text(out, "  (");
    add_clean(out, text);
    (void)td_buf_add_byte(out, ')');
}

static void add_rule(struct td_buf *out, const struct check_verdict *v,
                     uint32_t index, bool color)
{
    const struct check_result *r = &v->rules[index];
    uint64_t shown;

    (void)td_buf_add_text(out, "  ");
    add_outcome(out, r->outcome, r->level, 7, color);
    (void)td_buf_add_byte(out, ' ');
    add_clean(out, r->id);
    (void)td_buf_add_text(out, "  ");
    add_clean(out, r->what);
    if (r->level != CHECK_LEVEL_ERROR)
        (void)td_buf_addf(out, " [%s]", check_level_text(r->level));
    if (r->total > 0)
        (void)td_buf_addf(out, "  %" PRIu64 " finding%s", r->total,
                          r->total == 1 ? "" : "s");
    if (r->reason[0])
        add_remark(out, r->reason);
    if (r->where && r->outcome == CHECK_FAIL)
        add_remark(out, r->where);
    (void)td_buf_add_byte(out, '\n');
    if (r->note && r->outcome == CHECK_FAIL) {
        (void)td_buf_add_text(out, "    note: ");
        add_clean(out, r->note);
        (void)td_buf_add_byte(out, '\n');
    }
    shown = add_findings(out, v, index);
    if (shown < r->total)
        add_rest(out, r, r->total - shown);
}

/* Nothing to act on, but worth knowing. */
static bool is_quiet(const struct check_result *r)
{
    return r->outcome == CHECK_VACUOUS || r->outcome == CHECK_SKIPPED;
}

static bool same_reason(const struct check_result *a,
                        const struct check_result *b)
{
    return a->outcome == b->outcome && !strcmp(a->reason, b->reason);
}

/* A rule among others in a line; each event has a rule "schema". */
static void add_name(struct td_buf *out, const struct check_result *r)
{
    add_clean(out, strcmp(r->id, "schema") ? r->id : r->what);
}

/* The quiet rules from i on that have one reason, in one line. */
static void add_quiet(struct td_buf *out, const struct check_verdict *v,
                      uint32_t index, bool color)
{
    const struct check_result *first = &v->rules[index];
    const char *between = "";

    for (uint32_t i = 0; i < index; i++) {
        if (same_reason(&v->rules[i], first))
            return; /* told already */
    }
    (void)td_buf_add_text(out, "  ");
    add_outcome(out, first->outcome, CHECK_LEVEL_WARN, 7, color);
    (void)td_buf_add_byte(out, ' ');
    for (uint32_t i = index; i < v->rules_len; i++) {
        if (!same_reason(&v->rules[i], first))
            continue;
        (void)td_buf_add_text(out, between);
        add_name(out, &v->rules[i]);
        between = ", ";
    }
    (void)td_buf_add_text(out, first->reason[0] ? "  (" : "");
    add_clean(out, first->reason);
    (void)td_buf_add_text(out, first->reason[0] ? ")\n" : "\n");
}

static void count_vacuous(struct td_buf *out, const struct check_verdict *v,
                          bool color)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < v->rules_len; i++)
        count += v->rules[i].outcome == CHECK_VACUOUS;
    if (count == 0)
        return;
    (void)td_buf_add_text(out, "  ");
    add_outcome(out, CHECK_VACUOUS, CHECK_LEVEL_WARN, 7, color);
    (void)td_buf_addf(out, " %u rule%s had nothing to judge  (-v says why)\n",
                      count, count == 1 ? "" : "s");
}

void report_text(struct td_buf *out, const struct check_verdict *v,
                 struct report_style style)
{
    bool all = style.all;

    add_clean(out, v->input);
    (void)td_buf_add_text(out, ": ");
    add_outcome(out, v->outcome, CHECK_LEVEL_ERROR, 0, style.color);
    (void)td_buf_addf(out, ", %" PRIu64 " message%s, %u rule%s%s\n", v->events,
                      v->events == 1 ? "" : "s", v->rules_len,
                      v->rules_len == 1 ? "" : "s", v->lossy ? ", lossy" : "");
    for (uint32_t i = 0; i < v->rules_len; i++) {
        if (all ||
            (v->rules[i].outcome != CHECK_PASS && !is_quiet(&v->rules[i])))
            add_rule(out, v, i, style.color);
    }
    for (uint32_t i = 0; i < v->rules_len && !all; i++) {
        if (is_quiet(&v->rules[i]) &&
            (v->strict || v->rules[i].outcome != CHECK_VACUOUS))
            add_quiet(out, v, i, style.color);
    }
    if (!all && !v->strict)
        count_vacuous(out, v, style.color);
}
