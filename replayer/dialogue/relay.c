#include "replayer/dialogue/relay_internal.h"

#include "core/json_writer.h"
#include "core/mem.h"
#include "replayer/dialogue/ask.h"
#include "wire/ws/handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

void play_relay_obey(const struct relayed *r)
{
    if (r->call && !r->over)
        rec_call_pause(r->call, r->full || r->relay->paused);
}

/* ---- the answer ---- */

static void say(const struct relayed *r, const char *kind, const char *name,
                const char *text)
{
    rec_source_tell(&r->relay->base, r->conn, kind, name, text);
}

/* Fields that the server writes for this connection. */
static bool is_of_conn(struct td_bytes name)
{
    static const char *const names[] = {
        "Connection",        "Keep-Alive",           "Content-Length",
        "Transfer-Encoding", "Proxy-Connection",     "Trailer",
        "Upgrade",           "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (http_same(name, names[i]))
            return true;
    return false;
}

static size_t copy_fields(struct wire_response_field *to,
                          const struct http_head *head)
{
    size_t count = 0;

    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];

        if (is_of_conn(field->name))
            continue;
        to[count++] = (struct wire_response_field){
            td_strndup(field->name.ptr, field->name.len), field->value};
    }
    return count;
}

static void fail(struct relayed *r, const char *why)
{
    struct wire_request *request = r->request;
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    const struct wire_response_field fields[] = {
        {"Content-Type", td_text("application/json")}};
    struct wire_response response = {
        .status = 502, .fields = fields, .field_count = 1};
    struct td_error err;

    td_json_object(&w, NULL);
    td_json_object(&w, "error");
    td_json_put_text(&w, "type", "tapedeck_upstream");
    td_json_put_text(&w, "message", why);
    td_json_object_end(&w);
    td_json_object_end(&w);
    (void)td_json_line(&w);
    response.body = td_buf_bytes(&json);
    r->request = NULL;
    wire_request_set_ctx(request, NULL);
    if (wire_request_answer(request, &response, &err))
        wire_request_abort(request);
    td_buf_release(&json);
}

/* What the answer says of its length; to HEAD, and of 304, that of another. */
static bool read_length(const struct http_head *head, uint64_t *length)
{
    struct td_bytes text = http_field(head, "Content-Length");

    *length = head->length;
    if (head->framing == HTTP_LENGTH)
        return true;
    *length = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 17)
            return false;
        *length = *length * 10 + (text.ptr[i] - (uint64_t)'0');
    }
    return text.len > 0 && head->framing == HTTP_NO_BODY;
}

static enum td_code begin(struct relayed *r, const struct http_head *head,
                          const struct wire_response_field *fields,
                          size_t count)
{
    struct wire_response response = {.status = head->status,
                                     .reason = head->reason,
                                     .fields = fields,
                                     .field_count = count,
                                     .as_is = true};
    struct td_error err;
    enum td_code code;

    response.has_length = read_length(head, &response.length);
    code = wire_request_begin(r->request, &response, &err);
    r->begun = !code;
    return code;
}

static void on_head(void *ctx, const struct http_head *head)
{
    struct relayed *r = ctx;
    struct wire_response_field fields[HTTP_FIELDS_MAX];
    size_t count;
    enum td_code code;

    if (!r->request)
        return;
    count = copy_fields(fields, head);
    code = head->status == 101 ? play_relay_upgrade(r, head, fields, count)
                               : begin(r, head, fields, count);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)fields[i].name);
    if (code)
        fail(r, "the answer cannot be passed on");
}

static void on_body(void *ctx, struct td_bytes piece)
{
    struct relayed *r = ctx;

    if (!r->request || !r->begun ||
        wire_request_write(r->request, piece) != TD_FULL)
        return;
    r->full = true;
    play_relay_obey(r);
}

static void on_done(void *ctx, const char *cut)
{
    struct relayed *r = ctx;
    struct wire_request *request = r->request;

    r->over = true;
    play_relay_talk_over(r);
    say(r, TD_KIND_CLOSE, "reason", cut ? cut : "");
    wire_timer_set(r->relay->net, &r->relay->sweep, 0);
    if (!request)
        return;
    if (!r->begun) {
        fail(r, cut ? cut : "no answer");
        return;
    }
    r->request = NULL;
    wire_request_set_ctx(request, NULL);
    if (cut)
        wire_request_cut(request, !strcmp(cut, REC_CALL_RESET));
    else
        wire_request_end(request);
}

static void on_gone(struct wire_request *request)
{
    struct relayed *r = wire_request_ctx(request);

    r->request = NULL;
    if (!r->over)
        rec_call_leave(r->call, REC_CALL_LEFT);
}

static void on_ready(struct wire_request *request)
{
    struct relayed *r = wire_request_ctx(request);

    r->full = false;
    play_relay_obey(r);
}

/* ---- the request ---- */

static uint32_t take_fields(struct play_field *to, const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        to[i] = (struct play_field){
            td_strndup(head->fields[i].name.ptr, head->fields[i].name.len),
            head->fields[i].value};
    return (uint32_t)head->field_count;
}

static enum td_code put_request(struct td_buf *out, const struct relayed *r,
                                const struct wire_request_info *info,
                                struct td_error *err)
{
    static const struct play_binds none = {0};
    struct play_field fields[HTTP_FIELDS_MAX];
    struct play_ask ask = {.to = &r->relay->url,
                           .binds = &none,
                           .method = info->head->method,
                           .target = info->head->target,
                           .fields = fields,
                           .body = info->body};
    enum td_code code;

    if (*r->talking.key)
        ask.ws_key = r->talking.key;
    ask.fields_len = take_fields(fields, info->head);
    code = play_ask_put(out, &ask, err);
    for (uint32_t i = 0; i < ask.fields_len; i++)
        free((void *)(uintptr_t)fields[i].name);
    return code;
}

static struct relayed *add(struct play_relay *relay,
                           struct wire_request *request)
{
    static const struct play_request_owner owner = {.gone = on_gone,
                                                    .ready = on_ready};
    struct relayed *r = td_calloc(1, sizeof(*r));

    r->owner = &owner;
    r->relay = relay;
    r->request = request;
    play_relay_talk_init(r);
    r->next = relay->first;
    relay->first = r;
    relay->count++;
    wire_request_set_ctx(request, r);
    return r;
}

void play_relay_ask(struct play_relay *relay, struct wire_request *request)
{
    static const struct rec_call_events events = {.head = on_head,
                                                  .body = on_body,
                                                  .message = play_relay_message,
                                                  .done = on_done};
    const struct wire_request_info *info = wire_request_info(request);
    struct rec_call_options how = {.tap = &relay->tap, .dial = &relay->dial};
    struct relayed *r;
    struct td_buf out = {0};
    struct td_error err = {0};
    char *protocols = NULL;
    enum td_code code;

    if (play_relay_refuses(request))
        return;
    r = add(relay, request);
    if (ws_is_upgrade(info->head)) {
        struct td_bytes offered =
            http_field(info->head, "Sec-WebSocket-Protocol");

        ws_key_new(r->talking.key);
        how.ws_key = r->talking.key;
        if (offered.len)
            how.ws_protocols = protocols = td_strndup(offered.ptr, offered.len);
    }
    code = put_request(&out, r, info, &err);
    r->conn = how.conn = rec_source_conn(&relay->base);
    say(r, TD_KIND_OPEN, "transport", "relay");
    how.request = td_buf_bytes(&out);
    if (!code)
        code = rec_call_open(&r->call, relay->net, &how, &events, r, &err);
    if (code) {
        r->over = true;
        say(r, TD_KIND_CLOSE, "reason", err.text);
        fail(r, err.text);
        wire_timer_set(relay->net, &relay->sweep, 0);
    }
    play_relay_obey(r);
    rec_source_exchanges(&relay->base,
                         relay->tap.exchanges - relay->how.before);
    free(protocols);
    td_buf_release(&out);
}

uint32_t play_relay_count(const struct play_relay *relay)
{
    return relay->count;
}

/* ---- life ---- */

static void on_sweep(void *ctx)
{
    struct play_relay *relay = ctx;

    for (struct relayed **at = &relay->first; *at;) {
        struct relayed *r = *at;

        if (!r->over && r->talking.left)
            rec_call_leave(r->call, REC_CALL_LEFT);
        if (!r->over || r->request) {
            at = &r->next;
            continue;
        }
        *at = r->next;
        rec_call_free(r->call);
        free(r);
    }
}

static void pause_reading(struct rec_source *base, bool paused)
{
    struct play_relay *relay = (struct play_relay *)base;

    relay->paused = paused;
    for (struct relayed *r = relay->first; r; r = r->next)
        play_relay_obey(r);
}

static void stop(struct rec_source *base)
{
    struct play_relay *relay = (struct play_relay *)base;

    if (relay->over)
        return;
    relay->over = true;
    for (struct relayed *r = relay->first; r; r = r->next)
        if (!r->over)
            rec_call_leave(r->call, PROXY_STOPPED);
    rec_source_over(base, NULL);
}

static void free_source(struct rec_source *base)
{
    struct play_relay *relay = (struct play_relay *)base;

    wire_timer_cancel(relay->net, &relay->sweep);
    while (relay->first) {
        struct relayed *r = relay->first;

        relay->first = r->next;
        if (r->request)
            wire_request_set_ctx(r->request, NULL);
        (void)play_relay_let_go(r);
        rec_call_free(r->call);
        free(r);
    }
    wire_url_release(&relay->url);
    free(relay);
}

static enum td_code read_url(struct play_relay *relay, struct td_error *err)
{
    enum td_code code = wire_url_parse(&relay->url, relay->how.to, err);

    if (code)
        return code;
    if (relay->url.scheme != WIRE_SCHEME_HTTP)
        return td_error_set(err, TD_USAGE, "--to", 0,
                            "an upstream is http:// or https://");
    relay->dial = (struct wire_dial){.host = relay->url.host,
                                     .port = relay->url.port,
                                     .unix_path = relay->url.unix_path,
                                     .timeout_ns = relay->how.connect_ns};
    if (relay->url.tls)
        relay->dial.tls = &relay->how.tls;
    return TD_OK;
}

enum td_code play_relay_open(struct play_relay **out, struct rec_recorder *rec,
                             const struct play_relay_options *options,
                             struct td_error *err)
{
    static const struct rec_source_ops ops = {
        .pause = pause_reading, .stop = stop, .free = free_source};
    struct play_relay *relay = td_calloc(1, sizeof(*relay));
    enum td_code code;

    relay->base.ops = &ops;
    relay->base.own_conns = true;
    relay->how = *options;
    relay->net = rec_net(rec);
    relay->sweep = (struct wire_timer){.fire = on_sweep, .ctx = relay};
    code = read_url(relay, err);
    if (code) {
        free_source(&relay->base);
        return code;
    }
    rec_source_add(rec, &relay->base);
    relay->tap = rec_source_tap(&relay->base, options->max_message);
    relay->tap.exchanges = options->before;
    *out = relay;
    return TD_OK;
}
