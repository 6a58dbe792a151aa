/* Peers: who they are, what they want to hear, what they ask. */
#include "orchestrator/serve/serve_internal.h"

#include "core/mem.h"
#include "core/take.h"
#include "wire/http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 32

uint32_t serve_member(const struct td_json_doc *doc, uint32_t object,
                      const char *name)
{
    return object == SERVE_NONE ? 0
                                : td_json_member(doc, object, td_text(name));
}

struct td_bytes serve_text(const struct td_json_doc *doc, uint32_t object,
                           const char *name)
{
    uint32_t at = serve_member(doc, object, name);

    return at && doc->values[at].kind == TD_JSON_STRING ? td_json_inner(doc, at)
                                                        : td_text("");
}

/* The same of an object; SERVE_NONE: there is none. */
static uint32_t object_at(const struct td_json_doc *doc, uint32_t object,
                          const char *name)
{
    uint32_t at = serve_member(doc, object, name);

    return at && doc->values[at].kind == TD_JSON_OBJECT ? at : SERVE_NONE;
}

static uint64_t number_at(const struct td_json_doc *doc, uint32_t object,
                          const char *name)
{
    uint32_t at = serve_member(doc, object, name);
    struct td_bytes raw = td_json_raw(doc, at);
    uint64_t n = 0;

    return at && doc->values[at].kind == TD_JSON_NUMBER &&
                   td_take_number(&raw, &n) && raw.len == 0
               ? n
               : 0;
}

static bool is_true(const struct td_json_doc *doc, uint32_t object,
                    const char *name)
{
    uint32_t at = serve_member(doc, object, name);

    return at && doc->values[at].kind == TD_JSON_TRUE;
}

static struct serve_console *console_new(struct serve *serve)
{
    struct serve_console *console = td_calloc(1, sizeof(*console));

    console->serve = serve;
    console->next = serve->consoles;
    serve->consoles = console;
    return console;
}

static void console_free(struct serve_console *console)
{
    struct serve_console **at = &console->serve->consoles;

    while (*at != console)
        at = &(*at)->next;
    *at = console->next;
    free(console);
}

/* Printable ASCII, and not too long: it is written into names and logs. */
static bool is_session(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~' || text.ptr[i] == '"' ||
            text.ptr[i] == '\\')
            return false;
    return text.len <= SESSION_MAX;
}

bool serve_admit(void *ctx, struct wire_guest *guest, struct td_buf *refusal)
{
    struct serve_console *console;
    struct td_json_doc doc = {0};
    struct td_bytes session;
    bool fine = true;

    if (guest->auth.len && td_json_parse(&doc, guest->auth, DEPTH, NULL))
        fine = false;
    session = fine && doc.len ? serve_text(&doc, 0, "session_id") : td_text("");
    if (!fine || !is_session(session)) {
        (void)td_buf_add_text(
            refusal, "{\"message\":\"session_id is up to 128 printable ASCII "
                     "characters without spaces\"}");
        td_json_release(&doc);
        return false;
    }
    console = console_new(ctx);
    (void)snprintf(console->session, sizeof(console->session), "%.*s",
                   (int)session.len, (const char *)session.ptr);
    console->resume_from = doc.len ? number_at(&doc, 0, "resume_from") : 0;
    console->extras = doc.len && is_true(&doc, 0, "extras");
    guest->peer_ctx = console;
    td_json_release(&doc);
    return true;
}

void serve_watch_session(struct serve *serve, struct serve_exec *exec)
{
    struct td_error err;

    for (struct serve_console *c = serve->consoles; c; c = c->next)
        if (c->peer && wire_peer_dialect(c->peer) == WIRE_SIO && *c->session &&
            !strcmp(c->session, exec->session) &&
            serve_exec_watch(exec, c->peer, 1, &err))
            serve->events.said(serve->ctx, err.text);
}

/* The executions that its session has begun and that have not ended, and the
 * last one, whatever became of it. */
static void join_session(struct serve_console *console)
{
    struct serve *serve = console->serve;
    bool last = true;
    struct td_error err;

    for (size_t i = serve->exec_count; i > 0; i--) {
        struct serve_exec *exec = serve->execs[i - 1];

        if (!*console->session || strcmp(exec->session, console->session) != 0)
            continue;
        if (!exec->run && !last)
            continue;
        if (serve_exec_watch(exec, console->peer,
                             last ? console->resume_from + 1 : 1, &err))
            serve->events.said(serve->ctx, err.text);
        last = false;
    }
}

/* /ws?execution=x7&from=3, /events?execution=x7: one execution. */
static void join_by_query(struct serve_console *console)
{
    struct serve *serve = console->serve;
    const char *query = strchr(wire_peer_target(console->peer), '?');
    struct td_bytes parts = td_text(query ? query + 1 : "");
    struct serve_exec *exec =
        serve_exec_find(serve, http_query(parts, "execution"));
    struct td_bytes from = http_query(parts, "from");
    uint64_t first = 0;
    struct td_error err;

    if (!exec) {
        wire_peer_abort(console->peer);
        return;
    }
    if (from.len && !td_take_number(&from, &first))
        first = 0;
    if (serve_exec_watch(exec, console->peer, first, &err))
        serve->events.said(serve->ctx, err.text);
}

void serve_joined(void *ctx, struct wire_peer *peer)
{
    struct serve_console *console = wire_peer_ctx(peer);

    if (!console) {
        console = console_new(ctx);
        wire_peer_set_ctx(peer, console);
    }
    console->peer = peer;
    if (wire_peer_dialect(peer) == WIRE_SIO)
        join_session(console);
    else
        join_by_query(console);
}

void serve_left(void *ctx, struct wire_peer *peer, uint64_t lost,
                const struct td_error *why)
{
    struct serve *serve = ctx;
    struct serve_console *console = wire_peer_ctx(peer);

    (void)lost;
    (void)why;
    for (size_t i = 0; i < serve->exec_count; i++)
        if (serve->execs[i]->hub)
            play_hub_gone(serve->execs[i]->hub, peer);
    if (console)
        console_free(console);
}

/* ---- what it asks ---- */

static void send_ack(struct serve_console *console, const struct td_event *ev,
                     const struct serve_answer *answer)
{
    struct td_buf json = {0};
    struct td_event ack = {.dir = TD_DIR_OUT, .form = TD_FORM_JSON};

    if (ev->id.len == 0)
        return;
    (void)td_buf_add_text(&json, "[");
    serve_answer_json(answer, &json);
    (void)td_buf_add_text(&json, "]");
    ack.ns = ev->ns;
    ack.ack = ev->id;
    ack.payload = td_buf_bytes(&json);
    wire_peer_send(console->peer, &ack);
    td_buf_release(&json);
}

/* No more commands than that in a second. */
static bool is_flood(struct serve_console *console)
{
    uint64_t now = wire_now(console->serve->net);

    if (now - console->second_ns >= TD_NS_PER_S) {
        console->second_ns = now;
        console->commands = 0;
    }
    return ++console->commands > SERVE_RATE;
}

static void watch_from(struct serve_console *console,
                       const struct td_json_doc *doc, uint32_t args,
                       struct serve_answer *answer)
{
    struct serve_exec *exec =
        serve_exec_find(console->serve, serve_text(doc, args, "execution_id"));
    struct td_error err;
    struct td_json_writer w = td_json_writer(&answer->data);

    if (!exec) {
        serve_fail(answer, 404, "there is no such execution");
        return;
    }
    if (serve_exec_watch(exec, console->peer, number_at(doc, args, "from_seq"),
                         &err)) {
        serve_fail_by(answer, &err);
        return;
    }
    td_json_object(&w, NULL);
    td_json_put_u64(&w, "to_seq", exec->last_seq);
    td_json_object_end(&w);
}

static void leave(struct serve_console *console, const struct td_json_doc *doc,
                  uint32_t args, struct serve_answer *answer)
{
    struct serve_exec *exec =
        serve_exec_find(console->serve, serve_text(doc, args, "execution_id"));

    if (!exec)
        serve_fail(answer, 404, "there is no such execution");
    else if (exec->hub)
        play_hub_leave(exec->hub, console->peer);
}

static void state(struct serve_console *console, const struct td_json_doc *doc,
                  uint32_t args, struct serve_answer *answer)
{
    struct td_json_writer w = td_json_writer(&answer->data);
    const struct serve *serve = console->serve;

    (void)doc;
    (void)args;
    td_json_object(&w, NULL);
    td_json_array(&w, "executions");
    for (size_t i = 0; i < serve->exec_count; i++)
        if (!*console->session || !*serve->execs[i]->session ||
            !strcmp(serve->execs[i]->session, console->session))
            serve_exec_json(serve->execs[i], &w, NULL);
    td_json_array_end(&w);
    td_json_object_end(&w);
}

static void execute(struct serve_console *console,
                    const struct td_json_doc *doc, uint32_t args,
                    struct serve_answer *answer)
{
    serve_command(console->serve, console, serve_text(doc, args, "command"),
                  doc, object_at(doc, args, "args"), answer);
}

/* {"batch_id":"x7/release","approved":true} is a command of its own. */
static void approval(struct serve_console *console,
                     const struct td_json_doc *doc, uint32_t args,
                     struct serve_answer *answer)
{
    serve_command(console->serve, console, td_text("approve"), doc, args,
                  answer);
}

static void ask(struct serve_console *console, const struct td_event *ev,
                struct serve_answer *answer)
{
    static const struct {
        const char *name;
        void (*ask)(struct serve_console *console,
                    const struct td_json_doc *doc, uint32_t args,
                    struct serve_answer *answer);
    } asks[] = {
        {"execute_command", execute},     {"get_pipeline_state", state},
        {"request_catch_up", watch_from}, {"join_execution", watch_from},
        {"leave_execution", leave},       {"approval_response", approval},
    };
    struct td_json_doc doc = {0};
    uint32_t args = SERVE_NONE;
    size_t i = 0;

    while (i < sizeof(asks) / sizeof(asks[0]) &&
           !td_bytes_is(ev->name, asks[i].name))
        i++;
    if (td_json_parse(&doc, ev->payload, DEPTH, NULL) ||
        i == sizeof(asks) / sizeof(asks[0])) {
        serve_fail(answer, 400, "there is no such event");
    } else {
        if (doc.values[0].kind == TD_JSON_ARRAY && doc.values[0].count > 1)
            args = doc.values[1].next;
        asks[i].ask(console, &doc, args, answer);
    }
    td_json_release(&doc);
}

void serve_heard(void *ctx, struct wire_peer *peer, const struct td_event *ev)
{
    struct serve_console *console = wire_peer_ctx(peer);
    struct serve_answer answer = {.success = true, .status = 200};

    (void)ctx;
    if (!console || !td_event_is_plain(ev) || ev->ack.len ||
        wire_peer_dialect(peer) != WIRE_SIO)
        return;
    if (is_flood(console))
        serve_fail(&answer, 429, "more than %d commands a second", SERVE_RATE);
    else
        ask(console, ev, &answer);
    send_ack(console, ev, &answer);
    serve_answer_release(&answer);
}
