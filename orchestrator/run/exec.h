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
#include "validator/verdict/document.h"

#define RUN_PROVIDERS   5    /* by enum plan_provider */
#define RUN_HASH_SIZE   65   /* of SHA-256 in hex, and its NUL */
#define RUN_WORKERS_MAX 1024 /* that an execution may be told to have */
#define RUN_MODEL_SIZE  129  /* of a model's name, and its NUL */

struct run_exec;

/* Who asked for an execution, for its journal. All zeroes: nobody by name. */
struct run_asked {
    const char *session;     /* NULL or "": it has none */
    struct td_bytes request; /* its id; printable ASCII, no quotes; or empty */
    const char *hash;        /* SHA-256 of its words; with a request */
};

struct run_options {
    const char *state; /* NULL: ".tapedeck" in the workspace */
    uint32_t workers;  /* of who runs it; 0: as many as there are processors */
    uint32_t own_workers; /* that this execution was told, up to
                             RUN_WORKERS_MAX; 0: it was told nothing */
    bool waves;           /* a wave begins when the one before has ended */
    bool fail_fast;
    bool auto_approve;      /* each approval is answered with yes */
    bool no_cache;          /* run what is unchanged too */
    bool no_fsync;          /* survives kill -9, but no power cut */
    char *const *env;       /* of ours; NULL: environ */
    struct run_asked asked; /* of a fresh one; as long as it is made */
    const char *again;      /* of a retry: a task's id, or NULL */
    uint32_t attempts;      /* of a retry: of each task that runs again, at most
                               PLAN_ATTEMPTS_MAX; 0: as planned */
    const char *providers;  /* their configuration, a file; NULL: none */
    const char *answers;    /* the tape of the provider "replay", or NULL */
    char model[RUN_MODEL_SIZE]; /* of tasks that name none, in the place of the
                                   configuration's; "": that */
    bool no_validate;           /* no validate phase */
    const char *tapedeck; /* the program that runs gates; NULL: none does */
    uint32_t keeper_jobs; /* attempts that a keeper has at a time, also those
                             whose end is not in the journal yet; 0: many */
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
    bool retry;       /* of LAUNCH: an attempt behind the first that was not
                         made before; false also of one that a crash or
                         infrastructure cut short and that is made again */
};

/* A gate of the validate phase. */
struct run_gate {
    struct td_bytes name;
    struct td_bytes verdict; /* "pass", "fail", ..; empty: it begins */
    struct td_bytes reason;  /* empty: none */
    uint64_t ms;
};

struct run_events {
    void (*news)(void *ctx, const struct run_news *news);
    /* A line of the journal, committed: for consoles. Or NULL. */
    void (*line)(void *ctx, const struct td_event *ev);
    /* A task is alive: bytes of output, a share of its work or -1. Or NULL. */
    void (*alive)(void *ctx, uint32_t task, double share);
    /* It says that it wrote this, and nobody has looked yet. Or NULL. */
    void (*claimed)(void *ctx, uint32_t task, struct td_bytes path);
    /* A gate begins or has ended. Or NULL. */
    void (*gate)(void *ctx, const struct run_gate *gate);
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

/* Both in two steps. The first reads the journal, which takes long where that
 * is long, and may be done in another thread: of net it only keeps the address.
 * *out is to be closed, also on error, by the thread of the loop.
 *
 *     run_resume_read -> run_resume_on      has its lock from the first on
 *     run_retry_read  -> run_retry_of       the second only reads what the
 *                                           first found; close that after it
 *
 * Codes of run_resume() and run_retry(). run_resume_on() takes x over, also on
 * error. */
TD_MUST_CHECK enum td_code run_resume_read(struct run_exec **out,
                                           struct wire_net *net, const char *id,
                                           const char *root,
                                           const struct run_options *options,
                                           struct td_error *err);
TD_MUST_CHECK enum td_code
run_resume_on(struct run_exec **out, struct run_exec *x, struct td_error *err);
TD_MUST_CHECK enum td_code run_retry_read(struct run_exec **out,
                                          struct wire_net *net, const char *id,
                                          const char *root,
                                          const struct run_options *options,
                                          struct td_error *err);
TD_MUST_CHECK enum td_code run_retry_of(struct run_exec **out,
                                        const struct run_exec *past,
                                        const struct run_options *options,
                                        struct td_error *err);

/* An execution to be looked at, whoever runs it: its plan and its workspace, by
 * the beginning of its journal, which is only read; a long one takes no longer.
 * Its state is that of one that has not begun (run/look.h reads it).
 * run_close() ends the looking. Codes of run_resume(). */
TD_MUST_CHECK enum td_code run_peek(struct run_exec **out, struct wire_net *net,
                                    const char *id, const char *root,
                                    const struct run_options *options,
                                    struct td_error *err);

/* Begin, or go on: settle what was running, then decide. */
TD_MUST_CHECK enum td_code run_go(struct run_exec *x,
                                  const struct run_events *events, void *ctx,
                                  struct td_error *err);

/* The end of the journal is written. What runs is not ended here: cancel first.
 * NULL is fine. TD_IO: the disk failed; it is closed all the same. */
enum td_code run_close(struct run_exec *x, struct td_error *err);

/* Workers of an execution that does not say how many: processors. */
uint32_t run_processors(void);

const char *run_id(const struct run_exec *x);
const char *run_folder(const struct run_exec *x);  /* STATE/xN */
const char *run_journal(const struct run_exec *x); /* STATE/xN.tape.gz */
const struct plan *run_plan(const struct run_exec *x);
const struct sched *run_sched(const struct run_exec *x);
/* About how long a task takes, by earlier executions; 0: unknown. */
uint64_t run_usual(const struct run_exec *x, uint32_t task);
/* It was launched before there is a worker for it, and has not begun: to the
 * scheduler it runs. How many do. */
bool run_waits(const struct run_exec *x, uint32_t task);
/* How many it has. */
uint32_t run_workers(const struct run_exec *x);
uint32_t run_waiting(const struct run_exec *x);
/* When its attempt began, as run_now(). */
uint64_t run_began(const struct run_exec *x, uint32_t task);
struct work_place *run_place(const struct run_exec *x);
uint64_t run_seq(const struct run_exec *x); /* of the last execution event */
uint64_t run_now(const struct run_exec *x); /* since it began */

/* Orders. `by` is who gave it, for the journal. TD_USAGE: it cannot be now. */
#define RUN_GRACE UINT64_MAX /* that of the plan */
/* grace_ns: from SIGTERM to SIGKILL; also of what was told to end before, and
 * has longer. */
void run_cancel(struct run_exec *x, uint64_t grace_ns, const char *by);
/* One task alone: it is stopped, or never starts, and is not tried again. Those
 * that depend on it are skipped, or run, by their `when`. One that is cancelled
 * already is fine. TD_USAGE: it has ended. */
TD_MUST_CHECK enum td_code run_cancel_task(struct run_exec *x, uint32_t task,
                                           uint64_t grace_ns, const char *by,
                                           struct td_error *err);
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
/* Append which tasks wait for an answer: "ship waits for an answer". */
void run_add_waiting(struct td_buf *out, const struct plan *plan,
                     const struct sched *sched);

enum run_order_kind { RUN_CANCEL, RUN_PAUSE, RUN_GO_ON };

struct run_order {
    enum run_order_kind kind;
    const char *by;
    const char *task;  /* of RUN_CANCEL alone; or NULL */
    uint64_t grace_ns; /* of RUN_CANCEL */
};

/* The same of run_cancel(), with a task of run_cancel_task(), and of
 * run_pause(): until whoever runs STATE/ID has taken it. TD_USAGE: nobody runs
 * it, or any more; TD_IO; TD_CANCELLED: a signal came. */
TD_MUST_CHECK enum td_code run_leave_order(const char *state, const char *id,
                                           const struct run_order *order,
                                           struct td_error *err);

/* What the validate phase came to; also in STATE/xN/verdict.json. NULL: there
 * was none, or it is not over. */
const struct verdict_document *run_verdict(const struct run_exec *x);

/* How a run that finished ends its process: 0, 1, 4, 5, 7, 8, 130; and its
 * status on the wire: "completed", "failed", "partial_success". */
int run_exit_status(const struct run_exec *x);
const char *run_status(const struct run_exec *x);

#endif
