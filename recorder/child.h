/* recorder/child.h - the program whose words a source records: its start, its
 * end, and the case that it ends while something that it started still holds
 * its standard output.
 */
#ifndef RECORDER_CHILD_H
#define RECORDER_CHILD_H

#include "core/json_writer.h"
#include "core/proc.h"
#include "wire/net/transport.h"

struct rec_child {
    struct td_proc proc;
    struct wire_net *net;
    struct wire_watch *ended; /* its pidfd; NULL once it has ended */
    struct wire_timer held;   /* it has ended, its output has not */
    uint64_t ended_ns;        /* wire_now() of its end */
    bool was_held;            /* so long that it was said */
    int *status;
    void (*on_end)(void *ctx);
    void *ctx;
};

/* Start how->argv; the struct may still be moved. *status is its exit status as
 * a shell would say, -1 while it runs. TD_IO: as td_proc_spawn(), and nothing
 * is left to free.
 */
TD_MUST_CHECK enum td_code rec_child_start(struct rec_child *child,
                                           struct wire_net *net,
                                           const struct td_proc_options *how,
                                           int *status, struct td_error *err);

/* Call on_end once when it has ended; the struct stays where it is. If its
 * output is over by then, it is not waited for any more; else a line on stderr
 * says so after a second.
 */
TD_MUST_CHECK enum td_code rec_child_watch(struct rec_child *child,
                                           void (*on_end)(void *ctx), void *ctx,
                                           struct td_error *err);

static inline bool rec_child_has_ended(const struct rec_child *child)
{
    return child->proc.pidfd < 0;
}

/* Its output is over: nothing is held any more. */
void rec_child_output_over(struct rec_child *child);

/* Members of a close event: status, and how long its output outlived it. */
void rec_child_facts(const struct rec_child *child, struct td_json_writer *w);

/* End it, with a moment to do so itself, and set *status. Pipes that are still
 * in child->proc are closed.
 */
void rec_child_stop(struct rec_child *child);

/* The name of the program and no more: arguments hold secrets. */
const char *rec_child_name(const char *path);

#endif
