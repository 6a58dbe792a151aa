#include "cli/shared/wait.h"

#include "core/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Network file systems do not tell what others write. */
#define LOOK_NS TD_NS_PER_S

struct cli_wait {
    struct wire_net *net;       /* the verb's */
    struct wire_watch *changes; /* of inotify, NULL: none */
    struct wire_timer look;
    int inotify; /* -1: not opened yet */
};

/* Of the handler. */
static volatile int told_to_end; /* signals, up to 2 */
static struct wire_net *volatile loop_to_wake;

static void on_signal(int number)
{
    int kept = errno;

    (void)number;
    if (told_to_end < 2)
        told_to_end++;
    if (loop_to_wake)
        wire_wake(loop_to_wake);
    errno = kept;
}

static bool counts; /* for good */

static void install(int flags)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        (void)sigaction(numbers[i], &action, NULL);
}

const volatile int *cli_wait_hear_signals(void)
{
    if (!counts)
        install((int)SA_RESETHAND);
    return &told_to_end;
}

const volatile int *cli_wait_count_signals(void)
{
    counts = true;
    install(0);
    return &told_to_end;
}

static void on_wake(void *ctx)
{
    struct cli_wait *wait = ctx;

    if (told_to_end)
        wire_stop(wait->net);
}

static void on_look(void *ctx)
{
    struct cli_wait *wait = ctx;

    wire_stop(wait->net);
}

static void on_readable(void *ctx, int fd)
{
    struct cli_wait *wait = ctx;

    (void)fd;
    wire_stop(wait->net);
}

static void on_change(void *ctx, int fd)
{
    struct cli_wait *wait = ctx;
    char events[4096]; /* that something changed is all there is to know */

    while (read(fd, events, sizeof(events)) > 0)
        ;
    wire_stop(wait->net);
}

struct cli_wait *cli_wait_new(struct wire_net *net)
{
    struct cli_wait *wait = td_calloc(1, sizeof(*wait));

    wait->net = net;
    wait->inotify = -1;
    wait->look = (struct wire_timer){.fire = on_look, .ctx = wait};
    wire_on_wake(net, on_wake, wait);
    loop_to_wake = net;
    return wait;
}

void cli_wait_free(struct cli_wait *wait)
{
    if (!wait)
        return;
    loop_to_wake = NULL;
    wire_on_wake(wait->net, NULL, NULL);
    if (wait->changes)
        wire_watch_close(wait->changes);
    if (wait->inotify >= 0)
        (void)close(wait->inotify);
    wire_timer_cancel(wait->net, &wait->look);
    free(wait);
}

/* Told before this began: not a turn more. */
static enum td_code run(struct cli_wait *wait, struct td_error *err)
{
    return told_to_end ? TD_OK : wire_run(wait->net, err);
}

static bool is_readable(int fd, int within_ms)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return poll(&ready, 1, within_ms) > 0;
}

void cli_wait_readable(void *self, int fd)
{
    struct cli_wait *wait = self;
    struct wire_watch *watch = NULL;

    if (told_to_end || is_readable(fd, 0))
        return;
    if (wire_watch_fd(wait->net, fd, on_readable, wait, &watch, NULL)) {
        (void)is_readable(fd, -1);
        return;
    }
    (void)!run(wait, NULL);
    wire_watch_close(watch);
}

/* Without inotify there is the timer. */
static void watch_changes(struct cli_wait *wait, const char *path)
{
    wait->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (wait->inotify < 0)
        return;
    (void)inotify_add_watch(wait->inotify,
                            strcmp(path, "-") ? path : "/proc/self/fd/0",
                            IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF);
    if (wire_watch_fd(wait->net, wait->inotify, on_change, wait, &wait->changes,
                      NULL))
        wait->changes = NULL;
}

enum td_code cli_wait_growth(struct cli_wait *wait, const char *path,
                             struct td_error *err)
{
    enum td_code code;

    if (told_to_end)
        return TD_CANCELLED;
    if (wait->inotify < 0) {
        watch_changes(wait, path);
        if (wait->inotify >= 0)
            return TD_OK; /* it may have grown before it was watched */
    }
    wire_timer_set(wait->net, &wait->look,
                   td_mono_ns(td_clock_real()) + LOOK_NS);
    code = run(wait, err);
    wire_timer_cancel(wait->net, &wait->look);
    return code ? code : told_to_end ? TD_CANCELLED : TD_OK;
}
