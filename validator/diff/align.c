#include "validator/diff/align_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define ROUNDS_MAX 24 /* of anchors within anchors */

static bool is_empty(const struct diff_range *range)
{
    return range->from[0] == range->to[0] || range->from[1] == range->to[1];
}

/* Pair what is equal at both ends. */
static void trim(struct diff_aligner *al, struct diff_range *r)
{
    while (!is_empty(r) && diff_align_token(al, 0, r->from[0]) ==
                               diff_align_token(al, 1, r->from[1]))
        diff_align_pair(al, r->from[0]++, r->from[1]++);
    while (!is_empty(r) && diff_align_token(al, 0, r->to[0] - 1) ==
                               diff_align_token(al, 1, r->to[1] - 1))
        diff_align_pair(al, --r->to[0], --r->to[1]);
}

/* What places are told apart by. */
static uint64_t mark_of(const struct diff_aligner *al, bool by_id, int side,
                        uint32_t place)
{
    return by_id ? diff_align_item(al, side, place)->id | 1
                 : diff_align_token(al, side, place);
}

/* A table of the marks on side 1; a place is its value, `other` counts it on
 * both: 1 once on side 1, 2 more often; 4 once on side 0, 8 more often.
 */
static void count_marks(struct diff_table *table, const struct diff_aligner *al,
                        const struct diff_range *r, bool by_id)
{
    bool made;

    for (uint32_t i = r->from[1]; i < r->to[1]; i++) {
        struct diff_slot *slot =
            diff_table_add(table, mark_of(al, by_id, 1, i), i, &made);

        slot->other |= made ? 1 : 2;
    }
    for (uint32_t i = r->from[0]; i < r->to[0]; i++) {
        struct diff_slot *slot =
            diff_table_find(table, mark_of(al, by_id, 0, i));

        if (slot)
            slot->other |= slot->other & 4 ? 8 : 4;
    }
}

/* Pairs of places whose marks are unique on both sides and in one order. */
static uint32_t find_anchors(const struct diff_aligner *al,
                             const struct diff_range *r, bool by_id,
                             struct diff_pair **out)
{
    struct diff_table table = {0};
    struct diff_pair *pairs = NULL;
    uint32_t len = 0;

    count_marks(&table, al, r, by_id);
    for (uint32_t i = r->from[0]; i < r->to[0]; i++) {
        const struct diff_slot *slot =
            diff_table_find(&table, mark_of(al, by_id, 0, i));

        if (!slot || slot->other != 5)
            continue;
        pairs = (struct diff_pair *)td_list_room(pairs, len, sizeof(*pairs));
        pairs[len++] = (struct diff_pair){i, slot->value};
    }
    diff_table_release(&table);
    *out = pairs;
    return diff_align_rising(pairs, len);
}

/* Equal messages in the order they come: the n-th of one side is the n-th of
 * the other, as far as they stand in one order.
 */
static void pair_coarsely(struct diff_aligner *al, const struct diff_range *r)
{
    uint32_t span = r->to[1] - r->from[1];
    uint32_t *next = (uint32_t *)td_calloc(span, sizeof(*next));
    struct diff_pair *pairs = NULL;
    struct diff_table table = {0};
    uint32_t len = 0;
    bool made;

    for (uint32_t i = span; i-- > 0;) {
        struct diff_slot *slot = diff_table_add(
            &table, diff_align_token(al, 1, r->from[1] + i), span, &made);

        next[i] = slot->value;
        slot->value = i;
    }
    for (uint32_t i = r->from[0]; i < r->to[0]; i++) {
        struct diff_slot *slot =
            diff_table_find(&table, diff_align_token(al, 0, i));

        if (!slot || slot->value == span)
            continue;
        pairs = (struct diff_pair *)td_list_room(pairs, len, sizeof(*pairs));
        pairs[len++] = (struct diff_pair){i, r->from[1] + slot->value};
        slot->value = next[slot->value];
    }
    len = diff_align_rising(pairs, len);
    for (uint32_t i = 0; i < len && pairs; i++)
        diff_align_pair(al, pairs[i].a, pairs[i].b);
    diff_table_release(&table);
    free(pairs);
    free(next);
}

/* NOLINTBEGIN(misc-no-recursion): ROUNDS_MAX bounds the depth */

static void follow(struct diff_aligner *al, struct diff_range range,
                   unsigned rounds);

/* Between anchors, and before and behind them. */
static void follow_between(struct diff_aligner *al, struct diff_range range,
                           const struct diff_pair *anchors, uint32_t len,
                           unsigned rounds)
{
    struct diff_range part = range;

    for (uint32_t i = 0; i < len && anchors; i++) {
        part.to[0] = anchors[i].a;
        part.to[1] = anchors[i].b;
        follow(al, part, rounds);
        diff_align_pair(al, anchors[i].a, anchors[i].b);
        part.from[0] = anchors[i].a + 1;
        part.from[1] = anchors[i].b + 1;
    }
    part.to[0] = range.to[0];
    part.to[1] = range.to[1];
    follow(al, part, rounds);
}

static void follow(struct diff_aligner *al, struct diff_range range,
                   unsigned rounds)
{
    struct diff_pair *anchors = NULL;
    uint32_t len = 0;

    trim(al, &range);
    if (is_empty(&range))
        return;
    for (int by_id = 0; by_id < 2 && len == 0 && rounds > 0; by_id++) {
        free(anchors);
        len = find_anchors(al, &range, by_id > 0, &anchors);
    }
    if (len > 0)
        follow_between(al, range, anchors, len, rounds - 1);
    else if (!diff_align_shortest(al, range))
        pair_coarsely(al, &range);
    free(anchors);
}

/* NOLINTEND(misc-no-recursion) */

void diff_align(struct diff_side *sides, const struct diff_lists *lists,
                enum diff_order order)
{
    struct diff_aligner al = {sides, lists};

    if (order == DIFF_ORDER_BAG) {
        diff_align_bag(&al);
        return;
    }
    follow(&al, (struct diff_range){{0, 0}, {lists->len[0], lists->len[1]}},
           ROUNDS_MAX);
    diff_align_rest(&al);
}
