/* core/proc.h - one child process in a process group of its own.
 *
 * The group is what gets signals, so that a shell's children end with it. A
 * pidfd tells the loop when the child has ended, without SIGCHLD.
 */
#ifndef CORE_PROC_H
#define CORE_PROC_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>
#include <sys/types.h>

enum td_proc_stream {
    TD_PROC_INHERIT,  /* what this process has */
    TD_PROC_NULL,     /* /dev/null */
    TD_PROC_PIPE,     /* a pipe whose other end is in struct td_proc */
    TD_PROC_WITH_OUT, /* of err: where out goes, in the order of writing */
    TD_PROC_FILE,     /* of in: the file in_path, from its beginning */
};

struct td_proc_options {
    char *const *argv;   /* NULL-terminated; argv[0] is looked up in PATH */
    char *const *env;    /* NULL-terminated "K=V" list; NULL = this process's */
    const char *dir;     /* to start in; NULL = where we are */
    const char *in_path; /* seen from where we are */
    enum td_proc_stream in;
    enum td_proc_stream out;
    enum td_proc_stream err;
};

struct td_proc {
    pid_t pid; /* also the id of its process group */
    int pidfd; /* readable when the child has ended; -1 after it was reaped */
    int in;    /* our ends of the pipes, close-on-exec; -1 = none. The owner */
    int out;   /* may close one early if it then sets it to -1. */
    int err;
    int status; /* as from waitpid(); valid once reaped */
};

/* Start a child. Signals are at their defaults and none is blocked in it.
 * TD_IO: the program or the directory is missing or may not be entered.
 */
TD_MUST_CHECK enum td_code td_proc_spawn(struct td_proc *proc,
                                         const struct td_proc_options *options,
                                         struct td_error *err);

/* Reap the child if it ends within timeout_ns (0 = only look, TD_NEVER = wait).
 * TD_OK: proc->status is set, also when asked again. TD_TIMEOUT: it runs.
 */
TD_MUST_CHECK enum td_code
td_proc_wait(struct td_proc *proc, uint64_t timeout_ns, struct td_error *err);

/* Signal the whole group; one that is gone already is fine. */
void td_proc_signal(const struct td_proc *proc, int signal);

/* End it: SIGTERM, and if it still runs after grace_ns SIGKILL; reap it, kill
 * what is left of its group, close the pipes. Fine when it ended already.
 */
void td_proc_stop(struct td_proc *proc, uint64_t grace_ns);

/* What a shell would make of the status: 0..255, 128 + signal if killed. */
int td_proc_exit_status(const struct td_proc *proc);

/* Append "exit status 3" or "killed by SIGTERM". */
enum td_code td_proc_exit_text(struct td_buf *out, const struct td_proc *proc);

#endif
