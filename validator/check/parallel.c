#include "validator/check/parallel.h"

#include "core/mem.h"
#include "validator/contract/contract.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define BATCH_BYTES ((size_t)128 * 1024) /* of texts */
#define BATCH_ITEMS 1024
#define BATCHES_MAX (2 * CHECK_JOBS_MAX + 2)

struct batch {
    uint8_t *bytes;
    size_t used;
    struct check_item *items;
    uint32_t len;
    struct check_looks looks;
};

struct check_parallel {
    const struct check_options *how;
    bool (*take)(void *ctx, struct check_item *item);
    void *ctx;
    _Atomic bool over;
    struct check_inspector own;
    struct batch batches[BATCHES_MAX];
    unsigned count; /* of batches */
    uint64_t tail;  /* number of the batch that is filled */

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t ready;
    pthread_cond_t took;
    uint64_t head;   /* number of the batch whose turn it is */
    uint64_t sealed; /* numbers below are whole */
    uint64_t next;   /* that is looked at next */
    bool closing;
    pthread_t threads[CHECK_JOBS_MAX];
    unsigned wanted; /* threads, which are made when there is work for them */
    unsigned threads_len;
};

static struct batch *batch_at(struct check_parallel *p, uint64_t number)
{
    return &p->batches[number % p->count];
}

/* ---- looking ---- */

static enum check_way way_of(const struct check_item *item)
{
    return item->from.line ? CHECK_WAY_ANY : check_way_of(&item->ev);
}

static void look_at_batch(struct batch *b, struct check_inspector *inspector)
{
    check_looks_begin(&b->looks, b->len);
    for (uint32_t i = 0; i < b->len; i++) {
        struct check_item *item = &b->items[i];

        item->view = &b->looks.views[i];
        if (item->looked)
            check_looks_add(&b->looks, i, inspector, item->ev.payload,
                            item->ev.name, way_of(item));
    }
    check_looks_settle(&b->looks, b->len);
}

/* ---- taking ---- */

static void take_item(struct check_parallel *p, struct check_item *item)
{
    if (!p->over && p->take(p->ctx, item))
        p->over = true;
}

/* Nothing has to be kept of one event when the next is looked at. */
static void look_and_take(struct check_parallel *p, struct batch *b,
                          struct check_inspector *inspector)
{
    for (uint32_t i = 0; i < b->len && !p->over; i++) {
        struct check_item *item = &b->items[i];
        struct check_view view;

        item->view = &view;
        if (item->looked)
            check_inspect(inspector, item->ev.payload, item->ev.name,
                          way_of(item), &view);
        take_item(p, item);
    }
}

static void take_batch(struct check_parallel *p, struct batch *b)
{
    for (uint32_t i = 0; i < b->len && !p->over; i++)
        take_item(p, &b->items[i]);
}

/* Work on the next batch, if there is one; with the lock, which is let go in
 * between.
 */
static bool work_on_next(struct check_parallel *p,
                         struct check_inspector *inspector)
{
    uint64_t number = p->next;
    struct batch *b = batch_at(p, number);
    bool turn = p->head == number;

    if (number == p->sealed)
        return false;
    p->next++;
    pthread_mutex_unlock(&p->lock);
    if (turn)
        look_and_take(p, b, inspector);
    else
        look_at_batch(b, inspector);
    pthread_mutex_lock(&p->lock);
    while (p->head != number)
        pthread_cond_wait(&p->took, &p->lock);
    pthread_mutex_unlock(&p->lock);
    if (!turn)
        take_batch(p, b);
    b->len = 0;
    b->used = 0;
    pthread_mutex_lock(&p->lock);
    p->head++;
    pthread_cond_broadcast(&p->took);
    return true;
}

static void *run(void *arg)
{
    struct check_parallel *p = arg;
    struct check_inspector inspector;

    check_inspector_init(&inspector, p->how);
    pthread_mutex_lock(&p->lock);
    while (!p->closing)
        if (!work_on_next(p, &inspector))
            pthread_cond_wait(&p->ready, &p->lock);
    pthread_mutex_unlock(&p->lock);
    check_inspector_release(&inspector);
    return NULL;
}

/* ---- the caller's thread ---- */

struct check_parallel *
check_parallel_new(const struct check_options *how, unsigned jobs,
                   bool (*take)(void *ctx, struct check_item *item), void *ctx)
{
    struct check_parallel *p = td_calloc(1, sizeof(*p));

    jobs = jobs < CHECK_JOBS_MAX ? jobs : CHECK_JOBS_MAX;
    p->how = how;
    p->take = take;
    p->ctx = ctx;
    p->count = 2 * jobs + 2;
    p->wanted = jobs - 1;
    check_inspector_init(&p->own, how);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ready, NULL);
    pthread_cond_init(&p->took, NULL);
    return p;
}

static void release_batch(struct batch *b)
{
    free(b->bytes);
    free(b->items);
    check_looks_release(&b->looks);
}

void check_parallel_free(struct check_parallel *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_broadcast(&p->ready);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->threads_len; i++)
        pthread_join(p->threads[i], NULL);
    for (unsigned i = 0; i < p->count; i++)
        release_batch(&p->batches[i]);
    check_inspector_release(&p->own);
    pthread_cond_destroy(&p->took);
    pthread_cond_destroy(&p->ready);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* Without a thread the caller looks at everything itself. */
static void make_threads(struct check_parallel *p)
{
    while (p->wanted > 0) {
        p->wanted--;
        if (pthread_create(&p->threads[p->threads_len], NULL, run, p) == 0)
            p->threads_len++;
    }
}

static void seal(struct check_parallel *p)
{
    struct batch *b = batch_at(p, p->tail);

    if (b->len == 0)
        return;
    pthread_mutex_lock(&p->lock);
    p->sealed = ++p->tail;
    pthread_cond_signal(&p->ready);
    pthread_mutex_unlock(&p->lock);
}

/* Work until the batches with numbers below are taken. */
static void work_until(struct check_parallel *p, uint64_t number)
{
    pthread_mutex_lock(&p->lock);
    while (p->head < number)
        if (!work_on_next(p, &p->own))
            pthread_cond_wait(&p->took, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

void check_parallel_drain(struct check_parallel *p)
{
    seal(p);
    work_until(p, p->tail);
}

bool check_parallel_is_over(const struct check_parallel *p)
{
    return p->over;
}

static struct batch *batch_with_room(struct check_parallel *p, size_t bytes)
{
    struct batch *b = batch_at(p, p->tail);

    if (b->len == BATCH_ITEMS || b->used + bytes > BATCH_BYTES) {
        seal(p);
        make_threads(p);
        b = batch_at(p, p->tail);
        if (p->tail >= p->count)
            work_until(p, p->tail - p->count + 1);
    }
    if (!b->bytes) {
        b->bytes = td_realloc(NULL, BATCH_BYTES);
        b->items = td_calloc(BATCH_ITEMS, sizeof(*b->items));
    }
    return b;
}

static struct td_bytes copy(struct batch *b, struct td_bytes bytes)
{
    uint8_t *to = b->bytes + b->used;

    if (bytes.len > 0)
        memcpy(to, bytes.ptr, bytes.len);
    b->used += bytes.len;
    return td_bytes(to, bytes.len);
}

/* An event that fits no batch: all others come before it. */
static void put_large(struct check_parallel *p, const struct td_event *ev,
                      struct check_origin from, bool inspector)
{
    struct check_view view;
    struct check_item item = {
        .ev = *ev, .from = from, .looked = inspector, .view = &view};

    check_parallel_drain(p);
    if (p->over)
        return;
    if (inspector)
        check_inspect(&p->own, ev->payload, ev->name, way_of(&item), &view);
    take_item(p, &item);
}

void check_parallel_put(struct check_parallel *p, const struct td_event *ev,
                        struct check_origin from, bool inspector)
{
    size_t bytes = ev->payload.len + ev->name.len + ev->kind.len + ev->ack.len +
                   ev->ns.len;
    struct check_item *item;
    struct batch *b;

    if (p->over)
        return;
    if (bytes > BATCH_BYTES) {
        put_large(p, ev, from, inspector);
        return;
    }
    b = batch_with_room(p, bytes);
    item = &b->items[b->len++];
    item->from = from;
    item->looked = inspector;
    item->ev = (struct td_event){.seq = ev->seq,
                                 .conn = ev->conn,
                                 .at_ns = ev->at_ns,
                                 .dir = ev->dir,
                                 .form = ev->form,
                                 .cut = ev->cut,
                                 .payload = copy(b, ev->payload),
                                 .name = copy(b, ev->name),
                                 .kind = copy(b, ev->kind),
                                 .ns = copy(b, ev->ns),
                                 .ack = copy(b, ev->ack)};
}
