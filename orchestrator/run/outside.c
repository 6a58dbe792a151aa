/* What other processes leave in the folder of an execution: answers to
 * approvals (run/answers.c), and orders to end it or a task of it, to pause and
 * to go on, which are files `cancel`, `cancel:TASK`, `pause` and `go_on` that
 * hold who gave them, and in a second line, if there is one, the nanoseconds of
 * grace. An order is taken by removing it. Whoever may write there
 * may order.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/take.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define BY_MAX   ((size_t)256)
#define OF_TASK  "cancel:"
#define LOOK_MS  1000 /* whether it is still run by anybody */
#define POLL_MS  100  /* whether an order was taken, where nothing tells */
#define POLL_NS  TD_NS_PER_S /* whether there is one, likewise */
#define DONE_BIT (IN_DELETE | IN_DELETE_SELF | IN_MOVED_FROM)

static const char *const orders[] = {
    [RUN_CANCEL] = "cancel",
    [RUN_PAUSE] = "pause",
    [RUN_GO_ON] = "go_on",
};

#define ORDERS (sizeof(orders) / sizeof(orders[0]))

/* ---- orders, by who runs it ---- */

/* The order of a file's name; ORDERS: it is none of these. */
static size_t order_of(const char *name)
{
    size_t i = 0;

    while (i < ORDERS && strcmp(orders[i], name) != 0)
        i++;
    return i;
}

static bool is_of_task(const char *name)
{
    return !strncmp(name, OF_TASK, strlen(OF_TASK)) &&
           plan_is_id(name + strlen(OF_TASK));
}

static void obey(struct run_exec *x, const char *name, const char *by,
                 uint64_t grace_ns)
{
    struct td_error ignored; /* it has ended meanwhile */
    size_t order = order_of(name);

    if (order == RUN_CANCEL)
        run_cancel(x, grace_ns, by);
    else if (order < ORDERS)
        run_pause(x, order == RUN_PAUSE, by);
    else
        (void)!run_cancel_task(
            x, plan_find(&x->plan, td_text(name + strlen(OF_TASK))), grace_ns,
            by, &ignored);
}

/* A file: what would let us wait, as a pipe, is none. */
static bool is_order(int folder, const char *name)
{
    struct stat st;

    return (order_of(name) < ORDERS || is_of_task(name)) &&
           fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode);
}

/* Cuts the second line off. */
static uint64_t cut_grace(struct td_buf *by)
{
    const uint8_t *lf = by->len ? memchr(by->ptr, '\n', by->len) : NULL;
    uint64_t grace_ns = RUN_GRACE;
    struct td_bytes rest;

    if (!lf)
        return RUN_GRACE;
    rest = td_bytes(lf + 1, by->len - (size_t)(lf + 1 - by->ptr));
    if (!td_take_number(&rest, &grace_ns) || rest.len)
        grace_ns = RUN_GRACE;
    by->len = (size_t)(lf - by->ptr);
    return grace_ns;
}

static void take_order(struct run_exec *x, const char *name)
{
    uint64_t grace_ns;
    struct td_buf path = {0};
    struct td_buf by = {.max = BY_MAX};
    struct td_error err;

    (void)td_buf_addf(&path, "%s/%s", x->folder, name);
    if (!td_fs_read(&by, td_buf_str(&path), &err) &&
        unlink(td_buf_str(&path)) == 0) {
        grace_ns = cut_grace(&by);
        obey(x, name, by.len ? td_buf_str(&by) : "somebody", grace_ns);
    }
    td_buf_release(&path);
    td_buf_release(&by);
}

/* One that is there already counts, too. */
void run_look_orders(struct run_exec *x)
{
    DIR *dir = opendir(x->folder);
    const struct dirent *entry;

    while (dir && !x->over && (entry = readdir(dir)))
        if (is_order(dirfd(dir), entry->d_name))
            take_order(x, entry->d_name);
    if (dir)
        (void)closedir(dir);
}

static void look(struct run_exec *x)
{
    run_look_orders(x);
    if (!x->over)
        run_look_answers(x);
}

static void on_change(void *ctx, int fd)
{
    char events[4096];

    while (read(fd, events, sizeof(events)) > 0)
        continue;
    look(ctx);
}

/* ---- the watch ---- */

static void poll_soon(struct run_exec *x)
{
    wire_timer_set(x->net, &x->outside_poll, wire_now(x->net) + POLL_NS);
}

static void on_poll(void *ctx)
{
    struct run_exec *x = ctx;

    look(x);
    if (!x->over)
        poll_soon(x);
}

static enum td_code add_watch(const struct run_exec *x, const char *folder,
                              struct td_error *err)
{
    if (!x->outside_watch)
        return td_error_set(err, TD_IO, folder, 0, "cannot be watched");
    if (inotify_add_watch(x->outside, folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
        return td_error_errno(err, TD_IO, folder, errno, "cannot be watched");
    return TD_OK;
}

static enum td_code open_watch(struct run_exec *x, struct td_error *err)
{
    x->outside = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (x->outside < 0)
        return td_error_errno(err, TD_IO, x->folder, errno,
                              "cannot be watched");
    if (wire_watch_fd(x->net, x->outside, on_change, x, &x->outside_watch,
                      err)) {
        (void)close(x->outside);
        return err->code;
    }
    return TD_OK;
}

/* There are few of them, and others may have them all: then it is looked. */
void run_watch_folder(struct run_exec *x, const char *folder)
{
    struct td_error err;

    if (!add_watch(x, folder, &err) || wire_timer_is_set(&x->outside_poll))
        return;
    td_log(TD_LOG_DEBUG, "%s: %s: it is looked at every second", err.where,
           err.text);
    x->outside_poll = (struct wire_timer){.fire = on_poll, .ctx = x};
    poll_soon(x);
}

void run_hear_outside(struct run_exec *x)
{
    struct td_error err;

    if (open_watch(x, &err))
        td_log(TD_LOG_DEBUG, "%s: %s", err.where, err.text);
    run_watch_folder(x, x->folder);
}

void run_outside_close(struct run_exec *x)
{
    wire_timer_cancel(x->net, &x->outside_poll);
    if (!x->outside_watch)
        return;
    wire_watch_close(x->outside_watch);
    (void)close(x->outside);
    x->outside_watch = NULL;
}

/* ---- orders, by who gives them ---- */

/* Until the file is gone; then it was taken. Who runs the execution may end
 * before, or by it: what can be removed was not taken. fd: tells of changes, or
 * -1. */
static enum td_code wait_taken(int fd, const char *path, const char *journal,
                               struct td_error *err)
{
    struct pollfd waits = {.fd = fd, .events = POLLIN};
    char events[4096];

    while (access(path, F_OK) == 0) {
        int ready = poll(&waits, 1, fd < 0 ? POLL_MS : LOOK_MS);

        if (ready < 0 && errno == EINTR)
            return td_error_set(err, TD_CANCELLED, "", 0, "cancelled");
        if (ready > 0 && read(fd, events, sizeof(events)) > 0)
            continue;
        if (run_holder(journal) == 0 && unlink(path) == 0)
            return td_error_set(err, TD_USAGE, journal, 0,
                                "nobody runs it any more");
    }
    return TD_OK;
}

/* -1: there is none to be had, and it is looked again and again. */
static int watch_leaving(const char *folder)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd < 0 || inotify_add_watch(fd, folder, DONE_BIT) >= 0)
        return fd;
    (void)close(fd);
    return -1;
}

static enum td_code give(const char *folder, const char *path,
                         const char *journal, const char *by,
                         struct td_error *err)
{
    int fd = watch_leaving(folder);
    enum td_code code = td_fs_replace(path, td_text(by), err);

    if (!code) {
        code = wait_taken(fd, path, journal, err);
        if (code)
            (void)unlink(path);
    }
    if (!code && access(folder, F_OK) != 0)
        code = td_error_set(err, TD_IO, folder, 0,
                            "was removed before the order was taken");
    if (fd >= 0)
        (void)close(fd);
    return code;
}

enum td_code run_leave_order(const char *state, const char *id,
                             const struct run_order *order,
                             struct td_error *err)
{
    char *folder = run_folder_of(state, id);
    char *journal = run_journal_of(state, id);
    struct td_buf path = {0};
    struct td_buf text = {0};
    enum td_code code;

    (void)td_buf_addf(&path, "%s/%s%s", folder,
                      order->task ? OF_TASK : orders[order->kind],
                      order->task ? order->task : "");
    (void)td_buf_add_text(&text, order->by);
    if (order->kind == RUN_CANCEL && order->grace_ns != RUN_GRACE)
        (void)td_buf_addf(&text, "\n%" PRIu64, order->grace_ns);
    if (run_holder(journal) == 0)
        code = td_error_set(err, TD_USAGE, id, 0, "nobody runs it");
    else
        code = give(folder, td_buf_str(&path), journal, td_buf_str(&text), err);
    td_buf_release(&path);
    td_buf_release(&text);
    free(folder);
    free(journal);
    return code;
}
