/* tape/flush_queue.h - who waits for what was given to the compressor.
 *
 * Chunks are numbered as they are given, from 1, and leave in that order. A
 * flush waits for all that were given before it, and is told in its turn. The
 * queue does nothing by itself and has no lock: the compressor's is held.
 */
#ifndef TAPE_FLUSH_QUEUE_H
#define TAPE_FLUSH_QUEUE_H

#include "tape/options.h"

struct tape_flush_queue {
    struct tape_flush *head;
    struct tape_flush **tail;
    uint64_t given;  /* chunks */
    uint64_t done;   /* of them, those that were written or given up */
    uint64_t good;   /* written */
    uint64_t synced; /* on the disk */
    uint64_t goal;   /* to be done before the next sync */
    bool broken;     /* a sync failed: nobody knows what is on the disk */
};

/* Make it empty; then one more waits, for what has been given. */
void tape_flush_queue_init(struct tape_flush_queue *queue);
void tape_flush_queue_add(struct tape_flush_queue *queue,
                          struct tape_flush *flush);

/* The next chunk is done. */
void tape_flush_queue_done(struct tape_flush_queue *queue, bool good,
                           bool synced);

/* Take the first flush if it can be told; NULL: there is none. *reached: what
 * it waited for was reached; if not, the writer has failed before. Behind one
 * that was not reached none is.
 */
struct tape_flush *tape_flush_queue_take(struct tape_flush_queue *queue,
                                         bool *reached);

/* Whether the first one waits for nothing but a sync. Chunks that came during
 * the last sync are written first, so that one sync serves many flushes; idle:
 * there are none.
 */
bool tape_flush_queue_wants_sync(const struct tape_flush_queue *queue,
                                 bool idle);
/* What was good before the sync is on the disk. */
void tape_flush_queue_synced(struct tape_flush_queue *queue, uint64_t good);

#endif
