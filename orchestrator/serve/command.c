/* The commands of consoles and of /api: each acts, and says what came of it.
 */
#include "orchestrator/serve/serve_internal.h"

#include "core/fs.h"
#include "orchestrator/plan/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
    struct serve *serve;
    struct serve_console *console; /* NULL: over HTTP */
    const struct td_json_doc *doc;
    uint32_t args; /* SERVE_NONE: none */
    struct serve_answer *answer;
};

void serve_answer_release(struct serve_answer *answer)
{
    td_buf_release(&answer->output);
    td_buf_release(&answer->error);
    td_buf_release(&answer->data);
}

void serve_answer_json(const struct serve_answer *answer, struct td_buf *out)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_bool(&w, "success", answer->success);
    td_json_put_string(&w, "output", td_buf_bytes(&answer->output));
    if (answer->error.len)
        td_json_put_string(&w, "error", td_buf_bytes(&answer->error));
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

/* ---- what a call names ---- */

static struct td_bytes arg(const struct call *call, const char *name)
{
    return serve_text(call->doc, call->args, name);
}

/* The execution that is named, or the last one of the session. */
static struct serve_exec *named(const struct call *call)
{
    const struct serve *serve = call->serve;
    struct td_bytes id = arg(call, "execution_id");

    if (id.len)
        return serve_exec_find(serve, id);
    for (size_t i = serve->exec_count; i > 0 && call->console; i--)
        if (*call->console->session &&
            !strcmp(serve->execs[i - 1]->session, call->console->session))
            return serve->execs[i - 1];
    return NULL;
}

static struct serve_exec *needed(const struct call *call)
{
    struct serve_exec *exec = named(call);

    if (!exec)
        serve_fail(call->answer, 404, "there is no such execution");
    return exec;
}

static struct serve_exec *running(const struct call *call)
{
    struct serve_exec *exec = needed(call);

    if (exec && (!exec->run || exec->over)) {
        serve_fail(call->answer, 409, "%s does not run", exec->id);
        return NULL;
    }
    return exec;
}

static const char *by(const struct call *call)
{
    return call->console && *call->console->session ? call->console->session
                                                    : "api";
}

static void put_exec(const struct call *call, const struct serve_exec *exec)
{
    struct td_json_writer w = td_json_writer(&call->answer->data);

    serve_exec_json(exec, &w, NULL);
}

/* ---- run ---- */

struct mistakes {
    struct td_json_writer w;
    unsigned count;
};

/* "FILE:LINE:COLUMN" as its parts. */
static void on_mistake(void *self, const struct td_error *error)
{
    struct mistakes *m = self;
    const char *column = strrchr(error->where, ':');
    const char *line =
        column ? memrchr(error->where, ':', (size_t)(column - error->where))
               : NULL;

    m->count++;
    td_json_object(&m->w, NULL);
    if (line) {
        td_json_put_u64(&m->w, "line", strtoull(line + 1, NULL, 10));
        td_json_put_u64(&m->w, "column", strtoull(column + 1, NULL, 10));
    }
    td_json_put_text(&m->w, "text", error->text);
    if (*error->hint)
        td_json_put_text(&m->w, "mend", error->hint);
    td_json_object_end(&m->w);
}

/* A path in the workspace, or the plan itself as an object. */
static enum td_code load(const struct call *call, struct plan *plan,
                         const struct td_jsonx_errors *errors,
                         struct td_error *err)
{
    uint32_t at = serve_member(call->doc, call->args, "plan");
    struct td_bytes path = arg(call, "plan");
    struct td_buf text = {0};
    enum td_code code;

    if (at && call->doc->values[at].kind == TD_JSON_OBJECT)
        return plan_parse(plan, "plan", td_json_raw(call->doc, at), errors,
                          err);
    if (!path.len || path.ptr[0] == '/' ||
        memmem(path.ptr, path.len, "..", 2) || memchr(path.ptr, 0, path.len))
        return td_error_set(err, TD_USAGE, "plan", 0,
                            "it is a path in the workspace, or a plan itself");
    (void)td_buf_addf(&text, "%s/%.*s", call->serve->options.root,
                      (int)path.len, (const char *)path.ptr);
    code = plan_load(plan, td_buf_str(&text), errors, err);
    td_buf_release(&text);
    return code;
}

static void run(const struct call *call)
{
    struct serve_answer *answer = call->answer;
    struct td_buf list = {0};
    struct mistakes m = {.w = td_json_writer(&list)};
    struct td_jsonx_errors errors = {.report = on_mistake, .self = &m};
    const char *session = call->console ? call->console->session : "";
    struct plan plan = {.name = NULL};
    struct serve_exec *exec = NULL;
    struct td_error err;
    enum td_code code;

    td_json_array(&m.w, NULL);
    code = load(call, &plan, &errors, &err);
    if (!code)
        code = serve_exec_start(call->serve, &plan, session, &exec, &err);
    td_json_array_end(&m.w);
    if (code) {
        serve_fail_by(answer, &err);
        if (m.count)
            (void)td_buf_addf(&answer->data, "{\"errors\":%s}",
                              td_buf_str(&list));
    } else {
        answer->status = 201;
        (void)td_buf_add_text(&answer->output, exec->id);
        put_exec(call, exec);
        serve_watch_session(call->serve, exec);
    }
    td_buf_release(&list);
}

/* ---- orders ---- */

static void cancel(const struct call *call)
{
    struct serve_exec *exec = running(call);

    if (!exec)
        return;
    call->answer->status = 202;
    run_cancel(exec->run, by(call));
    (void)td_buf_addf(&call->answer->output, "%s is cancelled", exec->id);
}

static void pause_run(const struct call *call)
{
    struct serve_exec *exec = running(call);

    if (!exec)
        return;
    call->answer->status = 202;
    run_pause(exec->run, true, by(call));
    (void)td_buf_addf(&call->answer->output, "%s starts nothing more",
                      exec->id);
}

/* A pause ends, or an execution that was cut short goes on. */
static void resume(const struct call *call)
{
    struct serve_exec *exec = needed(call);
    struct td_error err;

    if (!exec)
        return;
    call->answer->status = 202;
    if (exec->run && !exec->over)
        run_pause(exec->run, false, by(call));
    else if (serve_exec_resume(exec, &err)) {
        serve_fail_by(call->answer, &err);
        call->answer->status = err.code == TD_USAGE ? 409 : 500;
        return;
    }
    (void)td_buf_addf(&call->answer->output, "%s goes on", exec->id);
}

/* {"batch_id":"x7/release","approved":true}, or execution_id and task. */
static void approve(const struct call *call)
{
    struct td_bytes batch = arg(call, "batch_id");
    const uint8_t *slash = batch.len ? memchr(batch.ptr, '/', batch.len) : NULL;
    struct td_bytes task = arg(call, "task");
    uint32_t no = serve_member(call->doc, call->args, "approved");
    bool yes = !no || call->doc->values[no].kind == TD_JSON_TRUE;
    struct serve_exec *exec;
    struct td_error err;

    if (slash)
        task = td_bytes(slash + 1, batch.len - (size_t)(slash + 1 - batch.ptr));
    exec =
        slash
            ? serve_exec_find(call->serve,
                              td_bytes(batch.ptr, (size_t)(slash - batch.ptr)))
            : running(call);
    if (!exec || !exec->run || exec->over) {
        serve_fail(call->answer, 404, "there is no such execution");
        return;
    }
    if (run_answer(exec->run, plan_find(run_plan(exec->run), task), yes,
                   by(call), &err)) {
        serve_fail(call->answer, 409, "%s", err.text);
        return;
    }
    call->answer->status = 202;
    (void)td_buf_addf(&call->answer->output, "%s by %s", yes ? "yes" : "no",
                      by(call));
}

static void show(const struct call *call)
{
    struct serve_exec *exec = needed(call);

    if (!exec)
        return;
    put_exec(call, exec);
    (void)td_buf_addf(&call->answer->output, "%s %s", exec->id,
                      exec->run        ? "runs"
                      : exec->finished ? exec->status
                                       : "is suspended");
}

/* Every mistake of a plan, without running it. */
static void plan_command(const struct call *call)
{
    struct serve_answer *answer = call->answer;
    struct td_buf list = {0};
    struct mistakes m = {.w = td_json_writer(&list)};
    struct td_jsonx_errors errors = {.report = on_mistake, .self = &m};
    struct plan plan = {.name = NULL};
    struct td_error err;

    td_json_array(&m.w, NULL);
    if (load(call, &plan, &errors, &err)) {
        serve_fail_by(answer, &err);
    } else {
        (void)td_buf_addf(&answer->output, "%s: %u tasks, depth %u", plan.name,
                          plan.task_count, plan.waves);
        (void)plan_write(&plan, &answer->data);
        plan_release(&plan);
    }
    td_json_array_end(&m.w);
    if (m.count)
        (void)td_buf_addf(&answer->data, "{\"errors\":%s}", td_buf_str(&list));
    td_buf_release(&list);
}

void serve_command(struct serve *serve, struct serve_console *console,
                   struct td_bytes command, const struct td_json_doc *doc,
                   uint32_t args, struct serve_answer *answer)
{
    static const struct {
        const char *name;
        void (*run)(const struct call *call);
    } commands[] = {
        {"run", run},         {"execute", run},     {"plan", plan_command},
        {"cancel", cancel},   {"pause", pause_run}, {"resume", resume},
        {"approve", approve}, {"show", show},
    };
    struct call call = {.serve = serve,
                        .console = console,
                        .doc = doc,
                        .args = args,
                        .answer = answer};

    serve->commands++;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!td_bytes_is(command, commands[i].name))
            continue;
        commands[i].run(&call);
        return;
    }
    serve_fail(answer, 400, "there is no command \"%.*s\"",
               command.len > 40 ? 40 : (int)command.len,
               (const char *)command.ptr);
}
