#include "wire/net/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ENDS_MAX 3 /* signals until the process stops asking */

static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP};

static struct wire_signals owner;
static struct wire_watch *watch;
static int ends[2] = {-1, -1}; /* a pipe: one byte a signal */
static int over = -1;          /* an eventfd: can be read once there was one */
static volatile int end_count;

static void tell(char what)
{
    int saved = errno;
    ssize_t ignored = write(ends[1], &what, 1);

    (void)ignored; /* full: the loop has been told */
    if (what == 'e')
        (void)eventfd_write(over, 1);
    errno = saved;
}

static void on_end_signal(int signo)
{
    (void)signo;
    end_count = end_count + 1;
    if (end_count >= ENDS_MAX)
        _exit(td_code_exit_status(TD_CANCELLED));
    tell('e');
}

static void on_usr1_signal(int signo)
{
    (void)signo;
    tell('u');
}

static void on_ready(void *ctx, int fd)
{
    static unsigned times;
    char what[16];
    ssize_t n = read(fd, what, sizeof(what));

    (void)ctx;
    for (ssize_t i = 0; i < n; i++) {
        if (what[i] == 'e')
            owner.end(owner.ctx, ++times);
        else if (owner.usr1)
            owner.usr1(owner.ctx);
    }
}

static void set_handler(int signo, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signo, &action, NULL);
}

static void set_all(void (*end)(int), void (*usr1)(int))
{
    for (size_t i = 0; i < sizeof(end_signals) / sizeof(end_signals[0]); i++)
        set_handler(end_signals[i], end);
    set_handler(SIGUSR1, usr1);
}

enum td_code wire_signals_open(struct wire_net *net,
                               const struct wire_signals *signals,
                               struct td_error *err)
{
    enum td_code code;

    end_count = 0;
    over = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (over < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return td_error_errno(err, TD_IO, "", errno,
                              "cannot make a pipe for signals");
    owner = *signals;
    code = wire_watch_fd(net, ends[0], on_ready, NULL, &watch, err);
    if (code) {
        wire_signals_close();
        return code;
    }
    set_all(on_end_signal, signals->usr1 ? on_usr1_signal : SIG_IGN);
    return TD_OK;
}

const volatile int *wire_signals_ended(void)
{
    return &end_count;
}

void wire_signals_wait(void *ctx, int fd)
{
    struct pollfd ready[] = {{.fd = fd, .events = POLLIN},
                             {.fd = over, .events = POLLIN}};

    (void)ctx;
    while (end_count == 0 && poll(ready, 2, -1) < 0 && errno == EINTR)
        ;
}

void wire_signals_close(void)
{
    if (watch)
        wire_watch_close(watch);
    watch = NULL;
    if (ends[0] < 0)
        return;
    set_all(SIG_DFL, SIG_DFL);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(over);
    ends[0] = ends[1] = over = -1;
}
