/* Messages that no order has paired. */
#include "validator/diff/align_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define FIRST_SIDE (UINT32_C(1) << 16) /* one of side 0, in a slot's count */

/* What makes two of them the same, 0: nothing does. */
typedef uint64_t mark_fn(const struct diff_item *item);

static uint64_t by_token(const struct diff_item *item)
{
    return diff_item_token(item);
}

static uint64_t by_id(const struct diff_item *item)
{
    return item->id | 1;
}

/* Renamed: all but the name is equal. */
static uint64_t by_hash(const struct diff_item *item)
{
    return item->hash | 1;
}

static uint64_t by_name(const struct diff_item *item)
{
    return (item->name + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

/* Free places of a range on both sides. */
struct rest {
    struct diff_aligner *al;
    uint32_t *places[2];
    uint32_t len[2];
};

static void pair(const struct rest *rest, uint32_t i, uint32_t j, bool moved)
{
    struct diff_aligner *al = rest->al;
    uint32_t a = rest->places[0][i];
    uint32_t b = rest->places[1][j];

    diff_align_pair(al, a, b);
    al->sides[0].moved[al->lists->of[0][a]] = moved;
    al->sides[1].moved[al->lists->of[1][b]] = moved;
}

static bool is_free(const struct rest *rest, int side, uint32_t i)
{
    return diff_align_free(rest->al, side, rest->places[side][i]);
}

static uint64_t mark_at(const struct rest *rest, mark_fn *mark, int side,
                        uint32_t i)
{
    return mark(diff_align_item(rest->al, side, rest->places[side][i]));
}

/* In a slot: the first free one of side 1, and how many there are of it on both
 * sides.
 */
struct chain {
    struct diff_table table;
    uint32_t *next; /* behind a place of side 1; its len: none */
};

static void chain_make(struct chain *chain, const struct rest *rest,
                       mark_fn *mark)
{
    bool made;

    *chain = (struct chain){.next = (uint32_t *)td_calloc(
                                (size_t)rest->len[1] + 1, sizeof(uint32_t))};
    for (uint32_t i = rest->len[1]; i-- > 0;) {
        struct diff_slot *slot;

        if (!is_free(rest, 1, i))
            continue;
        slot = diff_table_add(&chain->table, mark_at(rest, mark, 1, i),
                              rest->len[1], &made);
        chain->next[i] = slot->value;
        slot->value = i;
        slot->other += slot->other < FIRST_SIDE - 1;
    }
}

/* Its slot, of a free place of side 0; NULL: none is on side 1. */
static struct diff_slot *chain_find(const struct chain *chain,
                                    const struct rest *rest, mark_fn *mark,
                                    uint32_t i)
{
    return is_free(rest, 0, i)
               ? diff_table_find(&chain->table, mark_at(rest, mark, 0, i))
               : NULL;
}

static void chain_release(struct chain *chain)
{
    diff_table_release(&chain->table);
    free(chain->next);
}

/* Count those of side 0 beside those of side 1. */
static void chain_count(struct chain *chain, const struct rest *rest,
                        mark_fn *mark)
{
    for (uint32_t i = 0; i < rest->len[0]; i++) {
        struct diff_slot *slot = chain_find(chain, rest, mark, i);

        if (slot)
            slot->other += FIRST_SIDE;
    }
}

/* Pair what has the same mark, the n-th with the n-th; or only what is alone
 * with its mark on each side.
 */
static void pair_by(const struct rest *rest, mark_fn *mark, bool alone,
                    bool moved)
{
    struct chain chain;

    if (rest->len[0] == 0 || rest->len[1] == 0)
        return;
    chain_make(&chain, rest, mark);
    if (alone)
        chain_count(&chain, rest, mark);
    for (uint32_t i = 0; i < rest->len[0]; i++) {
        struct diff_slot *slot = chain_find(&chain, rest, mark, i);

        if (!slot || slot->value == rest->len[1] ||
            (alone && slot->other != FIRST_SIDE + 1))
            continue;
        pair(rest, i, slot->value, moved);
        slot->value = chain.next[slot->value];
    }
    chain_release(&chain);
}

/* The free places from one to another, in a list that is freed by free_rest().
 */
static struct rest take_rest(struct diff_aligner *al,
                             const struct diff_range *range)
{
    struct rest rest = {.al = al};

    for (int side = 0; side < 2; side++) {
        uint32_t *places = NULL;
        uint32_t len = 0;

        for (uint32_t i = range->from[side]; i < range->to[side]; i++) {
            if (!diff_align_free(al, side, i))
                continue;
            places = (uint32_t *)td_list_room(places, len, sizeof(*places));
            places[len++] = i;
        }
        rest.places[side] = places;
        rest.len[side] = len;
    }
    return rest;
}

static void free_rest(struct rest *rest)
{
    free(rest->places[0]);
    free(rest->places[1]);
}

/* Others in the place of those that are missing. */
static void pair_gap(struct diff_aligner *al, const struct diff_range *range)
{
    struct rest rest;

    if (range->from[0] == range->to[0] || range->from[1] == range->to[1])
        return;
    rest = take_rest(al, range);
    pair_by(&rest, by_id, false, false);
    pair_by(&rest, by_hash, false, false);
    pair_by(&rest, by_name, true, false);
    free_rest(&rest);
}

/* True if the place keeps the order. */
static bool is_fixed(const struct diff_aligner *al, int side, uint32_t place)
{
    return !diff_align_free(al, side, place) &&
           !al->sides[side].moved[al->lists->of[side][place]];
}

static void pair_gaps(struct diff_aligner *al)
{
    const struct diff_lists *lists = al->lists;
    struct diff_range gap = {{0, 0}, {0, 0}};

    do {
        for (int side = 0; side < 2; side++) {
            gap.to[side] = gap.from[side];
            while (gap.to[side] < lists->len[side] &&
                   !is_fixed(al, side, gap.to[side]))
                gap.to[side]++;
        }
        pair_gap(al, &gap);
        gap.from[0] = gap.to[0] + 1;
        gap.from[1] = gap.to[1] + 1;
    } while (gap.to[0] < lists->len[0]);
}

static struct rest all_rest(struct diff_aligner *al)
{
    return take_rest(al, &(struct diff_range){
                             {0, 0}, {al->lists->len[0], al->lists->len[1]}});
}

void diff_align_rest(struct diff_aligner *al)
{
    struct rest rest = all_rest(al);

    pair_by(&rest, by_token, false, true);
    pair_gaps(al);
    pair_by(&rest, by_id, true, true);
    free_rest(&rest);
}

void diff_align_bag(struct diff_aligner *al)
{
    struct rest rest = all_rest(al);

    pair_by(&rest, by_token, false, false);
    pair_by(&rest, by_id, false, false);
    pair_by(&rest, by_name, true, false);
    free_rest(&rest);
}
