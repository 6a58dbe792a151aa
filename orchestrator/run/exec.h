/* orchestrator/run/exec.h - an execution of a plan, from its first line to its
 * last, also over a crash.
 *
 * Its state is orchestrator/sched, its memory orchestrator/journal, its hands
 * are providers. Here they meet: what was decided is journalled, then done;
 * what happened is journalled, then told. The loop is the caller's.
 *
 *     run_create or run_resume -> run_go -> wire_run ... finished -> run_close
 *
 * Folders: STATE/xN.tape.gz is the journal, STATE/xN/ what belongs to it: a log
 * for each task (logs/ID.log) and the keeper's files.
 */
#ifndef ORCHESTRATOR_RUN_EXEC_H
#define ORCHESTRATOR_RUN_EXEC_H

#include "orchestrator/journal/journal.h"
#include "orchestrator/provider/provider.h"
#include "orchestrator/work/place.h"

#define RUN_PROVIDERS 5 /* by enum plan_provider */

struct run_exec;

struct run_options {
    const char *state; /* NULL: ".tapedeck" in the workspace */
    uint32_t workers;  /* 0: as many as there are processors */
    bool waves;        /* a wave begins when the one before has ended */
    bool fail_fast;
    bool no_cache;         /* run what is unchanged too */
    bool no_fsync;         /* survives kill -9, but no power cut */
    char *const *env;      /* of ours; NULL: environ */
    const char *again;     /* of a retry: a task's id, or NULL */
    const char *providers; /* their configuration, a file; NULL: none */
    const char *answers;   /* the tape of the provider "replay", or NULL */
    const struct td_clock *clock;
};

/* Something that is so, told after it was committed. */
struct run_news {
    const struct sched_event *event;
    const char *text; /* of a failure, one line; "" */
    const char *from; /* of CACHED_NOW: the execution it is as in */
    uint64_t took_ns; /* of an end: the attempt */
    uint32_t outputs; /* of DONE and CACHED_NOW: files */
    uint64_t bytes;   /* in them */
};

struct run_events {
    void (*news)(void *ctx, const struct run_news *news);
    /* A line of the journal, committed: for consoles. Or NULL. */
    void (*line)(void *ctx, const struct td_event *ev);
    /* A task is alive: bytes of output, a share of its work or -1. Or NULL. */
    void (*alive)(void *ctx, uint32_t task, double share);
    /* The last call: it has ended, or why->code says why it cannot go on (the
     * disk failed): it can be resumed then. */
    void (*finished)(void *ctx, const struct td_error *why);
};

/* A plan in the folder `root`, which is its workspace unless it wants one of
 * its own: an id is taken ("x7"), its folder and journal made. Takes over *plan
 * (which is empty then), also on error. TD_IO. */
TD_MUST_CHECK enum td_code run_create(struct run_exec **out,
                                      struct wire_net *net, struct plan *plan,
                                      const char *root,
                                      const struct run_options *options,
                                      struct td_error *err);

/* Go on with an execution that was cut short: the journal is folded. TD_USAGE:
 * there is none of that id, or it has ended; TD_IO: another process has it;
 * TD_FORMAT: its journal cannot be. */
TD_MUST_CHECK enum td_code run_resume(struct run_exec **out,
                                      struct wire_net *net, const char *id,
                                      const char *root,
                                      const struct run_options *options,
                                      struct td_error *err);

/* The plan of an earlier execution as a fresh one, in the same workspace. What
 * ended well there is taken over where its outputs are still there, but for
 * options.again and all that depend on it. TD_USAGE: there is no such execution
 * or task; TD_IO, TD_FORMAT. */
TD_MUST_CHECK enum td_code run_retry(struct run_exec **out,
                                     struct wire_net *net, const char *id,
                                     const char *root,
                                     const struct run_options *options,
                                     struct td_error *err);

/* Begin, or go on: settle what was running, then decide. */
TD_MUST_CHECK enum td_code run_go(struct run_exec *x,
                                  const struct run_events *events, void *ctx,
                                  struct td_error *err);

/* The end of the journal is written. What runs is not ended here: cancel first.
 * NULL is fine. TD_IO: the disk failed; it is closed all the same. */
enum td_code run_close(struct run_exec *x, struct td_error *err);

const char *run_id(const struct run_exec *x);
const char *run_folder(const struct run_exec *x);  /* STATE/xN */
const char *run_journal(const struct run_exec *x); /* STATE/xN.tape.gz */
const struct plan *run_plan(const struct run_exec *x);
const struct sched *run_sched(const struct run_exec *x);
uint64_t run_seq(const struct run_exec *x); /* of the last execution event */
uint64_t run_now(const struct run_exec *x); /* since it began */

/* Orders. `by` is who gave it, for the journal. TD_USAGE: it cannot be now. */
void run_cancel(struct run_exec *x, const char *by);
/* What was cancelled is killed now, without its grace. */
void run_kill(struct run_exec *x);
void run_pause(struct run_exec *x, bool on, const char *by);
TD_MUST_CHECK enum td_code run_answer(struct run_exec *x, uint32_t task,
                                      bool yes, const char *by,
                                      struct td_error *err);

/* The same from another process: STATE/xN is its folder, task the id. It is
 * taken once the task waits. TD_IO: no task of it has asked yet. */
TD_MUST_CHECK enum td_code run_leave_answer(const char *folder,
                                            const char *task, bool yes,
                                            const char *by,
                                            struct td_error *err);

/* How a run that finished ends its process: 0, 1, 4, 5, 130; and its status on
 * the wire: "completed", "failed", "partial_success". */
int run_exit_status(const struct run_exec *x);
const char *run_status(const struct run_exec *x);

#endif
