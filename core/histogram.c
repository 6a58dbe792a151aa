#include "core/histogram.h"

#include "core/mem.h"

#include <stdlib.h>

#define PART_BITS 7
#define PARTS     (1u << PART_BITS) /* classes of a power of two */
#define CLASSES   ((63 - PART_BITS + 1) * PARTS)

/* Values below PARTS have a class each; above, the highest bits name it. */
static uint32_t class_of(int64_t value)
{
    uint64_t v = value < 0 ? 0 : (uint64_t)value;
    unsigned shift;

    if (v < PARTS)
        return (uint32_t)v;
    shift = 63 - PART_BITS - (unsigned)__builtin_clzll(v);
    return (shift + 1) * PARTS + (uint32_t)(v >> shift) - PARTS;
}

/* The greatest value of a class. */
static int64_t top_of(uint32_t class)
{
    unsigned shift = class / PARTS;

    if (shift == 0)
        return class;
    shift--;
    return (int64_t)(((uint64_t)(class % PARTS + PARTS + 1) << shift) - 1);
}

void td_histogram_release(struct td_histogram *s)
{
    free(s->list);
    free(s->classes);
    *s = (struct td_histogram){0};
}

static void begin_histogram(struct td_histogram *s)
{
    s->classes = td_calloc(CLASSES, sizeof(*s->classes));
    for (uint64_t i = 0; i < s->len; i++)
        s->classes[class_of(s->list[i])]++;
    free(s->list);
    s->list = NULL;
    s->room = 0;
}

void td_histogram_add(struct td_histogram *s, int64_t value)
{
    if (!s->classes && s->len == TD_HISTOGRAM_EXACT)
        begin_histogram(s);
    if (s->classes) {
        s->classes[class_of(value)]++;
        s->len++;
        return;
    }
    if (s->len == s->room) {
        s->room = s->room ? s->room * 2 : 8;
        s->list = td_realloc(s->list, s->room * sizeof(*s->list));
    }
    s->list[s->len++] = value;
}

void td_histogram_merge(struct td_histogram *s, struct td_histogram *from)
{
    if (s->len == 0) {
        td_histogram_release(s);
        *s = *from;
        *from = (struct td_histogram){0};
        return;
    }
    if (from->classes && !s->classes)
        begin_histogram(s);
    for (uint64_t i = 0; from->list && i < from->len; i++)
        td_histogram_add(s, from->list[i]);
    for (uint32_t i = 0; from->classes && i < CLASSES; i++) {
        s->classes[i] += from->classes[i];
        s->len += from->classes[i];
    }
    td_histogram_release(from);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* ceil(percent / 100 * n) without overflow, from 1. */
static uint64_t rank_of(uint64_t n, unsigned percent)
{
    uint64_t rank = n / 100 * percent + (n % 100 * percent + 99) / 100;

    return rank > 0 ? rank : 1;
}

int64_t td_histogram_percentile(struct td_histogram *s, unsigned percent)
{
    uint64_t rank = rank_of(s->len, percent);
    uint64_t seen = 0;
    uint32_t class = 0;

    if (!s->classes) {
        qsort(s->list, s->len, sizeof(*s->list), compare);
        return s->list[rank - 1];
    }
    while (seen + s->classes[class] < rank)
        seen += s->classes[class ++];
    return top_of(class);
}

bool td_histogram_rounded(const struct td_histogram *s)
{
    return s->classes != NULL;
}
