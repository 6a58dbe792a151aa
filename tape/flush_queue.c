#include "tape/flush_queue.h"

void tape_flush_queue_init(struct tape_flush_queue *queue)
{
    *queue = (struct tape_flush_queue){0};
    queue->tail = &queue->head;
}

void tape_flush_queue_add(struct tape_flush_queue *queue,
                          struct tape_flush *flush)
{
    flush->behind = queue->given;
    flush->next = NULL;
    *queue->tail = flush;
    queue->tail = &flush->next;
}

void tape_flush_queue_done(struct tape_flush_queue *queue, bool good,
                           bool synced)
{
    queue->done++;
    if (good)
        queue->good = queue->done;
    if (good && synced)
        queue->synced = queue->done;
}

/* It is in the file, and only the disk may still have to get it. */
static bool is_written(const struct tape_flush_queue *queue,
                       const struct tape_flush *flush)
{
    return flush->behind <= queue->good && !queue->broken;
}

static bool needs_sync(const struct tape_flush_queue *queue,
                       const struct tape_flush *flush)
{
    return is_written(queue, flush) && flush->on_disk &&
           flush->behind > queue->synced;
}

struct tape_flush *tape_flush_queue_take(struct tape_flush_queue *queue,
                                         bool *reached)
{
    struct tape_flush *flush = queue->head;

    if (!flush || flush->behind > queue->done || needs_sync(queue, flush))
        return NULL;
    *reached = is_written(queue, flush);
    queue->head = flush->next;
    if (!queue->head)
        queue->tail = &queue->head;
    return flush;
}

bool tape_flush_queue_wants_sync(const struct tape_flush_queue *queue,
                                 bool idle)
{
    return queue->head && needs_sync(queue, queue->head) &&
           (idle || queue->done >= queue->goal);
}

void tape_flush_queue_synced(struct tape_flush_queue *queue, uint64_t good)
{
    queue->synced = good;
    queue->goal = queue->given;
}
