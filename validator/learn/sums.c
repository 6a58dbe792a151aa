/* Arithmetic between the fields of one event. */
#include "core/mem.h"
#include "validator/learn/mine_internal.h"

#include <math.h>

#define BITS_MOST 100 /* of chance; more say no more */

static void add(struct learn_mine *mine, struct learn_sum sum)
{
    if (mine->sums_len == LEARN_SUMS_MAX)
        return;
    mine->sums = (struct learn_sum *)td_list_room(mine->sums, mine->sums_len,
                                                  sizeof(sum));
    mine->sums[mine->sums_len++] = sum;
}

/* The numbers of an event, and the one on the left. */
struct side {
    const uint32_t *list;
    uint32_t len;
    uint32_t a;
};

static void add_three(struct learn_mine *mine, const struct side *s, uint32_t b,
                      uint32_t c)
{
    struct learn_sum sum = {.shape = LEARN_PERCENT,
                            .fields = {s->list[s->a], s->list[b], s->list[c]},
                            .len = 3};

    add(mine, sum);
    if (c < b)
        return;
    sum.shape = LEARN_SUM;
    add(mine, sum);
    sum.len = 4;
    for (uint32_t d = c + 1; d < s->len; d++) {
        sum.fields[3] = s->list[d];
        if (d != s->a)
            add(mine, sum);
    }
}

/* Everything with a on the left. */
static void find_with(struct learn_mine *mine, const struct side *s)
{
    for (uint32_t b = 0; b < s->len; b++) {
        if (s->a < b)
            add(mine, (struct learn_sum){.shape = LEARN_SAME,
                                         .fields = {s->list[s->a], s->list[b]},
                                         .len = 2});
        for (uint32_t c = 0; c < s->len && b != s->a; c++) {
            if (c != s->a && c != b)
                add_three(mine, s, b, c);
        }
    }
}

void learn_sums_find(struct learn_mine *mine, struct learn_event *event)
{
    uint32_t list[LEARN_NUMBERS_MAX];
    uint32_t len = 0;

    for (uint32_t i = 0; i < event->fields_len; i++) {
        if (mine->fields[event->fields[i]].is_number && len < LEARN_NUMBERS_MAX)
            list[len++] = event->fields[i];
    }
    event->sums_from = mine->sums_len;
    for (uint32_t a = 0; a < len; a++)
        find_with(mine, &(struct side){list, len, a});
    event->sums_len = mine->sums_len - event->sums_from;
}

static bool is_near(double a, double b)
{
    double size = fabs(a) + fabs(b);

    return fabs(a - b) <= 1e-9 * (size > 1 ? size : 1);
}

static bool holds(const struct learn_mine *mine, const struct learn_sum *sum)
{
    const struct learn_field *a = &mine->fields[sum->fields[0]];
    const struct learn_field *b = &mine->fields[sum->fields[1]];
    const struct learn_field *c = &mine->fields[sum->fields[2]];
    double rest = 0;

    for (uint32_t i = 1; i < sum->len; i++)
        rest += mine->fields[sum->fields[i]].n;
    if (sum->shape != LEARN_PERCENT)
        return is_near(a->n, rest);
    if (c->n == 0)
        return false;
    /* Half a unit of the last digit, as ~= has it. */
    return fabs(a->n - 100 * b->n / c->n) <= 0.5 * pow(10, -a->decimals) + 1e-9;
}

/* It held once more. */
static void support(const struct learn_mine *mine, struct learn_sum *sum)
{
    double a = mine->fields[sum->fields[0]].n;

    if (sum->support == 0 || a != sum->last) {
        sum->varied++;
        if (sum->bits < BITS_MOST)
            sum->bits += log2(1 + fabs(a));
    }
    sum->last = a;
    sum->support++;
    for (uint32_t i = 0; i < sum->len; i++) {
        if (mine->fields[sum->fields[i]].n != 0)
            sum->nonzero |= 1u << i;
    }
}

void learn_sums_judge(struct learn_mine *mine, struct learn_event *event)
{
    struct learn_sum *sums;
    uint32_t kept = 0;

    if (!event->sums_len)
        return;
    sums = mine->sums + event->sums_from;
    for (uint32_t i = 0; i < event->sums_len; i++) {
        if (!holds(mine, &sums[i]))
            continue;
        support(mine, &sums[i]);
        if (kept != i)
            sums[kept] = sums[i];
        kept++;
    }
    event->sums_len = kept;
}

void learn_sums_end(struct learn_mine *mine)
{
    uint32_t kept = 0;

    for (uint32_t e = 0; e < mine->events_len; e++) {
        const struct learn_event *event = &mine->events[e];

        for (uint32_t i = 0; i < event->sums_len; i++)
            mine->sums[kept++] = mine->sums[event->sums_from + i];
    }
    mine->sums_len = kept;
}
