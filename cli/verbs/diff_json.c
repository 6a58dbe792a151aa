/* One object a difference, and a summary. */
#include "cli/verbs/diff_show.h"
#include "core/json_writer.h"

static void put_side(struct td_json_writer *w, const struct diff *diff,
                     int side, uint32_t item)
{
    const struct diff_item *it = &diff->sides[side].items[item];

    if (item == DIFF_NONE) {
        td_json_put_null(w, side ? "b" : "a");
        return;
    }
    td_json_object(w, side ? "b" : "a");
    td_json_put_u64(w, "seq", it->seq);
    if (diff->sides[side].timed)
        td_json_put_u64(w, "t", it->at_ns);
    td_json_object_end(w);
}

static void put_head(struct td_json_writer *w, const struct cli_diff_page *page,
                     const struct diff_finding *finding)
{
    struct cli_diff_page inner = *page;
    struct td_buf title = {0};
    int side = finding->kind == DIFF_EXTRA;
    uint32_t name = page->diff->sides[side].items[finding->item[side]].name;

    inner.out = &title;
    cli_diff_title(&inner, side, finding->item[side]);
    td_json_put_text(w, "kind", diff_kind_text(finding->kind));
    if (page->golden)
        td_json_put_text(w, "golden", page->golden);
    td_json_put_string(w, "event",
                       diff_names_at(page->diff->names, name)->text);
    td_json_put_string(w, "key", td_buf_bytes(&title));
    put_side(w, page->diff, 0, finding->item[0]);
    put_side(w, page->diff, 1, finding->item[1]);
    if (finding->moved && finding->kind == DIFF_CHANGED)
        td_json_put_bool(w, "moved", true);
    td_buf_release(&title);
}

/* "a, {b: 1}" as texts. */
static void put_hints(struct td_json_writer *w, const char *hint)
{
    td_json_array(w, "hidden_by");
    while (*hint) {
        size_t len = strcspn(hint, ",");

        td_json_put_string(w, NULL, td_bytes(hint, len));
        hint += len;
        hint += strspn(hint, ", ");
    }
    td_json_array_end(w);
}

static void put_change(struct td_json_writer *w, const struct diff_line *line)
{
    td_json_put_text(w, "path", line->path);
    if (line->from.ptr)
        td_json_put_raw(w, "from", line->from);
    if (line->to.ptr)
        td_json_put_raw(w, "to", line->to);
    put_hints(w, line->hint);
}

/* The first change beside the head, all of them in `changes`. */
static void put_changes(struct td_json_writer *w,
                        const struct cli_diff_page *page,
                        const struct diff_finding *finding)
{
    const struct diff_message *a =
        diff_fetch_get(page->fetch, 0, finding->item[0]);
    const struct diff_message *b =
        diff_fetch_get(page->fetch, 1, finding->item[1]);
    struct diff_tree tree = {0};
    bool first = true;

    if (!a || !b)
        return;
    diff_tree_make(page->trees, finding, a, b, &tree);
    for (uint32_t i = 0; i < tree.len; i++) {
        if (tree.lines[i].kind != DIFF_LINE_CHANGE)
            continue;
        if (first)
            put_change(w, &tree.lines[i]);
        else if (i > 0)
            td_json_object(w, NULL);
        if (!first) {
            put_change(w, &tree.lines[i]);
            td_json_object_end(w);
        }
        if (first && tree.changes > 1)
            td_json_array(w, "more");
        first = false;
    }
    if (tree.changes > 1)
        td_json_array_end(w);
    diff_tree_release(&tree);
}

static void put_finding(const struct cli_diff_page *page,
                        const struct diff_finding *finding)
{
    struct td_json_writer w = td_json_writer(page->out);

    td_json_object(&w, NULL);
    put_head(&w, page, finding);
    if (finding->kind == DIFF_CHANGED)
        put_changes(&w, page, finding);
    else
        put_hints(&w, finding->kind == DIFF_MOVED ? "order: bag" : "optional");
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

static void put_timing(struct td_json_writer *w, const struct diff *diff)
{
    td_json_array(w, "timing");
    for (uint32_t i = 0; i < diff->timing.bands_len; i++) {
        const struct diff_timing_band *band = &diff->timing.bands[i];

        td_json_object(w, NULL);
        td_json_put_u64(w, "percentile", band->percentile);
        td_json_put_u64(w, "a_ns", band->ns[0]);
        td_json_put_u64(w, "b_ns", band->ns[1]);
        td_json_put_fixed(w, "share", band->share, 4);
        td_json_put_bool(w, "holds", band->holds);
        td_json_object_end(w);
    }
    td_json_array_end(w);
}

static void put_summary(const struct cli_diff_page *page)
{
    const struct diff *diff = page->diff;
    struct td_json_writer w = td_json_writer(page->out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "kind", "summary");
    td_json_put_bool(&w, "same", diff_is_same(diff));
    td_json_object(&w, "events");
    td_json_put_u64(&w, "a", diff->sides[0].len);
    td_json_put_u64(&w, "b", diff->sides[1].len);
    td_json_object_end(&w);
    td_json_put_u64(&w, "differences", diff->findings_len);
    for (int i = 0; i < DIFF_KINDS_LEN; i++)
        td_json_put_u64(&w, diff_kind_text((enum diff_kind)i), diff->counts[i]);
    td_json_put_u64(&w, "optional", diff->optional);
    put_timing(&w, diff);
    td_json_object_end(&w);
    (void)td_json_line(&w);
}

void cli_diff_json_findings(const struct cli_diff_page *page)
{
    for (uint32_t i = 0; i < page->diff->findings_len; i++)
        put_finding(page, &page->diff->findings[i]);
}

void cli_diff_json(struct cli_diff_page *page)
{
    cli_diff_json_findings(page);
    put_summary(page);
}
