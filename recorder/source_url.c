/* WebSocket, Socket.IO and SSE: what wire/client hears. */
#include "core/json.h"
#include "core/mem.h"
#include "recorder/event_queue.h"
#include "recorder/source.h"
#include "wire/sio/packet.h"

#include <stdlib.h>
#include <strings.h>

struct url_source {
    struct rec_source base;
    struct wire_client *client;
    const char *const *send;
    size_t sent; /* messages of `send` that went out on this connection */
    bool is_sio;
    bool admitted;         /* to a namespace, once; or there are none */
    struct rec_queue held; /* what came before that */
    struct td_json_doc doc;
};

#define HELD_MAX ((size_t)1 << 20) /* bytes */

/* A connection goes on until the recorder closes it, whether it still takes
 * what is heard there or not.
 */
static void record(struct url_source *source, const struct td_event *ev)
{
    if (td_sink_put(source->base.sink, ev, NULL))
        return;
}

/* Socket.IO sends an argument array whose first element is the name. */
static bool sio_message(struct url_source *source, const char *text,
                        struct td_event *ev)
{
    struct td_json_doc *doc = &source->doc;

    if (td_json_parse(doc, td_text(text), TD_JSON_DEPTH, NULL) ||
        doc->values[0].kind != TD_JSON_ARRAY || doc->values[0].count == 0 ||
        doc->values[1].kind != TD_JSON_STRING)
        return false;
    ev->form = TD_FORM_JSON;
    ev->name = td_json_inner(doc, 1);
    return true;
}

static bool make_message(struct url_source *source, const char *text,
                         struct td_event *ev)
{
    *ev = (struct td_event){
        .dir = TD_DIR_IN, .form = TD_FORM_TEXT, .payload = td_text(text)};
    return !source->is_sio || sio_message(source, text, ev);
}

/* What we say is on the tape too: without it the answers make no sense. */
static void send_messages(struct url_source *source)
{
    while (source->send && source->send[source->sent]) {
        struct td_event ev;
        struct td_error err = {0};
        enum td_code code;

        make_message(source, source->send[source->sent], &ev);
        code = wire_client_send(source->client, &ev, &err);
        if (code == TD_AGAIN)
            return;
        if (code) {
            rec_source_over(&source->base, &err);
            return;
        }
        source->sent++;
        record(source, &ev);
    }
}

/* What a server says before it admits to a namespace, or refuses. */
static bool is_said_before(const struct td_event *ev)
{
    return td_bytes_is(ev->kind, TD_KIND_OPEN) ||
           td_bytes_is(ev->kind, TD_KIND_CLOSE) ||
           td_bytes_is(ev->kind, SIO_KIND_CONNECT_ERROR);
}

/* A connection whose every namespace was refused is none: nothing of it begins
 * a tape. True if ev is held until more is known.
 */
static bool hold(struct url_source *source, const struct td_event *ev)
{
    struct td_event before;

    if (source->admitted)
        return false;
    if (is_said_before(ev) && rec_queue_fits(&source->held, ev)) {
        rec_queue_add(&source->held, ev);
        return true;
    }
    source->admitted = true;
    while (rec_queue_first(&source->held, &before)) {
        record(source, &before);
        rec_queue_drop(&source->held);
    }
    rec_queue_release(&source->held);
    return false;
}

/* The reason is the client's, which has counted one. */
static void lose(struct url_source *source, const struct td_event *ev)
{
    struct td_json_doc doc = {0};
    struct td_buf why = {0};
    uint32_t at = 0;

    if (!td_json_parse(&doc, ev->payload, TD_JSON_DEPTH, NULL))
        at = td_json_member(&doc, 0, td_text("why"));
    if (at)
        (void)td_json_unescape(&why, td_json_inner(&doc, at));
    rec_source_lost(&source->base, 1, td_buf_str(&why));
    td_buf_release(&why);
    td_json_release(&doc);
}

static void on_event(void *ctx, const struct td_event *ev)
{
    struct url_source *source = ctx;

    if (td_bytes_is(ev->kind, TD_KIND_OPEN) && !ev->ns.len)
        source->sent = 0;
    if (hold(source, ev))
        return;
    if (td_bytes_is(ev->kind, TD_KIND_LOST))
        lose(source, ev);
    else
        record(source, ev);
}

static void on_ready(void *ctx)
{
    send_messages(ctx);
}

static void on_ended(void *ctx, const struct td_error *why)
{
    struct url_source *source = ctx;

    rec_source_over(&source->base, why);
}

static void pause_reading(struct rec_source *base, bool paused)
{
    struct url_source *source = (struct url_source *)base;

    wire_client_pause(source->client, paused);
}

static void stop(struct rec_source *base)
{
    struct url_source *source = (struct url_source *)base;

    wire_client_close(source->client);
}

static void free_source(struct rec_source *base)
{
    struct url_source *source = (struct url_source *)base;

    wire_client_free(source->client);
    rec_queue_release(&source->held);
    td_json_release(&source->doc);
    free(source);
}

static const struct rec_source_ops ops = {
    .pause = pause_reading, .stop = stop, .free = free_source};

static enum td_code check_messages(struct url_source *source,
                                   struct td_error *err)
{
    for (size_t i = 0; source->send && source->send[i]; i++) {
        struct td_event ev;

        if (make_message(source, source->send[i], &ev))
            continue;
        td_error_set(err, TD_USAGE, "--send", 0,
                     "%s is not a Socket.IO message", source->send[i]);
        return td_error_hint(err, "write [\"NAME\", ARGUMENTS...] as JSON");
    }
    return TD_OK;
}

enum td_code rec_source_url(struct rec_recorder *rec,
                            const struct rec_source_url_options *options,
                            struct td_error *err)
{
    static const struct wire_client_events events = {.event = on_event,
                                                     .ready = on_ready,
                                                     .drained = on_ready,
                                                     .ended = on_ended};
    struct url_source *source = td_calloc(1, sizeof(*source));
    enum td_code code;

    source->base.ops = &ops;
    source->send = options->send;
    source->is_sio = !strncasecmp(options->client.url, "sio", 3);
    source->admitted = !source->is_sio;
    rec_queue_init(&source->held, HELD_MAX);
    code = check_messages(source, err);
    if (!code)
        code = wire_client_open(rec_net(rec), &options->client, &events, source,
                                &source->client, err);
    if (code) {
        td_json_release(&source->doc);
        free(source);
        return code;
    }
    rec_source_add(rec, &source->base);
    return TD_OK;
}
