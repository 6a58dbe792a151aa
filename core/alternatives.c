#include "core/alternatives.h"

#include "core/suggest.h"

static void insert(struct td_alternatives *all, uint32_t len,
                   struct td_alternative one)
{
    uint32_t i = len;

    for (; i > 0 && all->best[i - 1].cost > one.cost; i--)
        all->best[i] = all->best[i - 1];
    all->best[i] = one;
}

/* From now on there are more than are said. */
static void sort(struct td_alternatives *all)
{
    for (uint32_t i = 1; i < TD_ALTERNATIVES; i++)
        insert(all, i, all->best[i]);
}

void td_alternatives_add(struct td_alternatives *all, struct td_bytes text)
{
    struct td_alternative one = {
        text, all->near.len ? td_word_distance(all->near, text) : 0};

    if (all->len < TD_ALTERNATIVES) {
        all->best[all->len++] = one;
        return;
    }
    if (all->len++ == TD_ALTERNATIVES)
        sort(all);
    if (one.cost < all->best[TD_ALTERNATIVES - 1].cost)
        insert(all, TD_ALTERNATIVES - 1, one);
}

void td_alternatives_say(const struct td_alternatives *all, struct td_buf *out,
                         const char *quote, const char *last)
{
    uint32_t shown = all->len < TD_ALTERNATIVES ? all->len : TD_ALTERNATIVES;

    for (uint32_t i = 0; i < shown; i++) {
        if (i > 0)
            (void)td_buf_add_text(out, i + 1 == all->len ? last : ", ");
        (void)td_buf_add_text(out, quote);
        (void)td_buf_add_bytes(out, all->best[i].text);
        (void)td_buf_add_text(out, quote);
    }
    if (all->len > shown)
        (void)td_buf_addf(out, " or %u more", all->len - shown);
}
