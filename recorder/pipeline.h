/* recorder/pipeline.h - the stages between the sources and the tape.
 *
 *     redact --> limits --> queue --> tape --> watch
 *                       \-> snapshot in memory
 *
 * Each is a td_sink around the next. The pipeline knows no sources, no timers
 * and no end: whoever puts events owns those (recorder/recorder.h).
 */
#ifndef RECORDER_PIPELINE_H
#define RECORDER_PIPELINE_H

#include "recorder/limit_stage.h"
#include "recorder/overload.h"
#include "recorder/redact.h"
#include "recorder/snapshot.h"
#include "recorder/tape_stage.h"

/* All zeroes is valid and has nothing to release. */
struct rec_pipeline {
    /* Where events go in. put(): TD_OK; TD_LIMIT, the policy of the queue is to
     * fail, and the event was lost; else the tape cannot be written. Never
     * TD_AGAIN: what the tape does not take waits, and a flush() is to follow.
     * flush(): TD_OK, nothing waits any more; TD_AGAIN, something does. */
    struct td_sink sink;
    struct rec_redact *redact;
    struct rec_limit_stage limits;
    struct rec_overload load;
    struct rec_snapshot snapshot;
    struct rec_tape_stage tape;
    uint64_t lost_before; /* events that sources lost */
    uint64_t lost_told;   /* events that the tape knows to be lost */
};

/* Join the stages, which are set up; without a snapshot the events go to the
 * tape.
 */
void rec_pipeline_join(struct rec_pipeline *pipeline);

/* From now on output is what is written to; its owner stays the caller. */
void rec_pipeline_use(struct rec_pipeline *pipeline, struct rec_output *output);

/* Events wait for the tape. */
static inline bool rec_pipeline_waits(const struct rec_pipeline *pipeline)
{
    return !rec_overload_empty(&pipeline->load);
}

/* Events were lost before they came here. */
void rec_pipeline_lost(struct rec_pipeline *pipeline, uint64_t count);

/* All that were lost, there and on the way. */
uint64_t rec_pipeline_lost_total(const struct rec_pipeline *pipeline);

/* Tell the tape of those it does not know of: after a put that failed, or left
 * something waiting.
 */
void rec_pipeline_tell_lost(struct rec_pipeline *pipeline);

/* Write how much the rules of redaction have replaced: the last event. */
TD_MUST_CHECK enum td_code rec_pipeline_report(struct rec_pipeline *pipeline,
                                               uint64_t at_ns,
                                               struct td_error *err);

/* All but the output, which its owner closes or discards. */
void rec_pipeline_release(struct rec_pipeline *pipeline);

#endif
