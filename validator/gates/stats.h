/* validator/gates/stats.h - is b slower than a?
 *
 * Sources: F. Wilcoxon, "Individual comparisons by ranking methods" (1945);
 * J. L. Hodges and E. L. Lehmann, "Estimates of location based on rank tests"
 * (1963). Distributions are exact, by counting, also with ties.
 */
#ifndef VALIDATOR_GATES_STATS_H
#define VALIDATOR_GATES_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define GATES_STATS_MAX 60 /* differences */

/* Chance that the signed rank sum of n differences is as large as that of d or
 * larger, if they were as likely below zero as above. Zeroes are left out; of
 * equal sizes each has the mean of their ranks. 1 if nothing is left.
 */
double gates_signed_rank(const double *d, size_t n);

/* Median of the means of all pairs of d, each with itself too: the shift. n >=
 * 1. */
double gates_shift(const double *d, size_t n);

/* Does Holm's step-down method reject hypothesis `which` of n at level alpha? A
 * p that is not known yet is 1: what is rejected so stays rejected whatever it
 * turns out to be. (S. Holm, "A simple sequentially rejective multiple test
 * procedure", 1979.)
 */
bool gates_holm(const double *p, size_t n, size_t which, double alpha);

/* One block: the time of a, of b, and of a once more. */
struct gates_block {
    double a;
    double b;
    double again;
};

enum gates_speed {
    GATES_SAME,   /* not slower by more than the limit */
    GATES_SLOWER, /* by more than limit and noise, and by no chance */
    GATES_NOISY,  /* the noise alone is larger than the limit */
};

struct gates_round {
    double ratio; /* of b to a; 1.1 is ten percent slower */
    double p;
    double floor; /* what a differs from itself: 0.01 is one percent */
    enum gates_speed speed;
};

/* What a round of blocks says. limit: 0.05 is five percent. alpha: what p must
 * be below.
 */
struct gates_round gates_judge_round(const struct gates_block *blocks, size_t n,
                                     double limit, double alpha);

#endif
