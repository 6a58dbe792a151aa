#include "console/server.h"

#include "console/held.h"
#include "core/clock.h"
#include "core/json_value.h"
#include "core/json_writer.h"
#include "core/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECONNECT_MIN TD_NS_PER_S
#define RECONNECT_MAX (30 * TD_NS_PER_S)
#define FOREVER       1000000u /* attempts in a row */
#define ID_SIZE       24

/* What came in the meantime is held until the plan is there, so that it is told
 * with the names of the plan; not longer, and not more. */
#define HOLD_NS    TD_NS_PER_S
#define HOLD_BYTES ((size_t)1 << 20)

struct console_server {
    struct wire_client *client;
    struct console_server_events events;
    void *ctx;
    char *execution; /* that is followed; or NULL */
    uint64_t seq;    /* the last that has come of it */
    uint64_t last_id;
    char waiting[ID_SIZE];     /* the ack id of the call under way; "" none */
    char following[ID_SIZE];   /* the same of the last request to catch up */
    char planning[ID_SIZE];    /* the same of the last question for its plan */
    char listing[ID_SIZE];     /* the same of what executions there are */
    struct console_held held;  /* events behind that question */
    struct wire_timer holding; /* set: they wait for its answer */
    struct wire_timer silent;  /* set: the call is given up then */
    uint64_t answer_ns;
    bool up;
    struct wire_net *net;
    struct td_error why; /* of the last attempt that failed */
    unsigned tries;
    uint64_t again_ns; /* when the next one begins */
    struct td_json_doc doc;
};

/* ---- asking ---- */

static enum td_code emit(struct console_server *server, const char *name,
                         struct td_bytes args, char id[ID_SIZE],
                         struct td_error *err)
{
    struct td_buf payload = {0};
    struct td_event ev = {.dir = TD_DIR_IN, .form = TD_FORM_JSON};
    enum td_code code;

    (void)snprintf(id, ID_SIZE, "%" PRIu64, ++server->last_id);
    (void)td_buf_addf(&payload, "[\"%s\",", name);
    (void)td_buf_add_bytes(&payload, args);
    (void)td_buf_add_text(&payload, "]");
    ev.name = td_text(name);
    ev.id = td_text(id);
    ev.payload = td_buf_bytes(&payload);
    code = wire_client_send(server->client, &ev, err);
    td_buf_release(&payload);
    if (code)
        *id = '\0';
    return code;
}

static enum td_code order(struct console_server *server, const char *command,
                          struct td_bytes args, char id[ID_SIZE],
                          struct td_error *err)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    enum td_code code;

    td_json_object(&w, NULL);
    td_json_put_text(&w, "command", command);
    td_json_put_raw(&w, "args", args);
    td_json_object_end(&w);
    code = emit(server, "execute_command", td_buf_bytes(&json), id, err);
    td_buf_release(&json);
    return code;
}

enum td_code console_server_call(struct console_server *server,
                                 const char *command, struct td_bytes args,
                                 struct td_error *err)
{
    enum td_code code;

    if (!server->up || *server->waiting)
        return TD_AGAIN;
    code = order(server, command, args, server->waiting, err);
    if (code == TD_OK && server->answer_ns)
        wire_timer_set(server->net, &server->silent,
                       wire_now(server->net) + server->answer_ns);
    return code;
}

/* An answer that comes later is nobody's. */
static void on_silent(void *ctx)
{
    struct console_server *server = ctx;
    char text[128];
    char wait[TD_AMOUNT_SIZE];
    struct console_answer none;

    (void)snprintf(
        text, sizeof(text), "no answer in %s; it may be done all the same",
        td_duration_text(wait, server->answer_ns, TD_DURATION_EXACT));
    none = (struct console_answer){.code = TD_TIMEOUT, .error = td_text(text)};
    *server->waiting = '\0';
    server->events.answered(server->ctx, &none);
}

void console_server_plan(struct console_server *server, const char *execution)
{
    struct td_buf args = {0};
    struct td_json_writer w = td_json_writer(&args);

    if (!server->up)
        return;
    wire_timer_set(server->net, &server->holding,
                   wire_now(server->net) + HOLD_NS);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "action", "tasks");
    td_json_put_text(&w, "execution_id", execution);
    td_json_object_end(&w);
    (void)order(server, "plan", td_buf_bytes(&args), server->planning, NULL);
    td_buf_release(&args);
}

const char *console_server_execution(const struct console_server *server)
{
    return server->execution ? server->execution : "";
}

/* What came behind seq, and all that comes. */
static void catch_up(struct console_server *server)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "execution_id", server->execution);
    td_json_put_u64(&w, "from_seq", server->seq + 1);
    td_json_object_end(&w);
    (void)emit(server, "request_catch_up", td_buf_bytes(&json),
               server->following, NULL);
    td_buf_release(&json);
}

void console_server_follow(struct console_server *server, const char *execution,
                           uint64_t seq)
{
    bool other =
        !server->execution || strcmp(server->execution, execution) != 0;

    server->seq = seq;
    if (!other)
        return;
    free(server->execution);
    server->execution = td_strdup(execution);
    if (server->up)
        catch_up(server);
}

static void list_all(struct console_server *server)
{
    (void)order(server, "show",
                td_text("{\"action\":\"executions\",\"all\":true}"),
                server->listing, NULL);
}

/* ---- hearing ---- */

/* One of them may ask for another plan: then the rest is held for that. */
static void let_go(struct console_server *server)
{
    struct td_event ev;

    wire_timer_cancel(server->net, &server->holding);
    while (!wire_timer_is_set(&server->holding) &&
           console_held_take(&server->held, &ev))
        server->events.event(server->ctx, &ev);
}

static void on_held_long(void *ctx)
{
    let_go(ctx);
}

static void take_event(struct console_server *server, const struct td_event *ev)
{
    if (!wire_timer_is_set(&server->holding)) {
        server->events.event(server->ctx, ev);
        return;
    }
    console_held_add(&server->held, ev);
    if (console_held_bytes(&server->held) > HOLD_BYTES)
        let_go(server);
}

static enum td_code why_not(const struct td_json_doc *doc, uint32_t answer)
{
    uint64_t exit = td_json_member_u64(doc, answer, "exit", 0);

    return exit && exit < UINT8_MAX ? td_code_of_status((int)exit) : TD_FAILED;
}

static struct console_answer read_answer(struct console_server *server,
                                         const struct td_event *ev)
{
    struct td_json_doc *doc = &server->doc;

    if (td_json_parse(doc, ev->payload, TD_JSON_DEPTH_ALL, NULL) ||
        doc->values[0].kind != TD_JSON_ARRAY || doc->values[0].count == 0 ||
        doc->values[1].kind != TD_JSON_OBJECT)
        return (struct console_answer){
            .code = TD_PROTOCOL, .error = td_text("the answer cannot be read")};
    return (struct console_answer){
        .done = td_json_member_true(doc, 1, "success"),
        .code = why_not(doc, 1),
        .output = td_json_member_inner(doc, 1, "output"),
        .error = td_json_member_inner(doc, 1, "error"),
        .doc = doc,
        .data = td_json_member(doc, 1, td_text("data")),
    };
}

static void take_plan(struct console_server *server,
                      const struct console_answer *answer)
{
    *server->planning = '\0';
    if (answer->done && answer->data)
        server->events.planned(server->ctx, answer->doc, answer->data);
    let_go(server);
}

static void take_caught_up(struct console_server *server,
                           const struct console_answer *answer)
{
    *server->following = '\0';
    if (!answer->done)
        server->events.refused(server->ctx, answer);
    else if (server->events.caught_up)
        server->events.caught_up(
            server->ctx,
            td_json_member_u64(answer->doc, answer->data, "to_seq", 0));
}

static void take_ack(struct console_server *server, const struct td_event *ev)
{
    struct console_answer answer = read_answer(server, ev);

    if (td_bytes_is(ev->ack, server->waiting)) {
        *server->waiting = '\0';
        wire_timer_cancel(server->net, &server->silent);
        server->events.answered(server->ctx, &answer);
    } else if (td_bytes_is(ev->ack, server->planning)) {
        take_plan(server, &answer);
    } else if (td_bytes_is(ev->ack, server->following)) {
        take_caught_up(server, &answer);
    } else if (td_bytes_is(ev->ack, server->listing)) {
        *server->listing = '\0';
        if (answer.done && answer.data)
            server->events.listed(server->ctx, answer.doc, answer.data);
    }
}

static void lost(struct console_server *server, const struct td_error *why)
{
    const struct console_answer none = {
        .code = TD_IO,
        .error = td_text("the connection was lost before an answer came")};
    bool waited = *server->waiting != '\0';

    *server->waiting = '\0';
    *server->planning = '\0';
    *server->listing = '\0';
    wire_timer_cancel(server->net, &server->silent);
    server->up = false;
    let_go(server);
    server->events.changed(server->ctx, false, why);
    if (waited)
        server->events.answered(server->ctx, &none);
}

static void on_event(void *ctx, const struct td_event *ev)
{
    struct console_server *server = ctx;
    struct td_error why = {0};

    if (td_bytes_is(ev->kind, "close")) {
        (void)td_error_set(&why, TD_IO, "", 0, "connection lost");
        lost(server, &why);
    } else if (td_event_is_plain(ev) && ev->dir == TD_DIR_OUT) {
        if (ev->ack.len)
            take_ack(server, ev);
        else
            take_event(server, ev);
    }
}

static void on_ready(void *ctx)
{
    struct console_server *server = ctx;

    server->up = true;
    server->tries = 0;
    if (server->execution)
        catch_up(server);
    else if (server->events.listed)
        list_all(server);
    server->events.changed(server->ctx, true, NULL);
}

static void on_drained(void *ctx)
{
    (void)ctx;
}

static void on_waits(void *ctx, const struct td_error *why, uint64_t again_ns)
{
    struct console_server *server = ctx;

    server->why = *why;
    server->tries++;
    server->again_ns = again_ns;
}

struct console_server_wait
console_server_waits(const struct console_server *server)
{
    uint64_t now = wire_now(server->net);

    return (struct console_server_wait){
        .why = server->why.text,
        .tries = server->tries,
        .in_ns = server->again_ns > now ? server->again_ns - now : 0,
    };
}

bool console_server_is_up(const struct console_server *server)
{
    return server->up;
}

/* Only what no further attempt could mend ends it. */
static void on_ended(void *ctx, const struct td_error *why)
{
    struct console_server *server = ctx;

    lost(server, why);
}

static void put_auth(struct td_buf *out,
                     const struct console_server_options *options)
{
    struct td_json_writer w = td_json_writer(out);

    td_json_object(&w, NULL);
    td_json_put_text(&w, "session_id", options->session);
    if (options->token)
        td_json_put_text(&w, "token", options->token);
    td_json_put_bool(&w, "extras", true);
    td_json_object_end(&w);
}

/* Clients of Socket.IO write http://HOST:PORT for sio://HOST:PORT. */
static void put_url(struct td_buf *out, const char *url)
{
    bool is_http =
        strncmp(url, "http:", 5) == 0 || strncmp(url, "https:", 6) == 0;

    (void)td_buf_addf(out, "%s%s", is_http ? "sio" : "",
                      is_http ? url + 4 : url);
}

enum td_code console_server_open(struct console_server **out,
                                 struct wire_net *net,
                                 const struct console_server_options *options,
                                 const struct console_server_events *events,
                                 void *ctx, struct td_error *err)
{
    static const struct wire_client_events heard = {.event = on_event,
                                                    .ready = on_ready,
                                                    .drained = on_drained,
                                                    .waits = on_waits,
                                                    .ended = on_ended};
    struct console_server *server = td_calloc(1, sizeof(*server));
    struct td_buf auth = {0};
    struct td_buf url = {0};
    struct wire_client_options o = {
        .reconnect = {.attempts = options->once ? 0 : FOREVER,
                      .min_ns =
                          options->retry_ns ? options->retry_ns : RECONNECT_MIN,
                      .max_ns = RECONNECT_MAX},
    };
    enum td_code code;

    put_auth(&auth, options);
    put_url(&url, options->url);
    o.auth = td_buf_str(&auth);
    o.url = td_buf_str(&url);
    server->net = net;
    server->events = *events;
    server->ctx = ctx;
    server->holding = (struct wire_timer){.fire = on_held_long, .ctx = server};
    server->silent = (struct wire_timer){.fire = on_silent, .ctx = server};
    server->answer_ns = options->answer_ns;
    if (options->execution)
        server->execution = td_strdup(options->execution);
    *out = server;
    code = wire_client_open(net, &o, &heard, server, &server->client, err);
    td_buf_release(&auth);
    td_buf_release(&url);
    return code;
}

void console_server_close(struct console_server *server)
{
    if (!server)
        return;
    wire_timer_cancel(server->net, &server->holding);
    wire_timer_cancel(server->net, &server->silent);
    console_held_release(&server->held);
    wire_client_free(server->client);
    td_json_release(&server->doc);
    free(server->execution);
    free(server);
}
