#include "core/histogram.h"

#include "core/mem.h"

#include <stdlib.h>

#define BITS    7
#define CLASSES ((63 - BITS + 1) << BITS) /* of the values below 2^63 */

static unsigned class_of(int64_t value)
{
    return td_class_of(value < 0 ? 0 : (uint64_t)value, BITS);
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

int64_t td_histogram_percentile(struct td_histogram *s, unsigned percent)
{
    uint64_t rank = td_rank_of(s->len, percent, 100);
    uint64_t seen = 0;
    uint32_t class = 0;

    if (!s->classes) {
        qsort(s->list, s->len, sizeof(*s->list), compare);
        return s->list[rank - 1];
    }
    while (seen + s->classes[class] < rank)
        seen += s->classes[class ++];
    return (int64_t)td_class_top(class, BITS);
}

bool td_histogram_rounded(const struct td_histogram *s)
{
    return s->classes != NULL;
}
