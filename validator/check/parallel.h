/* validator/check/parallel.h - messages looked at on several threads, and taken
 * in the order they came.
 *
 *     put, put, ... -> batch -> look (any thread) -> take (the same, in turn)
 *
 * A put copies the event. Who has looked at a batch waits until those before it
 * are taken, and takes it, so that what was seen stays near to where it is
 * used; if it is its turn at once, each event is taken as soon as it was looked
 * at. When all batches are in use the caller's thread works on one itself.
 * Memory is bounded by the number of batches.
 */
#ifndef VALIDATOR_CHECK_PARALLEL_H
#define VALIDATOR_CHECK_PARALLEL_H

#include "validator/check/looks.h"

/* Where an event is from. */
struct check_origin {
    bool line;        /* a line of NDJSON, not an event of a tape */
    bool has_t;       /* of a line: at_ns is its time */
    uint64_t wall_ns; /* of a tape: when its recording began; or 0 */
};

/* An event on its way. */
struct check_item {
    struct td_event ev; /* but id and attachments */
    struct check_origin from;
    bool looked; /* it is a message, and view counts */
    const struct check_view *view;
};

struct check_parallel;

/* jobs of 2 and more, up to CHECK_JOBS_MAX. how is borrowed. take is called on
 * any thread, on one at a time, and returns true to end: nothing more is taken.
 * What it shares with the caller's thread must wait for a drain.
 */
struct check_parallel *
check_parallel_new(const struct check_options *how, unsigned jobs,
                   bool (*take)(void *ctx, struct check_item *item), void *ctx);
/* What was not taken is forgotten. NULL is fine. */
void check_parallel_free(struct check_parallel *p);

/* Hand over an event, which is copied. look: it is a message to be looked at.
 */
void check_parallel_put(struct check_parallel *p, const struct td_event *ev,
                        struct check_origin from, bool inspector);

/* See that all that was put is taken. */
void check_parallel_drain(struct check_parallel *p);

/* True once a take has ended it. */
bool check_parallel_is_over(const struct check_parallel *p);

#endif
