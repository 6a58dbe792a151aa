#include "orchestrator/provider/openai_loop.h"

#include "core/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 64 /* taken from the set at a time */

struct openai_loop {
    struct wire_net *net;
    CURLM *multi;
    int epoll_fd;
    struct wire_watch *watch;
    struct wire_timer timer;
    struct openai_transfer *first; /* those that have something to tell */
    struct openai_transfer **last;
};

static void queue(struct openai_transfer *t)
{
    if (t->queued)
        return;
    t->queued = true;
    t->next = NULL;
    *t->loop->last = t;
    t->loop->last = &t->next;
}

static void unqueue(struct openai_transfer *t)
{
    struct openai_transfer **at = &t->loop->first;

    while (*at && *at != t)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = t->next;
    if (!*at)
        t->loop->last = at;
    t->queued = false;
}

/* From inside libcurl. */
static size_t take_body(char *ptr, size_t size, size_t count, void *ctx)
{
    struct openai_transfer *t = ctx;
    size_t len = size * count;

    t->in.max = OPENAI_BACKLOG;
    if (td_buf_add(&t->in, ptr, len))
        return 0;
    queue(t);
    return len;
}

static void take_ends(struct openai_loop *loop)
{
    CURLMsg *msg;
    int left;

    while ((msg = openai_curl.multi_info_read(loop->multi, &left)) != NULL) {
        struct openai_transfer *t = NULL;

        if (msg->msg != CURLMSG_DONE)
            continue;
        (void)openai_curl.easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
        t->over = true;
        t->result = msg->data.result;
        queue(t);
    }
}

/* Tell one what came for it. */
static void tell(struct openai_transfer *t)
{
    struct td_buf in = t->in;

    t->in = (struct td_buf){0};
    if (in.len)
        t->came(t->ctx, td_buf_bytes(&in));
    td_buf_release(&in);
}

static void end(struct openai_transfer *t)
{
    CURLcode result = t->result;

    openai_loop_remove(t);
    t->done(t->ctx, result);
}

/* Transfers end with the last of their bytes told; one that is removed, by what
 * is told or before, is no longer in the queue. */
static void tell_all(struct openai_loop *loop)
{
    take_ends(loop);
    while (loop->first) {
        struct openai_transfer *t = loop->first;

        if (t->in.len) {
            tell(t);
        } else {
            unqueue(t);
            if (t->over)
                end(t);
        }
    }
}

static void act(struct openai_loop *loop, int fd, int what)
{
    int running;

    (void)openai_curl.multi_socket_action(loop->multi, fd, what, &running);
}

static void timed_out(void *ctx)
{
    struct openai_loop *loop = ctx;

    act(loop, CURL_SOCKET_TIMEOUT, 0);
    tell_all(loop);
}

static int what_of(uint32_t events)
{
    int what = 0;

    if (events & (EPOLLIN | EPOLLRDHUP))
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & (EPOLLERR | EPOLLHUP))
        what |= CURL_CSELECT_ERR;
    return what;
}

static void ready(void *ctx, int fd)
{
    struct openai_loop *loop = ctx;
    struct epoll_event events[EVENTS];
    int count = epoll_wait(fd, events, EVENTS, 0);

    for (int i = 0; i < count; i++)
        act(loop, events[i].data.fd, what_of(events[i].events));
    tell_all(loop);
}

/* libcurl wants to hear of a socket. known: it is in the set. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
                     void *known)
{
    struct openai_loop *loop = ctx;
    struct epoll_event event = {.data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
                   (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
    if (epoll_ctl(loop->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
                  &event) &&
        epoll_ctl(loop->epoll_fd, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd,
                  &event))
        return -1;
    (void)openai_curl.multi_assign(loop->multi, fd, loop);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
    struct openai_loop *loop = ctx;

    (void)multi;
    if (ms < 0)
        wire_timer_cancel(loop->net, &loop->timer);
    else
        wire_timer_set(loop->net, &loop->timer,
                       wire_now(loop->net) + (uint64_t)ms * TD_NS_PER_MS);
    return 0;
}

static enum td_code open_multi(struct openai_loop *loop, struct td_error *err)
{
    enum td_code code = openai_curl_load(err);

    if (code)
        return code;
    if (openai_curl.global_init(CURL_GLOBAL_DEFAULT))
        return td_error_set(err, TD_IO, "libcurl", 0, "it does not start");
    loop->multi = openai_curl.multi_init();
    if (!loop->multi) {
        openai_curl.global_cleanup();
        return td_error_set(err, TD_IO, "libcurl", 0, "it does not start");
    }
    (void)openai_curl.multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION,
                                   on_socket);
    (void)openai_curl.multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    (void)openai_curl.multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION,
                                   on_timer);
    (void)openai_curl.multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    return TD_OK;
}

enum td_code openai_loop_open(struct openai_loop **out, struct wire_net *net,
                              struct td_error *err)
{
    struct openai_loop *loop = td_calloc(1, sizeof(*loop));
    enum td_code code = TD_OK;

    loop->net = net;
    loop->last = &loop->first;
    loop->timer.fire = timed_out;
    loop->timer.ctx = loop;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        code = td_error_errno(err, TD_IO, "", errno, "cannot watch sockets");
    if (!code)
        code =
            wire_watch_fd(net, loop->epoll_fd, ready, loop, &loop->watch, err);
    if (!code)
        code = open_multi(loop, err);
    if (!code)
        *out = loop;
    else
        openai_loop_close(loop);
    return code;
}

void openai_loop_close(struct openai_loop *loop)
{
    if (!loop)
        return;
    if (loop->multi) {
        (void)openai_curl.multi_cleanup(loop->multi);
        openai_curl.global_cleanup();
    }
    wire_timer_cancel(loop->net, &loop->timer);
    if (loop->watch)
        wire_watch_close(loop->watch);
    if (loop->epoll_fd >= 0)
        (void)close(loop->epoll_fd);
    free(loop);
}

bool openai_loop_add(struct openai_loop *loop, struct openai_transfer *transfer)
{
    transfer->loop = loop;
    transfer->over = false;
    (void)openai_curl.easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    (void)openai_curl.easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION,
                                  take_body);
    (void)openai_curl.easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    if (openai_curl.multi_add_handle(loop->multi, transfer->easy) == CURLM_OK)
        return true;
    transfer->loop = NULL;
    return false;
}

void openai_loop_remove(struct openai_transfer *transfer)
{
    struct openai_loop *loop = transfer->loop;

    if (!loop)
        return;
    if (transfer->queued)
        unqueue(transfer);
    (void)openai_curl.multi_remove_handle(loop->multi, transfer->easy);
    td_buf_release(&transfer->in);
    transfer->loop = NULL;
}
