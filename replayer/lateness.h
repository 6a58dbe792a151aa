/* replayer/lateness.h - how late events were, as a histogram.
 *
 * 16 buckets for each power of two: every quantile is right to 1/16 of its
 * value (and never below the truth), the maximum is exact. Fixed size, no
 * allocation, one addition an event.
 */
#ifndef REPLAYER_LATENESS_H
#define REPLAYER_LATENESS_H

#include "core/buf.h"
#include "core/json_writer.h"

#define PLAY_LATENESS_BITS 4
#define PLAY_LATENESS_SLOTS                                                    \
    ((64 - PLAY_LATENESS_BITS + 1) << PLAY_LATENESS_BITS)

/* All zeroes is empty. */
struct play_lateness {
    uint64_t count;
    uint64_t max_ns;
    uint64_t slots[PLAY_LATENESS_SLOTS];
};

/* Count one event that was late_ns late. */
void play_lateness_add(struct play_lateness *l, uint64_t late_ns);

/* Time that the given share (per thousand, 1 .. 1000) of all events was not
 * later than; 0 if there are none. 500 is the median, 1000 the maximum.
 */
uint64_t play_lateness_quantile(const struct play_lateness *l,
                                unsigned per_thousand);

/* Number of events later than ns (to the precision of the buckets). */
uint64_t play_lateness_above(const struct play_lateness *l, uint64_t ns);

/* "lateness p50 12 us, p90 ..., max ..." and a line for each bucket in use. */
enum td_code play_lateness_text(const struct play_lateness *l,
                                struct td_buf *out);

/* {"count":..,"p50_ns":..,"p90_ns":..,"p99_ns":..,"max_ns":..,
 *  "buckets":[{"le_ns":10000,"count":..},...,{"le_ns":null,"count":..}]}
 */
void play_lateness_json(const struct play_lateness *l, struct td_json_writer *w,
                        const char *key);

#endif
