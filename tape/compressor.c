#include "tape/compressor_internal.h"

#include "core/fs.h"
#include "core/mem.h"
#include "tape/file.h"
#include "tape/line.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_SLACK ((size_t)64 * 1024)   /* room for a line past the member */
#define SPARE_MAX   64                    /* pieces kept for another use */
#define OUT_MAX     (2 * TAPE_LINE_MAX)   /* one member and index members */
#define HELP_AT     ((size_t)1024 * 1024) /* of waiting text: help pays */

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
    if (compressor->spares == SPARE_MAX || chunk->text.cap > TAPE_CHUNK_KEEP ||
        chunk->body.cap > TAPE_CHUNK_KEEP) {
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

/* The first error is final. */
static void fail(struct tape_compressor *compressor, enum td_code code,
                 const struct td_error *err)
{
    if (!code || compressor->code)
        return;
    compressor->err = *err;
    atomic_store(&compressor->code, code);
}

static void sync_flushes(struct tape_compressor *compressor)
{
    uint64_t good = compressor->flushes.good;
    struct td_error err = {0};
    enum td_code code;

    pthread_mutex_unlock(&compressor->lock);
    code = td_fs_sync(compressor->fd, compressor->path, &err);
    pthread_mutex_lock(&compressor->lock);
    fail(compressor, code, &err);
    if (code)
        compressor->flushes.broken = true;
    else
        tape_flush_queue_synced(&compressor->flushes, good);
}

/* Tell the first who waits for a flush, or do what it waits for. Called and
 * left with the lock held; works without it. False: there is nothing to do.
 */
static bool serve_flush(struct tape_compressor *compressor)
{
    bool reached = false;
    struct tape_flush *flush =
        tape_flush_queue_take(&compressor->flushes, &reached);

    if (flush) {
        pthread_mutex_unlock(&compressor->lock);
        flush->done(flush, reached ? TD_OK : compressor->err.code,
                    reached ? NULL : &compressor->err);
        pthread_mutex_lock(&compressor->lock);
        return true;
    }
    if (!tape_flush_queue_wants_sync(&compressor->flushes, !compressor->head))
        return false;
    sync_flushes(compressor);
    return true;
}

/* Whether the file is synced behind this chunk, whoever waits. */
static bool syncs(const struct tape_compressor *compressor,
                  const struct tape_chunk *chunk)
{
    return compressor->fsync == TAPE_FSYNC_FLUSH ||
           (compressor->fsync == TAPE_FSYNC_MEMBER && chunk->last);
}

/* Called and left with the lock held; works without it. */
static void work_on(struct tape_compressor *compressor,
                    struct tape_chunk *chunk)
{
    struct td_error err = {0};
    bool behind = chunk->state == TAPE_CHUNK_TEXT && is_behind(compressor);
    bool failed = compressor->code != TD_OK;
    bool synced = syncs(compressor, chunk);
    bool broken = false;
    enum td_code code = TD_OK;

    if (chunk->state == TAPE_CHUNK_TEXT)
        compressor->raw -= chunk->text.len;
    pthread_mutex_unlock(&compressor->lock);
    if (!failed)
        code = tape_compressor_write(compressor, chunk, behind, &err);
    if (!failed && !code && synced) {
        code = td_fs_sync(compressor->fd, compressor->path, &err);
        broken = code != TD_OK;
    }
    pthread_mutex_lock(&compressor->lock);
    fail(compressor, code, &err);
    compressor->flushes.broken |= broken;
    tape_flush_queue_done(&compressor->flushes, !failed && !code, synced);
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

        if (serve_flush(compressor))
            continue;
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

struct tape_compressor *tape_compressor_open(int fd, const char *path,
                                             const struct tape_options *options)
{
    struct tape_compressor *compressor =
        (struct tape_compressor *)td_calloc(1, sizeof(*compressor));
    off_t at = lseek(fd, 0, SEEK_CUR);

    compressor->fd = fd;
    compressor->path = td_strdup(path);
    compressor->patches = at >= 0 && tape_file_can_patch(fd);
    compressor->start = at > 0 ? (uint64_t)at : 0;
    compressor->stored = options->stored;
    compressor->patient = options->patient;
    compressor->threaded = !options->one_thread;
    compressor->fsync = options->fsync;
    compressor->chunk_room = options->member_text + CHUNK_SLACK;
    compressor->level = options->level;
    compressor->deflate = tape_deflate_new(options->level);
    td_buf_init(&compressor->out, OUT_MAX);
    tape_flush_queue_init(&compressor->flushes);
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

void tape_compressor_go_on(struct tape_compressor *compressor, uint64_t start,
                           struct tape_index *index)
{
    compressor->at = compressor->start - start;
    compressor->start = start;
    compressor->index = *index;
    *index = (struct tape_index){0};
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
    compressor->flushes.given++;
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

void tape_compressor_flush(struct tape_compressor *compressor,
                           struct tape_flush *flush)
{
    pthread_mutex_lock(&compressor->lock);
    tape_flush_queue_add(&compressor->flushes, flush);
    if (compressor->threaded)
        pthread_cond_signal(&compressor->given);
    else
        while (serve_flush(compressor))
            ;
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
        code = tape_compressor_write_footer(compressor, footer, err);
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
