#include "replayer/raw_terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* What signal handlers must reach. */
static struct termios before;
static struct termios keys;
static int term_fd = -1;
static volatile sig_atomic_t is_open;

/* Signals that end the process without asking it. Those that ask (SIGINT,
 * SIGTERM, SIGHUP) are the player's, which then ends in order.
 */
static const int deadly[] = {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

static void handle(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

/* Whoever sets a terminal that listens to somebody else is stopped for it. A
 * signal handler may ask.
 */
bool play_term_is_ours(void)
{
    pid_t group = tcgetpgrp(term_fd);

    return group < 0 || group == getpgrp();
}

static void set(const struct termios *settings)
{
    if (is_open && play_term_is_ours())
        (void)tcsetattr(term_fd, TCSANOW, settings);
}

static void restore(void)
{
    set(&before);
}

void play_term_again(void)
{
    set(&keys);
}

static void on_deadly(int signal_number)
{
    restore();
    (void)raise(signal_number); /* its default action is back: SA_RESETHAND */
}

static void on_stop(int signal_number)
{
    int saved = errno;

    restore();
    handle(SIGTSTP, SIG_DFL, 0);
    (void)raise(signal_number); /* takes effect when this handler returns */
    errno = saved;
}

static void on_continue(int signal_number)
{
    int saved = errno;

    (void)signal_number;
    handle(SIGTSTP, on_stop, SA_RESTART);
    set(&keys);
    errno = saved;
}

static void handle_all(bool on)
{
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
        handle(deadly[i], on ? on_deadly : SIG_DFL, on ? (int)SA_RESETHAND : 0);
    handle(SIGTSTP, on ? on_stop : SIG_DFL, on ? SA_RESTART : 0);
    handle(SIGCONT, on ? on_continue : SIG_DFL, on ? SA_RESTART : 0);
}

enum td_code play_term_open(int fd, bool signal_keys, struct td_error *err)
{
    static bool registered;

    if (tcgetattr(fd, &before) != 0)
        return td_error_errno(err, TD_IO, "terminal", errno, "cannot read");
    keys = before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (!signal_keys)
        keys.c_lflag &= ~(tcflag_t)(ISIG | IEXTEN);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    term_fd = fd;
    is_open = 1;
    if (!registered && atexit(play_term_close) == 0)
        registered = true;
    handle_all(true);
    if (tcsetattr(fd, TCSANOW, &keys) == 0)
        return TD_OK;
    play_term_close();
    return td_error_errno(err, TD_IO, "terminal", errno, "cannot set");
}

void play_term_close(void)
{
    if (!is_open)
        return;
    restore();
    is_open = 0;
    handle_all(false);
}
