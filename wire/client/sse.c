/* A client session over one HTTP response that does not end. */
#include "core/json.h"
#include "core/utf8.h"
#include "wire/client/client_internal.h"

static enum td_code ask(struct wire_client *c, struct td_error *err);

static void redirect(struct wire_client *c, const struct http_head *head)
{
    struct td_bytes location = http_field(head, "Location");
    struct td_error why = {0};
    enum td_code code = TD_OK;

    if (location.len == 0)
        code = td_error_set(&why, TD_PROTOCOL, NULL, 0,
                            "HTTP %d without a Location", head->status);
    else if (http_count(head, "Location") > 1)
        code = td_error_set(&why, TD_PROTOCOL, NULL, 0,
                            "HTTP %d with two Locations", head->status);
    else if (c->redirects++ == CLIENT_REDIRECTS_MAX)
        code = td_error_set(&why, TD_PROTOCOL, NULL, 0,
                            "more than %d redirects", CLIENT_REDIRECTS_MAX);
    else
        code = client_move(c, location, &why);
    client_http_line_drop(&c->http);
    if (code == TD_OK)
        code = ask(c, &why);
    if (code != TD_OK)
        client_down(c, &why, WS_CODE_ABNORMAL, why.text, false);
}

/* An encoded stream would be read as garbage: as comments and unknown fields,
 * that is as nothing.
 */
static bool is_encoded(const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (http_same(head->fields[i].name, "Content-Encoding") &&
            head->fields[i].value.len > 0 &&
            !http_same(head->fields[i].value, "identity"))
            return true;
    return false;
}

static void refuse(struct wire_client *c, const struct http_head *head)
{
    struct td_error why = {.code = TD_OK};

    if (head->status == 200 && !http_is_type(head, "text/event-stream"))
        (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                           "the answer is not text/event-stream");
    else if (head->status == 200)
        (void)td_error_set(&why, TD_PROTOCOL, NULL, 0,
                           "the answer is compressed (Content-Encoding) though "
                           "it was asked for as it is");
    else if (head->status != 204)
        (void)td_error_set(
            &why, TD_PROTOCOL, NULL, 0, "the server answered HTTP %d %.*s",
            head->status, (int)(head->reason.len < 80 ? head->reason.len : 80),
            head->reason.len ? (const char *)head->reason.ptr : "");
    client_retry_after(c, http_retry_after(head));
    client_down(c, &why, WS_CODE_ABNORMAL, why.text,
                client_status_passes(head->status));
}

static void on_head(void *ctx, const struct http_head *head)
{
    struct wire_client *c = ctx;
    struct td_json_writer facts;

    if (head->status == 301 || head->status == 302 || head->status == 303 ||
        head->status == 307 || head->status == 308) {
        redirect(c, head);
        return;
    }
    if (head->status != 200 || !http_is_type(head, "text/event-stream") ||
        is_encoded(head)) {
        refuse(c, head);
        return;
    }
    facts = client_open_facts(c, "sse");
    client_tell_open(c, &facts);
    client_ready(c);
}

/* An event, or an id alone. */
static void tell_event(struct wire_client *c, const struct sse_item *item)
{
    struct td_event ev = {.payload = item->data};
    size_t name_len;

    if (item->kind == SSE_ID)
        ev.kind = td_text(TD_KIND_ID);
    td_buf_clear(&c->text);
    (void)td_json_escape_any(&c->text, item->name);
    name_len = c->text.len;
    if (item->has_id) {
        c->sse_seen = true;
        (void)td_buf_add_byte(&c->text, '"');
        (void)td_json_escape_any(&c->text, item->id);
        (void)td_buf_add_byte(&c->text, '"');
    }
    ev.name = td_bytes(c->text.ptr, name_len);
    ev.id = td_bytes(c->text.ptr + name_len, c->text.len - name_len);
    ev.form = td_utf8_valid(item->data) ? TD_FORM_TEXT : TD_FORM_BYTES;
    client_tell(c, &ev);
}

static void tell_item(struct wire_client *c, const struct sse_item *item)
{
    switch (item->kind) {
    case SSE_EVENT:
    case SSE_ID:
        tell_event(c, item);
        return;
    case SSE_RETRY:
        c->retry_ns = item->retry_ms < UINT32_MAX
                          ? item->retry_ms * TD_NS_PER_MS
                          : UINT32_MAX * TD_NS_PER_MS;
        client_tell_kind(c, TD_KIND_RETRY, TD_FORM_TEXT, item->data);
        return;
    case SSE_COMMENT:
        client_tell_kind(c, "comment",
                         td_utf8_valid(item->data) ? TD_FORM_TEXT
                                                   : TD_FORM_BYTES,
                         item->data);
        return;
    }
}

static void on_body(void *ctx, struct td_bytes piece)
{
    struct wire_client *c = ctx;
    struct td_bytes all = piece;
    struct sse_item item;
    struct td_error why = {0};
    enum td_code code = TD_OK;

    while (c->state == CLIENT_READY && !c->freed) {
        code = sse_next(&c->sse, &piece, &item, &why);
        if (code != TD_OK)
            break;
        tell_item(c, &item);
    }
    if (code != TD_OK && code != TD_AGAIN) {
        client_tell_bad(c, all, &why);
        client_down(c, &why, WS_CODE_TOO_BIG, why.text, false);
    }
}

static void on_done(void *ctx, const struct td_error *failed)
{
    struct wire_client *c = ctx;
    struct td_error why = {.code = TD_OK};
    const char *reason = "";

    if (failed) {
        why = *failed;
        reason = why.text;
    } else if (sse_is_within(&c->sse)) {
        reason = "it ended within an event, which is left out";
    }
    client_down(c, &why, failed ? WS_CODE_ABNORMAL : WS_CODE_NORMAL, reason,
                why.code != TD_PROTOCOL);
}

static const struct client_http_line_events line_events = {
    .enter = client_line_enter,
    .leave = client_line_leave,
    .head = on_head,
    .body = on_body,
    .done = on_done,
    .bad = client_line_bad,
};

/* What the last id stands for as text, which is how it was recorded. */
static enum td_code put_last_id(struct wire_client *c, struct td_buf *out)
{
    struct td_bytes id = sse_last_id(&c->sse);
    struct td_buf text = {0};
    enum td_code code = TD_OK;

    if (!c->sse_seen && c->options.last_event_id)
        id = td_text(c->options.last_event_id);
    (void)td_utf8_replace(&text, id);
    if (text.len > 0)
        code = http_put_field(out, "Last-Event-ID", td_buf_bytes(&text));
    td_buf_release(&text);
    return code;
}

/* What an event stream is asked for with, unless the owner says otherwise. */
static void put_wishes(const struct wire_client *c, struct td_buf *out)
{
    static const char *const rows[][2] = {{"Accept", "text/event-stream"},
                                          {"Accept-Encoding", "identity"},
                                          {"Cache-Control", "no-cache"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (c->crossed || !client_has_header(&c->options, rows[i][0]))
            (void)http_put_field(out, rows[i][0], td_text(rows[i][1]));
}

static enum td_code ask(struct wire_client *c, struct td_error *err)
{
    struct td_buf out = {0};
    enum td_code code;

    td_buf_clear(&c->text);
    (void)wire_url_target(&c->text, &c->url);
    code = http_put_request(&out, "GET", td_buf_bytes(&c->text));
    (void)td_buf_add_bytes(&out, td_buf_bytes(&c->fields));
    put_wishes(c, &out);
    if (code == TD_OK)
        code = put_last_id(c, &out);
    if (code == TD_OK)
        code = http_put_end(&out);
    if (code != TD_OK)
        (void)td_error_set(err, TD_USAGE, c->public_url, 0,
                           "the request cannot be written: line breaks or NUL "
                           "in the path or the last event id");
    else
        code = client_http_line_send(&c->http, c->net, &c->dial,
                                     td_buf_bytes(&out), err);
    td_buf_release(&out);
    return code;
}

static enum td_code start(struct wire_client *c, struct td_error *err)
{
    c->http.events = &line_events;
    c->http.ctx = c;
    if (c->attempt == 1)
        sse_parser_init(&c->sse, c->options.max_message);
    else
        sse_parser_reconnect(&c->sse);
    return ask(c, err);
}

static enum td_code send(struct wire_client *c, const struct td_event *ev,
                         struct td_error *err)
{
    (void)ev;
    return td_error_set(err, TD_USAGE, c->public_url, 0,
                        "an SSE client cannot send");
}

static void drop(struct wire_client *c)
{
    client_http_line_drop(&c->http);
}

static void close_line(struct wire_client *c)
{
    client_down(c, &(struct td_error){.code = TD_OK}, WS_CODE_NORMAL, "",
                false);
}

static void pause(struct wire_client *c, bool paused)
{
    client_http_line_pause(&c->http, paused);
}

static bool half(const struct wire_client *c, struct td_buf *out)
{
    return sse_is_within(&c->sse) && !sse_put_half(out, &c->sse);
}

static size_t pending(const struct wire_client *c)
{
    return client_http_line_pending(&c->http);
}

static void release(struct wire_client *c)
{
    client_http_line_release(&c->http);
    sse_parser_release(&c->sse);
}

const struct client_link client_link_sse = {
    .start = start,
    .send = send,
    .close = close_line,
    .drop = drop,
    .pause = pause,
    .half = half,
    .pending = pending,
    .release = release,
};
