/* recorder/overload.h - what happens when events come faster than the tape
 * takes them.
 *
 *     block     nothing is lost: the sources stop reading, the peer feels it
 *               through TCP (or the pipe)
 *     drop-new  events that find the queue full are lost
 *     drop-old  the oldest events in the queue are lost for them
 *     fail      the first event that finds the queue full ends the recording
 *
 * With `block` every member of the tape is compressed; the others store members
 * while deflate is behind, so that compression is never the reason for a loss.
 *
 * Every loss comes back out of the queue as one event of kind "lost" per
 * connection, {"count":N,"why":"..."}, at the place where the events are
 * missing. Pure: no clock, no I/O.
 */
#ifndef RECORDER_OVERLOAD_H
#define RECORDER_OVERLOAD_H

#include "recorder/event_queue.h"

enum rec_policy { REC_BLOCK, REC_DROP_NEW, REC_DROP_OLD, REC_FAIL };

/* The names above, for the command line: "block|drop-new|drop-old|fail". */
#define REC_POLICIES "block|drop-new|drop-old|fail"

struct rec_loss; /* events missing on one connection */

/* All zeroes but policy and queue.max is valid and empty. */
struct rec_overload {
    struct rec_queue queue;
    enum rec_policy policy;
    uint64_t lost; /* events dropped, ever */
    struct rec_loss *losses;
    size_t loss_count; /* not told yet */
    size_t loss_cap;
    struct td_sink next; /* of rec_overload_sink() */
    char text[160];      /* the payload of the "lost" event handed out last */
};

/* Empty; the queue holds at most max bytes. */
void rec_overload_init(struct rec_overload *load, enum rec_policy policy,
                       size_t max);
void rec_overload_release(struct rec_overload *load);

/* Take a copy of ev, or drop as the policy says. TD_OK; TD_LIMIT: the policy is
 * `fail` and ev found no room (counted as lost).
 */
TD_MUST_CHECK enum td_code rec_overload_put(struct rec_overload *load,
                                            const struct td_event *ev);

/* The next event for the tape, "lost" events included; it lives until the next
 * call. False if there is none. rec_overload_taken() removes it.
 */
bool rec_overload_next(struct rec_overload *load, struct td_event *ev);
void rec_overload_taken(struct rec_overload *load, const struct td_event *ev);

/* Policy block: the sources should stop (half of the limit is used) or may go
 * on (less than a quarter is). Other policies never stop a source.
 */
bool rec_overload_should_stop(const struct rec_overload *load);
bool rec_overload_may_go_on(const struct rec_overload *load);

/* The stage of a flow: put() hands on to next, and what next does not take
 * (TD_AGAIN) waits as above, so that put() itself never says so; flush() hands
 * on what waits, in order. TD_LIMIT, policy fail: the event was lost. Lives as
 * long as load.
 */
struct td_sink rec_overload_sink(struct rec_overload *load,
                                 struct td_sink next);

static inline bool rec_overload_empty(const struct rec_overload *load)
{
    return load->queue.count == 0 && load->loss_count == 0;
}

#endif
