/* What there is about an execution beside its events: its workspace at one
 * time, what its models were given, what its stream comes to.
 */
#include "orchestrator/serve/args.h"
#include "orchestrator/serve/past.h"

#include "core/mem.h"
#include "orchestrator/work/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The execution as it runs here, or its plan and its workspace by its journal;
 * NULL: the answer says why. *close: it is to be closed. */
static struct run_exec *opened(const struct serve_call *call,
                               const struct serve_exec *exec, bool *close)
{
    const struct serve *serve = call->serve;
    struct run_exec *run = exec->run;
    struct td_error err;

    *close = !run;
    if (!run && run_peek(&run, serve->net, exec->id, serve->options.root,
                         &serve->options.run, &err)) {
        serve_fail_by(call->answer, &err);
        return NULL;
    }
    return run;
}

/* Its state; NULL: it is answered later, or the answer says why. */
static const struct sched *state_of(const struct serve_call *call,
                                    const struct serve_exec *exec)
{
    if (exec->run)
        return run_sched(exec->run);
    return serve_past(call, exec, SERVE_PAST_STATE, NULL)
               ? serve_past_state(call)->sched
               : NULL;
}

static void closed(struct run_exec *run, bool close)
{
    struct td_error ignored; /* its journal was only read */

    if (close)
        (void)run_close(run, &ignored);
}

static const struct serve_arg_rule of_execution[] = {
    SERVE_ARG_ACTION, SERVE_ARG_EXECUTION, SERVE_ARG_END};
static const struct serve_arg_rule of_name[] = {
    SERVE_ARG_ACTION,
    SERVE_ARG_EXECUTION,
    {"name", SERVE_ARG_TEXT, 0, 0, NULL},
    SERVE_ARG_END};

/* ---- snapshots ---- */

struct snaps {
    const struct serve_call *call;
    struct run_exec *run;
    const struct sched *sched; /* of a rollback */
    struct td_buf name;        /* that args give */
    struct td_json_writer w;
    uint64_t at; /* places: from 1 */
    uint64_t wanted;
    char found[WORK_SNAPSHOT_NAME + 1];
};

static uint64_t bytes_of(const struct work_snapshot *snapshot)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < snapshot->files.count; i++)
        sum += snapshot->files.list[i].size;
    return sum;
}

static void put_snapshot(struct td_json_writer *w,
                         const struct work_snapshot *snapshot, uint64_t place)
{
    td_json_object(w, NULL);
    if (place)
        td_json_put_u64(w, "place", place);
    td_json_put_text(w, "name", snapshot->name);
    td_json_put_text(w, "execution_id", snapshot->execution);
    td_json_put_time(w, "time", snapshot->wall_ns);
    td_json_put_u64(w, "files", snapshot->files.count);
    td_json_put_u64(w, "bytes", bytes_of(snapshot));
}

static void put_each(void *ctx, const struct work_snapshot *snapshot)
{
    struct snaps *s = ctx;

    put_snapshot(&s->w, snapshot, ++s->at);
    td_json_object_end(&s->w);
}

static void list_snapshots(struct snaps *s)
{
    struct serve_answer *answer = s->call->answer;
    struct td_error err;

    s->w = td_json_writer(&answer->data);
    td_json_object(&s->w, NULL);
    td_json_array(&s->w, "snapshots");
    if (work_snapshot_list(run_place(s->run), put_each, s, &err))
        serve_fail_by(answer, &err);
    td_json_array_end(&s->w);
    td_json_object_end(&s->w);
    (void)td_buf_addf(&answer->output, "%llu snapshot%s",
                      (unsigned long long)s->at, s->at == 1 ? "" : "s");
}

static void find_each(void *ctx, const struct work_snapshot *snapshot)
{
    struct snaps *s = ctx;

    if (++s->at == s->wanted || !strcmp(snapshot->name, td_buf_str(&s->name)))
        (void)snprintf(s->found, sizeof(s->found), "%s", snapshot->name);
}

/* By its name or its place in the list; as it stands if it is neither. */
static const char *found_name(struct snaps *s)
{
    struct td_error ignored; /* who uses the name says what is wrong */
    const char *text = td_buf_str(&s->name);

    s->wanted = strspn(text, "0123456789") == s->name.len
                    ? strtoull(text, NULL, 10)
                    : 0;
    (void)!work_snapshot_list(run_place(s->run), find_each, s, &ignored);
    return *s->found ? s->found : text;
}

static void tell_snapshot(struct snaps *s, const char *name)
{
    struct serve_answer *answer = s->call->answer;
    struct work_snapshot snapshot = {.name = NULL};
    struct td_json_writer w = td_json_writer(&answer->data);
    struct td_error err;

    if (work_snapshot_show(run_place(s->run), name, &snapshot, &err)) {
        serve_fail_by(answer, &err);
        return;
    }
    (void)td_buf_addf(&answer->output, "%s: %u file%s, %llu bytes", name,
                      snapshot.files.count,
                      snapshot.files.count == 1 ? "" : "s",
                      (unsigned long long)bytes_of(&snapshot));
    put_snapshot(&w, &snapshot, 0);
    td_json_array(&w, "paths");
    for (uint32_t i = 0; i < snapshot.files.count; i++)
        td_json_put_text(&w, NULL, snapshot.files.list[i].path);
    td_json_array_end(&w);
    td_json_object_end(&w);
    work_snapshot_release(&snapshot);
}

/* All outputs of the plan, each once. */
static void all_outputs(const struct plan *plan, struct plan_words *out)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->task_count; i++)
        count += plan->tasks[i].outputs.count;
    out->list = td_calloc(count + 1, sizeof(*out->list));
    for (uint32_t i = 0; i < plan->task_count; i++)
        for (uint32_t k = 0; k < plan->tasks[i].outputs.count; k++)
            out->list[out->count++] = plan->tasks[i].outputs.list[k];
}

static void create_snapshot(struct snaps *s)
{
    struct plan_words outputs = {.list = NULL};
    struct td_error err;
    enum td_code code;

    if (s->name.len == 0) {
        list_snapshots(s);
        td_buf_clear(&s->call->answer->data);
        td_buf_clear(&s->call->answer->output);
        (void)td_buf_addf(&s->name, "%s-%llu", run_id(s->run),
                          (unsigned long long)s->at + 1);
    }
    all_outputs(run_plan(s->run), &outputs);
    code = work_snapshot_create(run_place(s->run), td_buf_str(&s->name),
                                run_id(s->run), &outputs, &err);
    free(outputs.list);
    if (code)
        serve_fail_by(s->call->answer, &err);
    else
        tell_snapshot(s, td_buf_str(&s->name));
}

static void show_snapshot(struct snaps *s)
{
    tell_snapshot(s, found_name(s));
}

/* Under tasks that run it would change what they read and write. */
static void rollback(struct snaps *s)
{
    const char *name = found_name(s);
    const struct sched_counts *counts = sched_counts(s->sched);
    struct serve_answer *answer = s->call->answer;
    struct td_error err;

    if (!counts->finished && (counts->running || !counts->paused))
        serve_fail(answer, 409, "%s runs; pause it, and wait for its tasks",
                   run_id(s->run));
    else if (work_snapshot_rollback(run_place(s->run), name, &err))
        serve_fail_by(answer, &err);
    else
        (void)td_buf_addf(&answer->output, "the workspace is as in %s", name);
}

static void delete_snapshot(struct snaps *s)
{
    const char *name = found_name(s);
    struct serve_answer *answer = s->call->answer;
    struct td_error err;

    if (work_snapshot_delete(run_place(s->run), name, &err))
        serve_fail_by(answer, &err);
    else
        (void)td_buf_addf(&answer->output, "%s is deleted", name);
}

static void with_snaps(const struct serve_call *call,
                       void (*run)(struct snaps *s))
{
    const struct serve_exec *exec = serve_call_exec(call);
    struct snaps s = {.call = call};
    bool close;

    if (!exec || !(s.run = opened(call, exec, &close)))
        return;
    s.sched = run == rollback ? state_of(call, exec) : NULL;
    (void)serve_arg_text(call, "name", &s.name);
    run(&s);
    td_buf_release(&s.name);
    closed(s.run, close);
}

static void snap_list(const struct serve_call *call)
{
    with_snaps(call, list_snapshots);
}

static void snap_create(const struct serve_call *call)
{
    with_snaps(call, create_snapshot);
}

static void snap_show(const struct serve_call *call)
{
    with_snaps(call, show_snapshot);
}

static void snap_rollback(const struct serve_call *call)
{
    const struct serve_exec *exec = serve_call_exec(call);

    if (exec && state_of(call, exec))
        with_snaps(call, rollback);
}

static void snap_delete(const struct serve_call *call)
{
    with_snaps(call, delete_snapshot);
}

void serve_command_snapshot(const struct serve_call *call)
{
    static const struct serve_action actions[] = {
        {"list", snap_list, of_execution}, {"create", snap_create, of_name},
        {"show", snap_show, of_name},      {"rollback", snap_rollback, of_name},
        {"delete", snap_delete, of_name},  {NULL, NULL, NULL},
    };

    serve_call_action(call, actions);
}

/* ---- what models were given ---- */

static void put_item(struct td_json_writer *w, const struct plan_task *task,
                     const struct sched_task *now)
{
    td_json_object(w, NULL);
    td_json_put_text(w, "type", "task");
    td_json_put_text(w, "name", task->id);
    td_json_put_text(w, "provider", plan_provider_word(task->provider));
    td_json_put_u64(w, "attempt", now->attempt);
    td_json_put_u64(w, "tokens", now->tokens);
    if (now->cost_usd >= 0)
        td_json_put_fixed(w, "cost_usd", now->cost_usd, 6);
    td_json_object_end(w);
}

static void put_context(const struct plan *plan, const struct sched *sched,
                        struct serve_answer *answer)
{
    uint64_t used = sched_counts(sched)->tokens;
    uint64_t limit = plan->budget.tokens;
    struct td_json_writer w = td_json_writer(&answer->data);
    double percent = 0;

    td_json_object(&w, NULL);
    td_json_array(&w, "items");
    for (uint32_t i = 0; i < plan->task_count; i++)
        if (sched_task(sched, i)->tokens)
            put_item(&w, &plan->tasks[i], sched_task(sched, i));
    td_json_array_end(&w);
    td_json_put_u64(&w, "total_tokens", used);
    (void)td_buf_addf(&answer->output, "%llu tokens", (unsigned long long)used);
    if (limit != PLAN_NO_LIMIT && limit > 0) {
        percent = 100.0 * (double)used / (double)limit;
        td_json_put_u64(&w, "limit_tokens", limit);
        td_json_put_fixed(&w, "usage_percentage", percent, 2);
        td_json_put_bool(&w, "warning",
                         percent > plan_budget_warn(&plan->budget));
        (void)td_buf_addf(&answer->output, " of %llu, %.0f %%",
                          (unsigned long long)limit, percent);
    }
    td_json_object_end(&w);
}

static void context_show(const struct serve_call *call)
{
    const struct serve_exec *exec = serve_call_exec(call);
    const struct sched *sched = exec ? state_of(call, exec) : NULL;

    if (sched)
        put_context(exec->run ? run_plan(exec->run)
                              : &serve_past_state(call)->plan,
                    sched, call->answer);
}

static void context_clear(const struct serve_call *call)
{
    serve_fail(call->answer, 409,
               "each request to a model stands alone: nothing of one is in "
               "the next, so there is nothing to clear");
}

void serve_command_context(const struct serve_call *call)
{
    static const struct serve_action actions[] = {
        {"show", context_show, of_execution},
        {"stats", context_show, of_execution},
        {"clear", context_clear, of_execution},
        {NULL, NULL, NULL},
    };

    serve_call_action(call, actions);
}
