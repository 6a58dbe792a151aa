#include "recorder/event_queue.h"

#include "core/mem.h"

#include <stdlib.h>

#define FIRST_CAP ((size_t)64 * 1024)

enum { KIND, NS, ID, ACK, NAME, ATT, PAYLOAD, FIELDS };

/* The bytes of the fields follow, in the order of the enum. */
struct entry {
    size_t size; /* of all, a multiple of the alignment */
    uint64_t seq;
    uint64_t at_ns;
    uint64_t exchange;
    uint64_t cut;
    uint32_t conn;
    uint16_t dir;
    uint16_t form;
    size_t lens[FIELDS];
};

static void fields_of(const struct td_event *ev, struct td_bytes f[FIELDS])
{
    f[KIND] = ev->kind;
    f[NS] = ev->ns;
    f[ID] = ev->id;
    f[ACK] = ev->ack;
    f[NAME] = ev->name;
    f[ATT] = ev->att;
    f[PAYLOAD] = ev->payload;
}

void rec_queue_init(struct rec_queue *queue, size_t max)
{
    *queue = (struct rec_queue){.max = max};
}

void rec_queue_release(struct rec_queue *queue)
{
    free(queue->ptr);
    rec_queue_init(queue, queue->max);
}

size_t rec_queue_cost(const struct td_event *ev)
{
    struct td_bytes f[FIELDS];
    size_t size = sizeof(struct entry);

    fields_of(ev, f);
    for (int i = 0; i < FIELDS; i++)
        size += f[i].len;
    return (size + 7) & ~(size_t)7;
}

bool rec_queue_fits(const struct rec_queue *queue, const struct td_event *ev)
{
    size_t used = rec_queue_bytes(queue);

    return used <= queue->max && rec_queue_cost(ev) <= queue->max - used;
}

/* Moves what is there to the front before it asks for more memory: the arena
 * stays within twice the most that was ever waiting.
 */
static void make_room(struct rec_queue *queue, size_t size)
{
    size_t used = rec_queue_bytes(queue);

    if (queue->cap - queue->tail >= size)
        return;
    if (queue->head > 0 && queue->head >= used) {
        memmove(queue->ptr, queue->ptr + queue->head, used);
        queue->head = 0;
        queue->tail = used;
    }
    if (queue->cap - queue->tail < size) {
        size_t cap = queue->cap ? queue->cap * 2 : FIRST_CAP;

        while (cap - queue->tail < size)
            cap *= 2;
        queue->ptr = td_realloc(queue->ptr, cap);
        queue->cap = cap;
    }
}

void rec_queue_add(struct rec_queue *queue, const struct td_event *ev)
{
    struct td_bytes f[FIELDS];
    struct entry e = {.size = rec_queue_cost(ev),
                      .seq = ev->seq,
                      .at_ns = ev->at_ns,
                      .exchange = ev->exchange,
                      .cut = ev->cut,
                      .conn = ev->conn,
                      .dir = (uint16_t)ev->dir,
                      .form = (uint16_t)ev->form};
    uint8_t *to;

    make_room(queue, e.size);
    fields_of(ev, f);
    to = queue->ptr + queue->tail + sizeof(e);
    for (int i = 0; i < FIELDS; i++) {
        e.lens[i] = f[i].len;
        if (f[i].len)
            memcpy(to, f[i].ptr, f[i].len);
        to += f[i].len;
    }
    memcpy(queue->ptr + queue->tail, &e, sizeof(e));
    queue->tail += e.size;
    queue->count++;
}

bool rec_queue_next(const struct rec_queue *queue, size_t *pos,
                    struct td_event *ev)
{
    struct td_bytes f[FIELDS];
    struct entry e;
    const uint8_t *at;

    if (queue->head + *pos >= queue->tail)
        return false;
    at = queue->ptr + queue->head + *pos;
    memcpy(&e, at, sizeof(e));
    at += sizeof(e);
    *pos += e.size;
    for (int i = 0; i < FIELDS; i++) {
        f[i] = td_bytes(at, e.lens[i]);
        at += e.lens[i];
    }
    *ev = (struct td_event){.seq = e.seq,
                            .at_ns = e.at_ns,
                            .exchange = e.exchange,
                            .cut = e.cut,
                            .conn = e.conn,
                            .dir = (enum td_dir)e.dir,
                            .form = (enum td_form)e.form,
                            .kind = f[KIND],
                            .ns = f[NS],
                            .id = f[ID],
                            .ack = f[ACK],
                            .name = f[NAME],
                            .att = f[ATT],
                            .payload = f[PAYLOAD]};
    return true;
}

bool rec_queue_first(const struct rec_queue *queue, struct td_event *ev)
{
    size_t pos = 0;

    return rec_queue_next(queue, &pos, ev);
}

void rec_queue_drop(struct rec_queue *queue)
{
    struct entry e;

    memcpy(&e, queue->ptr + queue->head, sizeof(e));
    queue->head += e.size;
    if (--queue->count == 0)
        queue->head = queue->tail = 0;
}
