/* reports/html_coverage.c - the changed lines that nothing covers, in their
 * source, and how much of each file is covered.
 */
#include "reports/html_internal.h"

#include <stdio.h>
#include <string.h>

static double percent(const uint64_t part[2])
{
    return part[1] ? 100.0 * (double)part[0] / (double)part[1] : 100;
}

void report_bar(struct report_page *p, const char *wide)
{
    report_tag(&p->w, "svg", "class", "bar-of", "width", "100", "height", "10",
               "aria-hidden", "true", REPORT_END);
    report_tag(&p->w, "rect", "class", "whole", "width", "100", "height", "10",
               "fill", "#eaeef2", REPORT_END);
    report_end(&p->w);
    report_tag(&p->w, "rect", "class", "part", "width", wide, "height", "10",
               "fill", "#7a8594", REPORT_END);
    report_end(&p->w);
    report_end(&p->w);
}

/* What is covered is full, what is not is empty. */
static void put_bar(struct report_page *p, const uint64_t part[2])
{
    char wide[24];

    (void)snprintf(wide, sizeof(wide), "%.0f", percent(part));
    report_bar(p, wide);
}

static void put_share(struct report_page *p, const char *name,
                      const uint64_t part[2])
{
    if (part[1] == 0)
        return;
    report_leaf(&p->w, "dt", NULL, name);
    report_tag(&p->w, "dd", REPORT_END);
    put_bar(p, part);
    report_putf(&p->w, " %.1f %% (%llu of %llu)", percent(part),
                (unsigned long long)part[0], (unsigned long long)part[1]);
    report_end(&p->w);
}

/* ---- changed lines ---- */

static void put_changed_line(struct report_page *p, uint64_t line,
                             const char *source)
{
    report_tag(&p->w, "tr", REPORT_END);
    report_leaff(&p->w, "td", "num", "%llu", (unsigned long long)line);
    report_tag(&p->w, "td", "class", "un", REPORT_END);
    report_put(&p->w, "✕ uncovered");
    report_end(&p->w);
    report_tag(&p->w, "td", "class", "source", REPORT_END);
    report_payload(&p->w, "code", source ? source : "", 300);
    report_end(&p->w);
    report_end(&p->w);
}

static size_t put_changed_file(struct report_page *p,
                               const struct verdict_file *f, size_t room)
{
    size_t index = 0;
    size_t told = 0;

    report_tag(&p->w, "details", "open", "", REPORT_END);
    report_tag(&p->w, "summary", "class", "mono", REPORT_END);
    report_payload(&p->w, "span", f->path ? f->path : "", 300);
    report_end(&p->w);
    report_tag(&p->w, "table", "class", "lines", REPORT_END);
    report_tag(&p->w, "tbody", REPORT_END);
    for (size_t r = 0; r < f->changed_len; r++)
        for (uint64_t line = f->changed[r].from;
             line <= f->changed[r].to && told < room; line++, index++, told++)
            put_changed_line(p, line, f->source ? f->source[index] : NULL);
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
    return told;
}

static uint64_t count_changed(const struct verdict_coverage *c)
{
    uint64_t all = 0;

    for (const struct verdict_file *f = c->files; f; f = f->next)
        for (size_t r = 0; r < f->changed_len; r++)
            all += f->changed[r].to - f->changed[r].from + 1;
    return all;
}

static void put_changed(struct report_page *p, const struct verdict_coverage *c)
{
    uint64_t all = count_changed(c);
    size_t told = 0;

    if (!c->has_changed)
        return;
    report_leaff(&p->w, "h4", NULL, "%llu changed lines that nothing covers",
                 (unsigned long long)all);
    for (const struct verdict_file *f = c->files; f; f = f->next)
        if (f->changed_len && told < REPORT_HTML_LINES)
            told += put_changed_file(p, f, REPORT_HTML_LINES - told);
    if (told < all)
        report_leaff(&p->w, "p", "cut", "%zu of %llu lines.", told,
                     (unsigned long long)all);
}

/* ---- the tree ---- */

/* Bytes of the path up to and with its last slash: the folder. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

static bool same_folder(const char *a, const char *b)
{
    size_t len = folder_len(a);

    return len == folder_len(b) && memcmp(a, b, len) == 0;
}

static void put_file(struct report_page *p, const struct verdict_file *f)
{
    report_tag(&p->w, "tr", REPORT_END);
    report_tag(&p->w, "th", "scope", "row", "class", "mono", REPORT_END);
    report_payload(&p->w, "span", f->path + folder_len(f->path), 200);
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Lines", REPORT_END);
    put_bar(p, f->lines);
    report_putf(&p->w, " %.1f %%", percent(f->lines));
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Uncovered", "class", "num", REPORT_END);
    report_putf(&p->w, "%llu", (unsigned long long)(f->lines[1] - f->lines[0]));
    report_end(&p->w);
    report_tag(&p->w, "td", "data-l", "Branches", "class", "num", REPORT_END);
    if (f->branches[1])
        report_putf(&p->w, "%.1f %%", percent(f->branches));
    else
        report_put(&p->w, "-");
    report_end(&p->w);
    report_end(&p->w);
}

static void put_folder_head(struct report_page *p, const struct verdict_file *f)
{
    uint64_t lines[2] = {0, 0};

    for (const struct verdict_file *g = f; g && same_folder(g->path, f->path);
         g = g->next) {
        lines[0] += g->lines[0];
        lines[1] += g->lines[1];
    }
    report_tag(&p->w, "summary", "class", "mono", REPORT_END);
    put_bar(p, lines);
    report_putf(&p->w, " %.1f %% ", percent(lines));
    report_putf(&p->w, "%.*s",
                folder_len(f->path) ? (int)folder_len(f->path) : 2,
                folder_len(f->path) ? f->path : "./");
    report_end(&p->w);
}

static const struct verdict_file *
put_folder(struct report_page *p, const struct verdict_file *f, size_t *told)
{
    const struct verdict_file *first = f;

    report_tag(&p->w, "details", "class", "folder", REPORT_END);
    put_folder_head(p, f);
    report_tag(&p->w, "table", "class", "cards", REPORT_END);
    report_raw(&p->w, td_text("<thead><tr><th>File</th><th>Lines</th>"
                              "<th class=\"num\">Uncovered</th><th "
                              "class=\"num\">Branches</th></tr>"
                              "</thead>"));
    report_tag(&p->w, "tbody", REPORT_END);
    for (; f && same_folder(f->path, first->path) && *told < REPORT_HTML_FILES;
         f = f->next, ++*told)
        put_file(p, f);
    report_end(&p->w);
    report_end(&p->w);
    report_end(&p->w);
    return f;
}

static void put_tree(struct report_page *p, const struct verdict_coverage *c)
{
    const struct verdict_file *f = c->files;
    size_t told = 0;
    size_t all = 0;

    for (const struct verdict_file *g = c->files; g; g = g->next)
        all++;
    report_leaff(&p->w, "h4", NULL, "%zu file%s by folder", all,
                 all == 1 ? "" : "s");
    while (f && told < REPORT_HTML_FILES)
        f = put_folder(p, f, &told);
    if (told < all)
        report_leaff(&p->w, "p", "cut", "%zu of %zu files.", told, all);
}

void report_html_coverage(struct report_page *p)
{
    if (!p->doc->coverage)
        return;
    report_tag(&p->w, "section", "id", "coverage", REPORT_END);
    report_leaf(&p->w, "h2", NULL, "Coverage");
    for (const struct verdict_coverage *c = p->doc->coverage; c; c = c->next) {
        report_leaff(&p->w, "h3", NULL, "%s", c->gate ? c->gate : "");
        report_tag(&p->w, "dl", "class", "shares", REPORT_END);
        put_share(p, "lines", c->lines);
        put_share(p, "branches", c->branches);
        if (c->has_changed)
            put_share(p, "changed lines", c->changed);
        report_end(&p->w);
        put_changed(p, c);
        put_tree(p, c);
    }
    report_end(&p->w);
}
