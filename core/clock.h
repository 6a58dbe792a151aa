/* core/clock.h - time, asked once a loop turn, real or virtual.
 *
 * Two kinds: monotonic nanoseconds from an arbitrary start (schedules, tape
 * times) and wall-clock nanoseconds since 1970 UTC (headers, anchors).
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include "core/buf.h"
#include "core/error.h"

#define TD_NS_PER_MS UINT64_C(1000000)
#define TD_NS_PER_S  UINT64_C(1000000000)
#define TD_NEVER     UINT64_MAX /* a deadline that does not come */

struct td_clock {
    uint64_t (*mono_ns)(const struct td_clock *clock);
    uint64_t (*wall_ns)(const struct td_clock *clock);
    uint64_t virtual_mono_ns; /* used by td_clock_virtual only */
    uint64_t virtual_wall_ns;
};

/* CLOCK_MONOTONIC and CLOCK_REALTIME. Static; never freed. */
const struct td_clock *td_clock_real(void);

/* A clock for tests that moves only when told to. */
void td_clock_virtual(struct td_clock *clock, uint64_t mono_ns,
                      uint64_t wall_ns);
void td_clock_advance(struct td_clock *clock, uint64_t ns);

static inline uint64_t td_mono_ns(const struct td_clock *clock)
{
    return clock->mono_ns(clock);
}

static inline uint64_t td_wall_ns(const struct td_clock *clock)
{
    return clock->wall_ns(clock);
}

/* Append "2026-01-31T12:00:00.000000000Z" (RFC 3339, UTC, ns). */
enum td_code td_time_format(struct td_buf *out, uint64_t wall_ns);

/* Read RFC 3339 with any offset and 0 to 9 fraction digits. TD_FORMAT. */
TD_MUST_CHECK enum td_code td_time_parse(struct td_bytes text,
                                         uint64_t *wall_ns);

/* "250ms" "2s" "1.5h" "10m" "7d" "100us" "5ns". Of bare numbers only 0 says how
 * long it is. TD_FORMAT, or TD_LIMIT past 2^63 ns.
 */
TD_MUST_CHECK enum td_code td_duration_parse(const char *text, uint64_t *ns);

/* The same, short, for people: "1.25 s", "17 us", "2h03m". Append to out. */
enum td_code td_duration_format(struct td_buf *out, uint64_t ns);

/* "64k" "10M" "1G" (powers of 1024), or bytes. TD_FORMAT or TD_LIMIT. */
TD_MUST_CHECK enum td_code td_size_parse(const char *text, uint64_t *bytes);

#endif
