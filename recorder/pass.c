#include "recorder/pass.h"

#include "core/buf.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define READ_MAX ((size_t)64 * 1024)
#define HELD_MAX ((size_t)1024 * 1024) /* bytes that wait for the loop */

/* Stands before each copy. */
struct mark {
    int way;
    bool over;
    int failed;
    size_t len; /* of the bytes that follow */
};

struct way {
    struct rec_pass *pass;
    struct rec_pass_way ends;
    pthread_t thread;
    bool runs;
};

struct rec_pass {
    struct wire_net *net;
    struct rec_pass_events events;
    struct way ways[REC_PASS_WAYS];
    int news;    /* eventfd: there are copies; the loop reads it */
    int closing; /* eventfd: the threads shall end; nobody reads it */
    struct wire_watch *watch;
    struct td_buf taken; /* copies that the loop has in its hands */
    size_t at;           /* of them, told */
    bool paused;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t room;
    struct td_buf copies;
    bool stop;
};

/* ---- a thread ---- */

static void ring(int fd)
{
    uint64_t one = 1;

    if (write(fd, &one, sizeof(one)) < 0)
        return; /* full: it rings already */
}

/* Keep a copy. False: the threads shall end. */
static bool keep(struct way *way, struct mark mark, const uint8_t *bytes)
{
    struct rec_pass *pass = way->pass;
    bool stop;

    mark.way = (int)(way - pass->ways);
    pthread_mutex_lock(&pass->lock);
    while (!pass->stop && pass->copies.len >= HELD_MAX)
        pthread_cond_wait(&pass->room, &pass->lock);
    stop = pass->stop;
    if (!stop) {
        (void)td_buf_add(&pass->copies, &mark, sizeof(mark));
        (void)td_buf_add(&pass->copies, bytes, mark.len);
    }
    pthread_mutex_unlock(&pass->lock);
    if (!stop)
        ring(pass->news);
    return !stop;
}

/* Until fd is ready or broken. False: the threads shall end. */
static bool wait_for(struct way *way, int fd, short what)
{
    struct pollfd fds[] = {{.fd = fd, .events = what},
                           {.fd = way->pass->closing, .events = POLLIN}};

    while (poll(fds, 2, -1) < 0)
        if (errno != EINTR)
            return false;
    return !fds[1].revents;
}

/* Bytes that came; 0 at the end, or if the thread shall end. */
static size_t take(struct way *way, uint8_t *room)
{
    ssize_t n = -1;

    while (n < 0 && wait_for(way, way->ends.from, POLLIN)) {
        n = read(way->ends.from, room, READ_MAX);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return 0;
    }
    return n > 0 ? (size_t)n : 0;
}

/* In pieces that a pipe takes whole when it is ready at all: the descriptor may
 * block, and is not ours alone to change. 0, or why not.
 */
static int give(struct way *way, const uint8_t *bytes, size_t len)
{
    while (len && wait_for(way, way->ends.to, POLLOUT)) {
        ssize_t n = write(way->ends.to, bytes, len < PIPE_BUF ? len : PIPE_BUF);

        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return errno;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return len ? ECANCELED : 0;
}

/* A standard descriptor stays taken, or the next file would get its number. */
static void close_end(int *fd)
{
    int null;

    if (*fd > STDERR_FILENO) {
        (void)close(*fd);
    } else if (*fd >= 0) {
        null = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(null, *fd);
        (void)close(null);
    }
    *fd = -1;
}

/* The end is kept before it can be seen: what comes of it stands behind it. */
static void *run(void *arg)
{
    struct way *way = arg;
    uint8_t *room = td_calloc(1, READ_MAX);
    struct mark over = {.over = true};
    size_t n;

    while (!over.failed && (n = take(way, room)) > 0)
        if (keep(way, (struct mark){.len = n}, room))
            over.failed = give(way, room, n);
        else
            over.failed = ECANCELED;
    free(room);
    (void)keep(way, over, NULL);
    close_end(&way->ends.from);
    close_end(&way->ends.to);
    return NULL;
}

/* ---- the loop ---- */

/* Exchange what was told for what has come. False: nothing has. */
static bool fetch(struct rec_pass *pass)
{
    struct td_buf told = pass->taken;

    td_buf_clear(&told);
    pass->at = 0;
    pthread_mutex_lock(&pass->lock);
    pass->taken = pass->copies;
    pass->copies = told;
    pthread_cond_broadcast(&pass->room);
    pthread_mutex_unlock(&pass->lock);
    return pass->taken.len > 0;
}

static void tell_next(struct rec_pass *pass)
{
    const uint8_t *at = pass->taken.ptr + pass->at;
    struct mark mark;

    memcpy(&mark, at, sizeof(mark));
    pass->at += sizeof(mark) + mark.len;
    if (mark.over)
        pass->events.over(pass->events.ctx, mark.way, mark.failed);
    else
        pass->events.bytes(pass->events.ctx, mark.way,
                           td_bytes(at + sizeof(mark), mark.len));
}

static void on_news(void *ctx, int fd)
{
    struct rec_pass *pass = ctx;
    uint64_t times;

    if (read(fd, &times, sizeof(times)) < 0 && errno != EAGAIN)
        return;
    while (!pass->paused && (pass->at < pass->taken.len || fetch(pass)))
        tell_next(pass);
}

void rec_pass_pause(struct rec_pass *pass, bool paused)
{
    pass->paused = paused;
    wire_watch_pause(pass->watch, paused);
    if (!paused)
        ring(pass->news);
}

/* ---- life ---- */

static enum td_code start(struct rec_pass *pass, struct td_error *err)
{
    enum td_code code =
        wire_watch_fd(pass->net, pass->news, on_news, pass, &pass->watch, err);

    for (int i = 0; code == TD_OK && i < REC_PASS_WAYS; i++) {
        int failed =
            pthread_create(&pass->ways[i].thread, NULL, run, &pass->ways[i]);

        pass->ways[i].runs = !failed;
        if (failed)
            code =
                td_error_errno(err, TD_IO, "", failed, "cannot start a thread");
    }
    return code;
}

enum td_code rec_pass_open(struct rec_pass **out, struct wire_net *net,
                           const struct rec_pass_way ways[REC_PASS_WAYS],
                           const struct rec_pass_events *events,
                           struct td_error *err)
{
    struct rec_pass *pass = td_calloc(1, sizeof(*pass));
    enum td_code code = TD_OK;

    pass->net = net;
    pass->events = *events;
    for (int i = 0; i < REC_PASS_WAYS; i++)
        pass->ways[i] = (struct way){.pass = pass, .ends = ways[i]};
    pthread_mutex_init(&pass->lock, NULL);
    pthread_cond_init(&pass->room, NULL);
    pass->news = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pass->closing = eventfd(0, EFD_CLOEXEC);
    if (pass->news < 0 || pass->closing < 0)
        code = td_error_errno(err, TD_IO, "", errno, "cannot open an eventfd");
    if (code == TD_OK)
        code = start(pass, err);
    if (code)
        rec_pass_close(pass);
    *out = code ? NULL : pass;
    return code;
}

void rec_pass_close(struct rec_pass *pass)
{
    if (!pass)
        return;
    pthread_mutex_lock(&pass->lock);
    pass->stop = true;
    pthread_cond_broadcast(&pass->room);
    pthread_mutex_unlock(&pass->lock);
    ring(pass->closing);
    for (int i = 0; i < REC_PASS_WAYS; i++) {
        if (pass->ways[i].runs)
            (void)pthread_join(pass->ways[i].thread, NULL);
        close_end(&pass->ways[i].ends.from);
        close_end(&pass->ways[i].ends.to);
    }
    if (pass->watch)
        wire_watch_close(pass->watch);
    (void)close(pass->news);
    (void)close(pass->closing);
    td_buf_release(&pass->taken);
    td_buf_release(&pass->copies);
    pthread_cond_destroy(&pass->room);
    pthread_mutex_destroy(&pass->lock);
    free(pass);
}
