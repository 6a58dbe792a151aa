#include "core/proc.h"

#include "core/clock.h"
#include "core/proc_why.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_pipes(struct td_proc *proc)
{
    close_fd(&proc->in);
    close_fd(&proc->out);
    close_fd(&proc->err);
}

/* Arrange stream `fd` of the child; *ours gets our end of a pipe, *theirs the
 * child's end, which is to be closed here after the spawn. 0 or an errno.
 */
static int arrange(posix_spawn_file_actions_t *actions, int fd,
                   const struct td_proc_options *o, enum td_proc_stream how,
                   int *ours, int *theirs)
{
    int ends[2];
    bool reads = fd == STDIN_FILENO;

    if (how == TD_PROC_INHERIT)
        return 0;
    if (how == TD_PROC_NULL)
        return posix_spawn_file_actions_addopen(actions, fd, "/dev/null",
                                                reads ? O_RDONLY : O_WRONLY, 0);
    if (how == TD_PROC_FILE)
        return posix_spawn_file_actions_addopen(actions, fd, o->in_path,
                                                O_RDONLY, 0);
    if (how == TD_PROC_WITH_OUT)
        return posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, fd);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    *ours = ends[reads ? 1 : 0];
    *theirs = ends[reads ? 0 : 1];
    return posix_spawn_file_actions_adddup2(actions, *theirs, fd);
}

static int set_attributes(posix_spawnattr_t *attr)
{
    sigset_t none;
    sigset_t all;
    int rc;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP |
                                            POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
    rc = rc ? rc : posix_spawnattr_setpgroup(attr, 0);
    rc = rc ? rc : posix_spawnattr_setsigmask(attr, &none);
    return rc ? rc : posix_spawnattr_setsigdefault(attr, &all);
}

static int spawn(struct td_proc *proc, const struct td_proc_options *o,
                 int theirs[3])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int rc;

    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attr);
    rc = arrange(&actions, STDIN_FILENO, o, o->in, &proc->in, &theirs[0]);
    if (!rc)
        rc =
            arrange(&actions, STDOUT_FILENO, o, o->out, &proc->out, &theirs[1]);
    if (!rc)
        rc =
            arrange(&actions, STDERR_FILENO, o, o->err, &proc->err, &theirs[2]);
    if (!rc && o->dir)
        rc = posix_spawn_file_actions_addchdir_np(&actions, o->dir);
    if (!rc)
        rc = set_attributes(&attr);
    if (!rc)
        rc = posix_spawnp(&proc->pid, o->argv[0], &actions, &attr, o->argv,
                          o->env ? o->env : environ);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

enum td_code td_proc_spawn(struct td_proc *proc,
                           const struct td_proc_options *options,
                           struct td_error *err)
{
    int theirs[3] = {-1, -1, -1};
    int rc;

    *proc = (struct td_proc){.pidfd = -1, .in = -1, .out = -1, .err = -1};
    rc = spawn(proc, options, theirs);
    for (int i = 0; i < 3; i++)
        close_fd(&theirs[i]);
    if (!rc) {
        proc->pidfd = pidfd_open(proc->pid, 0);
        if (proc->pidfd >= 0)
            return TD_OK;
        rc = errno;
        (void)kill(-proc->pid, SIGKILL);
        (void)waitpid(proc->pid, &proc->status, 0);
    }
    close_pipes(proc);
    return td_proc_why(options->argv[0], options->dir, rc, err);
}

/* Milliseconds for poll(2), rounded up; -1 = no end. */
static int poll_ms(uint64_t ns)
{
    uint64_t ms = ns / TD_NS_PER_MS + (ns % TD_NS_PER_MS != 0);

    if (ns == TD_NEVER)
        return -1;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

enum td_code td_proc_wait(struct td_proc *proc, uint64_t timeout_ns,
                          struct td_error *err)
{
    const struct td_clock *clock = td_clock_real();
    uint64_t start = td_mono_ns(clock);
    struct pollfd p = {.fd = proc->pidfd, .events = POLLIN};

    if (proc->pidfd < 0)
        return TD_OK;
    for (;;) {
        uint64_t spent = td_mono_ns(clock) - start;
        uint64_t left = spent < timeout_ns ? timeout_ns - spent : 0;
        int n = poll(&p, 1, poll_ms(timeout_ns == TD_NEVER ? TD_NEVER : left));

        if (n > 0)
            break;
        if (n == 0 && left == 0)
            return td_error_set(err, TD_TIMEOUT, "child", 0,
                                "process %d still runs", (int)proc->pid);
    }
    while (waitpid(proc->pid, &proc->status, 0) < 0 && errno == EINTR)
        ;
    close_fd(&proc->pidfd);
    return TD_OK;
}

void td_proc_signal(const struct td_proc *proc, int signal)
{
    if (proc->pid > 0)
        (void)kill(-proc->pid, signal);
}

void td_proc_stop(struct td_proc *proc, uint64_t grace_ns)
{
    if (proc->pid <= 0)
        return;
    if (td_proc_wait(proc, 0, NULL) != TD_OK) {
        td_proc_signal(proc, SIGTERM);
        if (td_proc_wait(proc, grace_ns, NULL) != TD_OK) {
            td_proc_signal(proc, SIGKILL);
            (void)!td_proc_wait(proc, TD_NEVER, NULL);
        }
    }
    td_proc_signal(proc, SIGKILL);
    close_pipes(proc);
    proc->pid = 0;
}

int td_proc_exit_status(const struct td_proc *proc)
{
    return WIFSIGNALED(proc->status) ? 128 + WTERMSIG(proc->status)
                                     : WEXITSTATUS(proc->status);
}

enum td_code td_proc_exit_text(struct td_buf *out, const struct td_proc *proc)
{
    const char *name;

    if (!WIFSIGNALED(proc->status))
        return td_buf_addf(out, "exit status %d", WEXITSTATUS(proc->status));
    name = sigabbrev_np(WTERMSIG(proc->status));
    return td_buf_addf(out, "killed by SIG%s", name ? name : "?");
}
