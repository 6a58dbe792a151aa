/* orchestrator/keeper/spawn.h - fork, set up, exec, and hear of it if a step
 * fails.
 */
#ifndef ORCHESTRATOR_KEEPER_SPAWN_H
#define ORCHESTRATOR_KEEPER_SPAWN_H

#include "orchestrator/keeper/keeper.h"

#include <sys/types.h>

struct keep_child {
    pid_t pid;      /* and its process group */
    uint64_t start; /* clock ticks since boot */
    int in;         /* our ends, close-on-exec, never blocking; -1: none */
    int out;        /* of both streams, if err is -1 */
    int err;
};

/* The keeper ignores what it must outlive, and takes no other signal by a
 * handler: children have their own way again. To be called before any is
 * started. */
void keep_child_signals(void);

/* Start a job, with TAPEDECK_TASK, and TAPEDECK_HOME (tag). It dies if the
 * keeper does (PR_SET_PDEATHSIG). TD_IO with the errno of the step that failed:
 * nothing runs. */
TD_MUST_CHECK enum td_code keep_child_start(struct keep_child *out,
                                            const struct keep_job *job,
                                            const char *tag,
                                            struct td_error *err);

/* Close it, unless it is -1, which it is then. */
void keep_close_fd(int *fd);

#endif
