#include "orchestrator/work/hashes.h"

#include "core/digest.h"
#include "core/mem.h"
#include "orchestrator/work/place_internal.h"

#include <stdlib.h>
#include <string.h>

#define NAME    "hashes"
#define MAGIC   "tdhash1\n"
#define HEAD    (sizeof(MAGIC) - 1)
#define NUMBERS 7
#define RECORD  (8 * NUMBERS + WORK_SHA256)

struct entry {
    uint64_t n[NUMBERS]; /* all zeroes: free (no inode is 0) */
    uint8_t sha256[WORK_SHA256];
    bool used; /* asked for or put since it was read */
};

struct work_hashes {
    struct entry *slots; /* a table of open addresses */
    size_t room;         /* a power of two */
    size_t count;
    bool changed;
};

static void numbers_of(uint64_t n[NUMBERS], const struct stat *st)
{
    n[0] = st->st_dev;
    n[1] = st->st_ino;
    n[2] = (uint64_t)st->st_size;
    n[3] = (uint64_t)st->st_mtim.tv_sec;
    n[4] = (uint64_t)st->st_mtim.tv_nsec;
    n[5] = (uint64_t)st->st_ctim.tv_sec;
    n[6] = (uint64_t)st->st_ctim.tv_nsec;
}

/* The slot of a file, or the free one where it would be. */
static struct entry *find(const struct work_hashes *h, const uint64_t *n)
{
    uint64_t at = (n[1] ^ n[0] << 32) * UINT64_C(0x9e3779b97f4a7c15) >> 20;

    for (;; at++) {
        struct entry *e = &h->slots[at & (h->room - 1)];

        if (!e->n[1] || (e->n[0] == n[0] && e->n[1] == n[1]))
            return e;
    }
}

static struct work_hashes *new_hashes(size_t count)
{
    struct work_hashes *h = td_calloc(1, sizeof(*h));

    for (h->room = 256; h->room < 2 * count; h->room *= 2)
        ;
    h->slots = td_calloc(h->room, sizeof(*h->slots));
    return h;
}

static void grow(struct work_hashes *h)
{
    struct work_hashes wide = {.room = 2 * h->room};

    wide.slots = td_calloc(wide.room, sizeof(*wide.slots));
    for (size_t i = 0; i < h->room; i++)
        if (h->slots[i].n[1])
            *find(&wide, h->slots[i].n) = h->slots[i];
    free(h->slots);
    h->slots = wide.slots;
    h->room = wide.room;
}

const uint8_t *work_hashes_get(struct work_hashes *h, const struct stat *st)
{
    uint64_t n[NUMBERS];
    struct entry *e;

    numbers_of(n, st);
    e = find(h, n);
    if (!e->n[1] || memcmp(e->n, n, sizeof(n)) != 0)
        return NULL;
    e->used = true;
    return e->sha256;
}

static bool is_settled(const struct timespec *t, uint64_t wall_ns)
{
    uint64_t ns;

    return t->tv_sec >= 0 &&
           !__builtin_mul_overflow((uint64_t)t->tv_sec, TD_NS_PER_S, &ns) &&
           ns + (uint64_t)t->tv_nsec + WORK_SETTLE_NS < wall_ns;
}

void work_hashes_put(struct work_hashes *h, const struct stat *st,
                     const uint8_t *sha256, uint64_t wall_ns)
{
    uint64_t n[NUMBERS];
    struct entry *e;

    if (!is_settled(&st->st_mtim, wall_ns) ||
        !is_settled(&st->st_ctim, wall_ns) || !st->st_ino)
        return;
    if (2 * (h->count + 1) > h->room)
        grow(h);
    numbers_of(n, st);
    e = find(h, n);
    h->count += !e->n[1];
    memcpy(e->n, n, sizeof(n));
    memcpy(e->sha256, sha256, WORK_SHA256);
    e->used = true;
    h->changed = true;
}

static void put_record(struct td_buf *out, const struct entry *e)
{
    for (int i = 0; i < NUMBERS; i++)
        for (unsigned k = 0; k < 64; k += 8)
            (void)td_buf_add_byte(out, (uint8_t)(e->n[i] >> k));
    (void)td_buf_add(out, e->sha256, WORK_SHA256);
}

/* Those of this time first, so that the oldest go when there are too many. */
static void write_all(const struct work_hashes *h, struct td_buf *out)
{
    uint8_t sum[WORK_SHA256];
    size_t count = 0;

    (void)td_buf_add_text(out, MAGIC);
    for (int used = 1; used >= 0; used--)
        for (size_t i = 0; i < h->room && count < WORK_HASHES_MAX; i++)
            if (h->slots[i].n[1] && h->slots[i].used == used) {
                put_record(out, &h->slots[i]);
                count++;
            }
    td_sha256(sum, td_buf_bytes(out));
    (void)td_buf_add(out, sum, sizeof(sum));
}

static void take_record(struct work_hashes *h, const uint8_t *from)
{
    struct entry e = {.used = false};
    struct entry *to;

    for (int i = 0; i < NUMBERS; i++)
        for (unsigned k = 0; k < 8; k++)
            e.n[i] |= (uint64_t)*from++ << 8 * k;
    memcpy(e.sha256, from, WORK_SHA256);
    if (!e.n[1])
        return;
    to = find(h, e.n);
    h->count += !to->n[1];
    *to = e;
}

struct work_hashes *work_hashes_parse(struct td_bytes text)
{
    uint8_t sum[WORK_SHA256];
    struct work_hashes *h;
    size_t len = text.len - WORK_SHA256;
    size_t count;

    if (text.len < HEAD + WORK_SHA256 || memcmp(text.ptr, MAGIC, HEAD) != 0)
        return NULL;
    count = (len - HEAD) / RECORD;
    td_sha256(sum, td_bytes(text.ptr, len));
    if ((len - HEAD) % RECORD || count > WORK_HASHES_MAX ||
        memcmp(sum, text.ptr + len, sizeof(sum)) != 0)
        return NULL;
    h = new_hashes(count);
    for (size_t i = 0; i < count; i++)
        take_record(h, text.ptr + HEAD + i * RECORD);
    return h;
}

enum td_code work_hashes_load(struct work_hashes **out,
                              const struct work_place *place,
                              struct td_error *err)
{
    struct td_buf text = {.max = HEAD + (size_t)WORK_HASHES_MAX * RECORD +
                                 ((size_t)128 << 10)};
    enum td_code code = work_state_read(place, NAME, &text, err);

    *out = code ? NULL : work_hashes_parse(td_buf_bytes(&text));
    if (!*out)
        *out = new_hashes(0);
    td_buf_release(&text);
    return code == TD_IO ? code : TD_OK;
}

enum td_code work_hashes_save(struct work_hashes *h,
                              const struct work_place *place,
                              struct td_error *err)
{
    struct td_buf text = {0};
    enum td_code code;

    if (!h->changed)
        return TD_OK;
    write_all(h, &text);
    code = work_replace(place, place->state_fd, NAME, td_buf_bytes(&text), err);
    td_buf_release(&text);
    h->changed = h->changed && code != TD_OK;
    return code;
}

void work_hashes_free(struct work_hashes *h)
{
    if (!h)
        return;
    free(h->slots);
    free(h);
}
