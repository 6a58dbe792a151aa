#include "validator/diff/align_internal.h"

#include "core/mem.h"

#include <stdlib.h>

/* E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy,
 * with the furthest points of each round kept for the way back.
 */
struct myers {
    struct diff_aligner *al;
    struct diff_range range;
    int32_t len[2];
    int32_t *rounds; /* round d has 2d + 1 points from d * d on */
};

static bool same(const struct myers *m, int32_t x, int32_t y)
{
    return diff_align_token(m->al, 0, m->range.from[0] + (uint32_t)x) ==
           diff_align_token(m->al, 1, m->range.from[1] + (uint32_t)y);
}

/* The furthest x on diagonal k in round d. */
static int32_t *point(const struct myers *m, int32_t d, int32_t k)
{
    return &m->rounds[(ptrdiff_t)d * d + k + d];
}

/* Whether diagonal k of round d is reached from above: an insertion. */
static bool is_down(const struct myers *m, int32_t d, int32_t k)
{
    return k == -d ||
           (k != d && *point(m, d - 1, k - 1) < *point(m, d - 1, k + 1));
}

/* Where diagonal k of round d begins, before what is equal. */
static int32_t begin_of(const struct myers *m, int32_t d, int32_t k)
{
    if (d == 0)
        return 0;
    return is_down(m, d, k) ? *point(m, d - 1, k + 1)
                            : *point(m, d - 1, k - 1) + 1;
}

/* Go round d. True: the end was reached. Points outside are behind both ends
 * and stay so.
 */
static bool go_round(struct myers *m, int32_t d)
{
    bool over = false;

    for (int32_t k = -d; k <= d; k += 2) {
        int32_t x = begin_of(m, d, k);
        int32_t y = x - k;

        while (x < m->len[0] && y < m->len[1] && same(m, x, y)) {
            x++;
            y++;
        }
        *point(m, d, k) = x;
        if (k < d)
            *point(m, d, k + 1) = -1;
        over |= x >= m->len[0] && y >= m->len[1];
        if (over)
            break;
    }
    return over;
}

static void walk_back(struct myers *m, int32_t d)
{
    int32_t x = m->len[0];
    int32_t y = m->len[1];

    for (; d >= 0; d--) {
        int32_t k = x - y;
        int32_t begin = begin_of(m, d, k);

        while (x > begin) {
            x--;
            y--;
            diff_align_pair(m->al, m->range.from[0] + (uint32_t)x,
                            m->range.from[1] + (uint32_t)y);
        }
        if (d > 0 && is_down(m, d, k))
            y--;
        else
            x--;
    }
}

bool diff_align_shortest(struct diff_aligner *al, struct diff_range range)
{
    struct myers m = {.al = al,
                      .range = range,
                      .len = {(int32_t)(range.to[0] - range.from[0]),
                              (int32_t)(range.to[1] - range.from[1])}};
    size_t cap = 0;
    int32_t d = 0;
    bool over = false;

    for (; d <= DIFF_EDITS_MAX && !over; d++) {
        size_t need = (size_t)(d + 1) * (size_t)(d + 1);

        if (need > cap) {
            cap = need * 2;
            m.rounds = (int32_t *)td_realloc(m.rounds, cap * sizeof(int32_t));
        }
        over = go_round(&m, d);
    }
    if (over)
        walk_back(&m, d - 1);
    free(m.rounds);
    return over;
}
