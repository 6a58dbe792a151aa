#include "replayer/answer/outflow.h"

#include "core/buf.h"
#include "core/mem.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct play_outflow {
    int fd;
    void (*changed)(void *ctx);
    void *ctx;
    struct wire_watch *watch;
    pthread_t thread;
    bool runs;
    int news;    /* eventfd: something has changed; the loop reads it */
    int closing; /* eventfd: end at once; nobody reads it */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more;
    struct td_buf waiting;
    size_t held; /* bytes that wait, also those in the thread's hands */
    bool over;   /* nothing follows */
    int failed;
};

static void ring(int fd)
{
    uint64_t one = 1;

    if (write(fd, &one, sizeof(one)) < 0)
        return; /* full: it rings already */
}

/* ---- the thread ---- */

static bool wait_for_room(const struct play_outflow *out)
{
    struct pollfd fds[] = {{.fd = out->fd, .events = POLLOUT},
                           {.fd = out->closing, .events = POLLIN}};

    while (poll(fds, 2, -1) < 0)
        if (errno != EINTR)
            return false;
    return !fds[1].revents;
}

/* In pieces that a pipe takes whole when it is ready at all: the descriptor may
 * block, and is not ours alone to change. 0, or why not.
 */
static int give(const struct play_outflow *out, struct td_bytes bytes)
{
    while (bytes.len && wait_for_room(out)) {
        ssize_t n = write(out->fd, bytes.ptr,
                          bytes.len < PIPE_BUF ? bytes.len : PIPE_BUF);

        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return errno;
        if (n > 0)
            bytes = td_bytes(bytes.ptr + n, bytes.len - (size_t)n);
    }
    return bytes.len ? ECANCELED : 0;
}

/* What waits, exchanged for what was written. False: nothing follows. */
static bool fetch(struct play_outflow *out, struct td_buf *taken, int failed)
{
    struct td_buf written = *taken;
    bool was_full;
    bool goes_on;

    pthread_mutex_lock(&out->lock);
    was_full = out->held >= PLAY_OUTFLOW_HIGH;
    out->held -= written.len;
    out->failed = failed;
    if ((was_full && out->held < PLAY_OUTFLOW_HIGH) || failed)
        ring(out->news);
    while (!failed && !out->waiting.len && !out->over)
        pthread_cond_wait(&out->more, &out->lock);
    goes_on = !failed && out->waiting.len > 0;
    td_buf_clear(&written);
    *taken = out->waiting;
    out->waiting = written;
    pthread_mutex_unlock(&out->lock);
    return goes_on;
}

static void *run(void *arg)
{
    struct play_outflow *out = arg;
    struct td_buf taken = {0};
    int failed = 0;

    while (fetch(out, &taken, failed))
        failed = give(out, td_buf_bytes(&taken));
    td_buf_release(&taken);
    return NULL;
}

/* ---- the loop ---- */

static void on_news(void *ctx, int fd)
{
    struct play_outflow *out = ctx;
    uint64_t times;

    if (read(fd, &times, sizeof(times)) > 0)
        out->changed(out->ctx);
}

bool play_outflow_put(struct play_outflow *out, struct td_bytes bytes)
{
    bool full;

    pthread_mutex_lock(&out->lock);
    if (!out->failed) {
        (void)td_buf_add_bytes(&out->waiting, bytes);
        out->held += bytes.len;
        pthread_cond_signal(&out->more);
    }
    full = out->held >= PLAY_OUTFLOW_HIGH;
    pthread_mutex_unlock(&out->lock);
    return !full;
}

int play_outflow_failed(struct play_outflow *out)
{
    int failed;

    pthread_mutex_lock(&out->lock);
    failed = out->failed;
    pthread_mutex_unlock(&out->lock);
    return failed;
}

bool play_outflow_full(struct play_outflow *out)
{
    return !play_outflow_put(out, td_bytes("", 0));
}

static enum td_code start(struct play_outflow *out, struct wire_net *net,
                          struct td_error *err)
{
    enum td_code code =
        wire_watch_fd(net, out->news, on_news, out, &out->watch, err);
    int failed;

    if (code)
        return code;
    failed = pthread_create(&out->thread, NULL, run, out);
    out->runs = !failed;
    return failed
               ? td_error_errno(err, TD_IO, "", failed, "cannot start a thread")
               : TD_OK;
}

enum td_code play_outflow_open(struct play_outflow **opened,
                               struct wire_net *net, int fd,
                               void (*changed)(void *ctx), void *ctx,
                               struct td_error *err)
{
    struct play_outflow *out = td_calloc(1, sizeof(*out));
    enum td_code code = TD_OK;

    out->fd = fd;
    out->changed = changed;
    out->ctx = ctx;
    pthread_mutex_init(&out->lock, NULL);
    pthread_cond_init(&out->more, NULL);
    out->news = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    out->closing = eventfd(0, EFD_CLOEXEC);
    if (out->news < 0 || out->closing < 0)
        code = td_error_errno(err, TD_IO, "", errno, "cannot open an eventfd");
    if (!code)
        code = start(out, net, err);
    if (code)
        play_outflow_close(out, true);
    *opened = code ? NULL : out;
    return code;
}

void play_outflow_close(struct play_outflow *out, bool at_once)
{
    if (!out)
        return;
    pthread_mutex_lock(&out->lock);
    out->over = true;
    pthread_cond_signal(&out->more);
    pthread_mutex_unlock(&out->lock);
    if (at_once)
        ring(out->closing);
    if (out->runs)
        (void)pthread_join(out->thread, NULL);
    if (out->watch)
        wire_watch_close(out->watch);
    (void)close(out->news);
    (void)close(out->closing);
    td_buf_release(&out->waiting);
    pthread_cond_destroy(&out->more);
    pthread_mutex_destroy(&out->lock);
    free(out);
}
