/* Views that somebody asks for. */
#include "console/panel/panel_internal.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDERS 16 /* kinds that are counted */
#define TYPES     16 /* the same of artifacts */

static void row(struct td_buf *out, const struct panel *v, const char *name,
                const char *text)
{
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "  %-11s", name);
    text_put(&line, TEXT_PLAIN, text);
    panel_end(&line);
}

/* The same of what comes from outside. */
static void foreign_row(struct td_buf *out, const struct panel *v,
                        const char *name, const char *text)
{
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "  %-11s", name);
    text_put_foreign(&line, TEXT_PLAIN, td_text(text));
    panel_end(&line);
}

/* ---- status ---- */

/* What there is none of is left out, so that the rest has room. */
static void put_counts(struct td_buf *text, const struct seen *s)
{
    const struct {
        uint32_t count;
        const char *what;
    } parts[] = {
        {s->failed, "failed"},
        {s->skipped, "skipped"},
        {s->counts[SEEN_RUNNING], "running"},
        {s->counts[SEEN_READY], "ready"},
        {s->counts[SEEN_RETRYING], "to retry"},
        {s->counts[SEEN_ASKING],
         s->counts[SEEN_ASKING] == 1 ? "waits for you" : "wait for you"},
    };

    (void)td_buf_addf(text, "%u completed", s->completed);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].count)
            (void)td_buf_addf(text, ", %u %s", parts[i].count, parts[i].what);
}

/* A gate's retries are its own. */
static void put_errors(struct td_buf *text, const struct seen *s)
{
    (void)td_buf_addf(text, "%u error%s", s->errors, s->errors == 1 ? "" : "s");
    if (!s->gates)
        (void)td_buf_addf(text, ", %u %s", s->retries,
                          s->retries == 1 ? "retry" : "retries");
}

void panel_status(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct text_line line = panel_line(out, v);
    struct td_buf text = {0};
    char percent[PANEL_SHORT];
    char clock[PANEL_SHORT];

    text_put_foreign(&line, TEXT_ACCENT, td_text(s->execution));
    text_put(&line, TEXT_PLAIN, *s->plan ? "  " : "");
    text_put_foreign(&line, TEXT_PLAIN, td_text(s->plan));
    text_put(&line, TEXT_PLAIN, "  ");
    text_put_foreign(&line, TEXT_PLAIN,
                     td_text(!s->ended    ? "running"
                             : *s->status ? s->status
                                          : "ended"));
    panel_end(&line);
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "  %-11s", "progress");
    text_bar(&line, s->failed ? TEXT_BAD : TEXT_GOOD, panel_bar_cells(v),
             seen_progress(s));
    text_putf(&line, TEXT_PLAIN, " %s",
              panel_percent(percent, seen_progress(s)));
    panel_end(&line);
    (void)td_buf_addf(&text, "%u: ", s->total);
    put_counts(&text, s);
    row(out, v, s->gates ? "gates" : "tasks", td_buf_str(&text));
    row(out, v, "time",
        panel_clock(clock, v, s->ended ? s->last_ns : v->now_ns));
    td_buf_clear(&text);
    put_errors(&text, s);
    row(out, v, "errors", td_buf_str(&text));
    td_buf_release(&text);
    if (s->gates)
        panel_gates(out, v);
}

/* ---- phases ---- */

static void wave_row(struct td_buf *out, const struct panel *v)
{
    struct text_line line = panel_line(out, v);

    text_put(&line, TEXT_DIM, "  waves ");
    panel_put_waves(&line, v->seen);
    panel_end(&line);
}

void panel_timeline(struct td_buf *out, const struct panel *v)
{
    for (size_t i = 0; i < SEEN_PHASES; i++)
        if (v->seen->phases[i].tasks)
            panel_phase_row(out, v, &v->seen->phases[i], "  ",
                            panel_bar_cells(v));
    if (v->seen->gates)
        panel_gates(out, v);
    else
        wave_row(out, v);
}

/* ---- sums ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y ? 1 : 0;
}

static void times_row(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    double *list = td_calloc(s->task_count + 1, sizeof(*list));
    struct td_buf text = {0};
    char a[PANEL_SHORT];
    double sum = 0;
    size_t n = 0;

    for (uint32_t i = 0; i < s->task_count; i++)
        if (seen_is_final(s->tasks[i].state) && s->tasks[i].took_ms >= 0)
            sum += list[n++] = s->tasks[i].took_ms;
    qsort(list, n, sizeof(*list), by_size);
    (void)td_buf_addf(&text, "sum %s", panel_took(a, sum));
    if (n) {
        (void)td_buf_addf(&text, "  median %s", panel_took(a, list[n / 2]));
        (void)td_buf_addf(&text, "  p95 %s", panel_took(a, list[n * 95 / 100]));
        (void)td_buf_addf(&text, "  longest %s", panel_took(a, list[n - 1]));
    }
    row(out, v, "time", td_buf_str(&text));
    td_buf_release(&text);
    free(list);
}

/* Workers that had something to do, over the run so far. */
static void parallel_row(struct td_buf *out, const struct panel *v)
{
    char text[PANEL_SHORT * 2];

    if (*panel_busy(text, v))
        row(out, v, "parallel", text);
}

/* "openai 31  shell 82": tasks of each, the most first come first. */
static void provider_row(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    const char *names[PROVIDERS];
    uint32_t counts[PROVIDERS] = {0};
    size_t known = 0;
    struct td_buf text = {0};

    for (uint32_t i = 0; i < s->task_count; i++) {
        const char *name = s->tasks[i].provider;
        size_t at = 0;

        while (at < known && strcmp(names[at], name) != 0)
            at++;
        if (!*name || at == PROVIDERS)
            continue;
        if (at == known)
            names[known++] = name;
        counts[at]++;
    }
    for (size_t i = 0; i < known; i++)
        (void)td_buf_addf(&text, "%s%.40s %u", i ? "  " : "", names[i],
                          counts[i]);
    if (known)
        foreign_row(out, v, "provider", td_buf_str(&text));
    td_buf_release(&text);
}

/* "Discovery 5/5  Analysis 15/15"; rows after the first have no name. */
static void phases_rows(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};
    const char *name = "phase";

    for (size_t i = 0; i < SEEN_PHASES; i++) {
        const struct seen_phase *p = &s->phases[i];
        char part[96];

        if (!p->tasks)
            continue;
        (void)snprintf(part, sizeof(part), "%.60s %u/%u",
                       p->name ? p->name : "", p->ended, p->tasks);
        if (text.len && text.len + strlen(part) + 16 > v->columns) {
            foreign_row(out, v, name, td_buf_str(&text));
            td_buf_clear(&text);
            name = "";
        }
        (void)td_buf_addf(&text, "%s%s", text.len ? "  " : "", part);
    }
    if (text.len)
        foreign_row(out, v, name, td_buf_str(&text));
    td_buf_release(&text);
}

static void used_row(struct td_buf *out, const struct panel *v)
{
    struct text_line line = panel_line(out, v);

    text_putf(&line, TEXT_DIM, "  %-11s", "tokens");
    panel_put_tokens(&line, v, "", 0);
    panel_put_cost(&line, v, "      cost ", 0);
    panel_end(&line);
}

void panel_stats(struct td_buf *out, const struct panel *v)
{
    const struct seen *s = v->seen;
    struct td_buf text = {0};

    put_counts(&text, s);
    row(out, v, "state", td_buf_str(&text));
    times_row(out, v);
    parallel_row(out, v);
    td_buf_clear(&text);
    (void)td_buf_addf(&text, "%u task%s unchanged (plan why ID)", s->cached,
                      s->cached == 1 ? "" : "s");
    if (s->cached)
        row(out, v, "cache", td_buf_str(&text));
    td_buf_clear(&text);
    put_errors(&text, s);
    row(out, v, "errors", td_buf_str(&text));
    td_buf_release(&text);
    if (!s->gates) {
        provider_row(out, v);
        used_row(out, v);
    }
    phases_rows(out, v);
}

/* ---- lists ---- */

struct type {
    const char *name;
    uint32_t count;
};

static int more_first(const void *a, const void *b)
{
    const struct type *x = a;
    const struct type *y = b;

    return x->count > y->count ? -1 : x->count < y->count ? 1 : 0;
}

/* "c 9  h 4": how many of each type, the most first. */
static void put_types(struct td_buf *text, const struct seen *s)
{
    struct type types[TYPES] = {{NULL, 0}};
    size_t known = 0;

    for (uint32_t i = 0; i < s->artifact_count; i++) {
        size_t at = 0;

        while (at < known && strcmp(types[at].name, s->artifacts[i].type) != 0)
            at++;
        if (at == known && known < TYPES)
            types[known++].name = s->artifacts[i].type;
        if (at < TYPES)
            types[at].count++;
    }
    qsort(types, known, sizeof(types[0]), more_first);
    for (size_t i = 0; i < known; i++)
        (void)td_buf_addf(text, "  %.40s %u", types[i].name, types[i].count);
}

void panel_artifacts(struct td_buf *out, const struct panel *v, bool stats,
                     size_t limit)
{
    const struct seen *s = v->seen;
    uint32_t first =
        s->artifact_count > limit ? s->artifact_count - (uint32_t)limit : 0;
    struct td_buf text = {0};
    char size[PANEL_SHORT];
    struct text_line line;
    bool link;

    for (uint32_t i = first; !stats && i < s->artifact_count; i++) {
        line = panel_line_for(out, v, td_size_text(size, s->artifacts[i].size));
        text_put(&line, TEXT_PLAIN, "  ");
        link = panel_link_begin(&line, v, s->artifacts[i].path);
        text_put_foreign(&line, TEXT_PLAIN, td_text(s->artifacts[i].path));
        panel_link_end(&line, link);
        panel_end_right(&line, v, TEXT_DIM, size);
    }
    (void)td_buf_addf(&text, "  %u", s->artifact_count);
    if (s->artifacts_expected)
        (void)td_buf_addf(&text, " of %u", s->artifacts_expected);
    (void)td_buf_addf(
        &text, " artifact%s, %s",
        (s->artifacts_expected ? s->artifacts_expected : s->artifact_count) == 1
            ? ""
            : "s",
        td_size_text(size, s->artifact_bytes));
    if (stats)
        put_types(&text, s);
    else if (first)
        (void)td_buf_addf(&text, "; %u before: --limit N", first);
    line = panel_line(out, v);
    text_put_foreign(&line, TEXT_PLAIN, td_buf_bytes(&text));
    panel_end(&line);
    td_buf_release(&text);
}
