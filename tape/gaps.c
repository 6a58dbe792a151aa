#include "tape/gaps.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

/* The first gap that ends behind that number. */
static size_t find(const struct tape_gaps *gaps, uint64_t number)
{
    size_t low = 0;
    size_t high = gaps->len;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (gaps->list[mid].to > number)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static void drop(struct tape_gaps *gaps, size_t i)
{
    gaps->len--;
    memmove(gaps->list + i, gaps->list + i + 1,
            (gaps->len - i) * sizeof(*gaps->list));
}

static void put(struct tape_gaps *gaps, size_t i, struct tape_gap gap)
{
    gaps->list = (struct tape_gap *)td_list_room(gaps->list, gaps->len,
                                                 sizeof(*gaps->list));
    memmove(gaps->list + i + 1, gaps->list + i,
            (gaps->len - i) * sizeof(*gaps->list));
    gaps->list[i] = gap;
    gaps->len++;
}

static void make_room(struct tape_gaps *gaps)
{
    if (gaps->len < TAPE_GAPS_MOST)
        return;
    gaps->list[1].from = gaps->list[0].from;
    drop(gaps, 0);
}

void tape_gaps_add(struct tape_gaps *gaps, uint64_t from, uint64_t to)
{
    struct tape_gap gap = {from, to};
    size_t i;

    make_room(gaps);
    i = find(gaps, from > 0 ? from - 1 : 0);
    while (i < gaps->len && gaps->list[i].from <= gap.to) {
        if (gaps->list[i].from < gap.from)
            gap.from = gaps->list[i].from;
        if (gaps->list[i].to > gap.to)
            gap.to = gaps->list[i].to;
        drop(gaps, i);
    }
    put(gaps, i, gap);
}

bool tape_gaps_has(const struct tape_gaps *gaps, uint64_t number)
{
    size_t i = find(gaps, number);

    return i < gaps->len && gaps->list[i].from <= number;
}

uint64_t tape_gaps_take(struct tape_gaps *gaps, uint64_t from, uint64_t to)
{
    uint64_t taken = 0;
    size_t i;

    make_room(gaps);
    i = find(gaps, from);
    while (i < gaps->len && gaps->list[i].from < to) {
        struct tape_gap gap = gaps->list[i];
        uint64_t first = gap.from < from ? from : gap.from;
        uint64_t end = gap.to < to ? gap.to : to;

        taken += end - first;
        drop(gaps, i);
        if (gap.from < first)
            put(gaps, i++, (struct tape_gap){gap.from, first});
        if (end < gap.to)
            put(gaps, i++, (struct tape_gap){end, gap.to});
    }
    return taken;
}

void tape_gaps_release(struct tape_gaps *gaps)
{
    free(gaps->list);
    *gaps = (struct tape_gaps){0};
}
