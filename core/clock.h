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

/* The wall time that the kernel would give a file that is changed now: it goes
 * in steps, behind CLOCK_REALTIME by up to one.
 */
uint64_t td_file_ns(void);

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

/* How long: "250ms" "2s" "1.5h" "10m" "7d" "100us" "5ns", or several of them,
 * the larger unit first and each once, "1h30m". Of bare numbers only 0 says how
 * long it is. What is less than a nanosecond is dropped. TD_FORMAT, or TD_LIMIT
 * past 2^63 ns; then *ns is 0.
 */
TD_MUST_CHECK enum td_code td_duration_read(struct td_bytes text, uint64_t *ns);
TD_MUST_CHECK enum td_code td_duration_parse(const char *text, uint64_t *ns);

enum td_duration_form {
    TD_DURATION_SHORT, /* three digits or so: "1.25 s" "17 us" "2h03m" */
    TD_DURATION_TENTH, /* for columns: "0.0s" "59.9s" "2m05s" "2h03m" */
    TD_DURATION_COUNT, /* for what is counting: "59s" "2m05s" "2h03m" */
    TD_DURATION_EXACT, /* to be read again: "1.5s" "90s" "1h" "1d" "0s" */
};

#define TD_AMOUNT_SIZE 32 /* room for a duration or a size */

/* The way back, for people. Returns out. */
const char *td_duration_text(char out[TD_AMOUNT_SIZE], uint64_t ns,
                             enum td_duration_form form);

/* TD_DURATION_SHORT, appended to out. */
enum td_code td_duration_format(struct td_buf *out, uint64_t ns);

/* How many bytes: "64k" "10M" "1G" "2T", or "64KiB" and so on, which are powers
 * of 1024; or just "17". TD_FORMAT or TD_LIMIT.
 */
TD_MUST_CHECK enum td_code td_size_parse(const char *text, uint64_t *bytes);

/* The way back, for people: "17 B" "1.5 KiB" "2.0 GiB". Returns out. */
const char *td_size_text(char out[TD_AMOUNT_SIZE], uint64_t bytes);

/* The same appended to out. */
enum td_code td_size_format(struct td_buf *out, uint64_t bytes);

#endif
