#include "validator/gates/stats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int compare_size(const void *x, const void *y)
{
    double a = fabs(*(const double *)x);
    double b = fabs(*(const double *)y);

    return (a > b) - (a < b);
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x;
    double b = *(const double *)y;

    return (a > b) - (a < b);
}

/* Ranks of values sorted by size, doubled, so that means of ranks are whole. */
static void rank(const double *sorted, size_t n, unsigned *doubled)
{
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;

        while (end < n && fabs(sorted[end]) == fabs(sorted[i]))
            end++;
        for (size_t k = i; k < end; k++)
            doubled[k] = (unsigned)(i + 1 + end);
        i = end;
    }
}

#define SUMS (GATES_STATS_MAX * (GATES_STATS_MAX + 1) + 1)

/* Share of all 2^n ways to give signs whose sum is `least` or more. */
static double share_above(const unsigned *ranks, size_t n, unsigned least)
{
    static const size_t sums = SUMS;
    double chance[SUMS] = {1.0};
    double above = 0;
    size_t highest = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t s = highest + 1; s-- > 0;) {
            chance[s] /= 2;
            chance[s + ranks[i]] += chance[s];
        }
        highest += ranks[i];
    }
    for (size_t s = least; s < sums && s <= highest; s++)
        above += chance[s];
    return above > 1 ? 1 : above;
}

double gates_signed_rank(const double *d, size_t n)
{
    double sorted[GATES_STATS_MAX] = {0};
    unsigned ranks[GATES_STATS_MAX] = {0};
    unsigned sum = 0;
    size_t len = 0;

    assert(n <= GATES_STATS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (d[i] != 0)
            sorted[len++] = d[i];
    }
    if (len == 0)
        return 1;
    qsort(sorted, len, sizeof(*sorted), compare_size);
    rank(sorted, len, ranks);
    for (size_t i = 0; i < len; i++)
        sum += sorted[i] > 0 ? ranks[i] : 0;
    return share_above(ranks, len, sum);
}

/* All that are smaller have to be rejected too, each at its own level. */
bool gates_holm(const double *p, size_t n, size_t which, double alpha)
{
    for (size_t i = 0; i < n; i++) {
        size_t before = 0;

        if (p[i] > p[which])
            continue;
        for (size_t k = 0; k < n; k++)
            before += p[k] < p[i] || (k < i && p[k] == p[i]);
        if (p[i] > alpha / (double)(n - before))
            return false;
    }
    return true;
}

static double middle(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double gates_shift(const double *d, size_t n)
{
    double means[GATES_STATS_MAX * (GATES_STATS_MAX + 1) / 2] = {0};
    size_t len = 0;

    assert(n <= GATES_STATS_MAX);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i; k < n; k++)
            means[len++] = (d[i] + d[k]) / 2;
    }
    return middle(means, len);
}

struct gates_round gates_judge_round(const struct gates_block *blocks, size_t n,
                                     double limit, double alpha)
{
    struct gates_round round;
    double d[GATES_STATS_MAX];
    double same[GATES_STATS_MAX];

    assert(n >= 1 && n <= GATES_STATS_MAX);
    for (size_t i = 0; i < n; i++) {
        d[i] = log(blocks[i].b) - (log(blocks[i].a) + log(blocks[i].again)) / 2;
        same[i] = log(blocks[i].again) - log(blocks[i].a);
    }
    round.ratio = exp(gates_shift(d, n));
    round.floor = exp(fabs(gates_shift(same, n))) - 1;
    round.p = gates_signed_rank(d, n);
    round.speed = GATES_SAME;
    if (round.floor > limit)
        round.speed = GATES_NOISY;
    else if (round.p < alpha && round.ratio - 1 > limit)
        round.speed = GATES_SLOWER;
    return round;
}
