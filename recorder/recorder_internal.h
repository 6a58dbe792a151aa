/* recorder/recorder_internal.h - the inside of a recorder, shared by recorder.c
 * (its life) and flow.c (the way of an event); nobody else includes it.
 */
#ifndef RECORDER_RECORDER_INTERNAL_H
#define RECORDER_RECORDER_INTERNAL_H

#include "recorder/event_name.h"
#include "recorder/event_queue.h"
#include "recorder/recorder.h"
#include "recorder/source.h"

struct rec_recorder {
    struct wire_net *net;
    struct rec_options options;
    struct rec_output *output; /* NULL while a snapshot is in memory */
    struct rec_redact *redact;
    struct rec_event_name namer;
    struct rec_overload load;
    struct rec_queue ring;
    struct td_buf policy; /* JSON for the header */
    struct rec_source *sources;
    struct wire_timer tick;
    struct wire_timer retry;
    struct wire_timer grace;
    uint64_t start_ns;
    uint64_t start_wall_ns;
    uint64_t last_ns;    /* time of the last plain event */
    uint64_t disk_ns;    /* of the next look at the disk */
    uint64_t disk_bytes; /* of the file, likewise */
    uint64_t written;    /* events given to the tape */
    uint64_t written_ns; /* time of the last of them */
    struct rec_stats stats;
    unsigned dumps;
    enum rec_stop stop;
    struct td_error error; /* the first one */
    bool paused;
    bool quiet;     /* nothing came for idle_ns, when last looked */
    bool worth;     /* something else than a refusal was recorded */
    bool broken;    /* the tape cannot be written */
    bool refused;   /* by options.watch */
    bool finishing; /* no more plain events */
    bool done;
    bool ring_said; /* that the ring is cut short by its memory */
};

static inline uint64_t rec_now(const struct rec_recorder *rec)
{
    return wire_now(rec->net) - rec->start_ns;
}

/* End at once: the tape broke (broken) or the policy says so. */
void rec_fail(struct rec_recorder *rec, const struct td_error *err,
              bool broken);

/* Sources have ended or need not be waited for: stop timers, say done. */
void rec_finish(struct rec_recorder *rec);

/* Write what waits, as far as the tape takes it; all of it when forced. */
void rec_drain(struct rec_recorder *rec, bool all);

/* The timer that drains while the tape takes nothing. */
void rec_on_retry(void *ctx);

/* Stop or go on reading, all sources. */
void rec_pause(struct rec_recorder *rec, bool paused);

/* Copy the ring of a snapshot to output, whose time 0 is base_ns. */
TD_MUST_CHECK enum td_code rec_write_ring(struct rec_recorder *rec,
                                          struct rec_output *output,
                                          uint64_t base_ns,
                                          struct td_error *err);

#endif
