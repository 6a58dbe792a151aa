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

#endif
