#include "recorder/limit_stage.h"

#include "core/clock.h"

#define SIZE_EVERY    64            /* events between two looks at the size */
#define DISK_EVERY    (1024 * 1024) /* bytes between two looks at the disk */
#define DISK_EVERY_NS TD_NS_PER_S

/* The clock looks at the disk, too, but a fast stream fills it in between. */
static bool disk_fills(struct rec_limit_stage *stage, uint64_t file_bytes)
{
    if (!stage->min_free || file_bytes < stage->disk_bytes)
        return false;
    stage->disk_bytes = file_bytes + DISK_EVERY;
    return rec_output_disk_low(stage->output);
}

static TD_APART enum rec_stop look_at_file(struct rec_limit_stage *stage)
{
    uint64_t max = stage->limits.max_bytes;
    uint64_t bytes = rec_output_stats(stage->output).file_bytes;

    if (max && bytes >= max)
        return REC_STOP_SIZE;
    return disk_fills(stage, bytes) ? REC_STOP_DISK : REC_STOP_NONE;
}

static enum rec_stop look(struct rec_limit_stage *stage,
                          const struct td_event *ev)
{
    enum rec_stop stop = rec_limits_event(&stage->limits, ev, stage->events);

    if (stop || !stage->output || stage->events % SIZE_EVERY != 0)
        return stop;
    return look_at_file(stage);
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct rec_limit_stage *stage = self;
    bool plain = td_event_is_plain(ev);
    enum td_code code;

    if (stage->stop && plain)
        return TD_OK; /* it waited before this stage when the end was due */
    code = td_sink_put(stage->next, ev, err);
    if (code == TD_AGAIN || !plain)
        return code;
    stage->events++;
    stage->payload_bytes += ev->payload.len;
    stage->stop = look(stage, ev);
    return code;
}

static enum td_code flush(void *self, struct td_error *err)
{
    struct rec_limit_stage *stage = self;

    return td_sink_flush(stage->next, err);
}

struct td_sink rec_limit_stage_sink(struct rec_limit_stage *stage)
{
    return (struct td_sink){.put = put, .flush = flush, .self = stage};
}

static bool disk_is_low(struct rec_limit_stage *stage, uint64_t now_ns)
{
    if (!stage->min_free || now_ns < stage->disk_ns)
        return false;
    stage->disk_ns = now_ns + DISK_EVERY_NS;
    return rec_output_disk_low(stage->output);
}

enum rec_stop rec_limit_stage_time(struct rec_limit_stage *stage,
                                   uint64_t now_ns, uint64_t last_ns)
{
    const struct rec_limits *limits = &stage->limits;
    enum rec_stop stop = rec_limits_time(limits, now_ns, last_ns);

    if (stop || !stage->output)
        return stop;
    if (limits->max_bytes &&
        rec_output_stats(stage->output).file_bytes >= limits->max_bytes)
        return REC_STOP_SIZE;
    return disk_is_low(stage, now_ns) ? REC_STOP_DISK : REC_STOP_NONE;
}
