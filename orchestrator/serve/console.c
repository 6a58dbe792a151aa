/* Peers: who they are, what they want to hear, what they ask. */
#include "core/json_value.h"
#include "orchestrator/serve/args.h"
#include "orchestrator/serve/later.h"

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
    return td_json_inner_at(doc, serve_member(doc, object, name));
}

/* The same of an object; SERVE_NONE: there is none. */
static uint32_t object_at(const struct td_json_doc *doc, uint32_t object,
                          const char *name)
{
    uint32_t at = serve_member(doc, object, name);

    return at && doc->values[at].kind == TD_JSON_OBJECT ? at : SERVE_NONE;
}

uint64_t serve_number(const struct td_json_doc *doc, uint32_t object,
                      const char *name)
{
    uint64_t n = 0;

    (void)td_json_u64(doc, serve_member(doc, object, name), &n);
    return n;
}

static bool is_true(const struct td_json_doc *doc, uint32_t object,
                    const char *name)
{
    return td_json_is(doc, serve_member(doc, object, name), TD_JSON_TRUE);
}

static struct serve_console *console_new(struct serve *serve)
{
    struct serve_console *console = td_calloc(1, sizeof(*console));

    console->serve = serve;
    console->next = serve->consoles;
    serve->consoles = console;
    return console;
}

static void set_live(struct serve_console *console, bool live)
{
    console->live = live;
    console->serve->live += live;
}

static void console_free(struct serve_console *console)
{
    struct serve_console **at = &console->serve->consoles;

    while (*at != console)
        at = &(*at)->next;
    *at = console->next;
    console->serve->live -= console->live;
    free(console);
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
    if (!fine || !serve_is_key(session, SESSION_MAX)) {
        (void)td_buf_add_text(
            refusal, "{\"message\":\"session_id is up to 128 printable ASCII "
                     "characters without spaces\"}");
        td_json_release(&doc);
        return false;
    }
    console = console_new(ctx);
    (void)snprintf(console->session, sizeof(console->session), "%.*s",
                   (int)session.len, (const char *)session.ptr);
    console->resume_from = doc.len ? serve_number(&doc, 0, "resume_from") : 0;
    console->extras = doc.len && is_true(&doc, 0, "extras");
    set_live(console, doc.len && is_true(&doc, 0, "live"));
    guest->peer_ctx = console;
    td_json_release(&doc);
    return true;
}

void serve_watch_session(struct serve *serve, struct serve_exec *exec)
{
    struct td_error err;

    for (struct serve_console *c = serve->consoles; c; c = c->next)
        if (c->peer && wire_peer_dialect(c->peer) == WIRE_SIO && *c->session &&
            !strcmp(c->session, exec->known.session) &&
            serve_exec_watch(exec, c->peer, (struct serve_from){1, 0}, &err))
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

        if (!*console->session ||
            strcmp(exec->known.session, console->session) != 0)
            continue;
        if (!exec->run && !last)
            continue;
        if (serve_exec_watch(
                exec, console->peer,
                (struct serve_from){last ? console->resume_from + 1 : 1, 0},
                &err))
            serve->events.said(serve->ctx, err.text);
        last = false;
    }
}

bool serve_has_stream(void *ctx, struct td_bytes query)
{
    return serve_exec_find(ctx, http_query(query, "execution")) != NULL;
}

/* Behind the id that an EventSource has seen, "3" or "3.1". One that is none,
 * or of no event that was said: all. */
static struct serve_from behind(const struct serve_exec *exec, const char *seen)
{
    struct td_bytes text = td_text(seen);
    struct serve_from from = {0, 0};

    if (!td_take_number(&text, &from.from) || from.from == 0 ||
        from.from > exec->known.last_seq)
        return (struct serve_from){0, 0};
    if (text.len > 0 && text.ptr[0] == '.') {
        text = td_bytes(text.ptr + 1, text.len - 1);
        if (!td_take_number(&text, &from.sub) ||
            from.sub >= SERVE_NUMBER(1, 0) - 1)
            return (struct serve_from){0, 0};
    }
    from.from++;
    return text.len == 0 ? from : (struct serve_from){0, 0};
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
    struct serve_from first;
    struct td_error err;

    if (!exec) {
        wire_peer_abort(console->peer);
        return;
    }
    first = behind(exec, wire_peer_last_event_id(console->peer));
    if (first.from == 0 && !td_take_number(&from, &first.from))
        first.from = 0;
    console->extras = td_bytes_is(http_query(parts, "extras"), "true");
    set_live(console, td_bytes_is(http_query(parts, "live"), "true"));
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
    serve->sums.lagged += why->code == TD_LIMIT;
    for (size_t i = 0; i < serve->exec_count; i++)
        serve_exec_gone(serve->execs[i], peer);
    if (!console)
        return;
    serve_later_forget_console(serve, console);
    console_free(console);
}

/* ---- what it asks ---- */

/* To the event of that id in that namespace. */
static void send_ack(struct serve_console *console, struct td_bytes id,
                     struct td_bytes ns, const struct serve_answer *answer)
{
    struct td_buf json = {0};
    struct td_event ack = {.dir = TD_DIR_OUT, .form = TD_FORM_JSON};

    if (id.len == 0)
        return;
    (void)td_buf_add_text(&json, "[");
    serve_answer_json(answer, &json);
    (void)td_buf_add_text(&json, "]");
    ack.ns = ns;
    ack.ack = id;
    ack.payload = td_buf_bytes(&json);
    wire_peer_send(console->peer, &ack);
    td_buf_release(&json);
}

static void tell_later(struct serve_later *later)
{
    send_ack(later->console, td_buf_bytes(&later->ack),
             td_buf_bytes(&later->ns), &later->answer);
}

/* The answer is worked out beside the loop. */
static void ack_later(struct serve_console *console, const struct td_event *ev,
                      struct serve_answer *answer)
{
    struct serve_later *later = answer->later;
    struct td_error err;

    later->tell = tell_later;
    later->console = console;
    (void)td_buf_add_bytes(&later->ack, ev->id);
    (void)td_buf_add_bytes(&later->ns, ev->ns);
    if (!serve_later_begin(console->serve, later, &err))
        return;
    serve_fail_by(answer, &err);
    send_ack(console, ev->id, ev->ns, answer);
}

/* What an event is given, beside execute_command's own args. */
static bool fit(struct serve_console *console, const struct td_json_doc *doc,
                uint32_t args, struct serve_answer *answer,
                const struct serve_arg_rule *rules)
{
    const struct serve_call call = {.serve = console->serve,
                                    .console = console,
                                    .session = console->session,
                                    .doc = doc,
                                    .args = args,
                                    .answer = answer};

    return serve_args_fit(&call, "the event", rules);
}

static const struct serve_arg_rule of_watch[] = {
    SERVE_ARG_EXECUTION,
    {"masterplan_id", SERVE_ARG_TEXT, 0, 0, NULL},
    {"session_id", SERVE_ARG_TEXT, 0, 0, NULL},
    {"from_seq", SERVE_ARG_NUMBER, 0, UINT64_MAX, NULL},
    SERVE_ARG_END};

/* An execution by its id; older consoles call it a masterplan. */
static struct td_bytes id_of(const struct td_json_doc *doc, uint32_t args)
{
    struct td_bytes id = serve_text(doc, args, "execution_id");

    return id.len ? id : serve_text(doc, args, "masterplan_id");
}

/* The one that is named, or the last that a session has begun. */
static struct serve_exec *asked_for(const struct serve *serve,
                                    const struct td_json_doc *doc,
                                    uint32_t args)
{
    struct td_bytes id = id_of(doc, args);
    struct td_bytes session = serve_text(doc, args, "session_id");

    if (id.len)
        return serve_exec_find(serve, id);
    for (size_t i = serve->exec_count; session.len && i > 0; i--)
        if (td_bytes_is(session, serve->execs[i - 1]->known.session))
            return serve->execs[i - 1];
    return NULL;
}

static void watch_from(struct serve_console *console,
                       const struct td_json_doc *doc, uint32_t args,
                       struct serve_answer *answer)
{
    const struct td_bytes id = id_of(doc, args);
    struct serve_exec *exec = asked_for(console->serve, doc, args);
    struct td_error err;
    struct td_json_writer w = td_json_writer(&answer->data);

    if (!fit(console, doc, args, answer, of_watch))
        return;
    if (!exec) {
        serve_no_execution(answer, id);
        return;
    }
    if (serve_exec_watch(
            exec, console->peer,
            (struct serve_from){serve_number(doc, args, "from_seq"), 0},
            &err)) {
        serve_fail_by(answer, &err);
        return;
    }
    td_json_object(&w, NULL);
    td_json_put_text(&w, "execution_id", exec->id);
    td_json_put_u64(&w, "to_seq", exec->known.last_seq);
    td_json_object_end(&w);
}

static void leave(struct serve_console *console, const struct td_json_doc *doc,
                  uint32_t args, struct serve_answer *answer)
{
    const struct td_bytes id = id_of(doc, args);
    struct serve_exec *exec = asked_for(console->serve, doc, args);

    if (!fit(console, doc, args, answer, of_watch))
        return;
    if (!exec)
        serve_no_execution(answer, id);
    else
        serve_exec_leave(exec, console->peer);
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
        if (!*console->session || !*serve->execs[i]->known.session ||
            !strcmp(serve->execs[i]->known.session, console->session))
            serve_exec_json(serve->execs[i], &w, NULL);
    td_json_array_end(&w);
    td_json_object_end(&w);
}

static const struct serve_arg_rule of_command[] = {
    {"command", SERVE_ARG_TEXT, 0, 0, NULL},
    {"args", SERVE_ARG_OBJECT, 0, 0, NULL},
    SERVE_ARG_END};

static void execute(struct serve_console *console,
                    const struct td_json_doc *doc, uint32_t args,
                    struct serve_answer *answer)
{
    if (!fit(console, doc, args, answer, of_command))
        return;
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

static const struct ask_of {
    const char *name;
    void (*ask)(struct serve_console *console, const struct td_json_doc *doc,
                uint32_t args, struct serve_answer *answer);
} asks[] = {
    {"execute_command", execute},     {"get_pipeline_state", state},
    {"request_catch_up", watch_from}, {"join_execution", watch_from},
    {"leave_execution", leave},       {"approval_response", approval},
    {"join_masterplan", watch_from},  {"leave_masterplan", leave},
    {"join_discovery", watch_from},   {"leave_discovery", leave},
};

/* NULL: the answer says that there is none. */
static const struct ask_of *find_ask(struct td_bytes name,
                                     struct serve_answer *answer)
{
    struct serve_word word;

    serve_word_init(&word, name);
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        if (td_bytes_is(name, asks[i].name))
            return &asks[i];
        td_suggest(&word.near, asks[i].name);
    }
    serve_fail_word(answer, 400, "event", &word);
    return NULL;
}

static void ask(struct serve_console *console, const struct td_event *ev,
                struct serve_answer *answer)
{
    const struct ask_of *of = find_ask(ev->name, answer);
    struct td_json_doc doc = {0};
    uint32_t args = SERVE_NONE;

    if (!of)
        return;
    if (td_json_parse(&doc, ev->payload, DEPTH, NULL)) {
        serve_fail(answer, 400, "its arguments are no JSON");
    } else {
        if (doc.values[0].kind == TD_JSON_ARRAY && doc.values[0].count > 1)
            args = doc.values[1].next;
        of->ask(console, &doc, args, answer);
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
    if (!serve_rate_take(&console->rate, wire_now(console->serve->net),
                         SERVE_RATE))
        serve_fail(&answer, 429, "more than %d commands a second", SERVE_RATE);
    else
        ask(console, ev, &answer);
    if (answer.later)
        ack_later(console, ev, &answer);
    else
        send_ack(console, ev->id, ev->ns, &answer);
    serve_answer_release(&answer);
}
