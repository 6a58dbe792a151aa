/* Statistics against what counting all cases says. */
#include "tests/suites.h"
#include "validator/gates/stats.h"

#include <math.h>
#include <stdint.h>

#define ABOUT(a, b) CU_ASSERT(fabs((a) - (b)) < 1e-12)

/* The mean of the ranks of equal sizes, counted the slow way, doubled. */
static unsigned doubled_rank(const double *d, unsigned n, unsigned i)
{
    unsigned below = 0;
    unsigned equal = 0;

    for (unsigned k = 0; k < n; k++) {
        below += fabs(d[k]) < fabs(d[i]);
        equal += fabs(d[k]) == fabs(d[i]);
    }
    return 2 * below + equal + 1;
}

/* Of all 2^n ways to give signs, the share whose sum is as large or larger. */
static double by_counting(const double *d, unsigned n)
{
    unsigned ranks[16];
    unsigned seen = 0;
    unsigned ways = 0;

    for (unsigned i = 0; i < n; i++) {
        ranks[i] = doubled_rank(d, n, i);
        seen += d[i] > 0 ? ranks[i] : 0;
    }
    for (uint32_t signs = 0; signs < UINT32_C(1) << n; signs++) {
        unsigned sum = 0;

        for (unsigned i = 0; i < n; i++)
            sum += signs >> i & 1 ? ranks[i] : 0;
        ways += sum >= seen;
    }
    return (double)ways / (double)(UINT32_C(1) << n);
}

static void signed_rank_is_exact(void)
{
    static const double sets[][8] = {
        {1, 2, 3, 4, 5, 6, 7, 8},         {-1, -2, -3, -4, -5, -6, -7, -8},
        {1, -1, 2, -2, 3, -3, 4, -4},     {0.5, 0.5, 0.5, -0.5, 1, 1, -2, 3},
        {3, 1, -4, 1, -5, 9, 2, 6},       {-1, 1, 1, 1, 1, 1, 1, 1},
        {0.1, 0.2, -0.3, 0.3, 8, 7, 6, 5}};

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        for (unsigned n = 1; n <= 8; n++)
            ABOUT(gates_signed_rank(sets[i], n), by_counting(sets[i], n));
}

/* The first example of R's help page of wilcox.test() (the depression data of
 * Hollander and Wolfe, 1973): p-value = 0.01953, (pseudo)median 0.46.
 */
static void r_says_the_same(void)
{
    static const double x[] = {1.83, 0.50, 1.62, 2.48, 1.68,
                               1.88, 1.55, 3.06, 1.30};
    static const double y[] = {0.878, 0.647, 0.598, 2.05, 1.06,
                               1.29,  1.06,  3.14,  1.29};
    double d[9];

    for (size_t i = 0; i < 9; i++)
        d[i] = x[i] - y[i];
    ABOUT(gates_signed_rank(d, 9), 10.0 / 512);
    ABOUT(gates_shift(d, 9), 0.46);
}

static void zeroes_say_nothing(void)
{
    static const double with[] = {0, 3, 0, -1, 2, 0};
    static const double without[] = {3, -1, 2};
    static const double none[] = {0, 0};

    ABOUT(gates_signed_rank(with, 6), gates_signed_rank(without, 3));
    ABOUT(gates_signed_rank(none, 2), 1.0);
}

/* All above zero: one way of 2^n. */
static void the_smallest_chance_is_known(void)
{
    double d[GATES_STATS_MAX];

    for (unsigned i = 0; i < GATES_STATS_MAX; i++)
        d[i] = 1 + i;
    ABOUT(gates_signed_rank(d, 20) * 1048576, 1.0);
    ABOUT(gates_signed_rank(d, GATES_STATS_MAX) * 0x1p60, 1.0);
}

static void shift_is_the_median_of_pair_means(void)
{
    static const double three[] = {1, 2, 9}; /* 1 1.5 2 5 5.5 9 */
    static const double one[] = {7};

    ABOUT(gates_shift(three, 3), 3.5);
    ABOUT(gates_shift(one, 1), 7);
}

static struct gates_round judge(double b, double again, double limit)
{
    struct gates_block blocks[20];

    for (unsigned i = 0; i < 20; i++) {
        double drift = 1 + 0.01 * i; /* a machine that gets slower */

        blocks[i].a = 100 * drift;
        blocks[i].b = 100 * b * drift * (i % 2 ? 1.001 : 0.999);
        blocks[i].again = 100 * again * drift;
    }
    return gates_judge_round(blocks, 20, limit, 0.01);
}

static void a_round_is_judged_by_limit_noise_and_chance(void)
{
    CU_ASSERT_EQUAL(judge(1.10, 1.00, 0.05).speed, GATES_SLOWER);
    CU_ASSERT_EQUAL(judge(1.03, 1.00, 0.05).speed, GATES_SAME);
    CU_ASSERT_EQUAL(judge(0.90, 1.00, 0.05).speed, GATES_SAME);
    CU_ASSERT_EQUAL(judge(1.00, 1.00, 0.05).speed, GATES_SAME);
    CU_ASSERT_EQUAL(judge(1.10, 1.08, 0.05).speed, GATES_NOISY);
    CU_ASSERT(fabs(judge(1.10, 1.00, 0.05).ratio - 1.1) < 0.001);
    CU_ASSERT(fabs(judge(1.10, 1.02, 0.05).floor - 0.02) < 0.001);
}

/* Holm's own way: the smallest at alpha/n, the next at alpha/(n - 1)... */
static void step_down_gives_more_than_a_share(void)
{
    static const struct {
        double p[4];
        const char *rejected;
    } sets[] = {{{0.01, 0.02, 0.03, 0.04}, "1000"},
                {{0.012, 0.016, 0.024, 0.04}, "1111"},
                {{0.04, 0.012, 0.024, 0.016}, "1111"},
                {{0.012, 0.018, 0.001, 0.9}, "1110"},
                {{0.02, 0.02, 0.02, 0.02}, "0000"},
                {{0.0125, 0.0125, 1, 1}, "1100"},
                {{0.01, 1, 1, 1}, "1000"}};

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        for (size_t k = 0; k < 4; k++)
            CU_ASSERT_EQUAL(gates_holm(sets[i].p, 4, k, 0.05),
                            sets[i].rejected[k] == '1');
    CU_ASSERT(gates_holm(sets[0].p, 1, 0, 0.01));
}

CU_TestInfo validator_gates_stats_tests[] = {
    {"step down gives more than a share", step_down_gives_more_than_a_share},
    {"signed rank is exact", signed_rank_is_exact},
    {"R says the same", r_says_the_same},
    {"zeroes say nothing", zeroes_say_nothing},
    {"the smallest chance is known", the_smallest_chance_is_known},
    {"shift is the median of pair means", shift_is_the_median_of_pair_means},
    {"a round is judged by limit, noise and chance",
     a_round_is_judged_by_limit_noise_and_chance},
    CU_TEST_INFO_NULL,
};
