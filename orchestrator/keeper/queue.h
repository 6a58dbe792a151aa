/* orchestrator/keeper/queue.h - jobs that wait for others to end, in the order
 * they came.
 */
#ifndef ORCHESTRATOR_KEEPER_QUEUE_H
#define ORCHESTRATOR_KEEPER_QUEUE_H

#include "orchestrator/keeper/frame.h"

struct keep_waiting {
    char *id;
    uint32_t weight;
    uint32_t most;
    struct td_buf frame; /* KEEP_SPAWN, as it came */
};

/* All zeroes is valid and empty. */
struct keep_queue {
    struct keep_waiting *jobs;
    size_t count;
};

/* Behind the others; the frame is the job as it came, and is copied. */
void keep_queue_add(struct keep_queue *queue, const struct keep_frame *frame,
                    const struct keep_job *job);

/* NULL: no job of that id waits. */
struct keep_waiting *keep_queue_find(const struct keep_queue *queue,
                                     const char *id);

/* Take one out; it is freed. */
void keep_queue_drop(struct keep_queue *queue, struct keep_waiting *job);

#endif
