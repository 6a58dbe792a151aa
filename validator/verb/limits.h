/* validator/verb/limits.h - what durations may be: min, max, and percentiles.
 *
 * Bounds are judged with each duration; percentiles over all of a rule,
 * whatever the key, when the stream is over (samples.h says how exactly).
 */
#ifndef VALIDATOR_VERB_LIMITS_H
#define VALIDATOR_VERB_LIMITS_H

#include "core/histogram.h"
#include "validator/engine/run.h"
#include "validator/rule/read.h"

#include <stddef.h>

/* min, max, p50, p95, p99 */
#define CHECK_LIMITS 5

/* The first in the body of its rule. */
struct check_limits {
    int64_t ns[CHECK_LIMITS];
    bool has[CHECK_LIMITS];
};

#define CHECK_LIMITS_ROW(key, i)                                               \
    {                                                                          \
        .name = key, .kind = CHECK_KEY_DURATION,                               \
        .to = offsetof(struct check_limits, ns[i]),                            \
        .has = offsetof(struct check_limits, has[i])                           \
    }

/* The rows of the keys. */
#define CHECK_LIMITS_ROWS                                                      \
    CHECK_LIMITS_ROW("min", 0), CHECK_LIMITS_ROW("max", 1),                    \
        CHECK_LIMITS_ROW("p50", 2), CHECK_LIMITS_ROW("p95", 3),                \
        CHECK_LIMITS_ROW("p99", 4)

/* Those of object `at` were read; `what` needs one at least. TD_USAGE. */
TD_MUST_CHECK enum td_code check_limits_need(const struct check_limits *limits,
                                             struct check_loader *l,
                                             uint32_t at, const char *what);

/* True if samples must be kept. */
bool check_limits_rank(const struct check_limits *limits);

/* A duration that ends with m and began with `from`: its bounds. */
void check_limits_judge(struct check_run *run,
                        const struct check_limits *limits, int64_t ns,
                        const struct check_message *m,
                        const struct check_seen *from);

/* The percentiles of all of them, told and judged; what they are of, as "gaps".
 */
void check_limits_close(struct check_run *run,
                        const struct check_limits *limits,
                        struct td_histogram *samples, const char *what,
                        enum check_ending how);

/* Put those of the rule into words: "at least 1s and at most 2s". */
void check_limits_write(const struct check_writer *s);

#endif
