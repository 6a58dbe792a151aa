#include "validator/verdict/timeline.h"

#include "core/histogram.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_FIRST 1024 /* ns of the narrowest bin */
#define OTHER       VERDICT_NAMES_SEEN
#define GAPS_MANY   100 /* of which one in a hundred can stand out */

struct row {
    char name[VERDICT_NAME_MAX + 1];
    size_t len;
    uint64_t total;
    uint32_t bins[VERDICT_BINS];
};

struct gap {
    uint64_t from;
    uint64_t to;
};

struct verdict_timeline_maker {
    struct row *rows[VERDICT_NAMES_SEEN + 1]; /* the last is of other names */
    size_t rows_len;
    size_t last_row;
    bool began;
    uint64_t start;
    uint64_t end;   /* the latest time */
    uint64_t last;  /* of the event before */
    uint64_t width; /* of a bin; a power of two */
    struct td_histogram gaps;
    struct gap longest[VERDICT_GAPS]; /* a heap, the shortest on top */
    size_t longest_len;
};

struct verdict_timeline_maker *verdict_timeline_new(void)
{
    struct verdict_timeline_maker *m = td_calloc(1, sizeof(*m));

    m->width = WIDTH_FIRST;
    return m;
}

void verdict_timeline_free(struct verdict_timeline_maker *m)
{
    if (!m)
        return;
    for (size_t i = 0; i <= OTHER; i++)
        free(m->rows[i]);
    td_histogram_release(&m->gaps);
    free(m);
}

/* ---- names ---- */

static bool is_named(const struct row *row, struct td_bytes name)
{
    return row->len == name.len && memcmp(row->name, name.ptr, name.len) == 0;
}

static struct row *new_row(struct td_bytes name)
{
    struct row *row = td_calloc(1, sizeof(*row));

    memcpy(row->name, name.ptr, name.len);
    row->len = name.len;
    return row;
}

static struct row *other_row(struct verdict_timeline_maker *m)
{
    if (!m->rows[OTHER])
        m->rows[OTHER] = new_row(td_text("other"));
    return m->rows[OTHER];
}

static struct row *row_of(struct verdict_timeline_maker *m,
                          struct td_bytes name)
{
    if (name.len > VERDICT_NAME_MAX)
        name.len = VERDICT_NAME_MAX;
    if (m->rows_len && is_named(m->rows[m->last_row], name))
        return m->rows[m->last_row];
    for (size_t i = 0; i < m->rows_len; i++)
        if (is_named(m->rows[i], name)) {
            m->last_row = i;
            return m->rows[i];
        }
    if (m->rows_len == VERDICT_NAMES_SEEN)
        return other_row(m);
    m->last_row = m->rows_len;
    return m->rows[m->rows_len++] = new_row(name);
}

/* ---- bins ---- */

static void halve(uint32_t *bins)
{
    for (size_t i = 0; i < VERDICT_BINS / 2; i++)
        bins[i] = bins[2 * i] + bins[2 * i + 1];
    memset(bins + VERDICT_BINS / 2, 0, VERDICT_BINS / 2 * sizeof(*bins));
}

static void widen(struct verdict_timeline_maker *m)
{
    m->width *= 2;
    for (size_t i = 0; i <= OTHER; i++)
        if (m->rows[i])
            halve(m->rows[i]->bins);
}

static size_t bin_of(struct verdict_timeline_maker *m, uint64_t t_ns)
{
    if (t_ns <= m->start)
        return 0;
    while ((t_ns - m->start) / m->width >= VERDICT_BINS)
        widen(m);
    return (size_t)((t_ns - m->start) / m->width);
}

/* ---- gaps ---- */

static uint64_t length_of(struct gap gap)
{
    return gap.to - gap.from;
}

static void sink(struct gap *heap, size_t len)
{
    for (size_t at = 0, child; (child = 2 * at + 1) < len; at = child) {
        struct gap held = heap[at];

        if (child + 1 < len &&
            length_of(heap[child + 1]) < length_of(heap[child]))
            child++;
        if (length_of(held) <= length_of(heap[child]))
            break;
        heap[at] = heap[child];
        heap[child] = held;
    }
}

static void add_gap(struct verdict_timeline_maker *m, struct gap gap)
{
    size_t at;

    td_histogram_add(&m->gaps, (int64_t)length_of(gap));
    if (m->longest_len == VERDICT_GAPS) {
        if (length_of(gap) > length_of(m->longest[0])) {
            m->longest[0] = gap;
            sink(m->longest, m->longest_len);
        }
        return;
    }
    for (at = m->longest_len++;
         at > 0 && length_of(m->longest[(at - 1) / 2]) > length_of(gap);
         at = (at - 1) / 2)
        m->longest[at] = m->longest[(at - 1) / 2];
    m->longest[at] = gap;
}

void verdict_timeline_put(struct verdict_timeline_maker *m, uint64_t t_ns,
                          struct td_bytes name)
{
    struct row *row = row_of(m, name);

    if (!m->began) {
        m->began = true;
        m->start = m->end = m->last = t_ns;
    }
    row->bins[bin_of(m, t_ns)]++;
    row->total++;
    if (t_ns > m->last)
        add_gap(m, (struct gap){m->last, t_ns});
    m->last = t_ns;
    m->end = t_ns > m->end ? t_ns : m->end;
}

/* ---- the timeline ---- */

static int more_first(const void *one, const void *other)
{
    const struct row *a = *(const struct row *const *)one;
    const struct row *b = *(const struct row *const *)other;

    if (a->total != b->total)
        return a->total < b->total ? 1 : -1;
    return strcmp(a->name, b->name);
}

static int earlier_first(const void *one, const void *other)
{
    const struct gap *a = one;
    const struct gap *b = other;

    return (a->from > b->from) - (a->from < b->from);
}

static void add_row(struct verdict_timeline *t, size_t column,
                    const struct row *row)
{
    for (uint32_t bin = 0; bin < t->bins_len; bin++)
        t->counts[bin * t->names.len + column] += row->bins[bin];
}

static void make_counts(const struct verdict_timeline_maker *m,
                        struct verdict_timeline *t, struct td_arena *arena)
{
    const struct row *rows[VERDICT_NAMES_SEEN] = {NULL};
    size_t own = m->rows_len < VERDICT_NAMES ? m->rows_len : VERDICT_NAMES;
    bool other = m->rows_len > own || m->rows[OTHER];

    for (size_t i = 0; i < m->rows_len; i++)
        rows[i] = m->rows[i];
    qsort(rows, m->rows_len, sizeof(rows[0]), more_first);
    t->names.len = own + other;
    t->names.list =
        td_arena_alloc(arena, t->names.len * sizeof(*t->names.list));
    t->counts = td_arena_alloc(arena, (size_t)t->bins_len * t->names.len *
                                          sizeof(*t->counts));
    for (size_t i = 0; i < m->rows_len; i++) {
        if (i < own)
            t->names.list[i] = td_arena_copy(arena, rows[i]->name);
        add_row(t, i < own ? i : own, rows[i]);
    }
    if (other)
        t->names.list[own] = "other";
    if (m->rows[OTHER])
        add_row(t, own, m->rows[OTHER]);
}

static void make_gaps(struct verdict_timeline_maker *m,
                      struct verdict_timeline *t, struct td_arena *arena)
{
    unsigned percent = m->gaps.len >= GAPS_MANY ? 99 : 90;
    uint64_t usual = 0;
    struct gap list[VERDICT_GAPS] = {{0, 0}};
    size_t len = 0;

    if (m->longest_len)
        usual = (uint64_t)td_histogram_percentile(&m->gaps, percent);
    for (size_t i = 0; i < m->longest_len; i++)
        if (length_of(m->longest[i]) > usual)
            list[len++] = m->longest[i];
    qsort(list, len, sizeof(list[0]), earlier_first);
    t->gaps = td_arena_alloc(arena, len * sizeof(*t->gaps));
    t->gaps_len = len;
    for (size_t i = 0; i < len; i++) {
        t->gaps[i][0] = list[i].from;
        t->gaps[i][1] = list[i].to;
    }
}

struct verdict_timeline *verdict_timeline_make(struct verdict_timeline_maker *m,
                                               struct td_arena *arena)
{
    struct verdict_timeline *t;

    if (!m->began)
        return NULL;
    t = td_arena_alloc(arena, sizeof(*t));
    t->bins_len = (uint32_t)((m->end - m->start) / m->width) + 1;
    t->start_ns = m->start;
    t->end_ns = m->start + t->bins_len * m->width;
    make_counts(m, t, arena);
    make_gaps(m, t, arena);
    return t;
}
