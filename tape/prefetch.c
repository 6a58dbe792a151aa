#include "tape/prefetch.h"

#include "core/mem.h"
#include "tape/inflate.h"

#include <pthread.h>
#include <stdlib.h>

/* Few enough that their text stays in the cache of the second level. */
#define SLOTS 4

struct slot {
    uint64_t at;
    struct tape_member m;
    struct td_buf text;
};

struct tape_ahead {
    pthread_t thread;
    struct tape_input in; /* the thread's own */

    /* Under the lock, but for the slot behind the last, which is the thread's.
     */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot slots[SLOTS];
    unsigned head;
    unsigned len;
    uint64_t next;       /* offset of the member to be inflated next */
    uint64_t generation; /* counts tape_ahead_go() */
    bool halted;
    bool closing;
};

static bool read_one(struct tape_input *in, uint64_t at, struct slot *slot)
{
    struct td_bytes data = tape_input_at(in, at, TAPE_HEAD_LEN);
    size_t entries;

    if (tape_member_peek(data, &slot->m, &entries) != TAPE_PEEK_MEMBER ||
        slot->m.kind != TAPE_MEMBER_DATA || slot->m.length == 0 ||
        slot->m.text_len > TAPE_TEXT_MAX || slot->m.length > 2 * TAPE_TEXT_MAX)
        return false;
    data = tape_input_at(in, at, slot->m.length);
    td_buf_clear(&slot->text);
    slot->at = at;
    return data.len >= slot->m.length &&
           tape_inflate_member(&slot->text, &slot->m, data);
}

static void *run(void *arg)
{
    struct tape_ahead *ahead = (struct tape_ahead *)arg;

    pthread_mutex_lock(&ahead->lock);
    while (!ahead->closing) {
        struct slot *slot = &ahead->slots[(ahead->head + ahead->len) % SLOTS];
        uint64_t generation = ahead->generation;
        uint64_t at = ahead->next;
        bool right;

        if (ahead->halted || ahead->len == SLOTS) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
            continue;
        }
        pthread_mutex_unlock(&ahead->lock);
        right = read_one(&ahead->in, at, slot);
        pthread_mutex_lock(&ahead->lock);
        if (generation != ahead->generation)
            continue;
        ahead->halted = !right;
        ahead->len += right;
        ahead->next += right ? slot->m.length : 0;
        pthread_cond_signal(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

static void release(struct tape_ahead *ahead)
{
    for (size_t i = 0; i < SLOTS; i++)
        td_buf_release(&ahead->slots[i].text);
    tape_input_close(&ahead->in);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}

struct tape_ahead *tape_ahead_new(const struct tape_input *in)
{
    struct tape_ahead *ahead =
        (struct tape_ahead *)td_calloc(1, sizeof(*ahead));

    ahead->halted = true;
    tape_input_share(&ahead->in, in);
    for (size_t i = 0; i < SLOTS; i++)
        td_buf_init(&ahead->slots[i].text, TAPE_TEXT_MAX);
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    if (ahead->in.fd >= 0 &&
        pthread_create(&ahead->thread, NULL, run, ahead) == 0)
        return ahead;
    release(ahead);
    return NULL;
}

void tape_ahead_free(struct tape_ahead *ahead)
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->closing = true;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    release(ahead);
}

void tape_ahead_go(struct tape_ahead *ahead, uint64_t at)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->generation++;
    ahead->next = at;
    ahead->len = 0;
    ahead->halted = false;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

static void swap_text(struct td_buf *a, struct td_buf *b)
{
    struct td_buf other = *a;

    *a = *b;
    *b = other;
    b->max = TAPE_TEXT_MAX;
}

bool tape_ahead_take(struct tape_ahead *ahead, uint64_t at,
                     struct tape_member *m, struct td_buf *text)
{
    struct slot *slot;
    bool took;

    pthread_mutex_lock(&ahead->lock);
    while (ahead->len == 0 && !ahead->halted)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    slot = &ahead->slots[ahead->head];
    took = ahead->len > 0 && slot->at == at;
    if (took) {
        *m = slot->m;
        swap_text(text, &slot->text);
        ahead->head = (ahead->head + 1) % SLOTS;
        ahead->len--;
        pthread_cond_signal(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->lock);
    return took;
}
