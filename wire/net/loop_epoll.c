/* The real loop: libwebsockets waits, this file hands out what happened. */
#include "wire/net/loop_epoll.h"
#include "core/mem.h"

#include <libwebsockets.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* The epoll set, the wake-up, and what libwebsockets opens for itself. */
#define LWS_DESCRIPTORS 32

/* Timers that are due after such a turn may be due because it was held up. */
#define LATE_NS    (100 * TD_NS_PER_MS)
#define LATE_LOOKS 64 /* at the sockets, before it fires */

struct reactor_watch {
    struct wire_watch base;
    struct pollee pollee;
    struct reactor_watch *prev;
    struct reactor_watch *next;
    wire_ready_fn *ready;
    void *ctx;
    bool paused;
    bool is_file; /* cannot be polled: always ready */
};

int reactor_poll(struct reactor *reactor, struct pollee *pollee, uint32_t mask)
{
    struct epoll_event event = {.events = mask, .data = {.ptr = pollee}};
    int op = EPOLL_CTL_MOD;

    if (mask == pollee->mask)
        return 0;
    if (mask == 0)
        op = EPOLL_CTL_DEL;
    else if (pollee->mask == 0)
        op = EPOLL_CTL_ADD;
    if (epoll_ctl(reactor->epoll_fd, op, pollee->fd, &event) < 0)
        return errno;
    pollee->mask = mask;
    return 0;
}

void reactor_forget(struct reactor *reactor, struct pollee *pollee)
{
    (void)reactor_poll(reactor, pollee, 0);
    for (int i = 0; i < reactor->event_count; i++)
        if (reactor->events[i].data.ptr == pollee)
            reactor->events[i].data.ptr = NULL;
}

/* How many were ready. */
static int dispatch(struct reactor *reactor)
{
    int count =
        epoll_wait(reactor->epoll_fd, reactor->events, REACTOR_EVENTS, 0);

    reactor->event_count = count > 0 ? count : 0;
    for (int i = 0; i < reactor->event_count; i++) {
        struct pollee *pollee = reactor->events[i].data.ptr;

        if (pollee)
            pollee->ready(pollee, reactor->events[i].events);
    }
    reactor->event_count = 0;
    return count;
}

/* --- watches ------------------------------------------------------------ */

static struct reactor_watch *watch_of(struct wire_watch *watch)
{
    return (struct reactor_watch *)(void *)watch;
}

static void watch_ready(struct pollee *pollee, uint32_t events)
{
    struct reactor_watch *watch =
        (struct reactor_watch *)(void *)((char *)pollee -
                                         offsetof(struct reactor_watch,
                                                  pollee));

    (void)events;
    if (watch->paused)
        /* A hang-up is told even if nothing was asked for. */
        (void)reactor_poll(reactor_of(watch->base.net), pollee, 0);
    else
        watch->ready(watch->ctx, pollee->fd);
}

static enum td_code watch_open(struct wire_net *net, int fd,
                               wire_ready_fn *ready, void *ctx,
                               struct wire_watch **out, struct td_error *err)
{
    struct reactor *reactor = reactor_of(net);
    struct reactor_watch *watch = td_calloc(1, sizeof(*watch));
    int errnum;

    watch->base.net = net;
    watch->pollee = (struct pollee){.fd = fd, .ready = watch_ready};
    watch->ready = ready;
    watch->ctx = ctx;
    errnum = reactor_poll(reactor, &watch->pollee, EPOLLIN);
    watch->is_file = errnum == EPERM;
    if (errnum != 0 && !watch->is_file) {
        free(watch);
        return td_error_errno(err, TD_IO, "", errnum, "cannot watch");
    }
    watch->next = reactor->watches;
    if (watch->next)
        watch->next->prev = watch;
    reactor->watches = watch;
    *out = &watch->base;
    return TD_OK;
}

static void watch_pause(struct wire_watch *base, bool paused)
{
    struct reactor_watch *watch = watch_of(base);

    watch->paused = paused;
    if (!watch->is_file)
        (void)reactor_poll(reactor_of(base->net), &watch->pollee,
                           paused ? 0 : EPOLLIN);
}

static void watch_close(struct wire_watch *base)
{
    struct reactor_watch *watch = watch_of(base);
    struct reactor *reactor = reactor_of(base->net);

    reactor_forget(reactor, &watch->pollee);
    if (watch->prev)
        watch->prev->next = watch->next;
    else
        reactor->watches = watch->next;
    if (watch->next)
        watch->next->prev = watch->prev;
    free(watch);
}

static struct reactor_watch *first_file(struct reactor *reactor)
{
    struct reactor_watch *watch = reactor->watches;

    while (watch && (!watch->is_file || watch->paused))
        watch = watch->next;
    return watch;
}

/* --- the loop ----------------------------------------------------------- */

/* Absolute, so that a late turn delays nothing that follows. */
static void arm_timer(struct reactor *reactor)
{
    uint64_t due = net_next_due(&reactor->base);
    struct itimerspec at = {0};

    if (due == reactor->armed_ns)
        return;
    reactor->armed_ns = due;
    if (due != TD_NEVER) {
        at.it_value.tv_sec = (time_t)(due / TD_NS_PER_S);
        at.it_value.tv_nsec = (long)(due % TD_NS_PER_S);
        if (due == 0)
            at.it_value.tv_nsec = 1; /* 0 would disarm it */
    }
    (void)timerfd_settime(reactor->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/* The timers are looked at in every turn; this only ends the wait. */
static void timer_ready(struct pollee *pollee, uint32_t events)
{
    (void)pollee;
    (void)events;
}

/* Something is left to do without waiting for anybody. */
static bool is_busy(struct reactor *reactor)
{
    return reactor->dirty_count > 0 || first_file(reactor) ||
           net_next_due(&reactor->base) <= reactor->base.now_ns;
}

/* What the peers have sent by now is read before any timer fires: after the
 * process was held up, the pong that came in time lies in a socket while the
 * time for it seems to be over. Then one look at the sockets is not enough, for
 * it takes one piece of some of them.
 */
static void read_before_timers(struct reactor *reactor, uint64_t last_ns)
{
    uint64_t now = reactor->base.now_ns;
    bool late = now - last_ns > LATE_NS && net_next_due(&reactor->base) <= now;
    int left = late ? LATE_LOOKS : 1;

    if (!reactor->set_ready && !late)
        return;
    reactor->set_ready = false;
    while (left-- > 0 && dispatch(reactor) > 0)
        ;
}

static void turn(struct reactor *reactor)
{
    uint64_t last_ns = reactor->base.now_ns;
    struct reactor_watch *file;

    net_tick(&reactor->base);
    if (reactor->woken) {
        reactor->woken = false;
        if (reactor->base.on_wake)
            reactor->base.on_wake(reactor->base.wake_ctx);
    }
    read_before_timers(reactor, last_ns);
    (void)net_fire_due(&reactor->base);
    file = first_file(reactor);
    if (file)
        file->ready(file->ctx, file->pollee.fd);
    socket_conn_flush(reactor);
}

static enum td_code lws_loop(struct wire_net *net, struct td_error *err)
{
    struct reactor *reactor = reactor_of(net);

    while (!net->stopping) {
        bool busy = is_busy(reactor);

        if (!busy)
            arm_timer(reactor);
        if (lws_service(reactor->lws, busy ? -1 : 0) < 0)
            return td_error_set(err, TD_IO, "", 0,
                                "the event loop of libwebsockets failed");
        turn(reactor);
    }
    return TD_OK;
}

static void lws_wake(struct wire_net *net)
{
    lws_cancel_service(reactor_of(net)->lws);
}

static int lws_reason(struct lws *wsi, enum lws_callback_reasons reason,
                      void *user, void *in, size_t len)
{
    struct reactor *reactor = lws_context_user(lws_get_context(wsi));

    (void)user;
    (void)in;
    (void)len;
    if (reason == LWS_CALLBACK_RAW_RX_FILE)
        reactor->set_ready = true;
    else if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
        reactor->woken = true;
    return 0;
}

/* --- opening and closing ------------------------------------------------ */

static void lws_net_free(struct wire_net *net)
{
    struct reactor *reactor = reactor_of(net);

    net_release(net);
    for (struct reactor_watch *watch = reactor->watches, *next; watch;
         watch = next) {
        next = watch->next;
        watch_close(&watch->base);
    }
    if (reactor->lws)
        lws_context_destroy(reactor->lws);
    if (reactor->timer_fd >= 0)
        (void)close(reactor->timer_fd);
    if (reactor->epoll_fd >= 0)
        (void)close(reactor->epoll_fd);
    free(reactor->dirty);
    free(reactor->buffer);
    free(reactor);
}

static const struct lws_protocols protocols[] = {
    {.name = "tapedeck", .callback = lws_reason},
    {.name = NULL},
};

/* libwebsockets closes what it watches, so it gets a copy of the descriptor. */
static bool open_lws(struct reactor *reactor)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .user = reactor,
        .fd_limit_per_thread = LWS_DESCRIPTORS,
        .gid = -1,
        .uid = -1,
    };
    lws_sock_file_fd_type fd = {.filefd = dup(reactor->epoll_fd)};

    lws_set_log_level(0, NULL);
    reactor->lws = lws_create_context(&info);
    if (!reactor->lws || fd.filefd < 0)
        return false;
    return lws_adopt_descriptor_vhost(
               lws_get_vhost_by_name(reactor->lws, "default"),
               LWS_ADOPT_RAW_FILE_DESC, fd, "tapedeck", NULL) != NULL;
}

static bool open_parts(struct reactor *reactor)
{
    reactor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    reactor->timer_fd =
        timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (reactor->epoll_fd < 0 || reactor->timer_fd < 0)
        return false;
    reactor->timer =
        (struct pollee){.fd = reactor->timer_fd, .ready = timer_ready};
    return reactor_poll(reactor, &reactor->timer, EPOLLIN) == 0 &&
           open_lws(reactor);
}

static const struct wire_net_ops *lws_ops(void)
{
    static struct wire_net_ops ops = {
        .connect = socket_conn_connect,
        .listen = socket_conn_listen,
        .unlisten = socket_conn_unlisten,
        .send_soon = socket_conn_send_soon,
        .set_reading = socket_conn_set_reading,
        .end_sending = socket_conn_end_sending,
        .close = socket_conn_close,
        .watch = watch_open,
        .watch_pause = watch_pause,
        .watch_close = watch_close,
        .run = lws_loop,
        .wake = lws_wake,
        .free = lws_net_free,
    };

    ops.conn_size = socket_conn_size;
    ops.listener_size = socket_listener_size;
    return &ops;
}

enum td_code wire_lws_open(struct wire_net **out, const struct td_clock *clock,
                           struct td_error *err)
{
    struct reactor *reactor = td_calloc(1, sizeof(*reactor));

    net_init(&reactor->base, lws_ops(), clock);
    reactor->armed_ns = TD_NEVER;
    reactor->buffer = td_realloc(NULL, REACTOR_READ_SIZE);
    (void)prctl(PR_SET_TIMERSLACK, 1UL);
    if (!open_parts(reactor)) {
        td_error_errno(err, TD_IO, "", errno, "cannot set up the event loop");
        lws_net_free(&reactor->base);
        return TD_IO;
    }
    *out = &reactor->base;
    return TD_OK;
}
