#include "validator/diff/held.h"

#include "core/mem.h"
#include "schema/value/hash_seed.h"

#include <math.h>
#include <stdlib.h>

/* An id here and an id there. */
struct id_pair {
    uint64_t print[2];
    uint32_t count;
    uint32_t order;
};

/* The time that a field had last, in a group. */
struct last_time {
    int64_t ns[2];
};

struct diff_held_check {
    const struct diff_masks *masks;
    const struct diff_side *sides;
    struct id_pair *pairs;
    uint32_t pairs_len;
    struct diff_table names[2]; /* id of that side: its pair */
    struct diff_table times;
    struct last_time *last;
    uint32_t last_len;
    uint32_t next[2]; /* held values that are probably asked for next */
};

/* The first held value of an item or one behind it. */
static uint32_t search(const struct diff_side *side, uint32_t item)
{
    uint32_t low = 0;
    uint32_t high = side->held_len;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (side->held[middle].item < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The held values of an item: mostly of the one behind the last that was asked
 * for.
 */
static const struct diff_side_held *
held_of(struct diff_held_check *check, int number, uint32_t item, uint32_t *len)
{
    const struct diff_side *side = &check->sides[number];
    uint32_t at = check->next[number];
    uint32_t end;

    if (at >= side->held_len || side->held[at].item != item ||
        (at > 0 && side->held[at - 1].item == item))
        at = search(side, item);
    end = at;
    while (end < side->held_len && side->held[end].item == item)
        end++;
    check->next[number] = end;
    *len = end - at;
    return side->held + at;
}

static uint64_t mixed(uint64_t a, uint64_t b)
{
    return schema_hash_mix(schema_hash_mix(a ^ schema_hash_seed.start,
                                           schema_hash_seed.step) ^
                               b,
                           schema_hash_seed.last) |
           1;
}

static const struct diff_mask *mask_of(const struct diff_held_check *check,
                                       uint32_t slot)
{
    return &check->masks->fields[diff_slot_mask(slot)];
}

/* An id within those that are renamed together. */
static uint64_t id_of(uint32_t ids, uint64_t print)
{
    return mixed(ids + UINT64_C(1), print);
}

static void count_pair(struct diff_held_check *check, struct diff_table *seen,
                       uint64_t a, uint64_t b)
{
    bool made;
    struct diff_slot *slot =
        diff_table_add(seen, mixed(a, b), check->pairs_len, &made);

    if (made) {
        check->pairs = (struct id_pair *)td_list_room(
            check->pairs, check->pairs_len, sizeof(*check->pairs));
        check->pairs[check->pairs_len] =
            (struct id_pair){{a, b}, 0, check->pairs_len};
        check->pairs_len++;
    }
    check->pairs[slot->value].count++;
}

static void count_pairs(struct diff_held_check *check, struct diff_table *seen)
{
    const struct diff_side *a = &check->sides[0];
    const struct diff_side *b = &check->sides[1];

    for (uint32_t i = 0; i < a->held_len; i++) {
        uint32_t item = a->held[i].item;
        uint32_t other = a->match[item];
        uint32_t first = i;
        const struct diff_side_held *there;
        uint32_t len;

        while (i + 1 < a->held_len && a->held[i + 1].item == item)
            i++;
        if (other == DIFF_NONE || a->items[item].hash != b->items[other].hash)
            continue;
        there = held_of(check, 1, other, &len);
        for (uint32_t j = 0; j < len && first + j <= i; j++) {
            const struct diff_mask *mask = mask_of(check, there[j].slot);

            if (mask->kind == DIFF_NUMBER_IDS)
                count_pair(check, seen,
                           id_of(mask->ids, a->held[first + j].value),
                           id_of(mask->ids, there[j].value));
        }
    }
}

static int by_count(const void *a, const void *b)
{
    const struct id_pair *x = (const struct id_pair *)a;
    const struct id_pair *y = (const struct id_pair *)b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The most frequent pairs whose ids have no name yet. */
static void choose_names(struct diff_held_check *check)
{
    bool made;

    if (check->pairs_len)
        qsort(check->pairs, check->pairs_len, sizeof(*check->pairs), by_count);
    for (uint32_t i = 0; i < check->pairs_len; i++) {
        const struct id_pair *pair = &check->pairs[i];

        if (diff_table_find(&check->names[0], pair->print[0]) ||
            diff_table_find(&check->names[1], pair->print[1]))
            continue;
        (void)diff_table_add(&check->names[0], pair->print[0], i, &made);
        (void)diff_table_add(&check->names[1], pair->print[1], i, &made);
    }
}

struct diff_held_check *diff_held_new(const struct diff_masks *masks,
                                      const struct diff_side *sides)
{
    struct diff_held_check *check =
        (struct diff_held_check *)td_calloc(1, sizeof(*check));
    struct diff_table seen = {0};

    check->masks = masks;
    check->sides = sides;
    count_pairs(check, &seen);
    diff_table_release(&seen);
    choose_names(check);
    return check;
}

void diff_held_free(struct diff_held_check *check)
{
    if (!check)
        return;
    diff_table_release(&check->names[0]);
    diff_table_release(&check->names[1]);
    diff_table_release(&check->times);
    free(check->pairs);
    free(check->last);
    free(check);
}

bool diff_held_same_id(const struct diff_held_check *check, uint32_t ids,
                       uint64_t a, uint64_t b)
{
    const struct diff_slot *x =
        diff_table_find(&check->names[0], id_of(ids, a));
    const struct diff_slot *y =
        diff_table_find(&check->names[1], id_of(ids, b));

    return (x ? x->value : DIFF_NONE) == (y ? y->value : DIFF_NONE);
}

/* Both go back, or neither does. */
static bool times_agree(struct diff_held_check *check, uint32_t group,
                        uint32_t slot, const int64_t now[2])
{
    bool made;
    struct diff_slot *at =
        diff_table_add(&check->times, mixed(group + UINT64_C(1), slot),
                       check->last_len, &made);
    struct last_time *last;
    bool agree = true;

    if (made) {
        check->last = (struct last_time *)td_list_room(
            check->last, check->last_len, sizeof(*check->last));
        check->last_len++;
    }
    last = &check->last[at->value];
    if (!made)
        agree = (now[0] < last->ns[0]) == (now[1] < last->ns[1]);
    last->ns[0] = now[0];
    last->ns[1] = now[1];
    return agree;
}

static bool is_within(const struct diff_mask *mask, uint64_t a, uint64_t b)
{
    double x;
    double y;

    memcpy(&x, &a, sizeof(x));
    memcpy(&y, &b, sizeof(y));
    /* Half a unit in the last place for each number that was read. */
    return fabs(x - y) <=
           mask->unit + 4.5e-16 * (fabs(x) + fabs(y) + mask->unit);
}

static bool agree(struct diff_held_check *check, uint32_t group,
                  const struct diff_side_held *a,
                  const struct diff_side_held *b)
{
    const struct diff_mask *mask = mask_of(check, a->slot);
    int64_t now[2] = {(int64_t)a->value, (int64_t)b->value};

    if (mask->kind == DIFF_NUMBER_IDS)
        return diff_held_same_id(check, mask->ids, a->value, b->value);
    if (mask->kind == DIFF_RELATIVE_TIME)
        return times_agree(check, group, a->slot, now);
    return is_within(mask, a->value, b->value);
}

bool diff_held_holds(struct diff_held_check *check, uint32_t a, uint32_t b,
                     uint32_t *slot)
{
    uint32_t len[2];
    const struct diff_side_held *x = held_of(check, 0, a, &len[0]);
    const struct diff_side_held *y = held_of(check, 1, b, &len[1]);
    bool holds = true;

    for (uint32_t i = 0; i < len[0] && i < len[1]; i++) {
        if (agree(check, check->sides[0].items[a].group, &x[i], &y[i]))
            continue;
        if (holds)
            *slot = x[i].slot;
        holds = false;
    }
    return holds;
}
