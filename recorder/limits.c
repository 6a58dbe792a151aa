#include "recorder/limits.h"

const char *rec_stop_text(enum rec_stop stop)
{
    static const char *const texts[] = {
#define REC_STOP_TEXT(name, text) text,
        REC_STOPS(REC_STOP_TEXT)
#undef REC_STOP_TEXT
    };

    return texts[stop];
}

static int is_wanted(const char *const *names, struct td_bytes name)
{
    for (; *names; names++)
        if (td_bytes_is(name, *names))
            return 1;
    return 0;
}

enum rec_stop rec_limits_event(const struct rec_limits *limits,
                               const struct td_event *ev, uint64_t events)
{
    if (!td_event_is_plain(ev))
        return REC_STOP_NONE;
    if (limits->until && ev->name.len && is_wanted(limits->until, ev->name))
        return REC_STOP_UNTIL;
    if (limits->max_events && events >= limits->max_events)
        return REC_STOP_EVENTS;
    return REC_STOP_NONE;
}

static uint64_t later(uint64_t at_ns, uint64_t ns)
{
    return at_ns > UINT64_MAX - ns ? UINT64_MAX : at_ns + ns;
}

enum rec_stop rec_limits_time(const struct rec_limits *limits, uint64_t now_ns,
                              uint64_t last_ns)
{
    if (limits->max_ns && now_ns >= limits->max_ns)
        return REC_STOP_DURATION;
    if (limits->idle_ns && now_ns >= later(last_ns, limits->idle_ns))
        return REC_STOP_IDLE;
    return REC_STOP_NONE;
}

uint64_t rec_limits_due(const struct rec_limits *limits, uint64_t last_ns)
{
    uint64_t due = limits->max_ns ? limits->max_ns : UINT64_MAX;
    uint64_t idle =
        limits->idle_ns ? later(last_ns, limits->idle_ns) : UINT64_MAX;

    return idle < due ? idle : due;
}

enum tape_ending rec_stop_ending(enum rec_stop stop)
{
    if (stop == REC_STOP_ERROR)
        return TAPE_END_ERROR;
    if (stop == REC_STOP_SIGNAL)
        return TAPE_END_SIGNAL;
    return stop == REC_STOP_SOURCES || stop == REC_STOP_UNTIL ||
                   stop == REC_STOP_NONE
               ? TAPE_END_CLEAN
               : TAPE_END_LIMIT;
}
