/* The commands of consoles and of /api: each acts, and says what came of it.
 */
#include "orchestrator/serve/again.h"
#include "orchestrator/serve/args.h"
#include "orchestrator/serve/past.h"

#include "core/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 80 /* bytes of a name that there is not */

void serve_answer_release(struct serve_answer *answer)
{
    td_buf_release(&answer->output);
    td_buf_release(&answer->error);
    td_buf_release(&answer->data);
}

/* As the command line ends where it is refused for the same: what was named or
 * given is wrong, it cannot be now, or the server is in trouble. */
static int exit_status(const struct serve_answer *answer)
{
    switch (answer->status) {
    case 400:
    case 404:
    case 422:
        return td_code_exit_status(TD_USAGE);
    case 409:
        return td_code_exit_status(TD_FAILED);
    default:
        return td_code_exit_status(TD_IO);
    }
}

void serve_answer_json(const struct serve_answer *answer, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_bool(&w, "success", answer->success);
    td_json_put_string(&w, "output", td_buf_bytes(&answer->output));
    if (answer->error.len)
        td_json_put_string(&w, "error", td_buf_bytes(&answer->error));
    if (!answer->success)
        td_json_put_u64(&w, "exit", (uint64_t)exit_status(answer));
    if (answer->data.len)
        td_json_put_raw(&w, "data", td_buf_bytes(&answer->data));
    td_json_object_end(&w);
}

void serve_fail(struct serve_answer *answer, int status, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    answer->success = false;
    answer->status = status;
    td_buf_clear(&answer->error);
    (void)td_buf_add_text(&answer->error, text);
}

void serve_fail_by(struct serve_answer *answer, const struct td_error *why)
{
    int status = why->code == TD_USAGE   ? 422
                 : why->code == TD_LIMIT ? 503
                                         : 500;

    serve_fail(answer, status, "%s%s%s%s%s", why->where,
               *why->where ? ": " : "", why->text, *why->hint ? "; " : "",
               why->hint);
}

void serve_no_execution(struct serve_answer *answer, struct td_bytes id)
{
    const size_t shown = id.len < PLAN_ID_MAX ? id.len : PLAN_ID_MAX;

    if (id.len)
        serve_fail(answer, 404, "there is no execution \"%.*s\"", (int)shown,
                   (const char *)id.ptr);
    else
        serve_fail(answer, 404,
                   "no execution is named, and this session has begun none");
}

/* ---- what a call names ---- */

struct td_bytes serve_line(struct td_bytes text)
{
    if (text.len && text.ptr[text.len - 1] == '\n')
        text.len--;
    return text;
}

void serve_state_path(const struct serve *serve, const char *name,
                      struct td_buf *out)
{
    (void)td_buf_addf(out, "%s/%s", serve->state, name);
}

/* The execution that is named, or the last one of the session. */
static struct serve_exec *named(const struct serve_call *call)
{
    const struct serve *serve = call->serve;
    struct td_bytes id = serve_past_id(call) ? td_text(serve_past_id(call))
                                             : serve_arg(call, "execution_id");

    if (id.len)
        return serve_exec_find(serve, id);
    for (size_t i = serve->exec_count; i > 0 && *call->session; i--)
        if (!strcmp(serve->execs[i - 1]->known.session, call->session))
            return serve->execs[i - 1];
    return NULL;
}

struct serve_exec *serve_call_exec(const struct serve_call *call)
{
    struct serve_exec *exec = named(call);

    if (!exec)
        serve_no_execution(call->answer, serve_arg(call, "execution_id"));
    return exec;
}

/* exec, if it does; NULL: the answer says so. */
static struct serve_exec *runs(const struct serve_call *call,
                               struct serve_exec *exec)
{
    if (exec && (!exec->run || exec->over)) {
        serve_fail(call->answer, 409, "%s does not run", exec->id);
        return NULL;
    }
    return exec;
}

static struct serve_exec *running(const struct serve_call *call)
{
    return runs(call, serve_call_exec(call));
}

static const char *ordered_by(const struct serve_call *call)
{
    return *call->session ? call->session : "api";
}

void serve_call_put(const struct serve_call *call,
                    const struct serve_exec *exec)
{
    struct td_json_writer w = td_json_writer(&call->answer->data);

    serve_exec_json(exec, &w, NULL);
}

/* ---- what may be given ---- */

static const struct serve_arg_rule of_execution[] = {SERVE_ARG_EXECUTION,
                                                     SERVE_ARG_END};
static const struct serve_arg_rule of_task[] = {
    SERVE_ARG_EXECUTION, {"task", SERVE_ARG_TEXT, 0, 0, NULL}, SERVE_ARG_END};
static const struct serve_arg_rule of_cancel[] = {
    SERVE_ARG_EXECUTION,
    {"task", SERVE_ARG_TEXT, 0, 0, NULL},
    {"grace_ms", SERVE_ARG_NUMBER, 0, UINT64_MAX / 2 / TD_NS_PER_MS, NULL},
    SERVE_ARG_END};
static const struct serve_arg_rule of_judged[] = {
    SERVE_ARG_EXECUTION, {"html", SERVE_ARG_FLAG, 0, 0, NULL}, SERVE_ARG_END};
static const struct serve_arg_rule of_retry[] = {
    SERVE_ARG_EXECUTION,
    {"task", SERVE_ARG_TEXT, 0, 0, NULL},
    {"attempts", SERVE_ARG_NUMBER, 1, PLAN_ATTEMPTS_MAX, NULL},
    {"detach", SERVE_ARG_FLAG, 0, 0, NULL},
    SERVE_ARG_END};
static const struct serve_arg_rule of_path[] = {
    SERVE_ARG_EXECUTION, {"path", SERVE_ARG_TEXT, 0, 0, NULL}, SERVE_ARG_END};
static const struct serve_arg_rule of_approval[] = {
    SERVE_ARG_EXECUTION,
    {"task", SERVE_ARG_TEXT, 0, 0, NULL},
    {"batch_id", SERVE_ARG_TEXT, 0, 0, NULL},
    {"approved", SERVE_ARG_FLAG, 0, 0, NULL},
    SERVE_ARG_END};
static const struct serve_arg_rule of_shown[] = {
    SERVE_ARG_ACTION, SERVE_ARG_EXECUTION, SERVE_ARG_END};
static const struct serve_arg_rule of_list[] = {
    SERVE_ARG_ACTION, {"all", SERVE_ARG_FLAG, 0, 0, NULL}, SERVE_ARG_END};

/* ---- orders ---- */

/* The order is in the journal, unless its disk has failed. */
static bool is_taken(const struct serve_call *call,
                     const struct serve_exec *exec)
{
    call->answer->status = 202;
    if (exec->over)
        serve_fail(call->answer, 500, "%s cannot go on", exec->id);
    return !exec->over;
}

static uint64_t grace_of(const struct serve_call *call)
{
    uint64_t ms = serve_arg_number(call, "grace_ms", UINT64_MAX);

    return ms == UINT64_MAX ? RUN_GRACE : ms * TD_NS_PER_MS;
}

static void cancel_all(const struct serve_call *call, struct serve_exec *exec)
{
    run_cancel(exec->run, grace_of(call), ordered_by(call));
    if (is_taken(call, exec))
        (void)td_buf_addf(&call->answer->output, "%s is cancelled", exec->id);
}

/* UINT32_MAX: the answer says so. */
static uint32_t task_named(const struct serve_call *call,
                           const struct serve_exec *exec, struct td_bytes id)
{
    uint32_t task = plan_find(run_plan(exec->run), id);

    if (task == UINT32_MAX)
        serve_fail(call->answer, 404, "there is no task \"%.*s\"",
                   id.len < SHOWN ? (int)id.len : SHOWN, (const char *)id.ptr);
    return task;
}

static void cancel_task(const struct serve_call *call, struct serve_exec *exec)
{
    const struct plan *plan = run_plan(exec->run);
    uint32_t task = task_named(call, exec, serve_arg(call, "task"));
    struct td_error err;

    if (task == UINT32_MAX)
        return;
    if (run_cancel_task(exec->run, task, grace_of(call), ordered_by(call),
                        &err)) {
        serve_fail(call->answer, 409, "%s", err.text);
        return;
    }
    if (is_taken(call, exec))
        (void)td_buf_addf(&call->answer->output, "%s of %s is cancelled",
                          plan->tasks[task].id, exec->id);
}

static void cancel(const struct serve_call *call)
{
    struct serve_exec *exec = running(call);

    if (exec && serve_member(call->doc, call->args, "task"))
        cancel_task(call, exec);
    else if (exec)
        cancel_all(call, exec);
}

static void pause_run(const struct serve_call *call)
{
    struct serve_exec *exec = running(call);
    const struct sched_counts *counts;

    if (!exec)
        return;
    run_pause(exec->run, true, ordered_by(call));
    if (!is_taken(call, exec))
        return;
    counts = sched_counts(run_sched(exec->run));
    (void)td_buf_addf(&call->answer->output,
                      "%s starts nothing more; %u of its tasks run to their "
                      "end",
                      exec->id, counts->running);
}

/* One that was cut short goes on, once its journal was read. False: not yet, or
 * the answer says why. */
static bool go_on(const struct serve_call *call, struct serve_exec *exec)
{
    struct td_error err;

    if (exec->run || exec->known.finished) {
        serve_fail(call->answer, 409, "%s: it has ended", exec->id);
        return false;
    }
    if (!serve_past_run(call, exec, SERVE_PAST_RESUME))
        return false;
    if (!serve_exec_resume(exec, serve_past_take(call), serve_past_known(call),
                           &err))
        return true;
    serve_fail_by(call->answer, &err);
    if (err.code == TD_USAGE)
        call->answer->status = 409;
    return false;
}

/* begun: the answer has its state, as of any that begins. */
static void tell_to_go_on(const struct serve_call *call,
                          struct serve_exec *exec, bool begun)
{
    run_pause(exec->run, false, ordered_by(call));
    if (!is_taken(call, exec))
        return;
    (void)td_buf_addf(&call->answer->output, "%s goes on", exec->id);
    if (begun)
        serve_call_put(call, exec);
}

/* A pause ends, or an execution that was cut short goes on, paused or not. */
static void resume(const struct serve_call *call)
{
    struct serve_exec *exec = serve_call_exec(call);
    bool runs = exec && exec->run && !exec->over;

    if (runs && !sched_counts(run_sched(exec->run))->paused)
        serve_fail(call->answer, 409, "%s is not paused", exec->id);
    else if (exec && (runs || go_on(call, exec)))
        tell_to_go_on(call, exec, !runs);
}

static void no_such_question(const struct serve_call *call,
                             const struct serve_exec *exec,
                             struct td_bytes task)
{
    struct td_buf waiting = {0};

    run_add_waiting(&waiting, run_plan(exec->run), run_sched(exec->run));
    serve_fail(call->answer, 404, "there is no task \"%.*s\"; %s",
               task.len < SHOWN ? (int)task.len : SHOWN, (const char *)task.ptr,
               td_buf_str(&waiting));
    td_buf_release(&waiting);
}

/* {"batch_id":"x7/release","approved":true}, or execution_id and task. */
static void approve(const struct serve_call *call)
{
    struct td_bytes batch = serve_arg(call, "batch_id");
    const uint8_t *slash = batch.len ? memchr(batch.ptr, '/', batch.len) : NULL;
    struct td_bytes task = serve_arg(call, "task");
    uint32_t at = serve_member(call->doc, call->args, "approved");
    bool yes = !at || call->doc->values[at].kind == TD_JSON_TRUE;
    struct serve_exec *exec;
    struct td_error err;

    if (slash) {
        task = td_bytes(slash + 1, batch.len - (size_t)(slash + 1 - batch.ptr));
        batch.len = (size_t)(slash - batch.ptr);
        exec = serve_exec_find(call->serve, batch);
        if (!exec)
            serve_no_execution(call->answer, batch);
        exec = runs(call, exec);
    } else {
        exec = running(call);
    }
    if (!exec)
        return;
    at = plan_find(run_plan(exec->run), task);
    if (at == UINT32_MAX) {
        no_such_question(call, exec, task);
        return;
    }
    if (run_answer(exec->run, at, yes, ordered_by(call), &err)) {
        serve_fail(call->answer, 409, "%s", err.text);
        return;
    }
    if (is_taken(call, exec))
        (void)td_buf_addf(&call->answer->output, "%s by %s", yes ? "yes" : "no",
                          ordered_by(call));
}

/* Begun by the session of who asks, or by nobody's; all are, without one. */
static bool is_own(const struct serve_call *call, const struct serve_exec *exec)
{
    return !*call->session || !*exec->known.session ||
           !strcmp(exec->known.session, call->session);
}

static size_t put_executions(const struct serve_call *call, const char *list,
                             bool own, struct td_json_writer *w)
{
    const struct serve *serve = call->serve;
    size_t passed_over = 0;

    td_json_array(w, list);
    for (size_t i = 0; i < serve->exec_count; i++)
        if (is_own(call, serve->execs[i]) == own)
            serve_exec_json(serve->execs[i], w, NULL);
        else
            passed_over++;
    td_json_array_end(w);
    return passed_over;
}

/* Those of the session, and of others how many there are, or all of them. */
static void executions(const struct serve_call *call)
{
    struct td_json_writer w = td_json_writer(&call->answer->data);

    td_json_object(&w, NULL);
    td_json_put_u64(&w, "other_count",
                    put_executions(call, "executions", true, &w));
    if (serve_arg_flag(call, "all"))
        (void)put_executions(call, "others", false, &w);
    td_json_object_end(&w);
}

static void show_one(const struct serve_call *call)
{
    struct serve_exec *exec = serve_call_exec(call);

    if (!exec)
        return;
    serve_call_put(call, exec);
    (void)td_buf_addf(&call->answer->output, "%s %s", exec->id,
                      exec->run              ? "runs"
                      : exec->known.finished ? exec->known.status
                                             : "is suspended");
}

static void show(const struct serve_call *call)
{
    static const struct serve_action actions[] = {
        {"status", show_one, of_shown},
        {"executions", executions, of_list},
        {NULL, NULL, NULL}};

    serve_call_action(call, actions);
}

/* A fresh execution of the same plan: what ended well is taken over. */
static void retry(const struct serve_call *call)
{
    struct serve_exec *exec = serve_call_exec(call);
    struct td_bytes task = serve_arg(call, "task");
    char again[PLAN_ID_MAX + 2]; /* what is cut is no id */
    char hash[RUN_HASH_SIZE];
    struct run_options how = call->serve->options.run;
    struct serve_exec *fresh = NULL;
    struct td_error err;

    if (!exec)
        return;
    if (exec->over) /* its last event may be heard before it is closed */
        serve_execs_sweep(call->serve);
    if (exec->run || !exec->known.finished) {
        serve_fail(call->answer, 409, "%s has not ended; %s", exec->id,
                   exec->run ? "cancel it first" : "resume it");
        return;
    }
    if (!serve_past_run(call, exec, SERVE_PAST_RETRY))
        return;
    (void)snprintf(again, sizeof(again), "%.*s", (int)task.len,
                   (const char *)task.ptr);
    how.asked = serve_asked(call, hash);
    how.again = task.len ? again : NULL;
    how.attempts = (uint32_t)serve_arg_number(call, "attempts", 0);
    if (serve_exec_retry(call->serve, serve_past_found(call), &how, &fresh,
                         &err)) {
        serve_fail_by(call->answer, &err);
        return;
    }
    call->answer->status = 202;
    (void)td_buf_add_text(&call->answer->output, fresh->id);
    serve_call_put(call, fresh);
    if (!serve_arg_flag(call, "detach"))
        serve_watch_session(call->serve, fresh);
}

/* ---- all of them ---- */

static const struct serve_action commands[] = {
    {"spec", serve_command_spec, NULL},
    {"plan", serve_command_plan, NULL},
    {"execute", serve_command_run, serve_run_args},
    {"run", serve_command_run, serve_run_args},
    {"validate", serve_command_validate, of_judged},
    {"cancel", cancel, of_cancel},
    {"pause", pause_run, of_execution},
    {"resume", resume, of_execution},
    {"retry", retry, of_retry},
    {"approve", approve, of_approval},
    {"snapshot", serve_command_snapshot, NULL},
    {"context", serve_command_context, NULL},
    {"show", show, NULL},
    {"artifact", serve_command_artifact, of_path},
    {"log", serve_command_log, of_task},
    {NULL, NULL, NULL},
};

void serve_word_init(struct serve_word *word, struct td_bytes name)
{
    (void)snprintf(word->text, sizeof(word->text), "%.*s",
                   (int)(name.len & 0xffff), (const char *)name.ptr);
    word->near = (struct td_suggestion){.word = word->text};
}

void serve_fail_word(struct serve_answer *answer, int status, const char *what,
                     const struct serve_word *word)
{
    if (word->near.best && *word->text)
        serve_fail(answer, status, "there is no %s \"%s\"; did you mean %s?",
                   what, word->text, word->near.best);
    else
        serve_fail(answer, status, "there is no %s \"%s\"", what, word->text);
}

/* what: "command", "action of plan". NULL: the answer says so. */
static const struct serve_action *find(const struct serve_call *call,
                                       const char *what, struct td_bytes name,
                                       const struct serve_action *list)
{
    struct serve_word word;

    serve_word_init(&word, name);
    for (; list->name; list++) {
        if (td_bytes_is(name, list->name))
            return list;
        td_suggest(&word.near, list->name);
    }
    serve_fail_word(call->answer, 400, what, &word);
    return NULL;
}

void serve_call_action(const struct serve_call *call,
                       const struct serve_action *actions)
{
    struct td_bytes name = serve_arg(call, "action");
    uint32_t at = serve_member(call->doc, call->args, "action");
    char what[40];

    (void)snprintf(what, sizeof(what), "action of %s", call->command);
    if (at && call->doc->values[at].kind != TD_JSON_STRING)
        serve_fail(call->answer, 422, "action: a text");
    else if (name.len > 0)
        actions = find(call, what, name, actions);
    if (!call->answer->success || !actions)
        return;
    (void)snprintf(what, sizeof(what), "%s %s", call->command, actions->name);
    if (serve_args_fit(call, what, actions->args))
        actions->run(call);
}

static void carry_out(struct serve_call *call, const struct serve_action *row)
{
    call->command = row->name;
    if (row->args && !serve_args_fit(call, row->name, row->args))
        return;
    if (serve_again_answer(call))
        return;
    row->run(call);
    serve_again_keep(call);
}

void serve_command_again(struct serve_call *call, const char *command)
{
    const struct serve_action *row = commands;

    while (strcmp(row->name, command) != 0)
        row++;
    call->command = row->name;
    row->run(call);
    serve_again_keep(call);
}

void serve_command(struct serve *serve, struct serve_console *console,
                   struct td_bytes command, const struct td_json_doc *doc,
                   uint32_t args, struct serve_answer *answer)
{
    struct serve_call call = {.serve = serve,
                              .console = console,
                              .session = console ? console->session : "",
                              .doc = doc,
                              .args = args,
                              .answer = answer};
    const struct serve_action *row;

    serve->commands++;
    row = find(&call, "command", command, commands);
    if (row)
        carry_out(&call, row);
}
