#include "orchestrator/keeper/keeper.h"

#include "core/fs.h"
#include "core/mem.h"
#include "orchestrator/keeper/process.h"
#include "orchestrator/keeper/server.h"
#include "orchestrator/keeper/socket.h"
#include "orchestrator/keeper/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK     "keeper.lock"
#define DIR_FD   3 /* what the keeper keeps open of its caller */
#define READY_FD 4
#define REST_FD  5

static void take_signals(struct keep_server *s)
{
    sigset_t mask;

    keep_child_signals();
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGCHLD);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigaddset(&mask, SIGINT);
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
    s->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum td_code failed(const struct keep_home *home, const char *what,
                           struct td_error *err)
{
    return td_error_errno(err, TD_IO, home->dir, errno, what);
}

static enum td_code take_lock(struct keep_server *s,
                              const struct keep_home *home,
                              struct td_error *err)
{
    long holder;

    s->lock = openat(s->dir, LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock < 0)
        return failed(home, "cannot make " LOCK, err);
    if (!td_fs_lock(s->lock, LOCK, NULL))
        return TD_OK;
    holder = td_fs_holder(s->lock);
    (void)td_error_set(err, TD_IO, home->dir, 0,
                       "%s has a keeper already, process %ld", home->id,
                       holder);
    (void)td_error_hint(err, "attach to it, or end it: kill %ld", holder);
    return TD_IO;
}

static enum td_code open_all(struct keep_server *s,
                             const struct keep_home *home, struct td_error *err)
{
    struct keep_process self = {0};
    enum td_code code = take_lock(s, home, err);

    if (!code)
        code = keep_boot_id(s->boot, err);
    if (!code && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        code = failed(home, "cannot be the parent of orphans", err);
    if (code)
        return code;
    (void)prctl(PR_SET_NAME, "tapedeck-keep");
    (void)keep_tag(s->tag, s->dir);
    (void)keep_process_look(&self, getpid());
    s->start = self.start;
    take_signals(s);
    code = s->signals < 0
               ? failed(home, "cannot hear signals", err)
               : keep_ledger_open(&s->ledger, s->dir, s->boot, s->start, err);
    if (code)
        return code;
    return keep_socket_listen(&s->listener, s->dir, err);
}

/* Nothing of the caller stays open: a pipe's end in here would keep its reader
 * waiting. */
static void close_the_rest(int dir, int ready)
{
    int null = open("/dev/null", O_RDWR);
    int high_dir = fcntl(dir, F_DUPFD, REST_FD + 1);
    int high_ready = fcntl(ready, F_DUPFD, REST_FD + 1);

    for (int i = 0; i <= STDERR_FILENO; i++)
        (void)dup2(null, i);
    (void)dup3(high_dir, DIR_FD, O_CLOEXEC);
    (void)dup3(high_ready, READY_FD, O_CLOEXEC);
    (void)close_range(REST_FD, ~0U, 0);
}

static _Noreturn void be_keeper(const struct keep_home *home, int dir,
                                int ready)
{
    struct keep_server s = {.id = home->id,
                            .linger_ns = home->linger_ns,
                            .jobs_max =
                                home->jobs_max ? home->jobs_max : KEEP_JOBS};
    struct td_error err = {0};

    close_the_rest(dir, ready);
    s.dir = DIR_FD;
    s.lock = s.signals = s.listener = s.client = s.ledger.fd = -1;
    (void)open_all(&s, home, &err);
    (void)!write(READY_FD, &err, sizeof(err));
    (void)close(READY_FD);
    if (err.code)
        _exit(1);
    keep_server_run(&s);
    (void)unlinkat(DIR_FD, KEEP_SOCKET, 0);
    _exit(0);
}

/* Forked twice, so that nobody has to reap it. */
static enum td_code fork_keeper(const struct keep_home *home, int dir,
                                const int ready[2], struct td_error *err)
{
    struct td_error told = {0};
    pid_t pid = fork();
    ssize_t n;

    if (pid == 0) {
        (void)setsid();
        pid = fork();
        if (pid == 0)
            be_keeper(home, dir, ready[1]);
        _exit(pid < 0);
    }
    (void)close(ready[1]);
    if (pid < 0)
        return failed(home, "cannot make a process", err);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    do {
        n = read(ready[0], &told, sizeof(told));
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(told))
        return td_error_set(err, TD_IO, home->dir, 0,
                            "the keeper ended before it began");
    if (told.code && err)
        *err = told;
    return told.code;
}

enum td_code keep_start(const struct keep_home *home, struct td_error *err)
{
    int dir = open(home->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int ready[2];
    enum td_code code;

    if (dir < 0)
        return failed(home, "cannot be used", err);
    if (strlen(home->id) > KEEP_ID_MAX) {
        code = td_error_set(err, TD_LIMIT, home->id, 0, "the id is too long");
    } else if (pipe2(ready, O_CLOEXEC) != 0) {
        code = failed(home, "cannot make a pipe", err);
    } else {
        code = fork_keeper(home, dir, ready, err);
        (void)close(ready[0]);
    }
    (void)close(dir);
    return code;
}
