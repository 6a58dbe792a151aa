#include "orchestrator/keeper/spawn.h"

#include "core/mem.h"
#include "core/proc_why.h"
#include "orchestrator/keeper/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

/* What the child was about to do when it failed. */
enum step { STEP_SET_UP, STEP_LIMIT, STEP_DIR, STEP_EXEC };

struct report {
    enum step step;
    int errnum;
    const char *what; /* static text, the same in both processes */
};

struct pipes {
    int in[2];
    int out[2];
    int err[2];
    int report[2];
};

void keep_close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_both(int ends[2])
{
    keep_close_fd(&ends[0]);
    keep_close_fd(&ends[1]);
}

static void close_pipes(struct pipes *p)
{
    close_both(p->in);
    close_both(p->out);
    close_both(p->err);
    close_both(p->report);
}

/* 0 or an errno. */
static int open_pipes(struct pipes *p, const struct keep_job *job)
{
    bool in = job->in.len > 0 || job->in_open;

    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    if ((in && pipe2(p->in, O_CLOEXEC)) || pipe2(p->out, O_CLOEXEC) ||
        (job->relay != KEEP_RELAY_NONE && pipe2(p->err, O_CLOEXEC)) ||
        pipe2(p->report, O_CLOEXEC))
        return errno;
    if (!in) {
        p->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (p->in[0] < 0)
            return errno;
    }
    if (p->in[1] >= 0)
        (void)fcntl(p->in[1], F_SETFL, O_NONBLOCK);
    (void)fcntl(p->out[0], F_SETFL, O_NONBLOCK);
    if (p->err[0] >= 0)
        (void)fcntl(p->err[0], F_SETFL, O_NONBLOCK);
    return 0;
}

/* From here on in the child, which tells and ends. */
static _Noreturn void give_up(int to, enum step step, int errnum,
                              const char *what)
{
    struct report report = {step, errnum, what};

    (void)!write(to, &report, sizeof(report));
    _exit(127);
}

static void set_signal(int signal, void (*handler)(int))
{
    struct sigaction how;

    memset(&how, 0, sizeof(how));
    how.sa_handler = handler;
    (void)sigaction(signal, &how, NULL);
}

static void ignore_signals(void (*handler)(int))
{
    static const int ignored[] = {SIGPIPE, SIGHUP, SIGXFSZ, SIGQUIT};

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        set_signal(ignored[i], handler);
}

void keep_child_signals(void)
{
    for (int s = 1; s < NSIG; s++)
        set_signal(s, SIG_DFL);
    ignore_signals(SIG_IGN);
}

static void reset_signals(void)
{
    sigset_t none;

    ignore_signals(SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_limit(int to, __rlimit_resource_t which, uint64_t value,
                      const char *what)
{
    struct rlimit limit;

    if (value == 0)
        return;
    if (getrlimit(which, &limit) != 0)
        give_up(to, STEP_LIMIT, errno, what);
    if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
        give_up(to, STEP_LIMIT, EPERM, what);
    limit.rlim_cur = value;
    /* Room between both: a process can tidy up on SIGXCPU. */
    limit.rlim_max = which == RLIMIT_CPU && (limit.rlim_max == RLIM_INFINITY ||
                                             value + 5 < limit.rlim_max)
                         ? value + 5
                         : value;
    if (setrlimit(which, &limit) != 0)
        give_up(to, STEP_LIMIT, errno, what);
}

static void set_limits(int to, const struct keep_limits *l)
{
    uint64_t seconds = l->cpu_ns / NS_PER_S + (l->cpu_ns % NS_PER_S != 0);

    set_limit(to, RLIMIT_CPU, seconds, "limits.cpu");
    set_limit(to, RLIMIT_AS, l->memory, "limits.mem");
    set_limit(to, RLIMIT_NOFILE, l->files, "limits.files");
    set_limit(to, RLIMIT_NPROC, l->procs, "limits.procs");
}

static const char *path_of(char *const *env)
{
    for (; *env; env++)
        if (!strncmp(*env, "PATH=", 5))
            return *env + 5;
    return "";
}

/* exec(3) the first that may be executed. To ask for each folder costs a tenth
 * of trying each. What does not come to an end here is for execvp(3), which
 * knows all the rules, and what to say. */
static void exec_in_path(char *const *argv, char *const *env)
{
    const char *path = path_of(env);
    char file[PATH_MAX];

    while (*path) {
        int len = (int)strcspn(path, ":");
        int n = snprintf(file, sizeof(file), "%.*s/%s", len, path, argv[0]);

        if (len == 0)
            return; /* this folder is meant: execvp(3) knows when */
        if (n > 0 && n < (int)sizeof(file) && access(file, X_OK) == 0) {
            (void)execve(file, argv, env);
            return;
        }
        path += len + (path[len] == ':');
    }
}

/* In memory that is the keeper's too, until exec(3): only `environ` is changed,
 * and that back. */
static _Noreturn void be_child(const struct keep_job *job,
                               const struct pipes *p, char **env, pid_t keeper)
{
    int to = p->report[1];

    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up(to, STEP_SET_UP, errno, "a process group");
    if (getppid() != keeper)
        _exit(127);
    if (dup2(p->in[0], STDIN_FILENO) < 0 ||
        dup2(p->out[1], STDOUT_FILENO) < 0 ||
        dup2(p->err[1] >= 0 ? p->err[1] : p->out[1], STDERR_FILENO) < 0)
        give_up(to, STEP_SET_UP, errno, "its streams");
    reset_signals();
    if (chdir(job->dir) != 0)
        give_up(to, STEP_DIR, errno, NULL);
    set_limits(to, &job->limits);
    environ = env; /* execvp(3) looks for PATH there */
    if (strchr(job->argv[0], '/') == NULL)
        exec_in_path(job->argv, env);
    (void)execvp(job->argv[0], job->argv);
    give_up(to, STEP_EXEC, errno, NULL);
}

static char *variable(const char *name, const char *value)
{
    size_t room = strlen(name) + strlen(value) + 2;
    char *text = td_calloc(1, room);

    (void)snprintf(text, room, "%s=%s", name, value);
    return text;
}

static bool is_ours(const char *text)
{
    return !strncmp(text, KEEP_TASK_NAME "=", sizeof(KEEP_TASK_NAME)) ||
           !strncmp(text, KEEP_HOME_NAME "=", sizeof(KEEP_HOME_NAME));
}

/* The list with TAPEDECK_TASK=ID and TAPEDECK_HOME=TAG in front, where whoever
 * looks finds them first, without others of those names. Both are to be freed,
 * and the list. */
static char **with_task(const struct keep_job *job, const char *tag)
{
    size_t count = 0;
    size_t kept = 0;
    char **env;

    while (job->env && job->env[count])
        count++;
    env = td_calloc(count + 3, sizeof(*env));
    env[kept++] = variable(KEEP_TASK_NAME, job->id);
    env[kept++] = variable(KEEP_HOME_NAME, tag);
    for (size_t i = 0; i < count; i++)
        if (!is_ours(job->env[i]))
            env[kept++] = job->env[i];
    return env;
}

static enum td_code step_failed(const struct keep_job *job,
                                const struct report *r, struct td_error *err)
{
    const char *program = job->argv[0];

    if (r->step == STEP_DIR)
        return td_error_errno(err, TD_IO, job->dir, r->errnum,
                              "cannot work in the folder");
    if (r->step == STEP_LIMIT && r->errnum == EPERM) {
        (void)td_error_set(err, TD_IO, r->what, 0,
                           "is above what this user may have");
        if (err)
            err->errnum = EPERM;
        (void)td_error_hint(err, "take less, or raise it: ulimit -H");
        return TD_IO;
    }
    if (r->step != STEP_EXEC)
        return td_error_errno(err, TD_IO, r->what, r->errnum, "cannot be set");
    (void)td_proc_why(program, job->dir, r->errnum, err);
    if (r->errnum == ENOENT && !strchr(program, '/'))
        (void)td_error_hint(err, "is it installed and in the PATH of the "
                                 "task?");
    return TD_IO;
}

/* Nothing comes if exec(3) went well, as the pipe's end closed with it. */
static enum td_code hear(const struct keep_job *job, int from,
                         struct td_error *err)
{
    struct report report;
    ssize_t n;

    do {
        n = read(from, &report, sizeof(report));
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return TD_OK;
    if (n != (ssize_t)sizeof(report))
        return td_error_errno(err, TD_IO, job->argv[0], EIO, "cannot start");
    return step_failed(job, &report, err);
}

/* The keeper waits until the child has its program or has ended. Copying the
 * keeper's pages, as fork(2) does, takes longer than a small job. */
static pid_t make_child(const struct keep_job *job, const struct pipes *p,
                        char **env)
{
    char **kept = environ;
    pid_t keeper = getpid();
    /* What is called behind it are system calls, and execvp(3). */
    /* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork) */
    pid_t pid = vfork();

    if (pid == 0)
        be_child(job, p, env, keeper); /* NOLINT(clang-analyzer-unix.Vfork) */
    environ = kept;
    return pid;
}

static enum td_code start(struct keep_child *out, const struct keep_job *job,
                          const char *tag, struct pipes *p,
                          struct td_error *err)
{
    char **env = with_task(job, tag);
    struct keep_process seen = {0};
    pid_t pid = make_child(job, p, env);
    enum td_code code;

    free(env[0]);
    free(env[1]);
    free(env);
    if (pid < 0)
        return td_error_errno(err, TD_IO, job->argv[0], errno,
                              "cannot make a process");
    (void)setpgid(pid, pid); /* whoever comes first */
    keep_close_fd(&p->report[1]);
    code = hear(job, p->report[0], err);
    if (code) {
        (void)waitpid(pid, NULL, 0);
        return code;
    }
    (void)keep_process_look(&seen, pid); /* a dead one is there till reaped */
    *out = (struct keep_child){pid, seen.start, p->in[1], p->out[0], p->err[0]};
    p->in[1] = p->out[0] = p->err[0] = -1;
    return TD_OK;
}

enum td_code keep_child_start(struct keep_child *out,
                              const struct keep_job *job, const char *tag,
                              struct td_error *err)
{
    struct pipes p;
    int errnum = open_pipes(&p, job);
    enum td_code code = errnum ? td_error_errno(err, TD_IO, job->id, errnum,
                                                "cannot make its pipes")
                               : start(out, job, tag, &p, err);

    close_pipes(&p);
    return code;
}
