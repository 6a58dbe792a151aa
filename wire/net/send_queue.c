#include "wire/net/send_queue.h"

#include "core/mem.h"

#include <stdlib.h>

#define FIRST_SEGMENTS 4u
/* A quiet conn should hold little, a busy one should not allocate often. */
#define SMALL_BLOCK ((size_t)4 * 1024)
#define LARGE_BLOCK ((size_t)64 * 1024)

static struct wire_segment *segment_at(const struct wire_queue *queue,
                                       unsigned i)
{
    return &queue->ring[(queue->first + i) & (queue->cap - 1)];
}

void wire_queue_release(struct wire_queue *queue)
{
    for (unsigned i = 0; i < queue->count; i++)
        wire_block_unref(segment_at(queue, i)->block);
    free(queue->ring);
    *queue = (struct wire_queue){0};
}

static void grow(struct wire_queue *queue)
{
    unsigned cap = queue->cap ? queue->cap * 2 : FIRST_SEGMENTS;
    struct wire_segment *ring = td_calloc(cap, sizeof(*ring));

    for (unsigned i = 0; i < queue->count; i++)
        ring[i] = *segment_at(queue, i);
    free(queue->ring);
    queue->ring = ring;
    queue->cap = cap;
    queue->first = 0;
}

static struct wire_segment *push(struct wire_queue *queue,
                                 struct wire_block *block, size_t cap)
{
    struct wire_segment *segment;

    if (queue->count == queue->cap)
        grow(queue);
    segment = segment_at(queue, queue->count++);
    *segment = (struct wire_segment){.block = block, .cap = cap};
    return segment;
}

/* The last segment, if bytes may be appended to it; else a fresh one. */
static struct wire_segment *tail(struct wire_queue *queue, size_t need)
{
    size_t cap = queue->len < SMALL_BLOCK ? SMALL_BLOCK : LARGE_BLOCK;

    if (queue->count > 0) {
        struct wire_segment *last = segment_at(queue, queue->count - 1);

        if (last->end < last->cap)
            return last;
    }
    if (cap < need)
        cap = need;
    return push(queue, wire_block_new(cap), cap);
}

void wire_queue_add(struct wire_queue *queue, struct td_bytes bytes)
{
    while (bytes.len > 0) {
        struct wire_segment *to = tail(queue, bytes.len);
        size_t n = to->cap - to->end;

        if (n > bytes.len)
            n = bytes.len;
        memcpy(to->block->data + to->end, bytes.ptr, n);
        to->end += n;
        queue->len += n;
        bytes = td_bytes(bytes.ptr + n, bytes.len - n);
    }
}

void wire_queue_add_block(struct wire_queue *queue, struct wire_block *block)
{
    if (block->len == 0)
        return;
    push(queue, wire_block_ref(block), 0)->end = block->len;
    queue->len += block->len;
}

int wire_queue_iov(const struct wire_queue *queue, struct iovec *iov, int max)
{
    int n = 0;

    for (unsigned i = 0; i < queue->count && n < max; i++, n++) {
        struct wire_segment *segment = segment_at(queue, i);

        iov[n].iov_base = segment->block->data + segment->from;
        iov[n].iov_len = segment->end - segment->from;
    }
    return n;
}

void wire_queue_drop(struct wire_queue *queue, size_t n)
{
    queue->len -= n;
    while (queue->count > 0) {
        struct wire_segment *segment = segment_at(queue, 0);
        size_t have = segment->end - segment->from;

        if (n < have) {
            segment->from += n;
            return;
        }
        n -= have;
        wire_block_unref(segment->block);
        queue->first = (queue->first + 1) & (queue->cap - 1);
        queue->count--;
    }
}

void wire_queue_take(struct wire_queue *queue, uint8_t *to, size_t n)
{
    while (n > 0) {
        struct wire_segment *segment = segment_at(queue, 0);
        size_t part = segment->end - segment->from;

        if (part > n)
            part = n;
        memcpy(to, segment->block->data + segment->from, part);
        to += part;
        n -= part;
        wire_queue_drop(queue, part);
    }
}
