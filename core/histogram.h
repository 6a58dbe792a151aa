/* core/histogram.h - many durations, and their percentiles.
 *
 * Exact for the first CHECK_SAMPLES_EXACT of them. Beyond, a histogram of fixed
 * size takes their place: 128 classes for each power of two, so a percentile is
 * too high by less than 0.8 %. What is below 0 counts as the least.
 */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define CHECK_SAMPLES_EXACT 65536

/* All zeroes is valid and empty. */
struct check_samples {
    int64_t *list; /* NULL once there is a histogram */
    uint64_t *classes;
    uint64_t len;
    uint64_t room;
};

/* Frees everything; it is empty. */
void check_samples_release(struct check_samples *s);

/* One more. */
void check_samples_add(struct check_samples *s, int64_t value);

/* Add all of `from`, which is then empty. */
void check_samples_merge(struct check_samples *s, struct check_samples *from);

/* The value that so many percent (1 to 100) of the samples do not exceed, by
 * nearest rank; there must be samples. Sorts them.
 */
int64_t check_samples_percentile(struct check_samples *s, unsigned percent);

/* True if percentiles are of the histogram. */
bool check_samples_rounded(const struct check_samples *s);

#endif
