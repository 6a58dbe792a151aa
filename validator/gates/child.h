/* validator/gates/child.h - one command that is run, and its log. */
#ifndef VALIDATOR_GATES_CHILD_H
#define VALIDATOR_GATES_CHILD_H

#include "core/proc.h"

#define GATES_LOG_HEAD   ((uint64_t)8 << 20)   /* bytes of a log, from the */
#define GATES_LOG_TAIL   ((size_t)256 << 10)   /* beginning and the end */
#define GATES_OUTPUT_MAX ((uint64_t)256 << 20) /* then it is ended */
#define GATES_GRACE_NS   (UINT64_C(5) * 1000000000) /* TERM to KILL */

enum gates_fate {
    GATES_ENDED,   /* by itself; the status says how */
    GATES_TIMEOUT, /* it was ended: it ran for too long */
    GATES_FLOODED, /* it was ended: it wrote too much */
    GATES_STOPPED, /* it was ended: somebody wanted to */
};

struct gates_child {
    struct td_proc proc; /* pid 0: none runs */
    enum gates_fate fate;
    bool told; /* SIGTERM was sent */
    uint64_t started_ns;
    uint64_t deadline_ns; /* when it is told to end, and then killed */
    uint64_t ended_ns;
    int log; /* descriptor, or -1 */
    uint64_t written;
    uint64_t seen;
    struct td_buf tail;
};

struct gates_command {
    char *const *argv;
    char *const *env;
    const char *dir;
    const char *log; /* path; NULL: the output is not kept */
    bool more;       /* behind what is in the log */
    uint64_t timeout_ns;
};

/* Start it; TD_TOOL: it is not there or may not be run; TD_IO: the log. */
TD_MUST_CHECK enum td_code
gates_child_start(struct gates_child *child,
                  const struct gates_command *command, struct td_error *err);

/* What it wrote since, after poll(2) said so; hear may be NULL. */
void gates_child_listen(struct gates_child *child,
                        void (*hear)(void *self, struct td_bytes text),
                        void *self);

/* End it: TERM, later KILL. */
void gates_child_end(struct gates_child *child, enum gates_fate fate,
                     bool at_once);

/* Look at the clock: has its time come? True when it has ended; then its log is
 * whole and nothing of its process group runs. */
bool gates_child_look(struct gates_child *child,
                      void (*hear)(void *self, struct td_bytes text),
                      void *self);

/* Append the last line of a log that is not blank, cut at 200 bytes; false:
 * there is none.
 */
bool gates_log_last(const char *log, struct td_buf *out);

#endif
