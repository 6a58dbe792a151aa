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

/* min, max, p50, p95, p99 */
#define CHECK_LIMITS 5

struct check_limits {
    bool has[CHECK_LIMITS];
    int64_t ns[CHECK_LIMITS];
};

/* The keys, ending with NULL. */
extern const char *const check_limits_keys[];

/* Read those of object `at`; `what` needs one at least. */
TD_MUST_CHECK enum td_code check_limits_read(struct check_limits *limits,
                                             struct check_loader *l,
                                             const struct check_rule *rule,
                                             uint32_t at, const char *what);

/* True if samples must be kept. */
bool check_limits_rank(const struct check_limits *limits);

/* A duration that ends with m and began with `from`: its bounds. */
void check_limits_judge(struct check_run *run,
                        const struct check_limits *limits, int64_t ns,
                        const struct check_message *m,
                        const struct check_seen *from);

/* The percentiles of all of them; what they are of, as "gaps". */
void check_limits_close(struct check_run *run,
                        const struct check_limits *limits,
                        struct td_histogram *samples, const char *what,
                        enum check_ending how);

#endif
