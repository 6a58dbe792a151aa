/* What was said before a resume, heard by the judge. To judge it takes several
 * times as long as to read it, and a journal may have a million events, so it
 * is done at the end and in a thread: nobody waits for it before the execution
 * goes on, and the loop serves others meanwhile.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/mem.h"
#include "orchestrator/journal/fold.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct run_hearing {
    struct run_judge *judge;      /* the thread's until it is done */
    const char *path;             /* of the journal, */
    const struct td_clock *clock; /* and its clock */
    atomic_bool stop;
    pthread_t thread;
    int fd; /* an eventfd: it is done */
    struct wire_watch *watch;
    bool done;
    enum td_code code;
    struct td_error err;
};

static enum td_code on_said(void *ctx, const struct journal_said *said,
                            struct td_error *err)
{
    const struct run_hearing *h = ctx;

    if (atomic_load(&h->stop))
        return td_error_set(err, TD_CANCELLED, "", 0, "nobody waits for it");
    run_judge_hear(h->judge, said->line);
    return TD_OK;
}

static void hear(struct run_hearing *h)
{
    static const struct journal_listener listener = {.said = on_said};
    struct journal_found found;

    h->code = journal_fold(h->path, h->clock, &listener, h, &found, &h->err);
    if (!h->code)
        journal_found_release(&found);
}

static void *work(void *arg)
{
    struct run_hearing *h = arg;

    hear(h);
    (void)eventfd_write(h->fd, 1);
    return NULL;
}

static void leave(struct run_hearing *h)
{
    (void)pthread_join(h->thread, NULL);
    wire_watch_close(h->watch);
    (void)close(h->fd);
    h->watch = NULL;
    h->done = true;
}

static void on_done(void *ctx, int fd)
{
    struct run_exec *x = ctx;

    (void)fd;
    leave(x->hearing);
    run_turn_soon(x);
}

/* False: there is no thread to be had. */
static bool begin(struct run_exec *x, struct run_hearing *h)
{
    h->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (h->fd < 0)
        return false;
    if (wire_watch_fd(x->net, h->fd, on_done, x, &h->watch, NULL) == TD_OK) {
        if (pthread_create(&h->thread, NULL, work, h) == 0)
            return true;
        wire_watch_close(h->watch);
        h->watch = NULL;
    }
    (void)close(h->fd);
    return false;
}

enum td_code run_hear(struct run_exec *x, struct td_error *err)
{
    struct run_hearing *h = x->hearing;

    if (!x->resumed || !x->judge)
        return TD_OK;
    if (!h) {
        h = x->hearing = td_calloc(1, sizeof(*h));
        h->judge = x->judge;
        h->path = x->path;
        h->clock = x->options.clock;
        if (!begin(x, h)) {
            hear(h);
            h->done = true;
        }
    }
    if (!h->done)
        return TD_AGAIN;
    *err = h->err;
    return h->code;
}

void run_hear_close(struct run_exec *x)
{
    struct run_hearing *h = x->hearing;

    if (h && !h->done) {
        atomic_store(&h->stop, true);
        leave(h);
    }
    free(h);
    x->hearing = NULL;
}
