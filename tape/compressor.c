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

#define PIECE_SLACK ((size_t)64 * 1024)   /* room for a line past the member */
#define PIECE_KEEP  (2 * TAPE_TEXT_MAX)   /* larger buffers are not kept */
#define SPARE_MAX   64                    /* pieces kept for another use */
#define OUT_MAX     (2 * TAPE_LINE_MAX)   /* one member and index members */
#define HELP_AT     ((size_t)1024 * 1024) /* of waiting text: help pays */

struct tape_press {
    int fd;
    char *path;
    bool patches; /* the file can be written at an offset */
    bool stored;
    bool patient;
    bool threaded;
    enum tape_fsync fsync;
    size_t piece_room;

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
    struct tape_piece *head;
    struct tape_piece **tail;
    struct tape_piece *spare;
    size_t spares;
    size_t waiting; /* bytes of text given and not yet written */
    size_t raw;     /* of them, those that nobody has begun to deflate */
    size_t pending; /* pieces given and not yet written */
    bool closing;
    atomic_int code; /* read without the lock, once for every event */
    struct td_error err;
    struct tape_press_totals totals;

    /* The second thread; started when pieces first pile up. */
    bool helped;
    unsigned level;
    pthread_t helper;
    pthread_cond_t piled;
};

/* What stands behind the last good byte is half a piece: cut it off, so that
 * the tape ends where the last flush ended.
 */
static enum td_code write_failed(struct tape_press *press, struct td_error *err)
{
    if (press->patches &&
        ftruncate(press->fd, (off_t)(press->start + press->at)))
        (void)errno; /* the reader copes with the torn tail */
    if (!press->patches || press->at == 0)
        return TD_IO;
    if (err && td_errno_mend(err->errnum)[0])
        return td_error_mend(err, "%s; what was flushed can be read",
                             td_errno_mend(err->errnum));
    (void)td_error_mend(err, "what was flushed can be read");
    return TD_IO;
}

static enum td_code write_out(struct tape_press *press, struct td_error *err)
{
    if (td_fs_write(press->fd, td_buf_bytes(&press->out), press->path, err))
        return write_failed(press, err);
    press->at += press->out.len;
    if (press->out.cap > PIECE_KEEP)
        td_buf_release(&press->out);
    td_buf_clear(&press->out);
    return TD_OK;
}

static enum td_code write_at(struct tape_press *press, struct td_bytes bytes,
                             uint64_t at, struct td_error *err)
{
    while (bytes.len > 0) {
        ssize_t n =
            pwrite(press->fd, bytes.ptr, bytes.len, (off_t)(press->start + at));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return td_error_errno(err, TD_IO, press->path, errno,
                                  "cannot write");
        bytes = td_bytes(bytes.ptr + n, bytes.len - (size_t)n);
        at += (uint64_t)n;
    }
    return TD_OK;
}

static enum td_code too_large(struct tape_press *press, struct td_error *err)
{
    return td_error_set(err, TD_LIMIT, press->path, press->at,
                        "a member is too large");
}

/* The head that says "open"; tape_press finishes it when the member ends. */
static enum td_code begin_member(struct tape_press *press,
                                 struct tape_piece *piece, bool behind)
{
    uint8_t head[TAPE_HEAD_LEN];

    press->member = press->at;
    press->crc = 0;
    press->member_stored = press->stored || behind;
    tape_deflate_begin(press->deflate, press->member_stored);
    piece->m.self = press->member;
    piece->m.length = 0;
    if (press->member_stored)
        piece->m.flags |= TAPE_FLAG_STORED;
    tape_member_pack(head, &piece->m, 0);
    return td_buf_add(&press->out, head, sizeof(head));
}

static enum td_code end_member(struct tape_press *press, struct tape_member *m)
{
    uint8_t trailer[TAPE_TRAILER_LEN];

    tape_put32(trailer, press->crc);
    tape_put32(trailer + 4, m->text_len);
    if (td_buf_add(&press->out, trailer, sizeof(trailer)))
        return TD_LIMIT;
    m->self = press->member;
    m->length = (uint32_t)(press->at + press->out.len - press->member);
    if (press->member_stored)
        m->flags |= TAPE_FLAG_STORED;
    if (m->flags & TAPE_FLAG_END)
        press->end_at = m->self;
    return TD_OK;
}

/* The numbers of a member that ended: in the bytes not yet written if its head
 * is still among them, else in the file, if that is possible.
 */
static enum td_code finish_head(struct tape_press *press,
                                const struct tape_piece *piece,
                                struct td_error *err)
{
    uint8_t head[TAPE_HEAD_LEN];

    tape_member_pack(head, &piece->m, 0);
    if (piece->first) {
        memcpy(press->out.ptr, head, sizeof(head));
        return TD_OK;
    }
    return press->patches ? write_at(press, td_bytes(head, sizeof(head)),
                                     press->member, err)
                          : TD_OK;
}

static void count_member(struct tape_press *press, const struct tape_member *m)
{
    pthread_mutex_lock(&press->lock);
    press->totals.members++;
    press->totals.stored += (m->flags & TAPE_FLAG_STORED) != 0;
    pthread_mutex_unlock(&press->lock);
}

static enum td_code index_member(struct tape_press *press,
                                 const struct tape_member *m,
                                 struct td_error *err)
{
    struct tape_entry entry = tape_member_entry(m);

    if (!(m->flags & (TAPE_FLAG_HEADER | TAPE_FLAG_END)))
        count_member(press, m);
    if (m->count == 0)
        return TD_OK;
    if (tape_index_add(&press->index, &entry, &press->out, press->at))
        return too_large(press, err);
    return press->out.len > 0 ? write_out(press, err) : TD_OK;
}

static enum td_code sync_out(struct tape_press *press,
                             const struct tape_piece *piece,
                             struct td_error *err)
{
    if (press->fsync == TAPE_FSYNC_FLUSH ||
        (press->fsync == TAPE_FSYNC_MEMBER && piece->last))
        return td_fs_sync(press->fd, press->path, err);
    return TD_OK;
}

static enum td_code add_body(struct tape_press *press,
                             const struct tape_piece *piece)
{
    struct td_bytes text = td_buf_bytes(&piece->text);

    if (piece->state == TAPE_PIECE_BODY) {
        press->crc = piece->crc;
        return td_buf_add_bytes(&press->out, td_buf_bytes(&piece->body));
    }
    press->crc = tape_crc(press->crc, text);
    return tape_deflate_add(press->deflate, &press->out, text, piece->last);
}

static enum td_code press_piece(struct tape_press *press,
                                struct tape_piece *piece, bool behind,
                                struct td_error *err)
{
    enum td_code code = TD_OK;

    if (piece->first && begin_member(press, piece, behind))
        return too_large(press, err);
    if (add_body(press, piece) || (piece->last && end_member(press, &piece->m)))
        return too_large(press, err);
    if (piece->last && piece->first)
        code = finish_head(press, piece, err);
    if (!code)
        code = write_out(press, err);
    if (!code && piece->last && !piece->first)
        code = finish_head(press, piece, err);
    if (!code && piece->last)
        code = index_member(press, &piece->m, err);
    return code ? code : sync_out(press, piece, err);
}

void tape_piece_free(struct tape_piece *piece)
{
    if (!piece)
        return;
    td_buf_release(&piece->text);
    td_buf_release(&piece->body);
    free(piece);
}

static void keep_spare(struct tape_press *press, struct tape_piece *piece)
{
    if (press->spares == SPARE_MAX || piece->text.cap > PIECE_KEEP ||
        piece->body.cap > PIECE_KEEP) {
        tape_piece_free(piece);
        return;
    }
    piece->next = press->spare;
    press->spare = piece;
    press->spares++;
}

/* There is no time to deflate: store. */
static bool is_behind(const struct tape_press *press)
{
    return !press->patient && press->raw > TAPE_PRESS_QUEUE / 2;
}

/* Called and left with the lock held; works without it. */
static void work_on(struct tape_press *press, struct tape_piece *piece)
{
    struct td_error err = {0};
    bool behind = piece->state == TAPE_PIECE_TEXT && is_behind(press);
    bool failed = press->code != TD_OK;
    enum td_code code = TD_OK;

    if (piece->state == TAPE_PIECE_TEXT)
        press->raw -= piece->text.len;
    pthread_mutex_unlock(&press->lock);
    if (!failed)
        code = press_piece(press, piece, behind, &err);
    pthread_mutex_lock(&press->lock);
    if (code) {
        press->err = err;
        atomic_store(&press->code, code); /* err is set for good */
    }
    press->totals.file_bytes = press->at;
    press->waiting -= piece->text.len;
    press->pending--;
    keep_spare(press, piece);
    pthread_cond_broadcast(&press->done);
}

/* The first member in the queue that is whole and that nobody has begun on. */
static struct tape_piece *whole_member(const struct tape_press *press)
{
    struct tape_piece *piece = press->head;

    if (press->stored || is_behind(press))
        return NULL;
    while (piece &&
           (piece->state != TAPE_PIECE_TEXT || !piece->first || !piece->last))
        piece = piece->next;
    return piece;
}

/* Deflate a member that waits behind others. Called and left with the lock
 * held; works without it. False: there is none.
 */
static bool deflate_ahead(struct tape_press *press,
                          struct tape_deflate *deflate)
{
    struct tape_piece *piece = whole_member(press);
    struct td_bytes text;
    enum td_code code;

    if (!piece)
        return false;
    piece->state = TAPE_PIECE_TAKEN;
    press->raw -= piece->text.len;
    pthread_mutex_unlock(&press->lock);
    text = td_buf_bytes(&piece->text);
    td_buf_clear(&piece->body);
    tape_deflate_begin(deflate, false);
    code = tape_deflate_add(deflate, &piece->body, text, true);
    piece->crc = tape_crc(0, text);
    pthread_mutex_lock(&press->lock);
    piece->state = code ? TAPE_PIECE_TEXT : TAPE_PIECE_BODY;
    press->raw += code ? text.len : 0;
    pthread_cond_signal(&press->given);
    return !code;
}

static void *worker(void *arg)
{
    struct tape_press *press = (struct tape_press *)arg;

    pthread_mutex_lock(&press->lock);
    for (;;) {
        struct tape_piece *piece = press->head;

        if (piece && piece->state != TAPE_PIECE_TAKEN) {
            press->head = piece->next;
            if (!press->head)
                press->tail = &press->head;
            work_on(press, piece);
        } else if (press->closing && !piece) {
            break;
        } else if (!piece || !deflate_ahead(press, press->deflate)) {
            pthread_cond_wait(&press->given, &press->lock);
        }
    }
    pthread_mutex_unlock(&press->lock);
    return NULL;
}

static void *helper(void *arg)
{
    struct tape_press *press = (struct tape_press *)arg;
    struct tape_deflate *deflate = tape_deflate_new(press->level);

    pthread_mutex_lock(&press->lock);
    for (;;) {
        if (deflate_ahead(press, deflate))
            continue;
        if (press->closing)
            break;
        pthread_cond_wait(&press->piled, &press->lock);
    }
    pthread_mutex_unlock(&press->lock);
    tape_deflate_free(deflate);
    return NULL;
}

/* Two threads deflate what one cannot. Called with the lock held. */
static void get_help(struct tape_press *press)
{
    if (press->waiting < HELP_AT)
        return;
    if (!press->helped)
        press->helped =
            pthread_create(&press->helper, NULL, helper, press) == 0;
    else
        pthread_cond_signal(&press->piled);
}

/* A regular file that is not open for appending only. */
static bool can_patch(int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flags >= 0 &&
           !(flags & O_APPEND);
}

struct tape_press *tape_press_open(int fd, const char *path,
                                   const struct tape_options *options)
{
    struct tape_press *press =
        (struct tape_press *)td_calloc(1, sizeof(*press));
    off_t at = lseek(fd, 0, SEEK_CUR);

    press->fd = fd;
    press->path = td_strdup(path);
    press->patches = at >= 0 && can_patch(fd);
    press->start = at > 0 ? (uint64_t)at : 0;
    press->stored = options->stored;
    press->patient = options->patient;
    press->threaded = !options->one_thread;
    press->fsync = options->fsync;
    press->piece_room = options->member_text + PIECE_SLACK;
    press->level = options->level;
    press->deflate = tape_deflate_new(options->level);
    td_buf_init(&press->out, OUT_MAX);
    press->tail = &press->head;
    pthread_mutex_init(&press->lock, NULL);
    pthread_cond_init(&press->given, NULL);
    pthread_cond_init(&press->done, NULL);
    pthread_cond_init(&press->piled, NULL);
    if (press->threaded &&
        pthread_create(&press->thread, NULL, worker, press) != 0)
        press->threaded = false;
    return press;
}

struct tape_piece *tape_press_take(struct tape_press *press)
{
    struct tape_piece *piece;

    pthread_mutex_lock(&press->lock);
    while (press->waiting > TAPE_PRESS_QUEUE)
        pthread_cond_wait(&press->done, &press->lock);
    piece = press->spare;
    if (piece) {
        press->spare = piece->next;
        press->spares--;
    }
    pthread_mutex_unlock(&press->lock);
    if (!piece) {
        piece = (struct tape_piece *)td_calloc(1, sizeof(*piece));
        td_buf_init(&piece->text, TAPE_LINE_MAX + TAPE_TEXT_MAX + PIECE_SLACK);
        td_buf_init(&piece->body, OUT_MAX);
    }
    if (!td_buf_room(&piece->text, press->piece_room))
        td_buf_clear(&piece->text);
    td_buf_clear(&piece->text);
    piece->state = TAPE_PIECE_TEXT;
    piece->next = NULL;
    return piece;
}

void tape_press_give(struct tape_press *press, struct tape_piece *piece)
{
    pthread_mutex_lock(&press->lock);
    press->waiting += piece->text.len;
    press->raw += piece->text.len;
    press->pending++;
    if (press->threaded) {
        *press->tail = piece;
        press->tail = &piece->next;
        pthread_cond_signal(&press->given);
        get_help(press);
    } else {
        work_on(press, piece);
    }
    pthread_mutex_unlock(&press->lock);
}

enum td_code tape_press_status(struct tape_press *press, struct td_error *err)
{
    enum td_code code = (enum td_code)atomic_load(&press->code);

    if (code && err)
        *err = press->err;
    return code;
}

enum td_code tape_press_drain(struct tape_press *press, struct td_error *err)
{
    pthread_mutex_lock(&press->lock);
    while (press->pending > 0)
        pthread_cond_wait(&press->done, &press->lock);
    pthread_mutex_unlock(&press->lock);
    return tape_press_status(press, err);
}

bool tape_press_ready(struct tape_press *press)
{
    bool ready;

    pthread_mutex_lock(&press->lock);
    ready = press->waiting < TAPE_PRESS_QUEUE / 4 * 3;
    pthread_mutex_unlock(&press->lock);
    return ready;
}

struct tape_press_totals tape_press_totals(struct tape_press *press)
{
    struct tape_press_totals totals;

    pthread_mutex_lock(&press->lock);
    totals = press->totals;
    pthread_mutex_unlock(&press->lock);
    return totals;
}

static enum td_code write_footer(struct tape_press *press,
                                 struct tape_member *footer,
                                 struct td_error *err)
{
    uint8_t head[TAPE_HEAD_LEN];

    if (tape_index_finish(&press->index, &press->out, press->at, &footer->back))
        return too_large(press, err);
    footer->kind = TAPE_MEMBER_FOOTER;
    footer->length = (uint32_t)TAPE_FOOTER_LEN;
    footer->self = press->at + press->out.len;
    footer->end = press->end_at;
    tape_member_pack(head, footer, 0);
    if (td_buf_add(&press->out, head, sizeof(head)) ||
        tape_empty_body(&press->out))
        return too_large(press, err);
    return write_out(press, err);
}

static void release(struct tape_press *press)
{
    while (press->spare) {
        struct tape_piece *piece = press->spare;

        press->spare = piece->next;
        tape_piece_free(piece);
    }
    tape_index_release(&press->index);
    tape_deflate_free(press->deflate);
    td_buf_release(&press->out);
    pthread_cond_destroy(&press->piled);
    pthread_cond_destroy(&press->done);
    pthread_cond_destroy(&press->given);
    pthread_mutex_destroy(&press->lock);
    free(press->path);
    free(press);
}

static void join(struct tape_press *press)
{
    if (!press->threaded)
        return;
    pthread_mutex_lock(&press->lock);
    press->closing = true;
    pthread_cond_signal(&press->given);
    pthread_cond_signal(&press->piled);
    pthread_mutex_unlock(&press->lock);
    if (press->helped)
        pthread_join(press->helper, NULL);
    pthread_join(press->thread, NULL);
}

enum td_code tape_press_close(struct tape_press *press,
                              struct tape_member *footer, struct td_error *err)
{
    enum td_code code;

    join(press);
    code = tape_press_status(press, err);
    if (!code)
        code = write_footer(press, footer, err);
    if (!code && press->patches && press->fsync != TAPE_FSYNC_NEVER)
        code = td_fs_sync(press->fd, press->path, err);
    if (close(press->fd) && !code)
        code = td_error_errno(err, TD_IO, press->path, errno, "cannot close");
    release(press);
    return code;
}

void tape_press_abort(struct tape_press *press)
{
    join(press);
    (void)close(press->fd);
    release(press);
}
