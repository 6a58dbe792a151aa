/* validator/diff/timing.h - how long it took from message to message.
 *
 * Judged as a distribution: the percentiles of the gaps within all groups of
 * one stream must be those of the other, as far as the masks' bands allow.
 */
#ifndef VALIDATOR_DIFF_TIMING_H
#define VALIDATOR_DIFF_TIMING_H

#include "validator/diff/side.h"

struct diff_timing_band {
    unsigned percentile;
    double share;   /* that is allowed */
    uint64_t ns[2]; /* of the streams */
    bool holds;
};

struct diff_timing {
    bool judged;   /* there are bands, and both streams tell times */
    bool no_times; /* there are bands, and one of them does not, or has no two
                      messages in a group */
    struct diff_timing_band bands[DIFF_BANDS_MAX];
    uint32_t bands_len;
    uint32_t broken; /* bands that do not hold */
};

/* Compare the gaps of two sides whose groups were paired. */
struct diff_timing diff_timing(const struct diff_masks *masks,
                               const struct diff_names *names,
                               const struct diff_side *sides, uint32_t groups);

#endif
