#include "cli/verbs/diff_show.h"

#include "core/clock.h"
#include "core/ink.h"
#include "core/log.h"

#include <inttypes.h>

#define VALUE_MAX 80 /* bytes of a value on a line */
#define WORDS_MIN 40 /* bytes from which on texts are compared by words */

void cli_diff_title(const struct cli_diff_page *page, int side, uint32_t item)
{
    const struct diff_message *m = diff_fetch_get(page->fetch, side, item);
    const struct diff_item *it = &page->diff->sides[side].items[item];

    if (m)
        diff_title(page->trees, m, page->out);
    else
        (void)td_buf_add_bytes(
            page->out, diff_names_at(page->diff->names, it->name)->text);
}

static const char *timing_word(const struct diff *diff)
{
    if (diff->timing.judged)
        return diff->timing.broken ? "timing differs" : "timing alike";
    return diff->timing.no_times ? "no times to compare"
                                 : "timing not compared";
}

void cli_diff_verdict(const struct diff *diff, struct td_buf *out)
{
    if (diff->findings_len == 0)
        (void)td_buf_addf(out, "%s: %" PRIu32 " event%s",
                          diff_is_same(diff) ? "same" : "differ",
                          diff->sides[0].len,
                          diff->sides[0].len == 1 ? "" : "s");
    else
        (void)td_buf_addf(
            out,
            "differ: %" PRIu32 " of %" PRIu32 " events (%" PRIu32
            " changed, %" PRIu32 " missing, %" PRIu32 " extra, %" PRIu32
            " moved)",
            diff->findings_len, diff->sides[0].len + diff->counts[DIFF_EXTRA],
            diff->counts[DIFF_CHANGED], diff->counts[DIFF_MISSING],
            diff->counts[DIFF_EXTRA], diff->counts[DIFF_MOVED]);
    if (diff->optional)
        (void)td_buf_addf(out, ", %" PRIu32 " optional", diff->optional);
    (void)td_buf_addf(out, "; %s", timing_word(diff));
}

/* A line of text, with what could steer a terminal shown. */
static void clean(const struct cli_diff_page *page, struct td_bytes text)
{
    (void)td_text_clean(page->out, text);
}

static void add_value(const struct cli_diff_page *page, struct td_bytes value,
                      enum td_ink ink)
{
    struct td_buf text = {0};
    size_t len = value.len < VALUE_MAX ? value.len : VALUE_MAX;

    if (!value.ptr) {
        (void)td_ink(page->out, ink, "nothing", page->color);
        return;
    }
    /* Not within a character. */
    while (len < value.len && len > 0 && (value.ptr[len] & 0xc0) == 0x80)
        len--;
    (void)td_text_clean(&text, td_bytes(value.ptr, len));
    if (len < value.len)
        (void)td_buf_add_text(&text, "...");
    (void)td_ink(page->out, ink, td_buf_str(&text), page->color);
    td_buf_release(&text);
}

static bool is_space(uint8_t c)
{
    return c == ' ';
}

/* How much two texts have in common at their beginning, in whole words. */
static size_t common_start(struct td_bytes a, struct td_bytes b)
{
    size_t i = 0;

    while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
        i++;
    while (i > 0 && !is_space(a.ptr[i - 1]))
        i--;
    return i;
}

/* And behind that, at their end. */
static size_t common_end(struct td_bytes a, struct td_bytes b, size_t start)
{
    size_t i = 0;

    while (i + start < a.len && i + start < b.len &&
           a.ptr[a.len - 1 - i] == b.ptr[b.len - 1 - i])
        i++;
    while (i > 0 && !is_space(a.ptr[a.len - i]))
        i--;
    return i;
}

static struct td_bytes cut(struct td_bytes text, size_t start, size_t end)
{
    return td_bytes(text.ptr + start, text.len - start - end);
}

/* Texts of many words: only those that differ, with "..." for the others. */
static bool add_words(const struct cli_diff_page *page,
                      const struct diff_line *line)
{
    size_t start;
    size_t end;

    if (line->from.len < WORDS_MIN || line->to.len < WORDS_MIN ||
        line->from.ptr[0] != '"' || line->to.ptr[0] != '"')
        return false;
    start = common_start(line->from, line->to);
    end = common_end(line->from, line->to, start);
    if (start + end == 0)
        return false;
    (void)td_buf_add_text(page->out, start ? "\"... [-" : "[-");
    add_value(page, cut(line->from, start, end), TD_INK_BAD);
    (void)td_buf_add_text(page->out, "-]{+");
    add_value(page, cut(line->to, start, end), TD_INK_GOOD);
    (void)td_buf_add_text(page->out, end ? "+} ...\"" : "+}");
    return true;
}

static void add_change(const struct cli_diff_page *page,
                       const struct diff_line *line)
{
    if (add_words(page, line))
        return;
    add_value(page, line->from, TD_INK_BAD);
    (void)td_buf_add_text(page->out, " -> ");
    add_value(page, line->to, TD_INK_GOOD);
    /* An id that should have been renamed. */
    if (line->from.ptr && td_bytes_equal(line->from, line->to))
        (void)td_buf_add_text(page->out, " (stands for another one there)");
}

static void indent(const struct cli_diff_page *page, unsigned depth)
{
    (void)td_buf_addf(page->out, "%*s", (int)(4 + 2 * depth), "");
}

static void add_tree(const struct cli_diff_page *page,
                     const struct diff_tree *tree)
{
    uint32_t left = tree->changes;

    for (uint32_t i = 0; i < tree->len; i++) {
        const struct diff_line *line = &tree->lines[i];

        indent(page, line->depth);
        if (line->kind == DIFF_LINE_MORE) {
            (void)td_buf_addf(page->out, "... %" PRIu32 " more\n", line->more);
            continue;
        }
        clean(page, td_text(*line->label ? line->label : "(message)"));
        if (line->kind == DIFF_LINE_CHANGE) {
            (void)td_buf_add_text(page->out, "  ");
            add_change(page, line);
            left--;
        }
        if (*line->hint)
            (void)td_buf_addf(page->out, "   (hidden by %s)", line->hint);
        (void)td_buf_add_byte(page->out, '\n');
    }
    if (left > 0)
        (void)td_buf_addf(page->out, "    and %" PRIu32 " more changes\n",
                          left);
}

static const struct diff_line *first_change(const struct diff_tree *tree)
{
    for (uint32_t i = 0; i < tree->len; i++) {
        if (tree->lines[i].kind == DIFF_LINE_CHANGE)
            return &tree->lines[i];
    }
    return NULL;
}

/* The first change on the line of the event, all of them below it. */
static void add_changes(const struct cli_diff_page *page,
                        const struct diff_finding *finding)
{
    const struct diff_message *a =
        diff_fetch_get(page->fetch, 0, finding->item[0]);
    const struct diff_message *b =
        diff_fetch_get(page->fetch, 1, finding->item[1]);
    const struct diff_line *line;
    struct diff_tree tree = {0};

    if (!a || !b) {
        (void)td_buf_add_text(page->out, "  (too large to be shown)\n");
        return;
    }
    diff_tree_make(page->trees, finding, a, b, &tree);
    line = first_change(&tree);
    if (line && !page->verbose) {
        (void)td_buf_add_text(page->out, "  ");
        clean(page, td_text(*line->path ? line->path : "(message)"));
        (void)td_buf_add_text(page->out, "  ");
        add_change(page, line);
        if (tree.changes > 1)
            (void)td_buf_addf(page->out, "   (and %" PRIu32 " more)",
                              tree.changes - 1);
    }
    (void)td_buf_add_byte(page->out, '\n');
    if (page->verbose)
        add_tree(page, &tree);
    diff_tree_release(&tree);
}

static void add_neighbour(const struct cli_diff_page *page, const char *word,
                          int side, uint32_t item)
{
    struct td_buf title = {0};
    struct cli_diff_page inner = *page;

    if (item == DIFF_NONE)
        return;
    inner.out = &title;
    cli_diff_title(&inner, side, item);
    (void)td_buf_addf(page->out, "%s: #%" PRIu64 " ", word,
                      page->diff->sides[side].items[item].seq);
    clean(page, td_buf_bytes(&title));
    td_buf_release(&title);
}

/* Where it would stand on the other side, and between what. */
static void add_place(const struct cli_diff_page *page,
                      const struct diff_finding *finding, int side)
{
    const struct diff_side *own = &page->diff->sides[side];
    const struct diff_side *other = &page->diff->sides[!side];
    const char *of = side ? "a" : "b";
    uint32_t near[2];
    uint64_t seq[2];

    diff_neighbours(page->diff, side, finding->item[side], near);
    for (int i = 0; i < 2; i++)
        seq[i] =
            near[i] == DIFF_NONE ? 0 : other->items[own->match[near[i]]].seq;
    if (seq[0] && seq[1])
        (void)td_buf_addf(page->out,
                          "  (between #%" PRIu64 " and #%" PRIu64 " of %s)",
                          seq[0], seq[1], of);
    else if (seq[0] || seq[1])
        (void)td_buf_addf(page->out, "  (%s #%" PRIu64 " of %s)",
                          seq[0] ? "behind" : "before",
                          seq[0] ? seq[0] : seq[1], of);
    (void)td_buf_add_byte(page->out, '\n');
    if (near[0] == DIFF_NONE && near[1] == DIFF_NONE)
        return;
    (void)td_buf_add_text(page->out, "    ");
    add_neighbour(page, "before", side, near[0]);
    if (near[0] != DIFF_NONE && near[1] != DIFF_NONE)
        (void)td_buf_add_text(page->out, "   ");
    add_neighbour(page, "after", side, near[1]);
    (void)td_buf_add_byte(page->out, '\n');
}

static void add_finding(const struct cli_diff_page *page,
                        const struct diff_finding *finding)
{
    static const enum td_ink inks[] = {TD_INK_BAD, TD_INK_GOOD, TD_INK_WARN,
                                       TD_INK_WARN};
    struct cli_diff_page inner = *page;
    struct td_buf title = {0};
    int side = finding->kind == DIFF_EXTRA;
    const struct diff_side *sides = page->diff->sides;

    inner.out = &title;
    cli_diff_title(&inner, side, finding->item[side]);
    (void)td_buf_add_text(page->out, "  ");
    (void)td_ink(page->out, inks[finding->kind], diff_kind_text(finding->kind),
                 page->color);
    (void)td_buf_addf(page->out, "%*s#%" PRIu64 " ",
                      (int)(9 - strlen(diff_kind_text(finding->kind))), "",
                      sides[side].items[finding->item[side]].seq);
    clean(page, td_buf_bytes(&title));
    td_buf_release(&title);
    if (finding->kind == DIFF_MOVED || finding->moved)
        (void)td_buf_addf(page->out, "  (is #%" PRIu64 " of b)",
                          sides[1].items[finding->item[1]].seq);
    if (finding->kind == DIFF_MOVED)
        (void)td_buf_add_byte(page->out, '\n');
    else if (finding->kind == DIFF_CHANGED)
        add_changes(page, finding);
    else
        add_place(page, finding, side);
}

static void add_timing(const struct cli_diff_page *page)
{
    const struct diff_timing *timing = &page->diff->timing;
    char from[TD_AMOUNT_SIZE];
    char to[TD_AMOUNT_SIZE];

    for (uint32_t i = 0; i < timing->bands_len; i++) {
        const struct diff_timing_band *band = &timing->bands[i];

        if (band->holds && !page->verbose)
            continue;
        (void)td_buf_addf(
            page->out, "  timing   p%u of the gaps  %s -> %s   (%s %.15g%%)\n",
            band->percentile,
            td_duration_text(from, band->ns[0], TD_DURATION_SHORT),
            td_duration_text(to, band->ns[1], TD_DURATION_SHORT),
            band->holds ? "within" : "not within", band->share * 100);
    }
}

/* What an event is known by, where nobody has said it. */
static void add_guesses(const struct cli_diff_page *page)
{
    struct td_buf text = {0};

    for (uint32_t i = 0; i < diff_names_len(page->diff->names); i++) {
        const struct diff_name *name = diff_names_at(page->diff->names, i);

        if (!name->identity.guessed)
            continue;
        (void)td_buf_add_text(&text, text.len ? ", " : "");
        (void)td_buf_add_bytes(&text, name->text);
        (void)td_buf_addf(&text, ": [%s%s%s]", name->identity.fields[0],
                          name->identity.len > 1 ? ", " : "",
                          name->identity.len > 1 ? name->identity.fields[1]
                                                 : "");
    }
    if (text.len) {
        (void)td_buf_add_text(page->out, "  identity (guessed): {");
        clean(page, td_buf_bytes(&text));
        (void)td_buf_add_text(page->out, "}\n");
    }
    td_buf_release(&text);
}

void cli_diff_findings(const struct cli_diff_page *page)
{
    const struct diff *diff = page->diff;
    uint32_t shown = page->verbose ? DIFF_DETAILS : DIFF_SHOWN;

    for (uint32_t i = 0; i < diff->findings_len && i < shown; i++)
        add_finding(page, &diff->findings[i]);
    if (diff->findings_len > shown)
        (void)td_buf_addf(page->out, "  and %" PRIu32 " more\n",
                          diff->findings_len - shown);
    add_timing(page);
    if (page->verbose)
        add_guesses(page);
}

void cli_diff_text(struct cli_diff_page *page)
{
    struct td_buf line = {0};

    cli_diff_verdict(page->diff, &line);
    (void)td_ink(page->out, diff_is_same(page->diff) ? TD_INK_GOOD : TD_INK_BAD,
                 td_buf_str(&line), page->color);
    td_buf_release(&line);
    (void)td_buf_add_byte(page->out, '\n');
    cli_diff_findings(page);
}
