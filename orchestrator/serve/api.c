/* /api/executions and what else is asked over HTTP. */
#include "orchestrator/serve/api.h"
#include "orchestrator/serve/later.h"

#include "wire/http/http.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define API   "/api/executions"
#define DEPTH 64

/* docs/openapi.json, embedded. */
extern const unsigned char serve_openapi[];
extern const size_t serve_openapi_len;

/* ---- answers ---- */

static void answer_bytes(const struct serve_ask *ask, int status,
                         const char *type, struct td_bytes body)
{
    struct wire_response_field field = {"Content-Type", td_text(type)};
    struct wire_response response = {
        .status = status, .fields = &field, .field_count = 1, .body = body};
    struct td_error err;

    if (wire_request_answer(ask->request, &response, &err))
        wire_request_abort(ask->request);
}

void serve_ask_json(const struct serve_ask *ask, int status,
                    struct td_buf *json)
{
    (void)td_buf_add_text(json, "\n");
    answer_bytes(ask, status, "application/json", td_buf_bytes(json));
    td_buf_release(json);
}

void serve_ask_refuse(const struct serve_ask *ask, int status, const char *why)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "error", why);
    td_json_object_end(&w);
    serve_ask_json(ask, status, &json);
}

static void refuse_unknown(const struct serve_ask *ask, struct td_bytes id)
{
    struct serve_answer answer = {0};

    serve_no_execution(&answer, id);
    serve_ask_refuse(ask, answer.status, td_buf_str(&answer.error));
    serve_answer_release(&answer);
}

/* data of a command, or its error, as the body. */
static void answer_command(const struct serve_ask *ask,
                           struct serve_answer *answer)
{
    struct td_buf json = {0};

    if (answer->success && answer->data.len)
        (void)td_buf_add_bytes(&json, td_buf_bytes(&answer->data));
    else
        serve_answer_json(answer, &json);
    serve_ask_json(ask, answer->status, &json);
}

struct serve_ask serve_ask_again(const struct serve_later *later)
{
    return (struct serve_ask){.serve = later->serve,
                              .request = later->request,
                              .info = wire_request_info(later->request)};
}

static void tell_later(struct serve_later *later)
{
    const struct serve_ask ask = serve_ask_again(later);

    answer_command(&ask, &later->answer);
}

void serve_request_gone(void *ctx, struct wire_request *request)
{
    serve_later_forget_request(ctx, request);
}

/* The answer is worked out beside the loop. */
static void answer_later(const struct serve_ask *ask,
                         struct serve_answer *answer)
{
    struct serve_later *later = answer->later;
    struct td_error err;

    later->tell = tell_later;
    later->request = ask->request;
    if (!serve_later_begin(ask->serve, later, &err))
        return;
    serve_fail_by(answer, &err);
    answer_command(ask, answer);
}

void serve_ask_later(const struct serve_ask *ask, struct serve_later *later)
{
    struct serve_answer answer = {
        .success = true, .status = 200, .later = later};

    answer_later(ask, &answer);
    serve_answer_release(&answer);
}

static void command(const struct serve_ask *ask, const char *name,
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
    if (answer.later)
        answer_later(ask, &answer);
    else
        answer_command(ask, &answer);
    serve_answer_release(&answer);
    td_json_release(&doc);
}

/* ---- one execution ---- */

static void show(const struct serve_ask *ask)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    serve_exec_json(ask->exec, &w, NULL);
    serve_ask_json(ask, 200, &json);
}

static void show_verdict(const struct serve_ask *ask)
{
    struct td_buf json = {0};

    (void)td_buf_addf(&json, "{\"execution_id\":\"%s\"}", ask->exec->id);
    command(ask, "validate", td_buf_bytes(&json));
    td_buf_release(&json);
}

static bool cut(struct td_bytes *text, const char *front)
{
    size_t len = strlen(front);

    if (text->len < len || memcmp(text->ptr, front, len) != 0)
        return false;
    *text = td_bytes(text->ptr + len, text->len - len);
    return true;
}

static void get_part(const struct serve_ask *ask)
{
    struct td_bytes rest = ask->rest;

    if (rest.len == 0)
        show(ask);
    else if (td_bytes_is(rest, "tasks"))
        serve_ask_tasks(ask);
    else if (td_bytes_is(rest, "validate"))
        show_verdict(ask);
    else if (td_bytes_is(rest, "tape"))
        serve_ask_tape(ask);
    else if (td_bytes_is(rest, "artifacts"))
        serve_ask_artifacts(ask);
    else if (cut(&rest, "artifacts/"))
        serve_ask_artifact(ask, rest);
    else if (cut(&rest, "logs/"))
        serve_ask_log(ask, rest);
    else
        serve_ask_refuse(ask, 404, "there is no such page");
}

/* The order is the last part of the path; the execution is put into its body.
 */
static void post_order(const struct serve_ask *ask)
{
    static const char *const orders[] = {"cancel", "pause",   "resume",
                                         "retry",  "approve", NULL};
    struct td_bytes body = ask->info->body;
    struct td_buf json = {0};
    size_t i = 0;

    while (orders[i] && !td_bytes_is(ask->rest, orders[i]))
        i++;
    if (!orders[i]) {
        serve_ask_refuse(ask, 404, "there is no such order");
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

static void list(const struct serve_ask *ask)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_array(&w, "executions");
    for (size_t i = 0; i < ask->serve->exec_count; i++)
        serve_exec_json(ask->serve->execs[i], &w, NULL);
    td_json_array_end(&w);
    td_json_object_end(&w);
    serve_ask_json(ask, 200, &json);
}

static void api(struct serve_ask *ask, struct td_bytes rest)
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
        refuse_unknown(ask, id);
    else if (td_bytes_is(ask->method, "POST"))
        post_order(ask);
    else
        get_part(ask);
}

static void health(const struct serve_ask *ask)
{
    bool draining = ask->serve->draining;

    answer_bytes(ask, draining ? 503 : 200, "text/plain; charset=utf-8",
                 td_text(draining ? "draining\n" : "ok\n"));
}

static void metrics(const struct serve_ask *ask)
{
    struct td_buf text = {0};

    serve_metrics(ask->serve, &text);
    answer_bytes(ask, 200, "text/plain; version=0.0.4; charset=utf-8",
                 td_buf_bytes(&text));
    td_buf_release(&text);
}

static void openapi(const struct serve_ask *ask)
{
    answer_bytes(ask, 200, "application/json",
                 td_bytes(serve_openapi, serve_openapi_len));
}

/* For who opens the address that the server has named. */
static void index_of_all(const struct serve_ask *ask)
{
    answer_bytes(ask, 200, "text/plain; charset=utf-8",
                 td_text("tapedeck serve: executions of plans\n\n"
                         "/api/executions      begun and listed\n"
                         "/events, /ws         one: ?execution=ID\n"
                         "/socket.io/          for consoles\n"
                         "/healthz, /metrics\n"
                         "/openapi.json        all of it\n"));
}

static bool is_known(struct td_bytes method)
{
    return td_bytes_is(method, "GET") || td_bytes_is(method, "HEAD") ||
           td_bytes_is(method, "POST");
}

bool serve_request(void *ctx, struct wire_request *request)
{
    struct serve_ask ask = {.serve = ctx, .request = request};
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
    else if (td_bytes_is(ask.info->head->path, "/") &&
             !td_bytes_is(ask.method, "POST"))
        index_of_all(&ask);
    else
        return false;
    return true;
}
