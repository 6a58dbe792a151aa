/* orchestrator/provider/provider.h - who does the work of a task.
 *
 * One table of functions for all: processes, agents, models, tapes, templates.
 * start() returns at once; what happens is told through the listener, in the
 * loop's thread, and `ended` comes exactly once, last, never from inside
 * start() or cancel(). cancel() may be called any number of times until `ended`
 * returns, also from what is told. Nothing of an attempt runs any more when
 * `ended` is told; the run is freed when it returns.
 */
#ifndef ORCHESTRATOR_PROVIDER_PROVIDER_H
#define ORCHESTRATOR_PROVIDER_PROVIDER_H

#include "orchestrator/plan/plan.h"
#include "wire/net/transport.h"

struct prov_price; /* orchestrator/provider/config.h */

/* Sums of an attempt so far, not differences. */
struct prov_usage {
    uint64_t tokens_in;
    uint64_t tokens_out;
    double cost_usd;                /* < 0: unknown */
    bool estimated;                 /* the provider did not say; counted here */
    const char *model;              /* NULL: not known; lives for the call */
    const struct prov_price *price; /* NULL: not known; lives for the call */
};

/* How an attempt ended. */
struct prov_end {
    bool ok;
    bool unknown;            /* it never began, and may be made again */
    enum plan_fault fault;   /* of one that is not ok */
    int status;              /* exit status, or minus the signal; else 0 */
    uint64_t retry_after_ns; /* the provider asked for it; 0: it did not */
    uint64_t ran_ns;         /* of a process, from its start; 0: unknown */
    char text[256];          /* one line; "" if there is nothing to say */
};

/* What an attempt tells. All but ended may be NULL. */
struct prov_events {
    /* A process runs: its id, and its start time in clock ticks since boot
     * (/proc/PID/stat, field 22), which together name it. */
    void (*spawned)(void *ctx, int64_t pid, uint64_t start);
    /* It is alive, and so far with this share of its work, or -1: unknown. */
    void (*progress)(void *ctx, double share);
    /* It says that it wrote this; to be looked at, not believed. */
    void (*artifact)(void *ctx, struct td_bytes path);
    void (*usage)(void *ctx, const struct prov_usage *usage);
    /* A message of a stream as it came, for the journal. */
    void (*streamed)(void *ctx, const struct td_event *ev);
    void (*ended)(void *ctx, const struct prov_end *end);
    /* Put this, which the provider has made, in the place of a file of the
     * workspace, whole or not at all. Where it is NULL, a task whose provider
     * is no process and has output fails. */
    TD_MUST_CHECK enum td_code (*put)(void *ctx, const char *path,
                                      struct td_bytes bytes,
                                      struct td_error *err);
};

/* One attempt to be made. It is copied; what it points to is borrowed until
 * `ended`. */
struct prov_job {
    const char *id; /* EXECUTION/PLACE/ATTEMPT: "x7/1/2" */
    const struct plan_task *task;
    uint32_t attempt;
    const char *dir;    /* where it works, absolute */
    const char *log;    /* path of the file that its output goes to */
    char *const *env;   /* all of it: "NAME=value", NULL-terminated */
    const char *key;    /* hash of what it depends on; "" if it has none */
    double temperature; /* of a model: 0.7 0.5 0.3 0.3 by attempt */
    uint32_t most;      /* of a process: the weights of all that run, beyond
                           which it waits for one to end; 0: it does not */
};

struct prov_run; /* an attempt that is under way */

struct provider {
    const struct provider_ops *ops;
    void *self;
};

#define PROV_GRACE UINT64_MAX /* that of the task */

struct provider_ops {
    const char *name;
    const char *version; /* part of the key of a task's outputs */
    /* TD_USAGE: `with` of the task is wrong (also for lint: job NULL, task
     * given); TD_IO, TD_TOOL: it cannot be tried (infrastructure). */
    TD_MUST_CHECK enum td_code (*check)(void *self,
                                        const struct plan_task *task,
                                        struct td_error *err);
    TD_MUST_CHECK enum td_code (*start)(void *self, const struct prov_job *job,
                                        const struct prov_events *events,
                                        void *ctx, struct prov_run **out,
                                        struct td_error *err);
    /* End it: gently, and after the grace for good; 0: for good. Again: the
     * shortest counts. */
    void (*cancel)(struct prov_run *run, uint64_t grace_ns);
    /* It is not to begin, if it waits for others still (prov_job.most): it ends
     * as `unknown` then. One that has begun goes on. NULL: none waits. */
    void (*call_off)(struct prov_run *run);
    /* As start(), of an attempt that was started before by a process that is
     * gone, and that goes on. NULL: nothing of an attempt outlives who made it.
     */
    TD_MUST_CHECK enum td_code (*adopt)(void *self, const struct prov_job *job,
                                        const struct prov_events *events,
                                        void *ctx, struct prov_run **out,
                                        struct td_error *err);
    /* Every attempt has ended; self is freed. */
    void (*close)(void *self);
};

#endif
