/* core/take.h - dates and times taken from the front of a text, by the syntax
 * of RFC 3339, section 5.6.
 *
 * td_take_X(&text, ...) cuts an X off text. False: it begins with none, and how
 * much of it was cut is not said.
 */
#ifndef CORE_TAKE_H
#define CORE_TAKE_H

#include "core/event.h"

#include <stdbool.h>

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
