/* core/histogram.h - many durations, and their percentiles.
 *
 * Exact for the first TD_HISTOGRAM_EXACT of them. Beyond, a histogram of fixed
 * size takes their place: 128 classes for each power of two, so a percentile is
 * too high by less than 0.8 %. What is below 0 counts as the least.
 */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define TD_HISTOGRAM_EXACT 65536

/* Values below 2^bits have a class each; above, every power of two is cut into
 * 2^bits classes, which the highest bits of a value name.
 */
static inline unsigned td_class_of(uint64_t value, unsigned bits)
{
    unsigned shift;

    if (value >> bits == 0)
        return (unsigned)value;
    shift = 63 - bits - (unsigned)__builtin_clzll(value);
    return (shift << bits) + (unsigned)(value >> shift);
}

/* The greatest value of a class. */
static inline uint64_t td_class_top(unsigned class_, unsigned bits)
{
    unsigned shift = class_ >> bits;

    if (shift == 0)
        return class_;
    shift--;
    return ((class_ - ((uint64_t)shift << bits) + 1) << shift) - 1;
}

/* The number, from 1, of the value that a share (part / whole) of n values do
 * not exceed: nearest rank.
 */
static inline uint64_t td_rank_of(uint64_t n, unsigned part, unsigned whole)
{
    uint64_t rank = n / whole * part + (n % whole * part + whole - 1) / whole;

    return rank > 0 ? rank : 1;
}

/* All zeroes is valid and empty. */
struct td_histogram {
    int64_t *list; /* NULL once there is a histogram */
    uint64_t *classes;
    uint64_t len;
    uint64_t room;
};

/* Frees everything; it is empty. */
void td_histogram_release(struct td_histogram *s);

/* One more. */
void td_histogram_add(struct td_histogram *s, int64_t value);

/* Add all of `from`, which is then empty. */
void td_histogram_merge(struct td_histogram *s, struct td_histogram *from);

/* The value that so many percent (1 to 100) of the samples do not exceed, by
 * nearest rank; there must be samples. Sorts them.
 */
int64_t td_histogram_percentile(struct td_histogram *s, unsigned percent);

/* True if percentiles are of the histogram. */
bool td_histogram_rounded(const struct td_histogram *s);

#endif
