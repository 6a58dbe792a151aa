#include "core/timerq.h"

#include "core/mem.h"

#include <stdlib.h>

#define FIRST_CAP 16u

static bool is_before(const struct td_timer *a, const struct td_timer *b)
{
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns;
    return a->order < b->order;
}

static void place(struct td_timerq *queue, struct td_timer *timer, uint32_t at)
{
    queue->heap[at] = timer;
    timer->slot = at + 1;
}

static void move_up(struct td_timerq *queue, struct td_timer *timer,
                    uint32_t at)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;

        if (!is_before(timer, queue->heap[parent]))
            break;
        place(queue, queue->heap[parent], at);
        at = parent;
    }
    place(queue, timer, at);
}

static void move_down(struct td_timerq *queue, struct td_timer *timer,
                      uint32_t at)
{
    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= queue->count)
            break;
        if (child + 1 < queue->count &&
            is_before(queue->heap[child + 1], queue->heap[child]))
            child++;
        if (!is_before(queue->heap[child], timer))
            break;
        place(queue, queue->heap[child], at);
        at = child;
    }
    place(queue, timer, at);
}

void td_timerq_release(struct td_timerq *queue)
{
    free(queue->heap);
    *queue = (struct td_timerq){.next_order = queue->next_order};
}

void td_timerq_set(struct td_timerq *queue, struct td_timer *timer,
                   uint64_t due_ns)
{
    td_timerq_cancel(queue, timer);
    if (queue->count == queue->cap) {
        queue->cap = queue->cap ? queue->cap * 2 : FIRST_CAP;
        queue->heap = td_realloc(queue->heap, queue->cap * sizeof(void *));
    }
    timer->due_ns = due_ns;
    timer->order = queue->next_order++;
    move_up(queue, timer, queue->count++);
}

void td_timerq_cancel(struct td_timerq *queue, struct td_timer *timer)
{
    struct td_timer *last;
    uint32_t at = timer->slot - 1;

    if (!td_timer_is_set(timer))
        return;
    timer->slot = 0;
    last = queue->heap[--queue->count];
    if (last == timer)
        return;
    if (at > 0 && is_before(last, queue->heap[(at - 1) / 2]))
        move_up(queue, last, at);
    else
        move_down(queue, last, at);
}
