/* replayer/history.h - what was put into a hub (replayer/hub.h) so far, read
 * apart, for consumers that come late.
 *
 * Every event must be in the history before it is put into the hub.
 */
#ifndef REPLAYER_HISTORY_H
#define REPLAYER_HISTORY_H

#include "core/event.h"

struct play_history {
    /* A reader of its own, before event number `from`, which need not be there
     * yet; 0 = before the first. */
    TD_MUST_CHECK enum td_code (*open)(void *self, uint64_t from, void **reader,
                                       struct td_error *err);
    /* The next event; its bytes live until the next call. last_seq is the
     * number of the event that was put last, 0 = none. TD_END: the reader has
     * everything that was put, and what is put next comes next (asked again it
     * goes on). TD_AGAIN: more was put, but cannot be read yet. TD_OK with the
     * number 0: something was passed over, and there is nothing to send so far;
     * so a long way is gone in steps, between which others have their turn. */
    TD_MUST_CHECK enum td_code (*next)(void *reader, uint64_t last_seq,
                                       struct td_event *ev,
                                       struct td_error *err);
    void (*close)(void *reader); /* NULL is fine */
    void *self;
};

/* A tape that holds what is put, under the same numbers from 1: one that is
 * being written, by this process too, or one that is whole. What its writer has
 * not flushed cannot be read yet. path is borrowed; it is read from an event on
 * without what is before it, where the tape allows that. TD_LOSSY: the tape has
 * ended or is damaged before an event that was put.
 */
struct play_history play_history_tape(const char *path);

#endif
