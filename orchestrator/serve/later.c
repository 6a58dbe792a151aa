#include "orchestrator/serve/later.h"

#include "core/mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct serve_later_thread {
    pthread_t id;
    int fd; /* an eventfd of the server's: something is done */
    atomic_bool done;
};

static void *work(void *arg)
{
    struct serve_later *later = arg;
    struct serve_later_thread *thread = later->thread;
    int fd = thread->fd;

    later->work(later);
    atomic_store(&thread->done, true);
    /* The thread is joined behind this, so the descriptor is still open. */
    (void)eventfd_write(fd, 1);
    return NULL;
}

static bool is_done(const struct serve_later *later)
{
    return later->thread && atomic_load(&later->thread->done);
}

static void release(struct serve_later *later)
{
    td_buf_release(&later->ack);
    td_buf_release(&later->ns);
    later->release(later);
}

static enum td_code start(struct serve_later *later, int fd,
                          struct td_error *err)
{
    struct serve_later_thread *thread = td_calloc(1, sizeof(*thread));
    int rc;

    thread->fd = fd;
    atomic_init(&thread->done, false);
    later->thread = thread;
    rc = pthread_create(&thread->id, NULL, work, later);
    if (rc == 0)
        return TD_OK;
    later->thread = NULL;
    free(thread);
    return td_error_errno(err, TD_LIMIT, "", rc, "cannot make a thread");
}

static void join(struct serve_later *later)
{
    (void)pthread_join(later->thread->id, NULL);
    free(later->thread);
    later->thread = NULL;
}

static void tell(struct serve_later *later)
{
    bool waits = later->console || later->request;

    if (later->ready && (waits || later->must))
        later->ready(later);
    if (waits)
        later->tell(later);
}

/* There is no thread to be had, and none ends that would look again: those that
 * wait are not left waiting. */
static void refuse_waiting(struct serve *serve, const struct td_error *why)
{
    while (serve->later) {
        struct serve_later *later = serve->later;

        serve->later = later->next;
        serve_fail(&later->answer, 503, "%s; ask again", why->text);
        tell(later);
        release(later);
    }
}

/* In the order in which they were asked for. */
static void start_waiting(struct serve *serve)
{
    unsigned threads = 0;
    struct td_error err = {.code = TD_OK};

    for (struct serve_later *l = serve->later; l; l = l->next)
        threads += l->thread != NULL;
    for (struct serve_later *l = serve->later;
         l && threads < SERVE_LATER_THREADS && !err.code; l = l->next)
        if (!l->thread && !start(l, serve->later_fd, &err))
            threads++;
    if (err.code && threads == 0)
        refuse_waiting(serve, &err);
}

static void on_done(void *ctx, int fd)
{
    struct serve *serve = ctx;
    struct serve_later **at = &serve->later;
    eventfd_t count;

    (void)eventfd_read(fd, &count);
    while (*at) {
        struct serve_later *later = *at;

        if (!is_done(later)) {
            at = &later->next;
            continue;
        }
        *at = later->next;
        join(later);
        tell(later);
        release(later);
    }
    start_waiting(serve);
    serve_idle(serve);
}

static enum td_code open_once(struct serve *serve, struct td_error *err)
{
    if (serve->later_watch)
        return TD_OK;
    serve->later_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (serve->later_fd < 0)
        return td_error_errno(err, TD_IO, "", errno, "cannot begin");
    if (wire_watch_fd(serve->net, serve->later_fd, on_done, serve,
                      &serve->later_watch, err)) {
        (void)close(serve->later_fd);
        return err->code;
    }
    return TD_OK;
}

enum td_code serve_later_begin(struct serve *serve, struct serve_later *later,
                               struct td_error *err)
{
    struct serve_later **end = &serve->later;
    enum td_code code = open_once(serve, err);
    size_t count = 0;

    for (; *end; end = &(*end)->next)
        count++;
    later->serve = serve;
    if (!code && count >= SERVE_LATER_THREADS + SERVE_LATER_WAITING)
        code = td_error_set(err, TD_LIMIT, "", 0,
                            "%zu such requests wait; ask again", count);
    if (!code && count < SERVE_LATER_THREADS)
        code = start(later, serve->later_fd, err);
    if (code)
        release(later);
    else
        *end = later;
    return code;
}

/* What has a thread ends when that has looked at `stop`. */
static void forget(struct serve *serve, const struct serve_console *console,
                   const struct wire_request *request)
{
    struct serve_later **at = &serve->later;

    while (*at) {
        struct serve_later *later = *at;

        if (later->console == console && later->request == request) {
            later->console = NULL;
            later->request = NULL;
            if (!later->must)
                atomic_store(&later->stop, true);
            if (!later->must && !later->thread) {
                *at = later->next;
                release(later);
                continue;
            }
        }
        at = &later->next;
    }
}

void serve_later_forget_console(struct serve *serve,
                                const struct serve_console *console)
{
    forget(serve, console, NULL);
}

void serve_later_forget_request(struct serve *serve,
                                const struct wire_request *request)
{
    forget(serve, NULL, request);
}

void serve_later_stop(struct serve *serve)
{
    for (struct serve_later *l = serve->later; l; l = l->next)
        atomic_store(&l->stop, true);
}

void serve_later_close(struct serve *serve)
{
    serve_later_stop(serve);
    while (serve->later) {
        struct serve_later *later = serve->later;

        serve->later = later->next;
        if (later->thread)
            join(later);
        release(later);
    }
    if (!serve->later_watch)
        return;
    wire_watch_close(serve->later_watch);
    serve->later_watch = NULL;
    (void)close(serve->later_fd);
}
