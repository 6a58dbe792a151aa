/* recorder/snapshot.h - the last seconds of a stream, kept in memory. */
#ifndef RECORDER_SNAPSHOT_H
#define RECORDER_SNAPSHOT_H

#include "recorder/event_queue.h"

struct rec_snapshot {
    struct rec_queue ring;
    uint64_t keep_ns; /* 0 = no snapshot */
    bool said;        /* that memory cuts it short */
};

/* Empty; holds events no older than keep_ns against the last, in at most
 * max_bytes: then older ones go first, and that is said once.
 */
void rec_snapshot_init(struct rec_snapshot *snapshot, uint64_t keep_ns,
                       size_t max_bytes);
void rec_snapshot_release(struct rec_snapshot *snapshot);

/* Takes every event. Lives as long as snapshot. */
struct td_sink rec_snapshot_sink(struct rec_snapshot *snapshot);

/* Time of the oldest event that is kept; 0 if there is none. */
uint64_t rec_snapshot_began_ns(const struct rec_snapshot *snapshot);

/* Put all that is kept into sink, with times that count from the oldest. It
 * stays; a sink that says TD_AGAIN ends it with that code.
 */
TD_MUST_CHECK enum td_code
rec_snapshot_copy(const struct rec_snapshot *snapshot, struct td_sink sink,
                  struct td_error *err);

#endif
