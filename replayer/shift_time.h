/* replayer/shift_time.h - timestamps in payloads moved to the time of playing.
 *
 * All are moved by one distance: from the date of the first event that is
 * played to now. So they keep their distances to each other, whatever the
 * speed. Precision, zone and the way it is written stay:
 *
 *     "2026-01-31T12:00:00.125+02:00"   RFC 3339: as many digits, that zone
 *     1769860800, 1769860800.125        seconds since 1970
 *     1769860800125                     milli-, micro- or nanoseconds: what
 * they count says their size "1769860800125"                   the same in
 * quotes
 *
 * A number is taken for what gives a time from 1973 to 2262. What is less than
 * its last digit is dropped of the distance, not of the sum, so that those
 * written alike keep their distances. Source: docs/replay.md.
 */
#ifndef REPLAYER_SHIFT_TIME_H
#define REPLAYER_SHIFT_TIME_H

#include "core/clock.h"
#include "core/error.h"
#include "core/event.h"
#include "core/json.h"
#include "core/json_writer.h"

#include <stdbool.h>

#define PLAY_SHIFT_MAX 100 /* pointers */

/* The pointers and the distance: one for all who read the same tapes. */
struct play_shift;

/* Pointers (RFC 6901) end with NULL; the token * is every member or element.
 * They begin at the payload, in ["name", MESSAGE, ...] of Socket.IO at MESSAGE.
 * TD_USAGE: no pointer, or too many.
 */
TD_MUST_CHECK enum td_code play_shift_new(struct play_shift **out,
                                          const char *const *pointers,
                                          const struct td_clock *clock,
                                          struct td_error *err);
void play_shift_free(struct play_shift *shift); /* NULL is fine */

/* What one reader needs, and what it has done. All zeroes is ready. */
struct play_shift_room {
    struct td_json_doc doc;
    struct td_buf marks;
    struct td_buf payload;
    uint64_t moved;                   /* timestamps */
    uint64_t plain[PLAY_SHIFT_MAX];   /* by pointer: values that are no times */
    uint64_t matched[PLAY_SHIFT_MAX]; /* values it has named */
};
void play_shift_release(struct play_shift_room *room);

/* The next event is the first of a pass: the distance is measured again. */
void play_shift_restart(struct play_shift *shift);

/* Move the times in *ev, which is of that date. What it then points to lives
 * until the next call with the same room.
 */
void play_shift_apply(struct play_shift *shift, struct play_shift_room *room,
                      struct td_event *ev, uint64_t dated_ns);

/* The text of one timestamp, without quotes, moved by that many ns. False: it
 * is none, or would leave the years that are read; out is as it was.
 */
bool play_shift_text(struct td_buf *out, struct td_bytes text, int64_t by_ns);

/* The same of a number. */
bool play_shift_number(struct td_buf *out, struct td_bytes digits,
                       int64_t by_ns);

/* "412 timestamps moved by 302d", and what was found at no pointer; as JSON the
 * object `key`: {"by_ns":N,"timestamps":N,"others":N,"unmatched":["/x"]}.
 */
void play_shift_say(const struct play_shift *shift,
                    const struct play_shift_room *room, struct td_buf *out);
void play_shift_json(const struct play_shift *shift,
                     const struct play_shift_room *room,
                     struct td_json_writer *w, const char *key);

#endif
