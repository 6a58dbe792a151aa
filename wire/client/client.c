#include "wire/client/client_internal.h"

#include "core/mem.h"

#include <stdlib.h>

#define CONNECT_NS (10 * TD_NS_PER_S)
#define RETRY_MIN  (1 * TD_NS_PER_S)
#define RETRY_MAX  (30 * TD_NS_PER_S)

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t due(const struct wire_client *c)
{
    uint64_t at = sooner(c->limit_ns, c->next_ns);

    if (c->state == CLIENT_ENDED)
        return TD_NEVER;
    if (c->close_asked)
        return wire_now(c->net);
    if (c->options.idle_ns && c->state == CLIENT_READY && !c->paused)
        at = sooner(at, c->received_ns + c->options.idle_ns);
    if (c->link->due && c->state != CLIENT_WAITING)
        at = sooner(at, c->link->due(c));
    return at;
}

static void arm(struct wire_client *c)
{
    wire_timer_set(c->net, &c->timer, due(c));
}

static void client_enter(struct wire_client *c)
{
    c->depth++;
}

void client_line_enter(void *ctx, bool received)
{
    struct wire_client *c = ctx;

    client_enter(c);
    if (received)
        c->received_ns = wire_now(c->net);
}

static void free_strings(struct wire_client *c)
{
    wire_url_release(&c->url);
    free(c->public_url);
    free(c->protocols);
    client_options_release(&c->options);
    td_buf_release(&c->fields);
    td_buf_release(&c->json);
    td_buf_release(&c->text);
}

static void destroy(struct wire_client *c)
{
    wire_timer_cancel(c->net, &c->timer);
    if (c->link)
        c->link->release(c);
    free_strings(c);
    free(c);
}

/* The client may be gone then. */
static void client_leave(struct wire_client *c)
{
    bool live = !c->freed && c->state != CLIENT_ENDED;

    if (c->depth == 1 && live && c->link->flush && c->state != CLIENT_WAITING)
        c->link->flush(c);
    c->depth--;
    if (c->depth > 0)
        return;
    if (c->freed)
        destroy(c);
    else
        arm(c);
}

void client_line_leave(void *ctx)
{
    client_leave(ctx);
}

static void tell(struct wire_client *c, struct td_event *ev, enum td_dir dir)
{
    if (c->freed || c->state == CLIENT_ENDED)
        return;
    ev->dir = dir;
    ev->at_ns = wire_now(c->net);
    c->events.event(c->ctx, ev);
}

void client_tell(struct wire_client *c, struct td_event *ev)
{
    if (td_event_is_plain(ev))
        c->failures = 0;
    tell(c, ev, TD_DIR_OUT);
}

void client_tell_own(struct wire_client *c, struct td_event *ev)
{
    tell(c, ev, TD_DIR_IN);
}

void client_tell_kind(struct wire_client *c, const char *kind,
                      enum td_form form, struct td_bytes payload)
{
    struct td_event ev = {
        .kind = td_text(kind), .form = form, .payload = payload};

    client_tell(c, &ev);
}

struct td_json_writer client_open_facts(struct wire_client *c,
                                        const char *transport)
{
    struct td_json_writer w = td_json_writer(&c->json);

    td_buf_clear(&c->json);
    td_json_object(&w, NULL);
    td_json_put_text(&w, "url", c->public_url);
    td_json_put_u64(&w, "attempt", c->attempt);
    td_json_put_text(&w, "transport", transport);
    return w;
}

void client_tell_open(struct wire_client *c, struct td_json_writer *facts)
{
    td_json_object_end(facts);
    c->open = true;
    c->bad = false;
    client_tell_kind(c, TD_KIND_OPEN, TD_FORM_JSON, td_buf_bytes(&c->json));
}

/* A message that nobody gets. */
static void tell_lost(struct wire_client *c, const char *why)
{
    td_buf_clear(&c->json);
    event_payload_lost(&c->json, 1, why);
    client_tell_kind(c, TD_KIND_LOST, TD_FORM_JSON, td_buf_bytes(&c->json));
}

void client_tell_bad(struct wire_client *c, struct td_bytes bytes,
                     const struct td_error *why)
{
    td_buf_clear(&c->json);
    event_payload_bad(&c->json, bytes, why->text);
    c->bad = true;
    client_tell_kind(c, TD_KIND_BAD, TD_FORM_JSON, td_buf_bytes(&c->json));
    if (why->code == TD_LIMIT && c->open)
        tell_lost(c, why->text);
}

void client_tell_half(struct wire_client *c, struct td_bytes bytes,
                      const char *text)
{
    struct td_error why;

    (void)td_error_set(&why, TD_IO, c->public_url, 0, "%s", text);
    client_tell_bad(c, bytes, &why);
    tell_lost(c, why.text);
}

/* A protocol below is broken, perhaps within a message of the one above. */
void client_line_bad(void *ctx, struct td_bytes bytes,
                     const struct td_error *why)
{
    struct wire_client *c = ctx;
    struct td_buf came = {0};

    if (c->open && !c->bad && c->link->half(c, &came))
        client_tell_half(c, td_buf_bytes(&came),
                         "something else came within a message");
    td_buf_release(&came);
    client_tell_bad(c, bytes, why);
}

/* The peer ends within a message. */
static void tell_end_within(struct wire_client *c)
{
    struct td_buf bytes = {0};

    if (c->open && !c->bad && c->state != CLIENT_CLOSING &&
        c->link->half(c, &bytes))
        client_tell_half(c, td_buf_bytes(&bytes),
                         "the connection ended within a message");
    td_buf_release(&bytes);
}

void client_ready(struct wire_client *c)
{
    if (c->state != CLIENT_CONNECTING || c->freed)
        return;
    c->state = CLIENT_READY;
    c->limit_ns = TD_NEVER;
    c->ready_ns = c->received_ns = wire_now(c->net);
    if (c->paused)
        c->link->pause(c, true);
    if (c->events.ready)
        c->events.ready(c->ctx);
}

void client_drained(struct wire_client *c)
{
    if (!c->freed && c->state == CLIENT_READY && c->events.drained)
        c->events.drained(c->ctx);
}

static void end(struct wire_client *c, const struct td_error *why)
{
    struct td_error told = *why;

    if (c->state == CLIENT_ENDED)
        return;
    c->state = CLIENT_ENDED;
    wire_timer_cancel(c->net, &c->timer);
    if (told.code != TD_OK) {
        /* Whatever noticed it, the user knows it by its URL. */
        (void)td_error_set(&told, why->code, c->public_url, 0, "%s", why->text);
        memcpy(told.hint, why->hint, sizeof(told.hint));
    }
    if (!c->freed)
        c->events.ended(c->ctx, &told);
}

/* Doubles with each failure in a row. Chance adds up to a half, so that many
 * clients do not come back at the same time, and never takes away: nobody comes
 * back sooner than the server asked for. What it asked for may be more than the
 * policy's longest wait.
 */
static uint64_t backoff(struct wire_client *c)
{
    const struct wire_reconnect *policy = &c->options.reconnect;
    uint64_t max = policy->max_ns ? policy->max_ns : RETRY_MAX;
    uint64_t delay = policy->min_ns ? policy->min_ns : sooner(RETRY_MIN, max);
    uint64_t random;

    if (c->retry_ns)
        delay = c->retry_ns;
    if (delay > max)
        max = delay;
    for (unsigned i = 1; i < c->failures && delay < max; i++)
        delay *= 2;
    if (delay < c->after_ns)
        delay = c->after_ns;
    if (delay > max)
        max = delay;
    c->after_ns = 0;
    td_rand_bytes(c->options.rand, &random, sizeof(random));
    return sooner(delay + random % (delay / 2 + 1), max);
}

static void wait_to_retry(struct wire_client *c, const struct td_error *why)
{
    c->failures++;
    c->ready_ns = TD_NEVER;
    c->state = CLIENT_WAITING;
    c->limit_ns = TD_NEVER;
    c->next_ns = wire_now(c->net) + backoff(c);
    if (!c->freed && c->events.waits)
        c->events.waits(c->ctx, why, c->next_ns);
}

static void tell_close(struct wire_client *c, unsigned code, const char *reason)
{
    if (!c->open)
        return;
    c->open = false;
    td_buf_clear(&c->json);
    event_payload_close(&c->json, code, td_text(reason));
    client_tell_kind(c, TD_KIND_CLOSE, TD_FORM_JSON, td_buf_bytes(&c->json));
}

void client_down(struct wire_client *c, const struct td_error *why,
                 unsigned code, const char *reason, bool may_retry)
{
    static const struct td_error in_order = {.code = TD_OK};
    struct td_error kept = *why;

    if (c->state == CLIENT_ENDED || c->state == CLIENT_WAITING)
        return;
    tell_end_within(c);
    c->link->drop(c);
    tell_close(c, code, reason);
    /* A connection that stood that long was a success, whatever it carried. */
    if (c->ready_ns != TD_NEVER && wire_now(c->net) - c->ready_ns > RETRY_MAX)
        c->failures = 0;
    if (c->state == CLIENT_CLOSING)
        end(c, &in_order);
    else if (may_retry && c->failures < c->options.reconnect.attempts)
        wait_to_retry(c, &kept);
    else
        end(c, &kept);
}

void client_judge_close(const struct wire_client *c,
                        const struct client_ws_line *line, struct td_error *why)
{
    unsigned code = line->close_code;

    if (code == WS_CODE_NORMAL || code == WS_CODE_GOING_AWAY ||
        code == WS_CODE_NONE)
        return;
    (void)td_error_set(why, TD_IO, c->public_url, 0,
                       "the server closed with code %u%s%s", code,
                       line->close_reason[0] ? ": " : "", line->close_reason);
}

bool client_status_passes(int status)
{
    return status == 408 || status == 429 || status >= 500;
}

void client_retry_after(struct wire_client *c, uint64_t seconds)
{
    c->after_ns = seconds * TD_NS_PER_S;
}

static enum td_code start(struct wire_client *c, struct td_error *err)
{
    c->state = CLIENT_CONNECTING;
    c->attempt++;
    c->redirects = 0;
    c->next_ns = TD_NEVER;
    c->limit_ns = wire_now(c->net) + c->options.connect_ns;
    return c->link->start(c, err);
}

static void close_now(struct wire_client *c)
{
    bool was_ready = c->state == CLIENT_READY;

    c->close_asked = false;
    c->state = CLIENT_CLOSING;
    c->next_ns = TD_NEVER;
    c->limit_ns = wire_now(c->net) + CLIENT_CLOSE_NS;
    if (was_ready)
        c->link->close(c);
    else
        client_down(c, &(struct td_error){.code = TD_OK}, WS_CODE_NORMAL, "",
                    false);
}

static void time_out(struct wire_client *c, const char *text)
{
    struct td_error why;

    (void)td_error_set(&why, TD_TIMEOUT, c->public_url, 0, "%s", text);
    client_down(c, &why, WS_CODE_ABNORMAL, text, c->state == CLIENT_CONNECTING);
}

static void run_timer(struct wire_client *c, uint64_t now)
{
    struct td_error why = {0};

    if (c->close_asked)
        close_now(c);
    else if (now >= c->limit_ns)
        time_out(c, "the server did not answer in time");
    else if (now >= c->next_ns && start(c, &why) != TD_OK)
        client_down(c, &why, WS_CODE_ABNORMAL, why.text, false);
    else if (c->options.idle_ns && c->state == CLIENT_READY && !c->paused &&
             now - c->received_ns >= c->options.idle_ns)
        time_out(c, "nothing came for as long as the idle time-out");
    else if (c->link->tick && c->state != CLIENT_WAITING)
        c->link->tick(c, now);
}

static void on_timer(void *ctx)
{
    struct wire_client *c = ctx;

    client_enter(c);
    if (c->state != CLIENT_ENDED)
        run_timer(c, wire_now(c->net));
    client_leave(c);
}

static const struct client_link *link_of(const struct wire_url *url)
{
    switch (url->scheme) {
    case WIRE_SCHEME_WS:
        break;
    case WIRE_SCHEME_SIO:
        return &client_link_sio;
    case WIRE_SCHEME_HTTP:
        return &client_link_sse;
    }
    return &client_link_ws;
}

static enum td_code set_up(struct wire_client *c, struct td_error *err)
{
    struct td_buf shown = {0};
    enum td_code code = wire_url_parse(&c->url, c->options.url, err);

    (void)wire_url_public(&shown, c->options.url);
    c->public_url = td_strdup(td_buf_str(&shown));
    td_buf_release(&shown);
    if (code != TD_OK)
        return code;
    c->link = link_of(&c->url);
    c->protocols = client_protocols(&c->options);
    client_set_dial(c);
    code = client_put_fields(c, true, err);
    return code == TD_OK ? start(c, err) : code;
}

static void set_defaults(struct wire_client_options *options)
{
    if (!options->max_message)
        options->max_message = CLIENT_MESSAGE_MAX;
    if (!options->connect_ns)
        options->connect_ns = CONNECT_NS;
    if (!options->rand)
        options->rand = td_rand_real();
}

enum td_code wire_client_open(struct wire_net *net,
                              const struct wire_client_options *options,
                              const struct wire_client_events *events,
                              void *ctx, struct wire_client **out,
                              struct td_error *err)
{
    struct wire_client *c = td_calloc(1, sizeof(*c));
    enum td_code code;

    c->net = net;
    c->events = *events;
    c->ctx = ctx;
    c->limit_ns = c->next_ns = c->ready_ns = TD_NEVER;
    c->timer = (struct wire_timer){.fire = on_timer, .ctx = c};
    client_options_copy(&c->options, options);
    set_defaults(&c->options);
    code = set_up(c, err);
    if (code != TD_OK) {
        destroy(c);
        return code;
    }
    arm(c);
    *out = c;
    return TD_OK;
}

enum td_code wire_client_send(struct wire_client *c, const struct td_event *ev,
                              struct td_error *err)
{
    enum td_code code;

    if (c->state == CLIENT_ENDED || c->state == CLIENT_CLOSING ||
        c->close_asked)
        return td_error_set(err, TD_IO, c->public_url, 0,
                            "the session is closing");
    if (c->state != CLIENT_READY)
        return TD_AGAIN;
    code = c->link->send(c, ev, err);
    if (c->depth == 0)
        arm(c);
    return code;
}

void wire_client_pause(struct wire_client *c, bool paused)
{
    c->paused = paused;
    c->received_ns = wire_now(c->net);
    if (c->state != CLIENT_ENDED && c->state != CLIENT_WAITING)
        c->link->pause(c, paused);
    if (c->depth == 0)
        arm(c);
}

size_t wire_client_pending(const struct wire_client *c)
{
    return c->link->pending(c);
}

void wire_client_close(struct wire_client *c)
{
    if (c->state == CLIENT_ENDED || c->state == CLIENT_CLOSING)
        return;
    c->close_asked = true;
    if (c->depth == 0)
        arm(c);
}

void wire_client_free(struct wire_client *c)
{
    if (!c)
        return;
    c->freed = true;
    if (c->depth == 0)
        destroy(c);
}
