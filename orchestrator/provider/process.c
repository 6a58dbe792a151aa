/* One process of a task: started, heard, stopped (shell and command). */
#include "core/mem.h"
#include "orchestrator/provider/processes_internal.h"
#include "orchestrator/provider/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEED_NS TD_NS_PER_S /* for an agent to heed {"cancel":..} */

static const char cancel_line[] = "{\"cancel\":\"user\"}\n";

static struct process_run *run_of(struct prov_run *base)
{
    return (struct process_run *)(void *)base;
}

static void release(struct prov_run *base)
{
    struct process_run *run = run_of(base);

    process_delist(run->processes, run);
    wire_timer_cancel(base->net, &run->term);
    wire_timer_cancel(base->net, &base->timer);
    prov_talk_release(&run->talk);
    free(run);
}

/* From {"cancel":..} to SIGTERM; SIGKILL comes when the grace is over. */
static uint64_t heed_ns(const struct process_run *run, uint64_t grace_ns)
{
    uint64_t half = grace_ns / 2;

    if (!run->talks)
        return 0;
    return half < HEED_NS ? half : HEED_NS;
}

/* argv and the like are const in a plan, and char *const * for exec(2). */
static char *const *argv_of(const struct plan_task *task)
{
    return (char *const *)(uintptr_t)task->run.list;
}

static struct keep_job keep_job_of(const struct process_run *run)
{
    const struct prov_job *job = run->base.job;
    const struct plan_task *task = job->task;

    return (struct keep_job){
        .id = job->id,
        .argv = argv_of(task),
        .env = job->env,
        .dir = job->dir,
        .log = job->log,
        .log_max = task->log_max < KEEP_LOG_MIN ? KEEP_LOG_MIN : task->log_max,
        .grace_ns = task->grace_ns - heed_ns(run, task->grace_ns),
        .weight = task->weight,
        .most = job->most,
        .limits = {task->limits.cpu_ns, task->limits.memory, task->limits.files,
                   task->limits.procs},
        .in_open = run->talks,
        .relay = run->talks ? KEEP_RELAY_OUT : KEEP_RELAY_NONE};
}

static enum td_code spawn(struct process_run *run, struct td_error *err)
{
    struct keep_job job = keep_job_of(run);
    struct td_buf line = {0};
    enum td_code code =
        run->talks ? prov_talk_task(&line, run->base.job) : TD_OK;

    job.in = td_buf_bytes(&line);
    if (!code)
        code = keep_spawn(process_client(run->processes), &job, err);
    run->waits = code == TD_AGAIN;
    td_buf_release(&line);
    process_watch(run->processes);
    return run->waits ? TD_OK : code;
}

void process_spawn_again(struct process_run *run)
{
    struct td_error err;

    if (spawn(run, &err))
        prov_run_fail(&run->base, PLAN_INFRASTRUCTURE, "%s", err.text);
}

void process_spawned(struct process_run *run, int64_t pid, uint64_t start)
{
    run->seen = true;
    if (run->base.events->spawned)
        run->base.events->spawned(run->base.ctx, pid, start);
}

void process_never_began(struct process_run *run, const char *why)
{
    struct prov_end end = {.fault = PLAN_INFRASTRUCTURE, .unknown = true};

    (void)snprintf(end.text, sizeof(end.text), "%s", why);
    prov_run_end(&run->base, &end);
}

void process_failed(struct process_run *run, const struct td_error *why)
{
    bool missing = why->errnum == ENOENT || why->errnum == EACCES ||
                   why->errnum == ENOTDIR || why->errnum == ENOEXEC;

    run->seen = true;
    if (run->cancelled)
        prov_run_fail(&run->base, PLAN_CANCELLED, "cancelled");
    else if (run->called_off && why->errnum == ECANCELED)
        process_never_began(run, why->text);
    else
        prov_run_fail(&run->base,
                      missing ? PLAN_NOT_FOUND : PLAN_INFRASTRUCTURE, "%s%s%s",
                      why->where, *why->where ? ": " : "", why->text);
}

static void said_progress(void *ctx, double share)
{
    prov_run_alive(ctx, share);
}

static void said_artifact(void *ctx, struct td_bytes path)
{
    struct prov_run *base = ctx;

    if (base->events->artifact)
        base->events->artifact(base->ctx, path);
}

static void said_usage(void *ctx, const struct prov_usage *usage)
{
    struct prov_run *base = ctx;

    if (base->events->usage)
        base->events->usage(base->ctx, usage);
}

static void said_error(void *ctx, enum plan_fault fault,
                       uint64_t retry_after_ns, struct td_bytes message)
{
    struct process_run *run = run_of(ctx);

    run->said = true;
    run->fault = fault;
    run->retry_after_ns = retry_after_ns;
    prov_line(run->text, sizeof(run->text), message);
}

static void said_result(void *ctx, struct td_bytes json)
{
    struct prov_run *base = ctx;

    prov_tell(base->events, base->ctx, base->job->task, "result", json);
}

static const struct prov_talk_events said = {
    said_progress, said_artifact, said_usage, said_error, said_result};

void process_said(struct process_run *run, struct td_bytes bytes)
{
    run->seen = true;
    prov_run_alive(&run->base, -1);
    prov_talk_push(&run->talk, bytes, &said, &run->base, &run->base.ending);
}

static void end_text(struct prov_end *end, const struct process_run *run)
{
    const char *name = end->status < 0 ? sigabbrev_np(-end->status) : NULL;

    if (run->said && *run->text && end->status > 0)
        memcpy(end->text, run->text, sizeof(end->text));
    else if (end->status > 0)
        (void)snprintf(end->text, sizeof(end->text), "exit status %d",
                       end->status);
    else if (name)
        (void)snprintf(end->text, sizeof(end->text), "killed by SIG%s", name);
    else
        (void)snprintf(end->text, sizeof(end->text), "killed by signal %d",
                       -end->status);
}

static void judge(struct prov_end *end, const struct process_run *run)
{
    end->fault = end->status < 0 ? PLAN_SIGNAL : PLAN_EXIT_STATUS;
    if (end->status > 0 && run->said) {
        end->fault = run->fault;
        end->retry_after_ns = run->retry_after_ns;
    }
    end_text(end, run);
}

void process_ended(struct process_run *run, const struct keep_end *told)
{
    struct prov_end end = {.status = told->status, .ran_ns = told->ran_ns};

    run->seen = true;
    if (run->talks)
        prov_talk_end(&run->talk, &said, &run->base, &run->base.ending);
    if (run->cancelled) {
        end.fault = PLAN_CANCELLED;
        (void)snprintf(end.text, sizeof(end.text), "cancelled");
    } else if (told->log_errnum) {
        end.fault = PLAN_INFRASTRUCTURE;
        (void)snprintf(end.text, sizeof(end.text),
                       "its log cannot be written: %s",
                       strerror(told->log_errnum));
    } else if (told->status) {
        judge(&end, run);
    } else {
        end.ok = true;
    }
    prov_run_end(&run->base, &end);
}

void process_lost(struct process_run *run, const struct td_error *why)
{
    if (run->cancelled)
        prov_run_fail(&run->base, PLAN_CANCELLED, "cancelled");
    else
        prov_run_fail(&run->base, PLAN_INFRASTRUCTURE, "%s",
                      *why->text ? why->text : "the keeper has ended");
}

static void ask_to_end(void *ctx)
{
    struct process_run *run = ctx;

    if (run->base.ending || !process_client(run->processes))
        return;
    keep_stop(process_client(run->processes), run->base.job->id, run->grace_ns);
    process_watch(run->processes);
}

/* {"cancel":..} and the end of its stdin, and then the signal. */
static void tell_cancel(struct process_run *run, uint64_t grace_ns)
{
    uint64_t whole =
        grace_ns == PROV_GRACE ? run->base.job->task->grace_ns : grace_ns;
    struct keep_client *client = process_client(run->processes);
    const char *id = run->base.job->id;
    enum td_code code = keep_feed(client, id, td_text(cancel_line), NULL);
    uint64_t wait = code && code != TD_FULL ? 0 : heed_ns(run, whole);

    keep_feed_end(client, id);
    run->grace_ns = grace_ns == PROV_GRACE ? KEEP_GRACE : whole - wait;
    wire_timer_set(run->base.net, &run->term, wire_now(run->base.net) + wait);
}

static void cancel(struct prov_run *base, uint64_t grace_ns)
{
    struct process_run *run = run_of(base);
    struct keep_client *client = process_client(run->processes);
    bool first = !run->cancelled;

    run->cancelled = true;
    if (base->ending || !client)
        return;
    if (run->waits)
        prov_run_fail(base, PLAN_CANCELLED, "cancelled");
    else if (first && grace_ns && run->talks)
        tell_cancel(run, grace_ns);
    else if (first || grace_ns != PROV_GRACE)
        keep_stop(client, base->job->id, grace_ns);
    process_watch(run->processes);
}

static void call_off(struct prov_run *base)
{
    struct process_run *run = run_of(base);
    struct keep_client *client = process_client(run->processes);

    if (run->cancelled || base->ending || !client)
        return;
    run->called_off = true;
    if (run->waits)
        process_never_began(run, "it was called off");
    else
        keep_call_off(client, base->job->id);
    process_watch(run->processes);
}

static struct process_run *make(struct process_kind *kind,
                                const struct prov_job *job,
                                const struct prov_events *events, void *ctx)
{
    struct process_run *run = td_calloc(1, sizeof(*run));

    run->processes = kind->processes;
    run->talks = kind->talks;
    run->term = (struct wire_timer){.fire = ask_to_end, .ctx = run};
    prov_run_init(&run->base, process_net(kind->processes), job, events, ctx);
    run->base.release = release;
    process_enlist(kind->processes, run);
    return run;
}

static enum td_code check(void *ctx, const struct plan_task *task,
                          struct td_error *err)
{
    const struct process_kind *kind = ctx;

    if (!task->run.count)
        return td_error_set(err, TD_USAGE, task->id, 0,
                            "it has nothing to run");
    if (!kind->talks && task->with && strcmp(task->with, "{}") != 0) {
        (void)td_error_set(err, TD_USAGE, task->id, 0,
                           "a task of the shell has no with");
        return td_error_hint(err, "take with away, or say provider: command");
    }
    return TD_OK;
}

static enum td_code start(void *ctx, const struct prov_job *job,
                          const struct prov_events *events, void *events_ctx,
                          struct prov_run **out, struct td_error *err)
{
    struct process_kind *kind = ctx;
    struct process_run *run;
    enum td_code code = check(ctx, job->task, err);

    if (!code && !process_client(kind->processes))
        code = td_error_set(err, TD_IO, job->id, 0, "the keeper is gone");
    if (code)
        return code;
    run = make(kind, job, events, events_ctx);
    code = spawn(run, err);
    if (code)
        release(&run->base);
    else
        *out = &run->base;
    return code;
}

static enum td_code adopt(void *ctx, const struct prov_job *job,
                          const struct prov_events *events, void *events_ctx,
                          struct prov_run **out, struct td_error *err)
{
    struct process_run *run;
    struct process_kind *kind = ctx;

    if (!process_client(kind->processes))
        return td_error_set(err, TD_IO, job->id, 0, "the keeper is gone");
    run = make(kind, job, events, events_ctx);
    run->adopted = true;
    *out = &run->base;
    return TD_OK;
}

/* The processes are their owner's. */
static void close_self(void *ctx)
{
    (void)ctx;
}

#define OPS(NAME)                                                              \
    {                                                                          \
        .name = (NAME), .version = PROV_PROCESS_VERSION, .check = check,       \
        .start = start, .cancel = cancel, .call_off = call_off,                \
        .adopt = adopt, .close = close_self                                    \
    }

static struct provider provider_of(struct prov_processes *processes, bool talks)
{
    static const struct provider_ops shell = OPS("shell");
    static const struct provider_ops command = OPS("command");

    return (struct provider){talks ? &command : &shell,
                             process_kind_of(processes, talks)};
}

struct provider prov_shell(struct prov_processes *processes)
{
    return provider_of(processes, false);
}

struct provider prov_command(struct prov_processes *processes)
{
    return provider_of(processes, true);
}
