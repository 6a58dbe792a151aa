/* recorder/event_queue.h - events waiting in memory, in order, within a byte
 * limit.
 *
 * One arena that grows to the limit and is used again: nothing is allocated
 * per event. Used where the tape cannot take events (recorder/overload) and for
 * the ring of `--snapshot`.
 */
#ifndef RECORDER_EVENT_QUEUE_H
#define RECORDER_EVENT_QUEUE_H

#include "core/event.h"

#include <stdbool.h>

/* All zeroes but max is valid and empty. */
struct rec_queue {
    uint8_t *ptr;
    size_t head; /* offset of the first entry */
    size_t tail; /* offset behind the last one */
    size_t cap;
    size_t max; /* bytes, entries' own headers included */
    uint64_t count;
};

/* Empty; holds at most max bytes. */
void rec_queue_init(struct rec_queue *queue, size_t max);
void rec_queue_release(struct rec_queue *queue);

/* Bytes that ev takes in a queue. */
size_t rec_queue_cost(const struct td_event *ev);

static inline size_t rec_queue_bytes(const struct rec_queue *queue)
{
    return queue->tail - queue->head;
}

/* True if ev would fit now. */
bool rec_queue_fits(const struct rec_queue *queue, const struct td_event *ev);

/* Copy ev to the end, also past the limit: the caller asked
 * rec_queue_fits() or has a reason.
 */
void rec_queue_add(struct rec_queue *queue, const struct td_event *ev);

/* The first event; its bytes live until the next change. False if empty. */
bool rec_queue_first(const struct rec_queue *queue, struct td_event *ev);

/* Walk without removing: *pos is 0 at the start. False behind the last. */
bool rec_queue_next(const struct rec_queue *queue, size_t *pos,
                    struct td_event *ev);

/* Remove the first event (there is one). */
void rec_queue_drop(struct rec_queue *queue);

#endif
