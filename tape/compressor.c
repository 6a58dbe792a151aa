#include "tape/compressor.h"

#include "core/fs.h"
#include "core/mem.h"
#include "tape/deflate.h"
#include "tape/index.h"
#include "tape/line.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_SLACK ((size_t)64 * 1024)   /* room for a line past the member */
#define CHUNK_KEEP  (2 * TAPE_TEXT_MAX)   /* larger buffers are not kept */
#define SPARE_MAX   64                    /* pieces kept for another use */
#define OUT_MAX     (2 * TAPE_LINE_MAX)   /* one member and index members */
#define HELP_AT     ((size_t)1024 * 1024) /* of waiting text: help pays */

struct tape_compressor {
    int fd;
    char *path;
    bool patches; /* the file can be written at an offset */
    bool stored;
    bool patient;
    bool threaded;
    enum tape_fsync fsync;
    size_t chunk_room;

    /* The worker's own. */
    struct tape_deflate *deflate;
    struct tape_index index;
    struct td_buf out;
    uint64_t start;  /* offset of the segment in the file */
    uint64_t at;     /* in the segment: end of what is written */
    uint64_t member; /* in the segment: where the open member starts */
    uint64_t end_at; /* in the segment: the member with the end line */
    uint32_t crc;
    bool member_stored;

    /* Shared, under the lock. */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given;
    pthread_cond_t done;
    struct tape_chunk *head;
    struct tape_chunk **tail;
    struct tape_chunk *spare;
    size_t spares;
    size_t waiting; /* bytes of text given and not yet written */
    size_t raw;     /* of them, those that nobody has begun to deflate */
    size_t pending; /* pieces given and not yet written */
    bool closing;
    atomic_int code; /* read without the lock, once for every event */
    struct td_error err;
    struct tape_compressor_totals totals;

    /* The second thread; started when pieces first pile up. */
    bool helped;
    unsigned level;
    pthread_t helper;
    pthread_cond_t piled;
};

/* What stands behind the last good byte is half a piece: cut it off, so that
 * the tape ends where the last flush ended.
 */
static enum td_code write_failed(struct tape_compressor *compressor,
                                 struct td_error *err)
{
    if (compressor->patches &&
        ftruncate(compressor->fd, (off_t)(compressor->start + compressor->at)))
        (void)errno; /* the reader copes with the torn tail */
    if (!compressor->patches || compressor->at == 0)
        return TD_IO;
    if (err && td_errno_hint(err->errnum)[0])
        return td_error_hint(err, "%s; what was flushed can be read",
                             td_errno_hint(err->errnum));
    (void)td_error_hint(err, "what was flushed can be read");
    return TD_IO;
}

static enum td_code write_out(struct tape_compressor *compressor,
                              struct td_error *err)
{
    if (td_fs_write(compressor->fd, td_buf_bytes(&compressor->out),
                    compressor->path, err))
        return write_failed(compressor, err);
    compressor->at += compressor->out.len;
    if (compressor->out.cap > CHUNK_KEEP)
        td_buf_release(&compressor->out);
    td_buf_clear(&compressor->out);
    return TD_OK;
}

static enum td_code write_at(struct tape_compressor *compressor,
                             struct td_bytes bytes, uint64_t at,
                             struct td_error *err)
{
    while (bytes.len > 0) {
        ssize_t n = pwrite(compressor->fd, bytes.ptr, bytes.len,
                           (off_t)(compressor->start + at));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return td_error_errno(err, TD_IO, compressor->path, errno,
                                  "cannot write");
        bytes = td_bytes(bytes.ptr + n, bytes.len - (size_t)n);
        at += (uint64_t)n;
    }
    return TD_OK;
}

static enum td_code too_large(struct tape_compressor *compressor,
                              struct td_error *err)
{
    return td_error_set(err, TD_LIMIT, compressor->path, compressor->at,
                        "a member is too large");
}

/* The head that says "open"; tape_compressor finishes it when the member ends.
 */
static enum td_code begin_member(struct tape_compressor *compressor,
                                 struct tape_chunk *chunk, bool behind)
{
    uint8_t head[TAPE_HEAD_LEN];

    compressor->member = compressor->at;
    compressor->crc = 0;
    compressor->member_stored = compressor->stored || behind;
    tape_deflate_begin(compressor->deflate, compressor->member_stored);
    chunk->m.self = compressor->member;
    chunk->m.length = 0;
    if (compressor->member_stored)
        chunk->m.flags |= TAPE_FLAG_STORED;
    tape_member_pack(head, &chunk->m, 0);
    return td_buf_add(&compressor->out, head, sizeof(head));
}

static enum td_code end_member(struct tape_compressor *compressor,
                               struct tape_member *m)
{
    uint8_t trailer[TAPE_TRAILER_LEN];

    tape_put32(trailer, compressor->crc);
    tape_put32(trailer + 4, m->text_len);
    if (td_buf_add(&compressor->out, trailer, sizeof(trailer)))
        return TD_LIMIT;
    m->self = compressor->member;
    m->length =
        (uint32_t)(compressor->at + compressor->out.len - compressor->member);
    if (compressor->member_stored)
        m->flags |= TAPE_FLAG_STORED;
    if (m->flags & TAPE_FLAG_END)
        compressor->end_at = m->self;
    return TD_OK;
}

/* The numbers of a member that ended: in the bytes not yet written if its head
 * is still among them, else in the file, if that is possible.
 */
static enum td_code finish_head(struct tape_compressor *compressor,
                                const struct tape_chunk *chunk,
                                struct td_error *err)
{
    uint8_t head[TAPE_HEAD_LEN];

    tape_member_pack(head, &chunk->m, 0);
    if (chunk->first) {
        memcpy(compressor->out.ptr, head, sizeof(head));
        return TD_OK;
    }
    return compressor->patches
               ? write_at(compressor, td_bytes(head, sizeof(head)),
                          compressor->member, err)
               : TD_OK;
}

static void count_member(struct tape_compressor *compressor,
                         const struct tape_member *m)
{
    pthread_mutex_lock(&compressor->lock);
    compressor->totals.members++;
    compressor->totals.stored += (m->flags & TAPE_FLAG_STORED) != 0;
    pthread_mutex_unlock(&compressor->lock);
}

static enum td_code index_member(struct tape_compressor *compressor,
                                 const struct tape_member *m,
                                 struct td_error *err)
{
    struct tape_entry entry = tape_member_entry(m);

    if (!(m->flags & (TAPE_FLAG_HEADER | TAPE_FLAG_END)))
        count_member(compressor, m);
    if (m->count == 0)
        return TD_OK;
    if (tape_index_add(&compressor->index, &entry, &compressor->out,
                       compressor->at))
        return too_large(compressor, err);
    return compressor->out.len > 0 ? write_out(compressor, err) : TD_OK;
}

static enum td_code sync_out(struct tape_compressor *compressor,
                             const struct tape_chunk *chunk,
                             struct td_error *err)
{
    if (compressor->fsync == TAPE_FSYNC_FLUSH ||
        (compressor->fsync == TAPE_FSYNC_MEMBER && chunk->last))
        return td_fs_sync(compressor->fd, compressor->path, err);
    return TD_OK;
}

static enum td_code add_body(struct tape_compressor *compressor,
                             const struct tape_chunk *chunk)
{
    struct td_bytes text = td_buf_bytes(&chunk->text);

    if (chunk->state == TAPE_CHUNK_BODY) {
        compressor->crc = chunk->crc;
        return td_buf_add_bytes(&compressor->out, td_buf_bytes(&chunk->body));
    }
    compressor->crc = tape_crc(compressor->crc, text);
    return tape_deflate_add(compressor->deflate, &compressor->out, text,
                            chunk->last);
}

static enum td_code press_chunk(struct tape_compressor *compressor,
                                struct tape_chunk *chunk, bool behind,
                                struct td_error *err)
{
    enum td_code code = TD_OK;

    if (chunk->first && begin_member(compressor, chunk, behind))
        return too_large(compressor, err);
    if (add_body(compressor, chunk) ||
        (chunk->last && end_member(compressor, &chunk->m)))
        return too_large(compressor, err);
    if (chunk->last && chunk->first)
        code = finish_head(compressor, chunk, err);
    if (!code)
        code = write_out(compressor, err);
    if (!code && chunk->last && !chunk->first)
        code = finish_head(compressor, chunk, err);
    if (!code && chunk->last)
        code = index_member(compressor, &chunk->m, err);
    return code ? code : sync_out(compressor, chunk, err);
}

void tape_chunk_free(struct tape_chunk *chunk)
{
    if (!chunk)
        return;
    td_buf_release(&chunk->text);
    td_buf_release(&chunk->body);
    free(chunk);
}

static void keep_spare(struct tape_compressor *compressor,
                       struct tape_chunk *chunk)
{
    if (compressor->spares == SPARE_MAX || chunk->text.cap > CHUNK_KEEP ||
        chunk->body.cap > CHUNK_KEEP) {
        tape_chunk_free(chunk);
        return;
    }
    chunk->next = compressor->spare;
    compressor->spare = chunk;
    compressor->spares++;
}

/* There is no time to deflate: store. */
static bool is_behind(const struct tape_compressor *compressor)
{
    return !compressor->patient && compressor->raw > TAPE_COMPRESSOR_QUEUE / 2;
}

/* Called and left with the lock held; works without it. */
static void work_on(struct tape_compressor *compressor,
                    struct tape_chunk *chunk)
{
    struct td_error err = {0};
    bool behind = chunk->state == TAPE_CHUNK_TEXT && is_behind(compressor);
    bool failed = compressor->code != TD_OK;
    enum td_code code = TD_OK;

    if (chunk->state == TAPE_CHUNK_TEXT)
        compressor->raw -= chunk->text.len;
    pthread_mutex_unlock(&compressor->lock);
    if (!failed)
        code = press_chunk(compressor, chunk, behind, &err);
    pthread_mutex_lock(&compressor->lock);
    if (code) {
        compressor->err = err;
        atomic_store(&compressor->code, code); /* err is set for good */
    }
    compressor->totals.file_bytes = compressor->at;
    compressor->waiting -= chunk->text.len;
    compressor->pending--;
    keep_spare(compressor, chunk);
    pthread_cond_broadcast(&compressor->done);
}

/* The first member in the queue that is whole and that nobody has begun on. */
static struct tape_chunk *whole_member(const struct tape_compressor *compressor)
{
    struct tape_chunk *chunk = compressor->head;

    if (compressor->stored || is_behind(compressor))
        return NULL;
    while (chunk &&
           (chunk->state != TAPE_CHUNK_TEXT || !chunk->first || !chunk->last))
        chunk = chunk->next;
    return chunk;
}

/* Deflate a member that waits behind others. Called and left with the lock
 * held; works without it. False: there is none.
 */
static bool deflate_ahead(struct tape_compressor *compressor,
                          struct tape_deflate *deflate)
{
    struct tape_chunk *chunk = whole_member(compressor);
    struct td_bytes text;
    enum td_code code;

    if (!chunk)
        return false;
    chunk->state = TAPE_CHUNK_TAKEN;
    compressor->raw -= chunk->text.len;
    pthread_mutex_unlock(&compressor->lock);
    text = td_buf_bytes(&chunk->text);
    td_buf_clear(&chunk->body);
    tape_deflate_begin(deflate, false);
    code = tape_deflate_add(deflate, &chunk->body, text, true);
    chunk->crc = tape_crc(0, text);
    pthread_mutex_lock(&compressor->lock);
    chunk->state = code ? TAPE_CHUNK_TEXT : TAPE_CHUNK_BODY;
    compressor->raw += code ? text.len : 0;
    pthread_cond_signal(&compressor->given);
    return !code;
}

static void *worker(void *arg)
{
    struct tape_compressor *compressor = (struct tape_compressor *)arg;

    pthread_mutex_lock(&compressor->lock);
    for (;;) {
        struct tape_chunk *chunk = compressor->head;

        if (chunk && chunk->state != TAPE_CHUNK_TAKEN) {
            compressor->head = chunk->next;
            if (!compressor->head)
                compressor->tail = &compressor->head;
            work_on(compressor, chunk);
        } else if (compressor->closing && !chunk) {
            break;
        } else if (!chunk || !deflate_ahead(compressor, compressor->deflate)) {
            pthread_cond_wait(&compressor->given, &compressor->lock);
        }
    }
    pthread_mutex_unlock(&compressor->lock);
    return NULL;
}

static void *helper(void *arg)
{
    struct tape_compressor *compressor = (struct tape_compressor *)arg;
    struct tape_deflate *deflate = tape_deflate_new(compressor->level);

    pthread_mutex_lock(&compressor->lock);
    for (;;) {
        if (deflate_ahead(compressor, deflate))
            continue;
        if (compressor->closing)
            break;
        pthread_cond_wait(&compressor->piled, &compressor->lock);
    }
    pthread_mutex_unlock(&compressor->lock);
    tape_deflate_free(deflate);
    return NULL;
}

/* Two threads deflate what one cannot. Called with the lock held. */
static void get_help(struct tape_compressor *compressor)
{
    if (compressor->waiting < HELP_AT)
        return;
    if (!compressor->helped)
        compressor->helped =
            pthread_create(&compressor->helper, NULL, helper, compressor) == 0;
    else
        pthread_cond_signal(&compressor->piled);
}

/* A regular file that is not open for appending only. */
static bool can_patch(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flags >= 0 &&
           !(flags & O_APPEND);
}

struct tape_compressor *tape_compressor_open(int fd, const char *path,
                                             const struct tape_options *options)
{
    struct tape_compressor *compressor =
        (struct tape_compressor *)td_calloc(1, sizeof(*compressor));
    off_t at = lseek(fd, 0, SEEK_CUR);

    compressor->fd = fd;
    compressor->path = td_strdup(path);
    compressor->patches = at >= 0 && can_patch(fd);
    compressor->start = at > 0 ? (uint64_t)at : 0;
    compressor->stored = options->stored;
    compressor->patient = options->patient;
    compressor->threaded = !options->one_thread;
    compressor->fsync = options->fsync;
    compressor->chunk_room = options->member_text + CHUNK_SLACK;
    compressor->level = options->level;
    compressor->deflate = tape_deflate_new(options->level);
    td_buf_init(&compressor->out, OUT_MAX);
    compressor->tail = &compressor->head;
    pthread_mutex_init(&compressor->lock, NULL);
    pthread_cond_init(&compressor->given, NULL);
    pthread_cond_init(&compressor->done, NULL);
    pthread_cond_init(&compressor->piled, NULL);
    if (compressor->threaded &&
        pthread_create(&compressor->thread, NULL, worker, compressor) != 0)
        compressor->threaded = false;
    return compressor;
}

struct tape_chunk *tape_compressor_take(struct tape_compressor *compressor)
{
    struct tape_chunk *chunk;

    pthread_mutex_lock(&compressor->lock);
    while (compressor->waiting > TAPE_COMPRESSOR_QUEUE)
        pthread_cond_wait(&compressor->done, &compressor->lock);
    chunk = compressor->spare;
    if (chunk) {
        compressor->spare = chunk->next;
        compressor->spares--;
    }
    pthread_mutex_unlock(&compressor->lock);
    if (!chunk) {
        chunk = (struct tape_chunk *)td_calloc(1, sizeof(*chunk));
        td_buf_init(&chunk->text, TAPE_LINE_MAX + TAPE_TEXT_MAX + CHUNK_SLACK);
        td_buf_init(&chunk->body, OUT_MAX);
    }
    if (!td_buf_room(&chunk->text, compressor->chunk_room))
        td_buf_clear(&chunk->text);
    td_buf_clear(&chunk->text);
    chunk->state = TAPE_CHUNK_TEXT;
    chunk->next = NULL;
    return chunk;
}

void tape_compressor_give(struct tape_compressor *compressor,
                          struct tape_chunk *chunk)
{
    pthread_mutex_lock(&compressor->lock);
    compressor->waiting += chunk->text.len;
    compressor->raw += chunk->text.len;
    compressor->pending++;
    if (compressor->threaded) {
        *compressor->tail = chunk;
        compressor->tail = &chunk->next;
        pthread_cond_signal(&compressor->given);
        get_help(compressor);
    } else {
        work_on(compressor, chunk);
    }
    pthread_mutex_unlock(&compressor->lock);
}

enum td_code tape_compressor_status(struct tape_compressor *compressor,
                                    struct td_error *err)
{
    enum td_code code = (enum td_code)atomic_load(&compressor->code);

    if (code && err)
        *err = compressor->err;
    return code;
}

enum td_code tape_compressor_drain(struct tape_compressor *compressor,
                                   struct td_error *err)
{
    pthread_mutex_lock(&compressor->lock);
    while (compressor->pending > 0)
        pthread_cond_wait(&compressor->done, &compressor->lock);
    pthread_mutex_unlock(&compressor->lock);
    return tape_compressor_status(compressor, err);
}

bool tape_compressor_ready(struct tape_compressor *compressor)
{
    bool ready;

    pthread_mutex_lock(&compressor->lock);
    ready = compressor->waiting < TAPE_COMPRESSOR_QUEUE / 4 * 3;
    pthread_mutex_unlock(&compressor->lock);
    return ready;
}

struct tape_compressor_totals
tape_compressor_totals(struct tape_compressor *compressor)
{
    struct tape_compressor_totals totals;

    pthread_mutex_lock(&compressor->lock);
    totals = compressor->totals;
    pthread_mutex_unlock(&compressor->lock);
    return totals;
}

static enum td_code write_footer(struct tape_compressor *compressor,
                                 struct tape_member *footer,
                                 struct td_error *err)
{
    uint8_t head[TAPE_HEAD_LEN];

    if (tape_index_finish(&compressor->index, &compressor->out, compressor->at,
                          &footer->back))
        return too_large(compressor, err);
    footer->kind = TAPE_MEMBER_FOOTER;
    footer->length = (uint32_t)TAPE_FOOTER_LEN;
    footer->self = compressor->at + compressor->out.len;
    footer->end = compressor->end_at;
    tape_member_pack(head, footer, 0);
    if (td_buf_add(&compressor->out, head, sizeof(head)) ||
        tape_empty_body(&compressor->out))
        return too_large(compressor, err);
    return write_out(compressor, err);
}

static void release(struct tape_compressor *compressor)
{
    while (compressor->spare) {
        struct tape_chunk *chunk = compressor->spare;

        compressor->spare = chunk->next;
        tape_chunk_free(chunk);
    }
    tape_index_release(&compressor->index);
    tape_deflate_free(compressor->deflate);
    td_buf_release(&compressor->out);
    pthread_cond_destroy(&compressor->piled);
    pthread_cond_destroy(&compressor->done);
    pthread_cond_destroy(&compressor->given);
    pthread_mutex_destroy(&compressor->lock);
    free(compressor->path);
    free(compressor);
}

static void join(struct tape_compressor *compressor)
{
    if (!compressor->threaded)
        return;
    pthread_mutex_lock(&compressor->lock);
    compressor->closing = true;
    pthread_cond_signal(&compressor->given);
    pthread_cond_signal(&compressor->piled);
    pthread_mutex_unlock(&compressor->lock);
    if (compressor->helped)
        pthread_join(compressor->helper, NULL);
    pthread_join(compressor->thread, NULL);
}

enum td_code tape_compressor_close(struct tape_compressor *compressor,
                                   struct tape_member *footer,
                                   struct td_error *err)
{
    enum td_code code;

    join(compressor);
    code = tape_compressor_status(compressor, err);
    if (!code)
        code = write_footer(compressor, footer, err);
    if (!code && compressor->patches && compressor->fsync != TAPE_FSYNC_NEVER)
        code = td_fs_sync(compressor->fd, compressor->path, err);
    if (close(compressor->fd) && !code)
        code =
            td_error_errno(err, TD_IO, compressor->path, errno, "cannot close");
    release(compressor);
    return code;
}

void tape_compressor_abort(struct tape_compressor *compressor)
{
    join(compressor);
    (void)close(compressor->fd);
    release(compressor);
}
