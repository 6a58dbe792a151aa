/* recorder/limits.h - when a recording has had enough. Pure.
 *
 * A limit ends a recording in order, with exit status 0: the end line says
 * which one it was. The event that reaches a limit is on the tape.
 */
#ifndef RECORDER_LIMITS_H
#define RECORDER_LIMITS_H

#include "core/event.h"
#include "tape/options.h"

/* X(name, what the end line and the summary say) */
#define REC_STOPS(X)                                                           \
    X(NONE, "")                                                                \
    X(SOURCES, "all sources have ended")                                       \
    X(UNTIL, "the event of --until came")                                      \
    X(EVENTS, "--max-events was reached")                                      \
    X(SIZE, "--max-size was reached")                                          \
    X(DURATION, "--max-duration was reached")                                  \
    X(IDLE, "nothing came for --idle-timeout")                                 \
    X(DISK, "free space fell below --min-free")                                \
    X(CHECK, "the check found an error")                                       \
    X(SIGNAL, "a signal asked for the end")                                    \
    X(ERROR, "an error ended it")

enum rec_stop {
#define REC_STOP_ENUM(name, text) REC_STOP_##name,
    REC_STOPS(REC_STOP_ENUM)
#undef REC_STOP_ENUM
};

/* Static text; never NULL. */
const char *rec_stop_text(enum rec_stop stop);

/* What the end line of the tape says of it. */
enum tape_ending rec_stop_ending(enum rec_stop stop);

/* All zeroes: no limits. */
struct rec_limits {
    const char *const *until; /* event names, NULL-terminated; or NULL */
    uint64_t max_events;      /* plain events; 0 = any number */
    uint64_t max_bytes;       /* of all files */
    uint64_t max_ns;
    uint64_t idle_ns; /* between plain events */
};

/* Does ev, the events-th plain event, end the recording? NONE, UNTIL, EVENTS.
 * Events that are not plain never do.
 */
enum rec_stop rec_limits_event(const struct rec_limits *limits,
                               const struct td_event *ev, uint64_t events);

/* Does the time? NONE, DURATION, IDLE. last_ns: time of the last plain event,
 * 0 if there was none. Both times since the start.
 */
enum rec_stop rec_limits_time(const struct rec_limits *limits, uint64_t now_ns,
                              uint64_t last_ns);

/* The time at which rec_limits_time() will say stop if nothing more comes;
 * UINT64_MAX for never.
 */
uint64_t rec_limits_due(const struct rec_limits *limits, uint64_t last_ns);

#endif
