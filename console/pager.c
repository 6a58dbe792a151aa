#include "console/pager.h"

#include "console/text/text.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/proc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_NS (250 * TD_NS_PER_MS) /* whether it was stopped */
/* Exit statuses of a shell. */
#define NOT_FOUND 126 /* from here on: it could not be started, ... */
#define KILLED    128 /* ... it was killed */

struct console_pager {
    struct console_paging how;
    struct td_buf text;
    int fd; /* of the same, for the program */
    struct td_proc proc;
    struct wire_watch *watch;
    struct wire_timer look;
    struct console_pager **place; /* of who shows it */
};

/* Also from the background, where setting it would stop us. */
static void give_terminal(int tty, pid_t group)
{
    sigset_t set;
    sigset_t before;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTTOU);
    (void)sigprocmask(SIG_BLOCK, &set, &before);
    (void)tcsetpgrp(tty, group);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/* A shell says so of what it cannot start. */
static void on_ended(void *ctx, int fd)
{
    struct console_pager *p = ctx;
    const struct console_paging how = p->how;
    struct td_buf why = {0};
    struct td_buf text = p->text;

    (void)fd;
    if (td_proc_wait(&p->proc, 0, NULL))
        return;
    if (td_proc_exit_status(&p->proc) >= NOT_FOUND &&
        td_proc_exit_status(&p->proc) < KILLED) {
        (void)td_buf_addf(&why, "pager: %s: ", how.command);
        (void)td_proc_exit_text(&why, &p->proc);
    }
    p->text = (struct td_buf){0};
    *p->place = NULL;
    console_pager_close(p);
    how.back(how.ctx, td_buf_str(&why), td_buf_bytes(&text));
    td_buf_release(&why);
    td_buf_release(&text);
}

static void on_look(void *ctx)
{
    struct console_pager *p = ctx;
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)p->proc.pid, &info, WSTOPPED | WNOHANG | WNOWAIT) ==
            0 &&
        info.si_pid)
        td_proc_signal(&p->proc, SIGCONT);
    wire_timer_set(p->how.net, &p->look, wire_now(p->how.net) + LOOK_NS);
}

static enum td_code put_text(struct console_pager *p, struct td_error *err)
{
    p->fd = memfd_create("answer", MFD_CLOEXEC);
    return p->fd < 0 ? td_error_set(err, TD_IO, "", 0,
                                    "there is no memory for its text")
                     : td_fs_write(p->fd, td_buf_bytes(&p->text), "pager", err);
}

/* It opens the text anew, and so reads it from its start. */
static enum td_code start(struct console_pager *p, struct td_error *err)
{
    char path[64];
    char *const argv[] = {(char *)(uintptr_t) "sh",
                          (char *)(uintptr_t) "-c",
                          (char *)(uintptr_t) "exec <\"$1\"; eval \"$0\"",
                          (char *)(uintptr_t)p->how.command,
                          path,
                          NULL};
    const struct td_proc_options options = {.argv = argv};

    (void)snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)getpid(),
                   p->fd);
    return td_proc_spawn(&p->proc, &options, err);
}

static enum td_code open_pager(struct console_pager *p, struct td_error *err)
{
    enum td_code code = put_text(p, err);

    if (code == TD_OK)
        code = start(p, err);
    if (code)
        return code;
    give_terminal(p->how.tty, p->proc.pid);
    td_proc_signal(&p->proc, SIGCONT); /* it may have read before that */
    on_look(p);
    return wire_watch_fd(p->how.net, p->proc.pidfd, on_ended, p, &p->watch,
                         err);
}

bool console_pager_show(struct console_pager **pager,
                        const struct console_paging *how, struct td_bytes text)
{
    struct console_pager *p;
    struct td_error err = {0};
    struct td_buf why = {0};

    if (*pager || !how->command || !*how->command ||
        text_lines(text) < how->rows)
        return false;
    how->leave(how->ctx);
    p = td_calloc(1, sizeof(*p));
    p->how = *how;
    p->place = pager;
    p->fd = -1;
    p->proc = (struct td_proc){.pidfd = -1, .in = -1, .out = -1, .err = -1};
    p->look = (struct wire_timer){.fire = on_look, .ctx = p};
    (void)td_buf_add_bytes(&p->text, text);
    if (open_pager(p, &err) == TD_OK) {
        *pager = p;
        return true;
    }
    console_pager_close(p);
    (void)td_buf_addf(&why, "pager: %s", err.text);
    how->back(how->ctx, td_buf_str(&why), td_bytes(NULL, 0));
    td_buf_release(&why);
    return false;
}

void console_pager_close(struct console_pager *pager)
{
    if (!pager)
        return;
    wire_timer_cancel(pager->how.net, &pager->look);
    if (pager->watch)
        wire_watch_close(pager->watch);
    if (pager->proc.pid > 0)
        td_proc_stop(&pager->proc, TD_NS_PER_S);
    give_terminal(pager->how.tty, getpgrp());
    if (pager->fd >= 0)
        (void)close(pager->fd);
    td_buf_release(&pager->text);
    free(pager);
}
