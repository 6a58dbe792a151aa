#include "recorder/snapshot.h"

#include "core/log.h"

void rec_snapshot_init(struct rec_snapshot *snapshot, uint64_t keep_ns,
                       size_t max_bytes)
{
    *snapshot = (struct rec_snapshot){.keep_ns = keep_ns};
    rec_queue_init(&snapshot->ring, max_bytes);
}

void rec_snapshot_release(struct rec_snapshot *snapshot)
{
    rec_queue_release(&snapshot->ring);
}

static void say_short(struct rec_snapshot *snapshot)
{
    if (!snapshot->said)
        td_log(TD_LOG_WARN,
               "the snapshot holds less time than asked for: its memory is "
               "full");
    snapshot->said = true;
}

static enum td_code put(void *self, const struct td_event *ev,
                        struct td_error *err)
{
    struct rec_snapshot *snapshot = self;
    struct td_event old;

    (void)err;
    while (rec_queue_first(&snapshot->ring, &old)) {
        bool aged = old.at_ns + snapshot->keep_ns < ev->at_ns;

        if (!aged && rec_queue_fits(&snapshot->ring, ev))
            break;
        if (!aged)
            say_short(snapshot);
        rec_queue_drop(&snapshot->ring);
    }
    rec_queue_add(&snapshot->ring, ev);
    return TD_OK;
}

struct td_sink rec_snapshot_sink(struct rec_snapshot *snapshot)
{
    return (struct td_sink){.put = put, .self = snapshot};
}

uint64_t rec_snapshot_began_ns(const struct rec_snapshot *snapshot)
{
    struct td_event first;

    return rec_queue_first(&snapshot->ring, &first) ? first.at_ns : 0;
}

enum td_code rec_snapshot_copy(const struct rec_snapshot *snapshot,
                               struct td_sink sink, struct td_error *err)
{
    uint64_t began_ns = rec_snapshot_began_ns(snapshot);
    struct td_event ev;
    size_t at = 0;
    enum td_code code = TD_OK;

    while (!code && rec_queue_next(&snapshot->ring, &at, &ev)) {
        ev.at_ns -= began_ns;
        code = td_sink_put(sink, &ev, err);
    }
    return code;
}
