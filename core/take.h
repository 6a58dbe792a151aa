/* core/take.h - numbers, durations, dates and times taken from the front of a
 * text.
 *
 * td_take_X(&text, ...) cuts an X off text. False, or TD_FORMAT: it begins with
 * none, and how much of it was cut is not said.
 */
#ifndef CORE_TAKE_H
#define CORE_TAKE_H

#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

/* Decimal digits; a number that is too large is UINT64_MAX. */
bool td_take_number(struct td_bytes *text, uint64_t *n);

/* "2.50" of dollars as 2500000 millionths: at most a thousand million of them,
 * six digits behind the point. */
bool td_take_money(struct td_bytes *text, uint64_t *millionths);

/* "1.5h": a decimal number and one of ns us ms s m h d. What is less than a
 * nanosecond is dropped. The unit must be less than *below ns (TD_NEVER: any),
 * which it then is. TD_FORMAT; TD_LIMIT: beyond 2^63 ns.
 */
TD_MUST_CHECK enum td_code td_take_duration(struct td_bytes *text,
                                            uint64_t *below, uint64_t *ns);

/* What RFC 3339, section 5.6, writes. */
struct td_moment {
    int64_t day; /* since 1970-01-01 */
    int minute;  /* of the day */
    int second;  /* 0 to 60 */
    int ns;      /* digits past the ninth are dropped */
    int east;    /* minutes that its clock is ahead of UTC */
};

/* A full-date: 2026-01-31, of the years 0 to 9999. */
bool td_take_date(struct td_bytes *text, struct td_moment *m);

/* A full-time: 12:00:00.5+02:00, or with Z. */
bool td_take_time(struct td_bytes *text, struct td_moment *m);

/* Both, with one of the characters of `between` between them. */
bool td_take_moment(struct td_bytes *text, const char *between,
                    struct td_moment *m);

/* Nanoseconds since 1970 UTC; second 60 is the next minute's first, as clocks
 * count it. False: beyond 2^63 ns.
 */
bool td_moment_ns(const struct td_moment *m, int64_t *ns);

#endif
