/* replayer/history.h - what was put into a port so far, read apart.
 *
 * A consumer that comes late reads the history first, as fast as it takes it,
 * and then gets what all get, with no gap and no event twice.
 *
 * Every event must be in the history before it is put into the port.
 */
#ifndef REPLAYER_HISTORY_H
#define REPLAYER_HISTORY_H

#include "core/event.h"

struct play_history {
    /* A reader of its own, before the first event. */
    TD_MUST_CHECK enum td_code (*open)(void *self, void **reader,
                                       struct td_error *err);
    /* The next event; its bytes live until the next call. last_seq is the
     * number of the event that was put last, 0 = none. TD_END: the reader has
     * everything that was put, and what is put next comes next (asked again it
     * goes on). TD_AGAIN: more was put, but cannot be read yet. */
    TD_MUST_CHECK enum td_code (*next)(void *reader, uint64_t last_seq,
                                       struct td_event *ev,
                                       struct td_error *err);
    void (*close)(void *reader); /* NULL is fine */
    void *self;
};

/* A tape that holds what is put, under the same numbers from 1: one that is
 * being written, by this process too, or one that is whole. What its writer has
 * not flushed cannot be read yet. path is borrowed. TD_LOSSY: the tape has
 * ended or is damaged before an event that was put.
 */
struct play_history play_history_tape(const char *path);

#endif
