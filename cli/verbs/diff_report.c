#include "cli/verbs/diff_report.h"

#include "cli/shared/hash_input.h"
#include "core/clock.h"

#include <inttypes.h>

#define PAYLOAD_MAX 4000 /* bytes of a message that is told whole */
#define VALUE_MAX   80   /* of one on a line */
#define NOTHING     "nothing there"

struct diff_report {
    struct verdict_document *doc;
    struct verdict_gate *gate;
    const struct cli_diff_page *page;
};

static void add_rule(struct diff_report *r, struct verdict_rule ***end,
                     const char *id, const char *what, uint64_t total)
{
    struct verdict_rule *rule =
        (struct verdict_rule *)td_arena_alloc(&r->doc->arena, sizeof(*rule));

    rule->id = id;
    rule->what = what;
    rule->outcome = total ? CHECK_FAIL : CHECK_PASS;
    rule->applied = rule->judged = r->page->diff->sides[0].len;
    rule->total = total;
    **end = rule;
    *end = &rule->next;
}

static void add_rules(struct diff_report *r)
{
    static const char *const what[] = {
        "each event of A is in B", "each event of B is in A",
        "events are what they were", "events come in the order they came"};
    const struct diff *diff = r->page->diff;
    struct verdict_rule **end = &r->gate->rules;

    for (int i = 0; i < DIFF_KINDS_LEN; i++)
        add_rule(r, &end, diff_kind_text((enum diff_kind)i), what[i],
                 diff->counts[i]);
    if (diff->timing.judged)
        add_rule(r, &end, "timing", "gaps between events are what they were",
                 diff->timing.broken);
}

static const char *text_of(struct diff_report *r, struct td_bytes text)
{
    return td_arena_text(&r->doc->arena, text);
}

/* A value on a line, cut between two characters. */
static const char *short_text(struct diff_report *r, struct td_bytes value)
{
    size_t len = value.len < VALUE_MAX ? value.len : VALUE_MAX;

    if (!value.ptr)
        return "nothing";
    while (len < value.len && len > 0 && (value.ptr[len] & 0xc0) == 0x80)
        len--;
    return td_arena_print(&r->doc->arena, "%s%s",
                          text_of(r, td_bytes(value.ptr, len)),
                          len < value.len ? "..." : "");
}

/* Where the first change is, and in a few words what it is. The whole messages
 * stand side by side; of those that are too long the values that differ do.
 */
static void add_change(struct diff_report *r, struct verdict_finding *f,
                       const struct diff_line *line, uint32_t changes)
{
    const char *more =
        changes > 1 ? td_arena_print(&r->doc->arena, " (and %" PRIu32 " more)",
                                     changes - 1)
                    : "";

    f->path = td_arena_copy(&r->doc->arena, line->path);
    f->message = td_arena_print(
        &r->doc->arena, "%s  %s  %s -> %s%s%s%s", f->message, line->path,
        short_text(r, line->from), short_text(r, line->to), more,
        *line->hint ? "; hidden by " : "", line->hint);
    if (!f->expected)
        f->expected = line->from.ptr ? text_of(r, line->from) : NOTHING;
    if (!f->found)
        f->found = line->to.ptr ? text_of(r, line->to) : NOTHING;
}

static const char *payload_of(struct diff_report *r,
                              const struct diff_message *m)
{
    return m && m->payload.len <= PAYLOAD_MAX ? text_of(r, m->payload) : NULL;
}

static void add_messages(struct diff_report *r, struct verdict_finding *f,
                         const struct diff_finding *finding)
{
    const struct diff_message *m[2] = {NULL, NULL};
    struct diff_tree tree = {0};

    for (int side = 0; side < 2; side++) {
        if (finding->item[side] != DIFF_NONE)
            m[side] = diff_fetch_get(r->page->fetch, side, finding->item[side]);
    }
    if (finding->kind == DIFF_MOVED)
        return;
    f->expected = finding->kind == DIFF_EXTRA ? NOTHING : payload_of(r, m[0]);
    f->found = finding->kind == DIFF_MISSING ? NOTHING : payload_of(r, m[1]);
    if (finding->kind != DIFF_CHANGED || !m[0] || !m[1])
        return;
    if (!f->expected || !f->found)
        f->expected = f->found = NULL;
    diff_tree_make(r->page->trees, finding, m[0], m[1], &tree);
    for (uint32_t i = 0; i < tree.len; i++) {
        if (tree.lines[i].kind == DIFF_LINE_CHANGE) {
            add_change(r, f, &tree.lines[i], tree.changes);
            break;
        }
    }
    diff_tree_release(&tree);
}

static void add_finding(struct diff_report *r,
                        const struct diff_finding *finding)
{
    struct verdict_finding *f = verdict_add_finding(r->doc);
    struct cli_diff_page inner = *r->page;
    struct td_buf title = {0};
    int side = finding->kind == DIFF_EXTRA;
    const struct diff_side *s = &r->page->diff->sides[side];

    inner.out = &title;
    cli_diff_title(&inner, side, finding->item[side]);
    f->gate = r->gate->name;
    f->rule = diff_kind_text(finding->kind);
    f->seq = s->items[finding->item[side]].seq;
    f->has_t = s->timed;
    f->t_ns = s->items[finding->item[side]].at_ns;
    f->file = td_arena_copy(&r->doc->arena, s->path);
    f->message = text_of(r, td_buf_bytes(&title));
    add_messages(r, f, finding);
    td_buf_release(&title);
}

struct verdict_gate *cli_diff_add_gate(struct verdict_document *doc,
                                       const char *name,
                                       const struct cli_diff_page *page)
{
    struct diff_report r = {
        .doc = doc, .gate = verdict_add_gate(doc), .page = page};
    const struct diff *diff = page->diff;
    struct td_buf verdict = {0};

    r.gate->name = td_arena_copy(&doc->arena, name);
    r.gate->kind = VERDICT_STREAM;
    r.gate->outcome = diff_is_same(diff) ? CHECK_PASS : CHECK_FAIL;
    r.gate->events = diff->sides[0].len;
    cli_diff_verdict(diff, &verdict);
    if (!diff_is_same(diff))
        r.gate->reason = text_of(&r, td_buf_bytes(&verdict));
    td_buf_release(&verdict);
    for (int side = 0; side < 2; side++)
        cli_hash_stream(doc, r.gate, diff->sides[side].path,
                        &diff->sides[side].state);
    add_rules(&r);
    for (uint32_t i = 0; i < diff->findings_len && i < DIFF_DETAILS; i++)
        add_finding(&r, &diff->findings[i]);
    if (diff->findings_len > DIFF_DETAILS)
        doc->truncated_findings += diff->findings_len - DIFF_DETAILS;
    return r.gate;
}

enum td_code cli_diff_reports(const struct cli_args *args,
                              const struct cli_diff_page *page,
                              struct td_error *err)
{
    struct verdict_document doc;

    if (!cli_list(args, "report")[0])
        return TD_OK;
    cli_report_begin(args, &doc);
    (void)cli_diff_add_gate(&doc, "diff", page);
    return cli_report_end(args, &doc, err);
}
