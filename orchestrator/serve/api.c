/* /api/executions and what else is asked over HTTP. */
#include "orchestrator/serve/api.h"
#include "orchestrator/serve/later.h"

#include "wire/http/http.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define API   "/api/executions"
#define DEPTH 64
#define JSON  "application/json"

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
    answer_bytes(ask, status, JSON, td_buf_bytes(json));
    td_buf_release(json);
}

static void put_error(struct td_buf *json, const char *why)
{
    struct td_json_writer w = td_json_writer(json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "error", why);
    td_json_object_end(&w);
    (void)td_buf_add_text(json, "\n");
}

void serve_ask_refuse(const struct serve_ask *ask, int status, const char *why)
{
    struct td_buf json = {0};

    put_error(&json, why);
    answer_bytes(ask, status, JSON, td_buf_bytes(&json));
    td_buf_release(&json);
}

/* With a field more, which tells a program what it may do. */
static void refuse_by(const struct serve_ask *ask, int status, const char *name,
                      const char *value, const char *why)
{
    struct td_buf json = {0};
    struct wire_response_field fields[] = {{"Content-Type", td_text(JSON)},
                                           {name, td_text(value)}};
    struct wire_response response = {
        .status = status, .fields = fields, .field_count = 2};
    struct td_error err;

    put_error(&json, why);
    response.body = td_buf_bytes(&json);
    if (wire_request_answer(ask->request, &response, &err))
        wire_request_abort(ask->request);
    td_buf_release(&json);
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
    if (!answer->success && answer->status == 422 && answer->data.len) {
        json.len--; /* the mistakes are members of the answer, too */
        (void)td_buf_addf(&json, ",%s", td_buf_str(&answer->data) + 1);
    }
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

static bool is_blank(struct td_bytes text)
{
    while (text.len && memchr(" \t\r\n", text.ptr[0], 4))
        text = td_bytes(text.ptr + 1, text.len - 1);
    return text.len == 0;
}

/* False: the answer says what it is instead. */
static bool is_object(struct td_bytes body, struct td_json_doc *doc,
                      struct serve_answer *answer)
{
    struct td_error err;

    if (is_blank(body))
        serve_fail(answer, 400,
                   "the body is empty; give an object, as "
                   "{\"plan\":\"plan.yaml\"}");
    else if (td_json_parse(doc, body, DEPTH, &err))
        serve_fail(answer, 400, "the body is no JSON: %s (byte %llu)", err.text,
                   (unsigned long long)err.offset);
    else if (doc->values[0].kind != TD_JSON_OBJECT)
        serve_fail(answer, 400,
                   "the body is no object; write its members in "
                   "{ and }");
    else
        return true;
    return false;
}

static void command(const struct serve_ask *ask, const char *name,
                    struct td_bytes body)
{
    struct serve_answer answer = {.success = true, .status = 200};
    struct td_json_doc doc = {0};

    if (ask->info->blind)
        serve_fail(&answer, 403, "a page that cannot read the answer asks");
    else if (is_object(body, &doc, &answer))
        serve_command(ask->serve, NULL, td_text(name), &doc, 0, &answer);
    if (answer.later)
        answer_later(ask, &answer);
    else
        answer_command(ask, &answer);
    serve_answer_release(&answer);
    td_json_release(&doc);
}

static void put_members(const struct td_json_doc *doc, uint32_t object,
                        uint32_t but, struct td_buf *out)
{
    for (uint32_t name = object + 1; name < doc->values[object].next;
         name = doc->values[name + 1].next) {
        struct td_bytes key = td_json_raw(doc, name);
        struct td_bytes value = td_json_raw(doc, name + 1);

        if (name + 1 != but)
            (void)td_buf_addf(out, "%c%.*s:%.*s", out->len ? ',' : '{',
                              (int)key.len, (const char *)key.ptr,
                              (int)value.len, (const char *)value.ptr);
    }
}

/* {"plan":..,"options":{..}}: options of `run` are what else its args are. */
static void start(const struct serve_ask *ask)
{
    struct serve_answer answer = {.success = true, .status = 200};
    struct td_json_doc doc = {0};
    struct td_buf json = {0};
    uint32_t options = 0;

    if (is_object(ask->info->body, &doc, &answer))
        options = serve_member(&doc, 0, "options");
    if (options && doc.values[options].kind != TD_JSON_OBJECT)
        serve_fail(&answer, 422, "options: an object, as {\"max_workers\":2}");
    if (!answer.success) {
        answer_command(ask, &answer);
    } else if (options) {
        put_members(&doc, 0, options, &json);
        put_members(&doc, options, 0, &json);
        (void)td_buf_add_text(&json, json.len ? "}" : "{}");
        command(ask, "run", td_buf_bytes(&json));
    } else {
        command(ask, "run", ask->info->body);
    }
    serve_answer_release(&answer);
    td_json_release(&doc);
    td_buf_release(&json);
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

/* The order that is the last part of the path; or NULL. */
static const char *order_of(const struct serve_ask *ask)
{
    static const char *const orders[] = {"cancel", "pause",   "resume",
                                         "retry",  "approve", NULL};
    size_t i = 0;

    while (orders[i] && !td_bytes_is(ask->rest, orders[i]))
        i++;
    return orders[i];
}

/* The execution is put into its body, which may be missing. */
static void post_order(const struct serve_ask *ask, const char *order)
{
    struct td_bytes body = ask->info->body;
    struct serve_answer answer = {.success = true, .status = 200};
    struct td_json_doc doc = {0};
    struct td_buf json = {0};

    if (is_blank(body))
        body = td_text("{}");
    if (is_object(body, &doc, &answer)) {
        body = td_json_raw(&doc, 0);
        (void)td_buf_addf(&json, "{\"execution_id\":\"%s\"%s", ask->exec->id,
                          doc.values[0].next > 1 ? "," : "");
        (void)td_buf_add(&json, body.ptr + 1, body.len - 1);
        command(ask, order, td_buf_bytes(&json));
    } else {
        answer_command(ask, &answer);
    }
    serve_answer_release(&answer);
    td_json_release(&doc);
    td_buf_release(&json);
}

/* ---- all of them ---- */

static bool is_read(struct td_bytes method)
{
    return td_bytes_is(method, "GET") || td_bytes_is(method, "HEAD");
}

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

static void ask_list(const struct serve_ask *ask)
{
    if (td_bytes_is(ask->method, "POST"))
        start(ask);
    else if (is_read(ask->method))
        list(ask);
    else
        refuse_by(ask, 405, "Allow", "GET, HEAD, POST, OPTIONS",
                  "only GET, HEAD and POST go here");
}

static void ask_part(const struct serve_ask *ask)
{
    const char *order = order_of(ask);
    bool post = td_bytes_is(ask->method, "POST");

    if (post && order)
        post_order(ask, order);
    else if (order)
        refuse_by(ask, 405, "Allow", "POST, OPTIONS",
                  "an order is given with POST");
    else if (post)
        serve_ask_refuse(ask, 404,
                         "there is no such order; there are cancel, pause, "
                         "resume, retry and approve");
    else if (is_read(ask->method))
        get_part(ask);
    else
        refuse_by(ask, 405, "Allow", "GET, HEAD, OPTIONS",
                  "only GET and HEAD go here");
}

static bool is_flood(const struct serve_ask *ask)
{
    struct serve *serve = ask->serve;

    return td_bytes_is(ask->method, "POST") &&
           !serve_rates_take(&serve->rates, ask->info->address,
                             wire_now(serve->net), SERVE_HTTP_RATE);
}

static void api(struct serve_ask *ask, struct td_bytes rest)
{
    const uint8_t *slash;
    struct td_bytes id;
    char why[80];

    if (is_flood(ask)) {
        (void)snprintf(why, sizeof(why),
                       "more than %d commands a second from this address",
                       SERVE_HTTP_RATE);
        refuse_by(ask, 429, "Retry-After", "1", why);
        return;
    }
    if (rest.len == 0 || td_bytes_is(rest, "/")) {
        ask_list(ask);
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
    else
        ask_part(ask);
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
    answer_bytes(ask, 200, JSON, td_bytes(serve_openapi, serve_openapi_len));
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

bool serve_request(void *ctx, struct wire_request *request)
{
    struct serve_ask ask = {.serve = ctx, .request = request};
    struct td_bytes path;

    ask.info = wire_request_info(request);
    ask.method = ask.info->head->method;
    path = ask.info->head->path;
    if (cut(&path, API) && (path.len == 0 || path.ptr[0] == '/'))
        api(&ask, path);
    else if (!is_read(ask.method))
        return false;
    else if (td_bytes_is(ask.info->head->path, "/healthz"))
        health(&ask);
    else if (td_bytes_is(ask.info->head->path, "/metrics"))
        metrics(&ask);
    else if (td_bytes_is(ask.info->head->path, "/openapi.json"))
        openapi(&ask);
    else if (td_bytes_is(ask.info->head->path, "/"))
        index_of_all(&ask);
    else
        return false;
    return true;
}
