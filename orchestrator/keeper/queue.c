#include "orchestrator/keeper/queue.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

void keep_queue_add(struct keep_queue *q, const struct keep_frame *frame,
                    const struct keep_job *job)
{
    struct keep_waiting *w;

    q->jobs = td_realloc(q->jobs, (q->count + 1) * sizeof(*q->jobs));
    w = &q->jobs[q->count++];
    *w = (struct keep_waiting){
        .id = td_strdup(job->id), .weight = job->weight, .most = job->most};
    (void)!keep_frame_put(&w->frame, frame); /* it was one: it has room */
}

struct keep_waiting *keep_queue_find(const struct keep_queue *q, const char *id)
{
    for (size_t i = 0; i < q->count; i++)
        if (!strcmp(q->jobs[i].id, id))
            return &q->jobs[i];
    return NULL;
}

void keep_queue_drop(struct keep_queue *q, struct keep_waiting *job)
{
    free(job->id);
    td_buf_release(&job->frame);
    q->count--;
    memmove(job, job + 1,
            (size_t)(q->jobs + q->count - job) * sizeof(*q->jobs));
    if (q->count == 0) {
        free(q->jobs);
        q->jobs = NULL;
    }
}
