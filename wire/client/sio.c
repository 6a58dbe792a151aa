/* A client session of Socket.IO: its namespaces, over client_eio.c. */
#include "core/json.h"
#include "core/mem.h"
#include "wire/client/client_internal.h"
#include "wire/limits.h"

#include <stdlib.h>

#define QUEUE_HIGH (WIRE_UNPOSTED_MAX / 2)

bool client_sio_over(const struct wire_client *c)
{
    return c->sio.over || c->freed;
}

static bool over(const struct wire_client *c)
{
    return client_sio_over(c);
}

void client_sio_down(struct wire_client *c, const struct td_error *why,
                     bool may_retry)
{
    const struct td_error *first = &c->sio.why;
    bool in_order = why->code == TD_OK && first->code == TD_OK;

    if (first->code != TD_OK) {
        may_retry = first->code != TD_PROTOCOL && first->code != TD_USAGE;
        why = first;
    }
    if (!over(c))
        client_down(c, why, in_order ? WS_CODE_NORMAL : WS_CODE_ABNORMAL,
                    why->text, may_retry);
}

void client_sio_fail(struct wire_client *c, const struct td_error *why)
{
    if (c->sio.why.code == TD_OK)
        c->sio.why = *why;
}

/* A namespace as td_event.ns spells it, for free(). */
static char *spell(const char *path)
{
    struct td_buf out = {0};
    char *text;

    if (strcmp(path, "/") != 0)
        (void)td_json_escape_any(&out, td_text(path));
    text = td_strdup(td_buf_str(&out));
    td_buf_release(&out);
    return text;
}

static void join(struct wire_client *c, const char *path)
{
    char *ns = spell(path);
    struct td_error why = {.code = TD_OK};
    enum td_code code;

    c->sio.send_code = TD_OK;
    code = sio_session_join(c->sio.sio, td_text(ns),
                            td_text(c->options.auth ? c->options.auth : ""),
                            wire_now(c->net), &why);
    if (code)
        why.code = TD_USAGE; /* whatever it is, it was asked for here */
    else if (c->sio.send_code)
        (void)td_error_set(&why, TD_LIMIT, c->public_url, 0,
                           "the auth payload is longer than the server takes");
    c->sio.send_code = TD_OK;
    if (why.code)
        client_sio_fail(c, &why);
    free(ns);
}

void client_sio_join_all(struct wire_client *c)
{
    const char *const *more = c->options.namespaces;

    join(c, c->url.path);
    for (size_t i = 0; more && more[i]; i++)
        if (strcmp(more[i], c->url.path) != 0)
            join(c, more[i]);
}

static void sio_send(void *ctx, struct td_bytes data, bool binary)
{
    struct wire_client *c = ctx;
    enum td_code code;

    if (over(c) || c->sio.send_code != TD_OK)
        return;
    code = eio_client_send(c->sio.eio, data, binary);
    if (code != TD_OK)
        c->sio.send_code = code;
    else
        c->sio.parts++;
}

static void sio_event(void *ctx, const struct td_event *ev)
{
    struct wire_client *c = ctx;
    struct td_event copy = *ev;

    if (!over(c))
        client_tell(c, &copy);
}

static void sio_joined(void *ctx, struct td_bytes ns)
{
    struct wire_client *c = ctx;

    (void)ns;
    if (!over(c) && sio_session_waiting(c->sio.sio) == 0)
        client_ready(c);
}

static void sio_left(void *ctx, struct td_bytes ns)
{
    struct wire_client *c = ctx;

    (void)ns;
    if (!over(c) && sio_session_count(c->sio.sio) == 0)
        eio_client_close(c->sio.eio, wire_now(c->net));
}

static void sio_refused(void *ctx, struct td_bytes ns, struct td_bytes data)
{
    struct wire_client *c = ctx;
    struct td_error why;

    (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                       "the server refused the namespace %.*s: %.*s",
                       ns.len ? (int)ns.len : 1,
                       ns.len ? (const char *)ns.ptr : "/", (int)data.len,
                       data.len ? (const char *)data.ptr : "");
    client_sio_fail(c, &why);
}

static void sio_bad(void *ctx, struct td_bytes bytes,
                    const struct td_error *why)
{
    struct wire_client *c = ctx;
    struct td_bytes packet;

    if (over(c))
        return;
    if (why->code == TD_PROTOCOL && c->open &&
        sio_session_is_within(c->sio.sio, &packet))
        client_tell_half(c, packet, "something else came within a message");
    if (why->code != TD_TIMEOUT)
        client_tell_bad(c, bytes, why);
    client_sio_fail(c, why);
}

/* Our ack is on the tape only if it went out: a closing session takes none. */
static void sio_answered(void *ctx, const struct td_event *ack)
{
    struct wire_client *c = ctx;
    struct td_event copy = *ack;
    bool went = c->sio.send_code == TD_OK;
    struct td_error why;

    if (c->sio.send_code == TD_AGAIN) {
        (void)td_error_set(&why, TD_LIMIT, NULL, 0,
                           "the server asks for acks and does not take them");
        client_sio_fail(c, &why);
    }
    c->sio.send_code = TD_OK;
    if (!over(c) && went)
        client_tell_own(c, &copy);
}

static void sio_unanswered(void *ctx, struct td_bytes ns, uint64_t id)
{
    (void)ctx;
    (void)ns;
    (void)id;
}

static const struct sio_session_events sio_events = {
    .send = sio_send,
    .joined = sio_joined,
    .left = sio_left,
    .refused = sio_refused,
    .event = sio_event,
    .answered = sio_answered,
    .unanswered = sio_unanswered,
    .bad = sio_bad,
};

/* The link. */

static void free_sessions(struct wire_client *c)
{
    eio_client_free(c->sio.eio);
    sio_session_free(c->sio.sio);
    c->sio.eio = NULL;
    c->sio.sio = NULL;
}

static void make_sessions(struct wire_client *c)
{
    struct sio_session_options sio = {
        .role = SIO_CLIENT,
        .max_bytes = c->options.max_message,
        .connect_ns = c->options.connect_ns,
        .answer_acks = c->options.answer_acks,
    };

    c->sio.sio = sio_session_new(&sio, &sio_events, c, wire_now(c->net));
    client_eio_new(c);
}

static enum td_code check_auth(struct wire_client *c, struct td_error *err)
{
    struct td_json_doc doc = {0};
    bool good = true;

    if (c->options.auth)
        good = td_json_parse(&doc, td_text(c->options.auth), SIO_DEPTH_MAX,
                             NULL) == TD_OK &&
               doc.values[0].kind == TD_JSON_OBJECT;
    td_json_release(&doc);
    if (good)
        return TD_OK;
    return td_error_set(err, TD_USAGE, c->public_url, 0,
                        "the auth payload is not a JSON object");
}

static enum td_code start(struct wire_client *c, struct td_error *err)
{
    struct client_sio *s = &c->sio;

    if (check_auth(c, err) != TD_OK)
        return TD_USAGE;
    free_sessions(c);
    s->over = false;
    s->why = (struct td_error){.code = TD_OK};
    s->send_code = TD_OK;
    s->get_cut = false;
    make_sessions(c);
    if (s->why.code == TD_OK)
        return TD_OK;
    if (err)
        *err = s->why;
    return s->why.code;
}

/* Only before a packet begins may it be refused for want of room. */
static bool is_full(const struct wire_client *c)
{
    return c->ws.congested || eio_client_queued(c->sio.eio) > QUEUE_HIGH;
}

static enum td_code send(struct wire_client *c, const struct td_event *ev,
                         struct td_error *err)
{
    enum td_code code;
    bool went;

    if (is_full(c)) {
        c->sio.full = true;
        return TD_AGAIN;
    }
    c->sio.send_code = TD_OK;
    c->sio.parts = 0;
    code = sio_session_send(c->sio.sio, ev, 0, wire_now(c->net), err);
    went = c->sio.send_code == TD_OK;
    c->sio.send_code = TD_OK;
    if (code != TD_OK || went)
        return code;
    (void)td_error_set(err, TD_LIMIT, c->public_url, 0,
                       "a message longer than the server takes");
    if (c->sio.parts > 0 && err)
        client_sio_fail(c, err);
    return TD_LIMIT;
}

static void close_session(struct wire_client *c)
{
    sio_session_leave_all(c->sio.sio);
    eio_client_close(c->sio.eio, wire_now(c->net));
}

/* The sessions are freed later: this may come from inside them. */
static void drop(struct wire_client *c)
{
    c->sio.over = true;
    client_http_line_drop(&c->sio.get);
    client_http_line_drop(&c->sio.post);
    client_ws_line_drop(&c->ws);
}

static void pause(struct wire_client *c, bool paused)
{
    client_http_line_pause(&c->sio.get, paused);
    client_ws_line_pause(&c->ws, paused);
}

static bool half(const struct wire_client *c, struct td_buf *out)
{
    const struct client_sio *s = &c->sio;
    bool answer = s->get_cut || (s->get.busy && s->get.answered);
    struct td_bytes came;

    if (sio_session_is_within(s->sio, &came) ||
        ws_is_within(&c->ws.decoder, &came))
        return td_buf_add_bytes(out, came) == TD_OK;
    if (!answer || s->get_body.len == 0)
        return false;
    return td_buf_add_bytes(out, td_buf_bytes(&s->get_body)) == TD_OK;
}

static size_t pending(const struct wire_client *c)
{
    size_t queued =
        c->sio.eio && !c->sio.over ? eio_client_queued(c->sio.eio) : 0;

    return queued + client_http_line_pending(&c->sio.post) +
           client_ws_line_pending(&c->ws);
}

static uint64_t due(const struct wire_client *c)
{
    uint64_t eio = eio_client_due(c->sio.eio);
    uint64_t sio = sio_session_due(c->sio.sio);

    if (c->sio.over)
        return TD_NEVER;
    if (c->sio.why.code != TD_OK || eio_client_wants_flush(c->sio.eio))
        return wire_now(c->net);
    return eio < sio ? eio : sio;
}

/* What could not be done from inside a session, and what one turn gathered. */
static void flush(struct wire_client *c)
{
    struct td_error why = c->sio.why;

    if (c->sio.over)
        return;
    if (why.code != TD_OK) {
        client_sio_down(c, &why,
                        why.code != TD_PROTOCOL && why.code != TD_USAGE);
        return;
    }
    eio_client_flush(c->sio.eio);
    if (c->sio.full && !is_full(c)) {
        c->sio.full = false;
        client_drained(c);
    }
}

static void tick(struct wire_client *c, uint64_t now)
{
    if (c->sio.over)
        return;
    eio_client_tick(c->sio.eio, now);
    if (!c->sio.over)
        sio_session_tick(c->sio.sio, now);
}

static void release(struct wire_client *c)
{
    free_sessions(c);
    client_http_line_release(&c->sio.get);
    client_http_line_release(&c->sio.post);
    client_ws_line_release(&c->ws);
    td_buf_release(&c->sio.get_body);
    td_buf_release(&c->sio.post_body);
}

const struct client_link client_link_sio = {
    .start = start,
    .send = send,
    .close = close_session,
    .drop = drop,
    .pause = pause,
    .half = half,
    .pending = pending,
    .due = due,
    .tick = tick,
    .flush = flush,
    .release = release,
};
