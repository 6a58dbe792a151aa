/* orchestrator/keeper/process.h - processes as /proc shows them (proc(5)). */
#ifndef ORCHESTRATOR_KEEPER_PROCESS_H
#define ORCHESTRATOR_KEEPER_PROCESS_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEEP_TASK_NAME "TAPEDECK_TASK"
#define KEEP_HOME_NAME "TAPEDECK_HOME"
#define KEEP_TAG       48 /* bytes of a folder's tag, with its NUL */

struct keep_process {
    pid_t pid;
    pid_t parent;
    pid_t group;
    uint64_t start; /* clock ticks since boot */
    bool dead;      /* it only waits to be reaped */
};

/* False: there is no such process. */
bool keep_process_look(struct keep_process *out, pid_t pid);

/* The text of /proc/PID/stat; false: it is none. */
bool keep_process_parse(struct keep_process *out, struct td_bytes stat);

/* The value of TAPEDECK_TASK in its environment as it was given at exec(3), as
 * a text in *out; false: it has none, or may not be read, or (tag may be NULL)
 * its TAPEDECK_HOME is not this: executions of two folders may have one id. */
bool keep_process_task(struct td_buf *out, pid_t pid, const char *tag);

/* A variable in an environment of texts that each end with a NUL. */
bool keep_environ_get(struct td_buf *out, struct td_bytes text,
                      const char *name);

/* What names a folder on this machine: "DEVICE:INODE". False: it is not there.
 */
bool keep_tag(char out[KEEP_TAG], int dir);

/* Every process there is, this one not among them. each() returns false to
 * stop. TD_IO: /proc cannot be read. */
TD_MUST_CHECK enum td_code
keep_process_all(bool (*each)(void *ctx, const struct keep_process *process),
                 void *ctx, struct td_error *err);

/* The children of this process, dead ones too; *count of them, to be freed. */
pid_t *keep_process_children(size_t *count);

/* Signal this very process, not another that has got its number since. False:
 * it is gone, or is not ours to signal. */
bool keep_process_signal(const struct keep_process *process, int signal);

#endif
