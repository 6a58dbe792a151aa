/* replayer/schedule.h - when an event is due: tape time x speed, pure
 * arithmetic.
 *
 * A schedule maps a position on the tape to a monotonic time. It is anchored
 * once (position P is due at time T) and every due time is computed from that
 * anchor, never by adding up sleeps, so that rounding and late wake-ups do not
 * accumulate. Products are 128 bits wide: no tape is too long.
 *
 * The first event is due at once; all others keep their distance to it. Equal
 * times give equal due times, so the order of the tape is kept. A time that
 * goes back on the tape (tapes glued together) counts as no distance.
 *
 *     play_schedule_start(&s, &pace, now);
 *     while (an event) {
 *         play_schedule_next(&s, ev.at_ns);
 *         wait until play_schedule_due(&s);
 *     }
 */
#ifndef REPLAYER_SCHEDULE_H
#define REPLAYER_SCHEDULE_H

#include "core/clock.h"
#include "core/error.h"

#include <stdbool.h>

#define PLAY_SPEED_ONE     UINT64_C(1000000) /* as it was recorded */
#define PLAY_SPEED_LOWEST  UINT64_C(1000)    /* 1000 times slower */
#define PLAY_SPEED_HIGHEST (PLAY_SPEED_ONE * 1000000)
#define PLAY_SPEED_MAX     UINT64_MAX /* as fast as the consumers take it */

struct play_pace {
    uint64_t speed;      /* millionths, or PLAY_SPEED_MAX */
    uint64_t eps;        /* events a second in millionths; 0 = tape times */
    uint64_t max_gap_ns; /* longer gaps on the tape count as this; 0 = none */
};

/* Filled by play_schedule_start(); read-only for the caller. */
struct play_schedule {
    struct play_pace pace;
    uint64_t anchor_ns;  /* monotonic time of anchor_pos */
    uint64_t anchor_pos; /* in units of pos */
    uint64_t pos;        /* of the current event: tape ns, or events (eps) */
    uint64_t tape_ns;    /* of the current event, or where a seek went */
    uint64_t hold_ns;    /* at full speed: nothing before this time */
    bool begun;          /* an event was seen */
    bool joined;         /* the next event has no distance to the last one */
    bool paused;
};

/* Decimal digits in millionths: "1.5" is 1500000. False if it is no such
 * number, has more than 6 digits behind the point or passes
 * PLAY_SPEED_HIGHEST.
 */
bool play_millionths_parse(const char *text, uint64_t *value);

/* "2" is twice as fast, "0.5" half as fast, "max". At most 6 digits behind the
 * point. TD_USAGE outside PLAY_SPEED_LOWEST .. PLAY_SPEED_HIGHEST.
 */
TD_MUST_CHECK enum td_code play_speed_parse(const char *text, uint64_t *speed,
                                            struct td_error *err);

/* The same for events a second; "max" is refused. */
TD_MUST_CHECK enum td_code play_eps_parse(const char *text, uint64_t *eps,
                                          struct td_error *err);

/* How long a gap on the tape lasts at that pace (not by events a second). */
uint64_t play_pace_gap(const struct play_pace *pace, uint64_t gap_ns);

/* Start at monotonic time now. */
void play_schedule_start(struct play_schedule *s, const struct play_pace *pace,
                         uint64_t now_ns);

/* Go to the next event, which is at tape_ns. */
void play_schedule_next(struct play_schedule *s, uint64_t tape_ns);

/* Monotonic time at which the current event is due; 0 = now (full speed),
 * TD_NEVER while paused. Changes with the calls below.
 */
uint64_t play_schedule_due(const struct play_schedule *s);

/* Where the tape stands at now: its time, at most that of the current event
 * (which it is at full speed and by events a second).
 */
uint64_t play_schedule_tape_ns(const struct play_schedule *s, uint64_t now_ns);

/* Stop the tape, and go on from the same place. */
void play_schedule_pause(struct play_schedule *s, uint64_t now_ns);
void play_schedule_resume(struct play_schedule *s, uint64_t now_ns);

/* The current event was played by hand while paused: the tape stands there. */
void play_schedule_step(struct play_schedule *s);

/* Change the speed (or the events a second) to percent of what it is, within
 * the limits. Nothing at full speed.
 */
void play_schedule_faster(struct play_schedule *s, uint64_t now_ns,
                          unsigned percent);

/* The tape jumped to tape_ns: what comes next is measured from there. */
void play_schedule_seek(struct play_schedule *s, uint64_t now_ns,
                        uint64_t tape_ns);

/* The tape starts again delay_ns (real time) after its last event. */
void play_schedule_loop(struct play_schedule *s, uint64_t now_ns,
                        uint64_t delay_ns);

#endif
