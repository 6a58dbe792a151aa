/* /api/executions and what else is asked over HTTP. */
#include "orchestrator/serve/serve_internal.h"

#include "core/fs.h"
#include "wire/http/http.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define API        "/api/executions"
#define DEPTH      64
#define FILE_BYTES ((size_t)64 << 20) /* bytes of a log, artifact or tape */

/* docs/openapi.json, embedded. */
extern const unsigned char serve_openapi[];
extern const size_t serve_openapi_len;

struct ask {
    struct serve *serve;
    struct wire_request *request;
    const struct wire_request_info *info;
    struct td_bytes method;
    struct serve_exec *exec; /* that the path names */
    struct td_bytes rest;    /* of the path behind it and its slash */
};

/* ---- answers ---- */

static void answer_bytes(const struct ask *ask, int status, const char *type,
                         struct td_bytes body)
{
    struct wire_response_field field = {"Content-Type", td_text(type)};
    struct wire_response response = {
        .status = status, .fields = &field, .field_count = 1, .body = body};
    struct td_error err;

    if (wire_request_answer(ask->request, &response, &err))
        wire_request_abort(ask->request);
}

static void answer_json(const struct ask *ask, int status, struct td_buf *json)
{
    (void)td_buf_add_text(json, "\n");
    answer_bytes(ask, status, "application/json", td_buf_bytes(json));
    td_buf_release(json);
}

static void refuse(const struct ask *ask, int status, const char *why)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "error", why);
    td_json_object_end(&w);
    answer_json(ask, status, &json);
}

/* data of a command, or its error, as the body. */
static void answer_command(const struct ask *ask, struct serve_answer *answer)
{
    struct td_buf json = {0};

    if (answer->success && answer->data.len)
        (void)td_buf_add_bytes(&json, td_buf_bytes(&answer->data));
    else
        serve_answer_json(answer, &json);
    answer_json(ask, answer->status, &json);
    serve_answer_release(answer);
}

static void command(const struct ask *ask, const char *name,
                    struct td_bytes body)
{
    struct serve_answer answer = {.success = true, .status = 200};
    struct td_json_doc doc = {0};
    struct td_error err;

    if (ask->info->blind)
        serve_fail(&answer, 403, "a page that cannot read the answer asks");
    else if (td_json_parse(&doc, body, DEPTH, &err))
        serve_fail(&answer, 400, "the body is no JSON: %s", err.text);
    else if (doc.values[0].kind != TD_JSON_OBJECT)
        serve_fail(&answer, 400, "the body is an object");
    else
        serve_command(ask->serve, NULL, td_text(name), &doc, 0, &answer);
    answer_command(ask, &answer);
    td_json_release(&doc);
}

/* ---- one execution ---- */

static void show(const struct ask *ask)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    serve_exec_json(ask->exec, &w, NULL);
    answer_json(ask, 200, &json);
}

static const char *state_word(enum sched_state state)
{
    static const char *const words[] = {
        "waiting", "ready",     "held",   "running", "stopping", "verifying",
        "backoff", "completed", "cached", "failed",  "skipped",  "cancelled"};

    return words[state];
}

static void show_tasks(const struct ask *ask)
{
    const struct run_exec *run = ask->exec->run;
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    char name[PLAN_TASK_NAME];

    if (!run) {
        refuse(ask, 409, "it does not run; its tape has all of it");
        return;
    }
    td_json_array(&w, NULL);
    for (uint32_t i = 0; i < run_plan(run)->task_count; i++) {
        const struct plan_task *task = &run_plan(run)->tasks[i];
        const struct sched_task *now = sched_task(run_sched(run), i);

        td_json_object(&w, NULL);
        td_json_put_text(&w, "task_id", plan_task_name(name, task->place));
        td_json_put_text(&w, "id", task->id);
        td_json_put_text(&w, "state", state_word(now->state));
        td_json_put_u64(&w, "attempt", now->attempt);
        td_json_object_end(&w);
    }
    td_json_array_end(&w);
    answer_json(ask, 200, &json);
}

static void send_file(const struct ask *ask, const char *path, const char *type)
{
    struct td_buf body = {.max = FILE_BYTES};
    struct td_error err;

    if (td_fs_read(&body, path, &err))
        refuse(ask, err.code == TD_LIMIT ? 413 : 404, err.text);
    else
        answer_bytes(ask, 200, type, td_buf_bytes(&body));
    td_buf_release(&body);
}

/* A word of [a-z0-9_], as ids of tasks are: no path. */
static bool is_word(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!((text.ptr[i] >= 'a' && text.ptr[i] <= 'z') ||
              (text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '_'))
            return false;
    return text.len > 0;
}

static void show_log(const struct ask *ask, struct td_bytes task)
{
    struct td_buf path = {0};

    if (!is_word(task)) {
        refuse(ask, 404, "there is no such task");
        return;
    }
    (void)td_buf_addf(&path, "%s/%s/logs/%.*s.log", ask->serve->state,
                      ask->exec->id, (int)task.len, (const char *)task.ptr);
    send_file(ask, td_buf_str(&path), "text/plain; charset=utf-8");
    td_buf_release(&path);
}

static bool cut(struct td_bytes *text, const char *front)
{
    size_t len = strlen(front);

    if (text->len < len || memcmp(text->ptr, front, len) != 0)
        return false;
    *text = td_bytes(text->ptr + len, text->len - len);
    return true;
}

static void get_part(const struct ask *ask)
{
    struct td_bytes rest = ask->rest;

    if (rest.len == 0)
        show(ask);
    else if (td_bytes_is(rest, "tasks"))
        show_tasks(ask);
    else if (td_bytes_is(rest, "tape"))
        send_file(ask, ask->exec->journal, "application/gzip");
    else if (cut(&rest, "logs/"))
        show_log(ask, rest);
    else
        refuse(ask, 404, "there is no such page");
}

/* The order is the last part of the path; the execution is put into its body.
 */
static void post_order(const struct ask *ask)
{
    static const char *const orders[] = {"cancel", "pause", "resume", "approve",
                                         NULL};
    struct td_bytes body = ask->info->body;
    struct td_buf json = {0};
    size_t i = 0;

    while (orders[i] && !td_bytes_is(ask->rest, orders[i]))
        i++;
    if (!orders[i]) {
        refuse(ask, 404, "there is no such order");
        return;
    }
    (void)td_buf_addf(&json, "{\"execution_id\":\"%s\"", ask->exec->id);
    while (body.len && body.ptr[0] != '{')
        body = td_bytes(body.ptr + 1, body.len - 1);
    if (body.len > 2)
        (void)td_buf_addf(&json, ",%.*s", (int)(body.len - 1),
                          (const char *)body.ptr + 1);
    else
        (void)td_buf_add_text(&json, "}");
    command(ask, orders[i], td_buf_bytes(&json));
    td_buf_release(&json);
}

/* ---- all of them ---- */

static void list(const struct ask *ask)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_array(&w, "executions");
    for (size_t i = 0; i < ask->serve->exec_count; i++)
        serve_exec_json(ask->serve->execs[i], &w, NULL);
    td_json_array_end(&w);
    td_json_object_end(&w);
    answer_json(ask, 200, &json);
}

static void api(struct ask *ask, struct td_bytes rest)
{
    const uint8_t *slash;
    struct td_bytes id;

    if (rest.len == 0) {
        if (td_bytes_is(ask->method, "POST"))
            command(ask, "run", ask->info->body);
        else
            list(ask);
        return;
    }
    rest = td_bytes(rest.ptr + 1, rest.len - 1);
    slash = rest.len ? memchr(rest.ptr, '/', rest.len) : NULL;
    id = td_bytes(rest.ptr, slash ? (size_t)(slash - rest.ptr) : rest.len);
    ask->exec = serve_exec_find(ask->serve, id);
    if (slash)
        ask->rest = td_bytes(slash + 1, rest.len - id.len - 1);
    if (!ask->exec)
        refuse(ask, 404, "there is no such execution");
    else if (td_bytes_is(ask->method, "POST"))
        post_order(ask);
    else
        get_part(ask);
}

static void health(const struct ask *ask)
{
    bool draining = ask->serve->draining;

    answer_bytes(ask, draining ? 503 : 200, "text/plain; charset=utf-8",
                 td_text(draining ? "draining\n" : "ok\n"));
}

static void metrics(const struct ask *ask)
{
    struct td_buf text = {0};

    serve_metrics(ask->serve, &text);
    answer_bytes(ask, 200, "text/plain; version=0.0.4; charset=utf-8",
                 td_buf_bytes(&text));
    td_buf_release(&text);
}

static void openapi(const struct ask *ask)
{
    answer_bytes(ask, 200, "application/json",
                 td_bytes(serve_openapi, serve_openapi_len));
}

static bool is_known(struct td_bytes method)
{
    return td_bytes_is(method, "GET") || td_bytes_is(method, "HEAD") ||
           td_bytes_is(method, "POST");
}

bool serve_request(void *ctx, struct wire_request *request)
{
    struct ask ask = {.serve = ctx, .request = request};
    struct td_bytes path;

    ask.info = wire_request_info(request);
    ask.method = ask.info->head->method;
    path = ask.info->head->path;
    if (!is_known(ask.method))
        return false;
    if (cut(&path, API) && (path.len == 0 || path.ptr[0] == '/'))
        api(&ask, path);
    else if (td_bytes_is(ask.info->head->path, "/healthz"))
        health(&ask);
    else if (td_bytes_is(ask.info->head->path, "/metrics"))
        metrics(&ask);
    else if (td_bytes_is(ask.info->head->path, "/openapi.json"))
        openapi(&ask);
    else
        return false;
    return true;
}
