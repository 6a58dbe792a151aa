/* recorder/recorder_internal.h - the inside of a recording: recorder.c is its
 * life, recorder_end.c what it leaves.
 */
#ifndef RECORDER_RECORDER_INTERNAL_H
#define RECORDER_RECORDER_INTERNAL_H

#include "recorder/event_name.h"
#include "recorder/pipeline.h"
#include "recorder/recorder.h"
#include "recorder/source.h"

struct rec_recorder {
    struct wire_net *net;
    struct rec_options options;
    struct rec_event_name namer;
    struct rec_pipeline way;
    struct td_buf policy; /* JSON for the header */
    struct rec_source *sources;
    struct wire_timer tick;
    struct wire_timer retry;
    struct wire_timer grace;
    uint64_t start_ns;
    uint64_t start_wall_ns;
    uint64_t last_ns; /* time of the last plain event */
    uint64_t exchanges;
    uint64_t cut; /* payloads */
    uint32_t conns;
    unsigned open_sources; /* that have not ended */
    unsigned dumps;
    enum rec_stop stop;
    struct td_error error; /* the first one */
    bool paused;
    bool quiet;     /* nothing came for idle_ns, when last looked */
    bool worth;     /* something else than a refusal was recorded */
    bool broken;    /* the tape cannot be written */
    bool finishing; /* no more plain events */
    bool done;
};

/* Time since the start. */
static inline uint64_t rec_now(const struct rec_recorder *rec)
{
    return wire_now(rec->net) - rec->start_ns;
}

/* Sources have ended or need not be waited for. */
void rec_finish(struct rec_recorder *rec);

/* Write what waits, as far as the tape takes it. */
void rec_drain(struct rec_recorder *rec);

/* base_ns: the moment of the recording that is time 0 of this output. */
TD_MUST_CHECK enum td_code rec_open_output(struct rec_recorder *rec,
                                           const char *path, uint64_t base_ns,
                                           struct rec_output **out,
                                           struct td_error *err);

/* All but the output. */
void rec_free(struct rec_recorder *rec);

#endif
