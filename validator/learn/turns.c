/* Which of two events comes first, and whether they take turns. */
#include "validator/learn/mine_internal.h"

#include <math.h>
#include <string.h>

#define TAPE_MOST 2 /* bits of one tape */

static uint64_t bit(uint32_t event)
{
    return UINT64_C(1) << event;
}

void learn_took_add(struct learn_took *took, uint64_t from_ns, uint64_t to_ns)
{
    uint64_t ns = to_ns - from_ns;

    if (from_ns == UINT64_MAX || to_ns == UINT64_MAX || to_ns < from_ns)
        return;
    took->least_ns = took->count && took->least_ns < ns ? took->least_ns : ns;
    took->most_ns = took->most_ns > ns ? took->most_ns : ns;
    took->count++;
}

void learn_turns_take(struct learn_mine *mine, uint32_t event)
{
    struct learn_turns *t = &mine->turns;
    uint32_t len =
        mine->events_len < LEARN_TURNS ? mine->events_len : LEARN_TURNS;
    uint64_t all = len == LEARN_TURNS ? UINT64_MAX : bit(len) - 1;

    t->len = len;
    if (event >= len)
        return;
    t->all[event]++;
    if (t->came & bit(event))
        t->again[event] |= all & ~t->since[event];
    else
        t->before[event] |= all & ~t->came;
    t->behind[event] |= t->came;
    for (uint64_t left = t->came & ~bit(event); left; left &= left - 1) {
        uint32_t other = (uint32_t)__builtin_ctzll(left);

        if (t->since[other] & bit(event))
            continue;
        t->since[other] |= bit(event);
        learn_took_add(&t->took[other][event], t->last_ns[other], mine->at_ns);
    }
    t->came |= bit(event);
    t->since[event] = 0;
    t->last_ns[event] = mine->at_ns;
}

/* What one tape says of two events: how likely it is by chance that all of one
 * come before all of the other. They are not drawn one by one, so that a tape
 * has not more than a few bits.
 */
static void weigh(struct learn_turns *t, const struct learn_mine *mine,
                  uint32_t a, uint32_t b)
{
    double x = (double)mine->events[a].count;
    double y = (double)mine->events[b].count;
    double ways = lgamma(x + y + 1) - lgamma(x + 1) - lgamma(y + 1);

    if ((t->came & bit(a)) && (t->came & bit(b)) && !(t->behind[a] & bit(b)))
        t->apart[a][b] += fmin(TAPE_MOST, ways / log(2));
}

void learn_turns_end(struct learn_mine *mine)
{
    struct learn_turns *t = &mine->turns;

    for (uint32_t a = 0; a < t->len; a++) {
        if (t->came & bit(a))
            t->left[a] |= ~t->since[a];
        for (uint32_t b = 0; b < t->len; b++) {
            if (a != b)
                weigh(t, mine, a, b);
        }
    }
    t->came = 0;
    memset(t->since, 0, sizeof(t->since));
}
