#include "validator/diff/pair.h"

#include "core/mem.h"
#include "schema/value/hash_seed.h"

#include <stdlib.h>

struct vote {
    uint32_t group[2];
    uint32_t count;
};

struct pairing {
    struct diff_side *sides;
    struct diff_groups *groups;
    uint32_t *partner; /* of each group, or DIFF_NONE */
    struct vote *votes;
    uint32_t votes_len;
};

static bool is_open(const struct pairing *p, uint32_t group)
{
    return p->groups->list[group].by_place && p->partner[group] == DIFF_NONE;
}

static void join(struct pairing *p, uint32_t a, uint32_t b)
{
    p->partner[a] = b;
    p->partner[b] = a;
}

/* What came in each group, in its order. */
static uint64_t *sum_up(const struct pairing *p)
{
    uint64_t *sums =
        (uint64_t *)td_calloc((size_t)p->groups->len + 1, sizeof(*sums));

    for (int side = 0; side < 2; side++) {
        const struct diff_side *s = &p->sides[side];

        for (uint32_t i = 0; i < s->len; i++)
            sums[s->items[i].group] = schema_hash_mix(
                sums[s->items[i].group] + diff_item_token(&s->items[i]),
                schema_hash_seed.step);
    }
    return sums;
}

static void join_equal(struct pairing *p)
{
    uint64_t *sums = sum_up(p);
    uint32_t *next =
        (uint32_t *)td_calloc((size_t)p->groups->len + 1, sizeof(*next));
    struct diff_table table = {0};
    bool made;

    for (uint32_t i = p->groups->len; i-- > 0;) {
        struct diff_slot *slot;

        if (!is_open(p, i) || p->groups->list[i].side == 0)
            continue;
        slot = diff_table_add(&table, sums[i] | 1, DIFF_NONE, &made);
        next[i] = slot->value;
        slot->value = i;
    }
    for (uint32_t i = 0; i < p->groups->len; i++) {
        struct diff_slot *slot = is_open(p, i) && !p->groups->list[i].side
                                     ? diff_table_find(&table, sums[i] | 1)
                                     : NULL;

        if (!slot || slot->value == DIFF_NONE)
            continue;
        join(p, i, slot->value);
        slot->value = next[slot->value];
    }
    diff_table_release(&table);
    free(next);
    free(sums);
}

static void count_vote(struct pairing *p, struct diff_table *pairs, uint32_t a,
                       uint32_t b)
{
    uint64_t hash =
        (((uint64_t)a << 32 | b) + 1) * UINT64_C(0x9e3779b97f4a7c15);
    bool made;
    struct diff_slot *slot = diff_table_add(pairs, hash, p->votes_len, &made);

    if (made) {
        p->votes = (struct vote *)td_list_room(p->votes, p->votes_len,
                                               sizeof(*p->votes));
        p->votes[p->votes_len++] = (struct vote){.group = {a, b}};
    }
    if (p->votes)
        p->votes[slot->value].count++;
}

/* A message that came in one open group of each side speaks for these. */
static void count_votes(struct pairing *p)
{
    struct diff_table tokens = {0};
    struct diff_table pairs = {0};
    bool made;

    for (uint32_t i = 0; i < p->sides[1].len; i++) {
        const struct diff_item *item = &p->sides[1].items[i];
        struct diff_slot *slot;

        if (!is_open(p, item->group))
            continue;
        slot =
            diff_table_add(&tokens, diff_item_token(item), item->group, &made);
        slot->other |= slot->value != item->group;
    }
    for (uint32_t i = 0; i < p->sides[0].len; i++) {
        const struct diff_item *item = &p->sides[0].items[i];
        const struct diff_slot *slot =
            is_open(p, item->group)
                ? diff_table_find(&tokens, diff_item_token(item))
                : NULL;

        if (slot && !slot->other)
            count_vote(p, &pairs, item->group, slot->value);
    }
    diff_table_release(&tokens);
    diff_table_release(&pairs);
}

static int by_count(const void *a, const void *b)
{
    const struct vote *x = (const struct vote *)a;
    const struct vote *y = (const struct vote *)b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->group[0] != y->group[0])
        return x->group[0] < y->group[0] ? -1 : 1;
    return x->group[1] < y->group[1] ? -1 : x->group[1] > y->group[1];
}

static void join_alike(struct pairing *p)
{
    count_votes(p);
    if (p->votes_len)
        qsort(p->votes, p->votes_len, sizeof(*p->votes), by_count);
    for (uint32_t i = 0; i < p->votes_len; i++) {
        if (is_open(p, p->votes[i].group[0]) &&
            is_open(p, p->votes[i].group[1]))
            join(p, p->votes[i].group[0], p->votes[i].group[1]);
    }
    free(p->votes);
}

static uint32_t next_open(const struct pairing *p, uint32_t from, uint32_t side)
{
    while (from < p->groups->len &&
           (!is_open(p, from) || p->groups->list[from].side != side))
        from++;
    return from;
}

static void join_left(struct pairing *p)
{
    uint32_t a = next_open(p, 0, 0);
    uint32_t b = next_open(p, 0, 1);

    while (a < p->groups->len && b < p->groups->len) {
        join(p, a, b);
        a = next_open(p, a + 1, 0);
        b = next_open(p, b + 1, 1);
    }
}

void diff_pair_groups(struct diff_side *sides, struct diff_groups *groups)
{
    struct pairing p = {.sides = sides,
                        .groups = groups,
                        .partner = (uint32_t *)td_calloc(
                            (size_t)groups->len + 1, sizeof(uint32_t))};

    for (uint32_t i = 0; i < groups->len; i++)
        p.partner[i] = DIFF_NONE;
    join_equal(&p);
    join_alike(&p);
    join_left(&p);
    for (uint32_t i = 0; i < sides[1].len; i++) {
        struct diff_item *item = &sides[1].items[i];

        if (p.partner[item->group] != DIFF_NONE)
            item->group = p.partner[item->group];
    }
    free(p.partner);
}
