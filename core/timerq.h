/* core/timerq.h - timers in the order they are due: a heap of places that the
 * owners of the timers hold themselves.
 *
 * Equal deadlines come out in the order they were set. Setting, moving and
 * cancelling cost O(log n); nothing is allocated per timer.
 */
#ifndef CORE_TIMERQ_H
#define CORE_TIMERQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what is timed; all zeroes before its first use. */
struct td_timer {
    uint64_t due_ns;
    uint64_t order; /* breaks ties */
    uint32_t slot;  /* place in the heap + 1; 0 = not set */
};

/* All zeroes is an empty queue. */
struct td_timerq {
    struct td_timer **heap;
    uint32_t count;
    uint32_t cap;
    uint64_t next_order;
};

/* Frees the heap; the timers are their owners'. */
void td_timerq_release(struct td_timerq *queue);

/* Set a timer, or move one that is set (it then counts as set last). */
void td_timerq_set(struct td_timerq *queue, struct td_timer *timer,
                   uint64_t due_ns);

/* Does nothing to a timer that is not set. */
void td_timerq_cancel(struct td_timerq *queue, struct td_timer *timer);

/* The next to be due; NULL if none is set. */
static inline struct td_timer *td_timerq_first(const struct td_timerq *queue)
{
    return queue->count ? queue->heap[0] : NULL;
}

static inline bool td_timer_is_set(const struct td_timer *timer)
{
    return timer->slot != 0;
}

#endif
