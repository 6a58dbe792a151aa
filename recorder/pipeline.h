/* recorder/pipeline.h - the way of an event to the tape.
 *
 *     name --> redact --> [queue | ring of a snapshot] --> tape --> watch
 *
 * It takes events, and says in codes what came of them: it knows no sources, no
 * timers and no end. Whoever puts events owns those (recorder/recorder.h).
 */
#ifndef RECORDER_PIPELINE_H
#define RECORDER_PIPELINE_H

#include "recorder/event_name.h"
#include "recorder/event_queue.h"
#include "recorder/output.h"
#include "recorder/overload.h"
#include "recorder/redact.h"

/* Its owner fills in what it is made of. */
struct rec_pipeline {
    struct rec_output *output; /* NULL while a snapshot is in memory */
    struct rec_redact *redact;
    struct rec_event_name namer;
    struct rec_overload load;
    struct rec_queue ring;
    uint64_t snapshot_ns; /* 0 = to the output as events come */
    struct td_sink watch; /* told of what is on the tape; put NULL = nobody */
    uint64_t lost;        /* events, ever */
    uint64_t written;     /* events given to the tape */
    uint64_t written_ns;  /* time of the last of them */
    bool refused;         /* by watch, with TD_FAILED */
    bool ring_said;       /* that the ring is cut short by its memory */
};

/* Take *ev, whose name is found and whose values are redacted in place. TD_OK;
 * TD_FULL: it waits, and rec_pipeline_drain() is to be called soon; TD_LIMIT:
 * the policy is to fail, and it was lost; else the tape cannot be written.
 */
TD_MUST_CHECK enum td_code rec_pipeline_put(struct rec_pipeline *pipeline,
                                            struct td_event *ev,
                                            struct td_error *err);

/* Write what waits, as far as the tape takes it; all of it when forced. TD_OK:
 * nothing waits any more; TD_FULL: something does; else the tape cannot be
 * written.
 */
TD_MUST_CHECK enum td_code rec_pipeline_drain(struct rec_pipeline *pipeline,
                                              bool all, struct td_error *err);

/* Events were lost before they came here. */
void rec_pipeline_lost(struct rec_pipeline *pipeline, uint64_t count);

/* Write how much the rules of redaction have replaced: the last event. */
TD_MUST_CHECK enum td_code rec_pipeline_report(struct rec_pipeline *pipeline,
                                               uint64_t at_ns,
                                               struct td_error *err);

/* Copy the ring of a snapshot to output, whose time 0 is base_ns. */
TD_MUST_CHECK enum td_code
rec_pipeline_write_ring(const struct rec_pipeline *pipeline,
                        struct rec_output *output, uint64_t base_ns,
                        struct td_error *err);

/* All but the output, which its owner closes or discards. */
void rec_pipeline_release(struct rec_pipeline *pipeline);

#endif
