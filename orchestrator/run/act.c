/* What is done once the journal has it: attempts begin and end, inputs and
 * outputs are looked at, successes are remembered.
 */
#include "orchestrator/run/exec_internal.h"

#include "core/log.h"
#include "core/mem.h"
#include "orchestrator/run/marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing comes of a process having begun, so that its line waits for others */
#define SPAWNED_NS (20 * TD_NS_PER_MS)

static const struct plan_task *plan_of(const struct run_task *task)
{
    return &task->x->plan.tasks[task - task->x->tasks];
}

static uint32_t index_of(const struct run_task *task)
{
    return (uint32_t)(task - task->x->tasks);
}

static const struct provider *provider_of(const struct run_task *task)
{
    return &task->x->providers[plan_of(task)->provider];
}

/* Of an attempt that never began: it is made again under its number. */
static void forget_folder(struct run_task *task)
{
    work_room_close(task->room);
    free(task->dir);
    free(task->log);
    task->room = NULL;
    task->dir = NULL;
    task->log = NULL;
}

void run_forget(struct run_task *task)
{
    forget_folder(task);
    work_files_release(&task->inputs);
    work_key_release(&task->key);
    td_arena_release(&task->arena);
    task->known = false;
}

/* ---- what an attempt comes to ---- */

static struct sched_event event_of(const struct run_task *task,
                                   enum sched_what what)
{
    return (struct sched_event){
        .what = what,
        .task = index_of(task),
        .attempt = sched_task(task->x->sched, index_of(task))->attempt,
        .cost_usd = -1,
    };
}

static void failed(struct run_task *task, enum plan_fault fault,
                   const char *text)
{
    struct sched_event ev = event_of(task, SCHED_FAULT);

    ev.fault = fault;
    run_happened(task->x, &ev, "", text);
}

/* A step of ours went wrong: what is the task's fault, and what is not. behind:
 * more of the text. */
static void failed_with(struct run_task *task, const struct td_error *why,
                        const char *behind)
{
    enum plan_fault fault = why->code == TD_FAILED  ? PLAN_OUTPUT_MISSING
                            : why->code == TD_USAGE ? PLAN_BAD_REQUEST
                                                    : PLAN_INFRASTRUCTURE;
    struct td_buf text = {0};

    if (*why->where)
        (void)td_buf_addf(&text, "%s: ", why->where);
    (void)td_buf_add_text(&text, why->text);
    if (*why->hint)
        (void)td_buf_addf(&text, "; %s", why->hint);
    (void)td_buf_add_text(&text, behind);
    failed(task, fault, td_buf_str(&text));
    td_buf_release(&text);
}

static void failed_by(struct run_task *task, const struct td_error *why)
{
    failed_with(task, why, "");
}

/* What is wrong with outputs is told with the place that names them. */
static void outputs_failed(struct run_task *task, const struct td_error *why)
{
    struct td_buf at = {0};

    if (why->code == TD_FAILED)
        run_marks_say(&at, &task->x->plan, index_of(task));
    failed_with(task, why, td_buf_str(&at));
    td_buf_release(&at);
}

/* ---- events of providers ---- */

static void on_spawned(void *ctx, int64_t pid, uint64_t start)
{
    struct run_task *task = ctx;
    struct td_buf json = {0};

    (void)td_buf_addf(&json, "{\"task\":%u,\"pid\":%lld,\"start\":%llu",
                      plan_of(task)->place, (long long)pid,
                      (unsigned long long)start);
    if (task->queued && !task->begun)
        (void)td_buf_addf(&json, ",\"attempt\":%u",
                          sched_task(task->x->sched, index_of(task))->attempt);
    (void)td_buf_add_text(&json, "}");
    task->begun = true;
    run_queue(task, false);
    journal_note_json(task->x->journal, JOURNAL_SPAWNED, td_buf_bytes(&json));
    td_buf_release(&json);
    run_turn_within(task->x, SPAWNED_NS);
}

static void on_progress(void *ctx, double share)
{
    struct run_task *task = ctx;

    sched_alive(task->x->sched, index_of(task), run_now(task->x));
    if (task->x->events.alive)
        task->x->events.alive(task->x->ctx, index_of(task), share);
}

/* A word of it, whatever it says, is a sign of life. What it has made is looked
 * at when it has ended. */
static void on_artifact(void *ctx, struct td_bytes path)
{
    struct run_task *task = ctx;

    sched_alive(task->x->sched, index_of(task), run_now(task->x));
    if (task->x->events.claimed)
        task->x->events.claimed(task->x->ctx, index_of(task), path);
}

static void on_usage(void *ctx, const struct prov_usage *usage)
{
    struct run_task *task = ctx;
    struct sched_event ev = event_of(task, SCHED_USAGE);
    struct td_buf more = {0};

    sched_alive(task->x->sched, index_of(task), run_now(task->x));
    ev.tokens = usage->tokens_in + usage->tokens_out;
    ev.cost_usd = usage->cost_usd;
    run_put_used(&more, usage);
    run_happened(task->x, &ev, td_buf_str(&more), "");
    td_buf_release(&more);
}

/* A model's stream as it came. */
static void on_streamed(void *ctx, const struct td_event *ev)
{
    struct run_task *task = ctx;

    journal_note_stream(task->x->journal, plan_of(task)->place, ev);
    run_turn_soon(task->x);
}

/* Its outputs are not looked at yet. */
static void verify_ended(struct run_task *task)
{
    if (sched_task(task->x->sched, index_of(task))->state == SCHED_VERIFYING)
        run_verify(task->x, index_of(task));
}

static void on_ended(void *ctx, const struct prov_end *end)
{
    struct run_task *task = ctx;
    bool stopped =
        sched_task(task->x->sched, index_of(task))->state == SCHED_STOPPING;
    struct sched_event ev =
        event_of(task, end->ok && !stopped ? SCHED_ENDED : SCHED_FAULT);
    char late[RUN_TEXT];
    const char *text = ev.what == SCHED_FAULT ? end->text : "";

    task->running = NULL;
    run_queue(task, false);
    if (end->ran_ns && end->ran_ns < run_now(task->x))
        task->began_ns = run_now(task->x) - end->ran_ns;
    if (end->unknown && !stopped) {
        ev.what = SCHED_SETTLED;
        ev.unbegun = true;
        run_happened(task->x, &ev, "\"how\":\"unknown\"", "");
        return;
    }
    ev.status = end->status;
    ev.fault = stopped ? task->stop : end->fault;
    ev.retry_after_ns = end->retry_after_ns;
    if (stopped && task->stop == PLAN_TIMEOUT) {
        run_late_text(task->x, &ev, late);
        text = late;
    }
    run_happened(task->x, &ev, "", text);
    /* To look changes nothing, so that one commit is enough for both; a room
     * is left for its workspace, which waits for the line that says why. */
    if (ev.what == SCHED_ENDED && !task->room)
        verify_ended(task);
}

/* ---- looking before it runs ---- */

/* Its last success is this one: its outputs are taken as they are. */
static void take_from(struct run_task *task, struct work_past *past)
{
    struct sched_event ev = event_of(task, SCHED_CACHED_NOW);
    char more[64];

    (void)snprintf(task->from, sizeof(task->from), "%s", past->execution);
    (void)snprintf(more, sizeof(more), "\"from\":\"%s\"", task->from);
    task->outputs = past->outputs;
    past->outputs = (struct work_files){.count = 0};
    run_happened(task->x, &ev, more, "");
}

/* It ended well in the execution that this one retries, and what it made is
 * there. */
static bool take_over(struct run_task *task)
{
    struct run_exec *x = task->x;
    struct sched_event ev = event_of(task, SCHED_CACHED_NOW);
    char more[64];
    struct td_error err;

    if (!x->taken || !x->taken[index_of(task)])
        return false;
    if (work_outputs(x->place, &plan_of(task)->outputs, &task->outputs, &err)) {
        work_files_release(&task->outputs);
        return false;
    }
    (void)snprintf(task->from, sizeof(task->from), "%s", x->from);
    (void)snprintf(more, sizeof(more), "\"from\":\"%s\"", x->from);
    run_happened(x, &ev, more, "");
    return true;
}

/* Is it unchanged? What cannot be looked at runs, and fails then. */
static void look(struct run_task *task)
{
    const struct plan_task *plan = plan_of(task);
    struct work_past past = {.took_count = 0};
    struct work_want want = {.key = &task->key, .outputs = &plan->outputs};
    struct td_error err;
    bool fresh = false;

    if (take_over(task))
        return;
    if (plan->cache && !task->x->options.no_cache &&
        !run_task_look_up(task, &err) && task->inputs.missing_count == 0 &&
        !work_recall(task->x->place, task->x->plan.name, plan->id, &past,
                     &err) &&
        past.execution &&
        work_fresh(task->x->place, &past, &want, &fresh, NULL, &err))
        fresh = false;
    if (fresh)
        take_from(task, &past);
    else
        sched_changed(task->x->sched, index_of(task));
    work_past_release(&past);
}

/* ---- an attempt ---- */

/* What no process makes takes its place whole or not at all. */
static bool is_process(const struct plan_task *plan)
{
    return plan->provider == PLAN_SHELL || plan->provider == PLAN_COMMAND;
}

static enum td_code open_folder(struct run_task *task, struct td_error *err)
{
    const struct plan_task *plan = plan_of(task);
    struct td_buf path = {0};

    if (!is_process(plan))
        return work_dir(&task->dir, task->x->place, plan->dir, err);
    if (!plan->isolate)
        return work_make_way(task->x->place, &plan->outputs, err)
                   ? err->code
                   : work_dir(&task->dir, task->x->place, plan->dir, err);
    if (work_room_open(&task->room, task->x->place, task->id, &task->inputs,
                       err) ||
        work_room_make_way(task->room, &plan->outputs, err))
        return err->code;
    (void)td_buf_addf(&path, "%s/%s", work_room_dir(task->room), plan->dir);
    task->dir = td_strdup(td_buf_str(&path));
    td_buf_release(&path);
    return TD_OK;
}

/* Who makes a file is known to the plan, if not to the task. */
static enum td_code input_missing(const struct run_exec *x, const char *path,
                                  struct td_error *err)
{
    for (uint32_t i = 0; i < x->plan.task_count; i++)
        for (uint32_t o = 0; o < x->plan.tasks[i].outputs.count; o++)
            if (!strcmp(x->plan.tasks[i].outputs.list[o], path))
                return td_error_set(err, TD_END, "", 0,
                                    "its input %s is not there; %s makes it: "
                                    "is that in depends_on?",
                                    path, x->plan.tasks[i].id);
    return td_error_set(err, TD_END, "", 0, "its input %s is not there", path);
}

static enum td_code ready_attempt(struct run_task *task, struct td_error *err)
{
    const struct run_exec *x = task->x;
    const struct plan_task *plan = plan_of(task);
    struct td_buf log = {0};

    if (run_task_look_up(task, err))
        return err->code;
    if (task->inputs.missing_count)
        return input_missing(x, task->inputs.missing[0], err);
    forget_folder(task);
    if (open_folder(task, err))
        return err->code;
    (void)td_buf_addf(&log, "%s/logs/%s.log", x->folder, plan->id);
    task->log = td_strdup(td_buf_str(&log));
    td_buf_release(&log);
    return TD_OK;
}

/* How freely a model speaks, attempt by attempt. */
static double temperature(uint32_t attempt)
{
    static const double by_attempt[] = {0.7, 0.5, 0.3};

    return by_attempt[attempt > 3 ? 2 : attempt - 1];
}

static enum td_code on_put(void *ctx, const char *path, struct td_bytes bytes,
                           struct td_error *err)
{
    struct run_task *task = ctx;

    return work_put(task->x->place, path, bytes, err);
}

static const struct prov_events prov_events = {
    .spawned = on_spawned,
    .progress = on_progress,
    .artifact = on_artifact,
    .usage = on_usage,
    .streamed = on_streamed,
    .ended = on_ended,
    .put = on_put,
};

static enum td_code start(struct run_task *task, uint32_t attempt, bool adopt,
                          struct td_error *err)
{
    const struct provider *provider = provider_of(task);
    char **env;

    if (run_task_env(task, &env, err))
        return err->code;
    task->job = (struct prov_job){
        .id = task->id,
        .task = plan_of(task),
        .attempt = attempt,
        .dir = task->dir,
        .log = task->log,
        .key = task->key.hex,
        .temperature = temperature(attempt),
        .most = task->x->ahead ? task->x->options.workers : 0,
    };
    task->job.env = env;
    run_queue(task, task->job.most > 0);
    return (adopt ? provider->ops->adopt : provider->ops->start)(
        provider->self, &task->job, &prov_events, task, &task->running, err);
}

static void name_job(struct run_task *task, uint32_t attempt)
{
    (void)snprintf(task->id, sizeof(task->id), "%s/%u/%u", task->x->id,
                   plan_of(task)->place, attempt);
}

void run_find_room(struct run_exec *x, uint32_t index)
{
    struct run_task *task = &x->tasks[index];
    struct td_error err;

    if (!plan_of(task)->isolate || !is_process(plan_of(task)) || task->room)
        return;
    name_job(task, sched_task(x->sched, index)->attempt);
    if (work_room_find(&task->room, x->place, task->id, &err) &&
        err.code != TD_END)
        td_log(TD_LOG_WARN, "%s: %s", err.where, err.text);
}

enum td_code run_adopt(struct run_exec *x, uint32_t index, struct td_error *err)
{
    struct run_task *task = &x->tasks[index];
    uint32_t attempt = sched_task(x->sched, index)->attempt;

    if (!provider_of(task)->ops->adopt)
        return td_error_set(err, TD_END, "", 0, "it cannot go on");
    name_job(task, attempt);
    run_find_room(x, index);
    if (run_task_look_up(task, err))
        return err->code;
    return start(task, attempt, true, err);
}

static void launch(struct run_task *task, uint32_t attempt)
{
    struct td_error err;
    enum td_code code;

    if (attempt > 1)
        run_forget(task); /* inputs may be others by now */
    name_job(task, attempt);
    task->began_ns = run_now(task->x);
    task->begun = false;
    code = ready_attempt(task, &err);
    if (code == TD_END) {
        failed(task, PLAN_NOT_FOUND, err.text);
        return;
    }
    if (!code)
        code = start(task, attempt, false, &err);
    if (code) {
        run_queue(task, false);
        failed_by(task, &err);
    }
}

void run_end_attempt(struct run_task *task, uint64_t grace_ns)
{
    if (task->running)
        provider_of(task)->ops->cancel(task->running, grace_ns);
}

static void stop(struct run_task *task, enum plan_fault why)
{
    task->stop = why;
    run_end_attempt(task, task->grace_ns);
}

void run_kill(struct run_exec *x)
{
    for (uint32_t i = 0; i < x->plan.task_count; i++)
        run_end_attempt(&x->tasks[i], 0);
    run_validate_stop(x, 0);
}

void run_abandon(struct run_exec *x)
{
    for (uint32_t i = 0; x->tasks && i < x->plan.task_count; i++)
        if (x->tasks[i].running && !provider_of(&x->tasks[i])->ops->adopt)
            run_end_attempt(&x->tasks[i], 0);
}

/* ---- the end of one ---- */

void run_verify(struct run_exec *x, uint32_t index)
{
    struct run_task *task = &x->tasks[index];
    const struct plan_task *plan = plan_of(task);
    struct sched_event ev = event_of(task, SCHED_DONE);
    struct td_error err;
    enum td_code code;

    work_files_release(&task->outputs);
    code =
        task->room
            ? work_room_commit(task->room, &plan->outputs, &task->outputs, &err)
            : work_outputs(x->place, &plan->outputs, &task->outputs, &err);
    if (code)
        outputs_failed(task, &err);
    else
        run_happened(x, &ev, "", "");
}

/* After the line that says so: a crash in between runs it once more. That its
 * success could not be remembered is no failure of it. */
static void remember(struct run_task *task, uint64_t took_ns)
{
    struct run_exec *x = task->x;
    const struct plan_task *plan = plan_of(task);
    struct work_success success = {
        .plan = x->plan.name,
        .task = plan->id,
        .execution = x->id,
        .key = plan->cache && task->known ? &task->key : NULL,
        .outputs = &task->outputs,
        .took_ns = took_ns,
    };
    struct td_error err;

    if (work_remember(x->place, &success, &err))
        td_log(TD_LOG_WARN, "%s: %s: it will run again next time", err.where,
               err.text);
    run_forget(task);
    work_files_release(&task->outputs);
}

static void act_look(struct run_task *task, const struct sched_event *ev)
{
    (void)ev;
    look(task);
}

static void act_launch(struct run_task *task, const struct sched_event *ev)
{
    launch(task, ev->attempt);
}

static void act_stop(struct run_task *task, const struct sched_event *ev)
{
    stop(task, ev->fault);
}

/* Its end is in the journal, so that its keeper need not tell it again. */
static void forget_attempt(struct run_task *task, uint32_t attempt)
{
    char id[RUN_JOB_ID];

    if (!is_process(plan_of(task)) || !task->x->processes)
        return;
    (void)snprintf(id, sizeof(id), "%s/%u/%u", task->x->id,
                   plan_of(task)->place, attempt);
    prov_processes_forget(task->x->processes, id);
}

static void act_fault(struct run_task *task, const struct sched_event *ev)
{
    forget_attempt(task, ev->attempt);
}

static void act_ended(struct run_task *task, const struct sched_event *ev)
{
    forget_attempt(task, ev->attempt);
    verify_ended(task);
}

static void act_done(struct run_task *task, const struct sched_event *ev)
{
    remember(task, ev->at_ns - task->began_ns);
}

static void act_over(struct run_task *task, const struct sched_event *ev)
{
    (void)ev;
    run_forget(task);
    work_files_release(&task->outputs);
}

static void act_ask(struct run_task *task, const struct sched_event *ev)
{
    (void)ev;
    run_await_answers(task->x);
}

static void act_pause(struct run_task *task, const struct sched_event *ev)
{
    (void)ev;
    run_call_off(task->x);
}

void run_act(struct run_exec *x, const struct sched_event *ev)
{
    static const struct {
        enum sched_what what;
        void (*act)(struct run_task *task, const struct sched_event *ev);
    } acts[] = {
        {SCHED_LOOK, act_look},       {SCHED_LAUNCH, act_launch},
        {SCHED_STOP, act_stop},       {SCHED_ENDED, act_ended},
        {SCHED_FAULT, act_fault},     {SCHED_DONE, act_done},
        {SCHED_CACHED_NOW, act_over}, {SCHED_FAIL, act_over},
        {SCHED_SKIP, act_over},       {SCHED_DROP, act_over},
        {SCHED_ASK, act_ask},         {SCHED_PAUSE, act_pause},
    };

    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        if (acts[i].what == ev->what)
            acts[i].act(&x->tasks[ev->task], ev);
}
