/* orchestrator/keeper/keeper.h - who starts the processes of an execution, and
 * outlives whoever asked for them.
 *
 * A keeper is a process forked first thing, one an execution. It is the parent
 * of every job and the subreaper of all that jobs leave behind (prctl(2),
 * PR_SET_CHILD_SUBREAPER). Each job has a process group of its own and
 * TAPEDECK_TASK=ID in its environment, and in TAPEDECK_HOME the device and
 * inode of the execution's folder, as another may have its id. The keeper pumps
 * what a job writes into its log, waits until nothing of the job is left, puts
 * the status into a log of its own, and tells whoever is attached. If that
 * client is killed, the jobs go on and the next client hears of them.
 *
 *     keep_start -> keep_attach -> keep_spawn .. -> keep_read whenever keep_fd
 *     is readable -> keep_quit, or keep_detach and the keeper stays
 *
 * In the execution's folder it has
 *     keeper.lock    locked (flock) while a keeper lives
 *     keeper.sock    mode 0600; only processes of the same user are answered
 *     keeper.log     one JSON object a line, of all keepers there were:
 *                    {"keeper":1,"pid":9,"start":8,"boot":"893e.."}
 *                    {"spawned":"x7/1/1","pid":4711,"start":309657}
 *                    {"failed":"x7/2/1","errnum":2,"why":"cannot start: .."}
 *                    {"ended":"x7/1/1","status":0}    written before it is
 *                    told, on the disk a second later, at once if nobody is
 *
 * A status is an exit status (0 to 255), or minus the signal that ended it.
 * `start` is in clock ticks since boot (/proc/PID/stat, field 22); with the pid
 * it names a process.
 */
#ifndef ORCHESTRATOR_KEEPER_KEEPER_H
#define ORCHESTRATOR_KEEPER_KEEPER_H

#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>
#include <stdint.h>

#define KEEP_ID_MAX   127               /* bytes of a job's id */
#define KEEP_RUNNING  1024              /* jobs at a time */
#define KEEP_JOBS     100000            /* with those ended and not forgotten */
#define KEEP_WORDS    8192              /* of argv and env together */
#define KEEP_JOB_MAX  ((size_t)2 << 20) /* bytes of argv, env and paths */
#define KEEP_IN_MAX   ((size_t)1 << 20) /* bytes of stdin not yet read */
#define KEEP_WINDOW   ((size_t)64 << 10) /* of output told and not taken */
#define KEEP_LOG_MIN  4096               /* the least log_max */
#define KEEP_BEAT_NS  UINT64_C(1000000000)
#define KEEP_BOOT_LEN 36 /* of a boot id, without its NUL */

/* Where a keeper lives. */
struct keep_home {
    const char *dir;    /* the execution's folder; any length */
    const char *id;     /* the execution: "x7" */
    uint64_t linger_ns; /* with no job and no client it stays so long,
                           and for its first client at least 10 s */
    uint32_t jobs_max;  /* with those ended and not forgotten; 0: KEEP_JOBS */
};

/* Fork a keeper. To be called before there are threads; it keeps nothing open
 * of what the caller has open, and a terminal's signals do not reach it. When
 * this returns it can be attached to. TD_IO: there is one already (its process
 * is named), or the folder cannot be used; TD_LIMIT: an id too long.
 */
TD_MUST_CHECK enum td_code keep_start(const struct keep_home *home,
                                      struct td_error *err);

/* How a job ended. */
struct keep_end {
    int status;
    bool stopped;         /* keep_stop() or keep_quit() was asked for before */
    uint64_t ran_ns;      /* from its start until its process ended */
    uint64_t out_bytes;   /* that it wrote, to both streams */
    uint64_t log_missing; /* of them not in its log: left out in its middle, or
                             not written */
    int log_errnum;       /* why its log could not be written; 0: it could */
};

enum keep_stream { KEEP_OUT = 1, KEEP_ERR = 2 };

/* What a keeper tells; called from keep_read() only. Any may be NULL. ids and
 * bytes are borrowed for the call. keep_detach() must not be called from here.
 */
struct keep_events {
    /* A job runs: after keep_spawn(), and for each one there is after
     * keep_attach(). */
    void (*spawned)(void *ctx, const char *id, int64_t pid, uint64_t start);
    /* One waits for others (keep_job.most): for each there is after
     * keep_attach(). */
    void (*waits)(void *ctx, const char *id);
    /* What was asked for after keep_spawn() did not start; nothing runs.
     * why->errnum is that of the step that failed; ECANCELED: it was stopped
     * while it waited. Of one that could not be started again to each client,
     * until keep_forget() or until it is tried once more. */
    void (*failed)(void *ctx, const char *id, const struct td_error *why);
    /* What it wrote, in order within a stream, if that is relayed. It is taken
     * when this returns; what was not taken comes again to the next client. */
    void (*output)(void *ctx, const char *id, enum keep_stream stream,
                   struct td_bytes bytes);
    /* It wrote something, so many bytes in all. At most every KEEP_BEAT_NS,
     * and of streams that are not relayed. */
    void (*beat)(void *ctx, const char *id, uint64_t bytes);
    /* There is room again after a keep_feed() that said TD_AGAIN or TD_FULL. */
    void (*hungry)(void *ctx, const char *id);
    /* Once, last, and again to each client until keep_forget(). Nothing of the
     * job runs any more, all its output was told, the status is written. */
    void (*ended)(void *ctx, const char *id, const struct keep_end *end);
    /* All that there was when we attached has been told. */
    void (*ready)(void *ctx);
    /* The keeper cannot write its log. Until it can again it starts nothing
     * and tells no end; it tries every second. */
    void (*trouble)(void *ctx, const struct td_error *why);
};

struct keep_client;

/* Attach to the keeper of home (linger_ns is not looked at). One client at a
 * time: another waits here for at most wait_ns. TD_END: no keeper lives;
 * TD_TIMEOUT: another client is attached, or the keeper does not answer;
 * TD_IO; TD_PROTOCOL: not our user, or another version.
 */
TD_MUST_CHECK enum td_code keep_attach(struct keep_client **out,
                                       const struct keep_home *home,
                                       const struct keep_events *events,
                                       void *ctx, uint64_t wait_ns,
                                       struct td_error *err);

/* Let go. Jobs go on; without jobs the keeper ends after its linger_ns. NULL is
 * fine. */
void keep_detach(struct keep_client *client);

/* The descriptor to watch for reading, and, while keep_wants_write(), also for
 * writing. It never changes. */
int keep_fd(const struct keep_client *client);
bool keep_wants_write(const struct keep_client *client);

/* Take all that is there, send what waits, and tell it; never blocks. TD_OK;
 * TD_END: the keeper is gone (it was told to quit); TD_IO: it was killed;
 * TD_PROTOCOL. After any but TD_OK only keep_detach() is of use.
 */
TD_MUST_CHECK enum td_code keep_read(struct keep_client *client,
                                     struct td_error *err);

/* 0: as this process has it. Above what the user may have: it fails. */
struct keep_limits {
    uint64_t cpu_ns; /* of each process, to whole seconds, up */
    uint64_t memory; /* bytes of address space of each process */
    uint64_t files;  /* open at a time, of each process */
    uint64_t procs;  /* processes and threads of the user */
};

/* Which streams are told to the client beside the log. While one that is
 * relayed is not taken, the job waits in write(2). */
enum keep_relay { KEEP_RELAY_NONE, KEEP_RELAY_OUT, KEEP_RELAY_ALL };

struct keep_job {
    const char *id;    /* EXECUTION/PLACE/ATTEMPT, unlike all before */
    char *const *argv; /* argv[0] is looked up in the PATH of env */
    char *const *env;  /* all but TAPEDECK_TASK; NULL: none */
    const char *dir;   /* absolute */
    const char *log;   /* path of its log, made anew; NULL: none is kept */
    uint64_t log_max;  /* bytes kept: the first and the last half, and one line
                          between that says how many are missing */
    uint64_t grace_ns; /* from SIGTERM to SIGKILL */
    uint32_t weight;   /* what it counts against most; 0 counts as 1 */
    uint32_t most;     /* while more than so much would run it waits, and so
                          does what comes behind it; alone it runs. 0: at once */
    struct keep_limits limits;
    struct td_bytes in; /* its stdin, at most KEEP_IN_MAX */
    bool in_open;       /* more comes by keep_feed(); else it ends there */
    enum keep_relay relay;
};

/* Start a job; spawned or failed tells how it went. All is copied. TD_LIMIT: an
 * id, a list or stdin too large; TD_AGAIN: much waits to be sent, come back
 * after keep_read().
 */
TD_MUST_CHECK enum td_code keep_spawn(struct keep_client *client,
                                      const struct keep_job *job,
                                      struct td_error *err);

/* More for its stdin: all or nothing. TD_FULL: taken, wait for `hungry`;
 * TD_AGAIN: not taken, wait for `hungry`; TD_LIMIT: more than KEEP_IN_MAX at
 * once. For a job that has ended, or reads no more, it is thrown away.
 */
TD_MUST_CHECK enum td_code keep_feed(struct keep_client *client, const char *id,
                                     struct td_bytes bytes,
                                     struct td_error *err);
void keep_feed_end(struct keep_client *client, const char *id);

#define KEEP_GRACE UINT64_MAX /* that of the job */

/* SIGTERM to its group, SIGKILL to all of it after the grace; 0: SIGKILL. Any
 * number of times, of which the shortest counts; `ended` tells, or `failed` of
 * one that waits. A job that is not there: nothing happens. */
void keep_stop(struct keep_client *client, const char *id, uint64_t grace_ns);

/* It is not to begin, if it waits still: `failed` tells (ECANCELED). One that
 * runs goes on. */
void keep_call_off(struct keep_client *client, const char *id);

/* The end of this job is known for good; it is not told again. */
void keep_forget(struct keep_client *client, const char *id);

/* Stop all jobs, tell their ends, and end. keep_read() says TD_END then. */
void keep_quit(struct keep_client *client, bool at_once);

/* A line of keeper.log. */
struct keep_record {
    const char *id;
    bool ended;  /* if neither: it was started */
    bool failed; /* it could not be started: nothing of it ever ran */
    int status;  /* of one that ended */
    int64_t pid;
    uint64_t start;
};

/* Read keeper.log of the execution's folder: each record in order. Lines that
 * are torn or are no records are passed over. No log: no records. TD_IO;
 * TD_LIMIT: it is longer than 256 MiB.
 */
TD_MUST_CHECK enum td_code keep_recall(const char *dir,
                                       void (*each)(void *ctx,
                                                    const struct keep_record *),
                                       void *ctx, struct td_error *err);

/* The id of this boot: no process of another boot lives. TD_IO. */
TD_MUST_CHECK enum td_code keep_boot_id(char out[KEEP_BOOT_LEN + 1],
                                        struct td_error *err);

/* For a resume when no keeper lives: kill every process of the execution whose
 * folder is dir and whose TAPEDECK_TASK begins with `prefix` ("x7/" is all of
 * it, "x7/1/2" an attempt), until a look through /proc finds none; *killed (may
 * be NULL) counts them. This process and those it descends from are spared.
 * Nothing is done if boot, the id of the boot they were started in, is not this
 * one (NULL: it is). A process is looked at again behind a pidfd before it is
 * killed, so a number that was given away in between is never hit. TD_IO: the
 * folder or /proc cannot be used; TD_TIMEOUT: after wait_ns some are still
 * there, and which.
 */
TD_MUST_CHECK enum td_code keep_settle(const char *dir, const char *prefix,
                                       const char *boot, uint64_t wait_ns,
                                       uint32_t *killed, struct td_error *err);

#endif
