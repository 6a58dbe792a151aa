/* wire/net/send_queue.h - bytes on their way out of a conn, without copying
 * blocks.
 *
 * Small writes are gathered into blocks of the queue's own; shared blocks are
 * referenced. All zeroes is an empty queue.
 */
#ifndef WIRE_NET_SEND_QUEUE_H
#define WIRE_NET_SEND_QUEUE_H

#include "core/event.h"
#include "wire/net/block.h"

#include <sys/uio.h>

struct wire_segment {
    struct wire_block *block;
    size_t from; /* first byte that is still queued */
    size_t end;
    size_t cap; /* bytes that may be written to the block; 0: it is shared */
};

struct wire_queue {
    struct wire_segment *ring;
    unsigned first;
    unsigned count;
    unsigned cap; /* of the ring, a power of two */
    size_t len;   /* bytes */
};

/* Drops what is queued and frees the ring. */
void wire_queue_release(struct wire_queue *queue);

/* Append a copy of the bytes. */
void wire_queue_add(struct wire_queue *queue, struct td_bytes bytes);

/* Append a block; takes a reference. Empty blocks are left out. */
void wire_queue_add_block(struct wire_queue *queue, struct wire_block *block);

/* Describe the front of the queue in at most max pieces; returns how many.
 * They live until bytes are dropped. */
int wire_queue_iov(const struct wire_queue *queue, struct iovec *iov, int max);

/* Forget the first n bytes (n <= len). */
void wire_queue_drop(struct wire_queue *queue, size_t n);

/* Move the first n bytes (n <= len) to `to`. */
void wire_queue_take(struct wire_queue *queue, uint8_t *to, size_t n);

#endif
