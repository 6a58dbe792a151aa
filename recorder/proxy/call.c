#include "recorder/proxy/call.h"

#include "core/mem.h"
#include "core/secret_name.h"
#include "recorder/proxy/exchange.h"
#include "wire/net/orphan.h"
#include "wire/ws/handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define CUT_MAX 200
#define HIDDEN  "[redacted]"

struct rec_call {
    struct wire_net *net;
    struct wire_conn *conn; /* NULL: it is over, or there is none any more */
    struct rec_exchange *x; /* NULL: it is over */
    const struct rec_call_events *events;
    void *ctx;
    struct td_buf request;
    struct http_parser parser; /* of the answer */
    struct ws_decoder decoder; /* of what the server says behind a 101 */
    struct ws_keys keys;
    char key[WS_KEY_LEN + 1]; /* "": it does not ask for WebSocket */
    char *protocols;          /* that it offers there, or NULL */
    bool sio;
    bool up;
    bool paused;
    bool full;     /* what is said here is not read there */
    bool answered; /* the final head came */
    bool interim;  /* of a head that is not it */
    bool switched; /* to WebSocket */
    bool goodbye;  /* was said here */
};

/* Who does not read is not heard either: what is answered to pings stays
 * bounded.
 */
static void obey_pause(const struct rec_call *call)
{
    if (call->conn && call->up)
        wire_pause(call->conn, call->paused || call->full);
}

/* ---- the end ---- */

/* The owner may free it. */
static void end(struct rec_call *call, const char *cut)
{
    struct rec_exchange *x = call->x;
    struct wire_conn *conn = call->conn;

    if (!x)
        return;
    call->x = NULL;
    call->conn = NULL;
    wire_conn_leave(conn);
    (void)rec_exchange_done(x, cut);
    call->events->done(call->ctx, cut);
}

static void fail(struct rec_call *call, const char *what,
                 const struct td_error *why)
{
    char cut[CUT_MAX];

    (void)snprintf(cut, sizeof(cut), "%.40s: %.150s", what, why->text);
    end(call, cut);
}

void rec_call_leave(struct rec_call *call, const char *cut)
{
    struct wire_conn *conn = call->conn;

    if (conn && !call->switched) {
        call->conn = NULL;
        wire_conn_drop(conn);
    }
    end(call, cut);
}

/* ---- WebSocket ---- */

static void send_frame(struct rec_call *call, const struct td_buf *frame)
{
    if (!call->conn)
        return;
    if (wire_write(call->conn, td_buf_bytes(frame)) == TD_FULL) {
        call->full = true;
        obey_pause(call);
    }
    rec_exchange_data(call->x, PROXY_CLIENT, td_buf_bytes(frame));
}

void rec_call_say(struct rec_call *call, enum ws_opcode opcode,
                  struct td_bytes payload)
{
    struct td_buf frame = {0};

    if (call->switched && !call->goodbye && call->x) {
        (void)ws_put(&frame, opcode, payload, ws_next_key(&call->keys));
        send_frame(call, &frame);
    }
    td_buf_release(&frame);
}

void rec_call_say_close(struct rec_call *call, uint16_t code,
                        const char *reason)
{
    struct td_buf frame = {0};

    if (call->switched && !call->goodbye && call->x) {
        (void)ws_put_close(&frame, code, reason, ws_next_key(&call->keys));
        send_frame(call, &frame);
        call->goodbye = true;
    }
    td_buf_release(&frame);
}

/* What a client says by itself. */
static void react(struct rec_call *call, const struct ws_message *message)
{
    bool ping = call->sio && message->opcode == WS_TEXT &&
                td_bytes_is(message->payload, "2");

    if (message->opcode == WS_PING)
        rec_call_say(call, WS_PONG, message->payload);
    else if (ping)
        rec_call_say(call, WS_TEXT, td_text("3"));
    else if (message->opcode == WS_CLOSE)
        rec_call_say_close(
            call, ws_code_valid(message->code) ? message->code : WS_CODE_NONE,
            "");
}

/* The exchange has heard it, and what is answered stands behind it. */
static void take_frames(struct rec_call *call, struct td_bytes in)
{
    struct ws_message message;
    struct td_error why = {0};
    enum td_code code;

    if (in.len == 0)
        return;
    rec_exchange_data(call->x, PROXY_UPSTREAM, in);
    while ((code = ws_next(&call->decoder, &in, &message, &why)) == TD_OK) {
        react(call, &message);
        if (call->events->message)
            call->events->message(call->ctx, &message);
        if (message.opcode == WS_CLOSE) {
            end(call, NULL);
            return;
        }
    }
    if (code != TD_AGAIN && code != TD_END)
        fail(call, "the upstream broke its protocol", &why);
}

/* ---- the answer ---- */

static void take_head(struct rec_call *call, const struct http_head *head)
{
    struct td_error why = {0};
    bool asked = *call->key != '\0';

    call->interim = head->status < 200 && head->status != 101;
    rec_exchange_response(call->x, head, false);
    if (call->interim)
        return;
    if (head->status == 101 && !asked) {
        end(call, "the upstream switched to a protocol that nobody asked for");
        return;
    }
    if (head->status == 101 &&
        ws_check_response(head, call->key, call->protocols, &why)) {
        fail(call, "the handshake went wrong", &why);
        return;
    }
    call->answered = true;
    call->switched = head->status == 101;
    if (call->events->head)
        call->events->head(call->ctx, head);
}

static void take_end(struct rec_call *call)
{
    if (call->interim || call->switched)
        return;
    rec_exchange_whole(call->x, PROXY_UPSTREAM, &call->parser);
    end(call, NULL);
}

static void take_item(struct rec_call *call, const struct http_item *item)
{
    if (item->kind == HTTP_HEAD) {
        take_head(call, item->head);
    } else if (item->kind == HTTP_BODY) {
        rec_exchange_body(call->x, PROXY_UPSTREAM, item->body,
                          item->chunk_ends ||
                              call->parser.head->framing != HTTP_CHUNKED);
        if (call->events->body)
            call->events->body(call->ctx, item->body);
    } else {
        take_end(call);
    }
}

static void on_received(void *ctx, struct wire_conn *conn, struct td_bytes in)
{
    struct rec_call *call = ctx;
    struct http_item item;
    struct td_error why = {0};
    enum td_code code = TD_OK;

    while (call->conn == conn && !call->switched) {
        bool last;

        code = http_next(&call->parser, &in, &item, &why);
        if (code)
            break;
        last = item.kind == HTTP_END && !call->interim;
        take_item(call, &item);
        if (last)
            return; /* it may be gone */
    }
    if (code && code != TD_AGAIN)
        fail(call, "the upstream broke its protocol", &why);
    else if (!code && call->conn == conn && call->switched)
        take_frames(call, in);
}

static void on_opened(void *ctx, struct wire_conn *conn)
{
    struct rec_call *call = ctx;

    call->up = true;
    obey_pause(call);
    (void)wire_write(conn, td_buf_bytes(&call->request));
    td_buf_release(&call->request);
}

static void on_drained(void *ctx, struct wire_conn *conn)
{
    struct rec_call *call = ctx;

    (void)conn;
    call->full = false;
    obey_pause(call);
}

static void on_closed(void *ctx, struct wire_conn *conn,
                      const struct td_error *why)
{
    struct rec_call *call = ctx;

    (void)conn;
    call->conn = NULL;
    if (!call->up)
        fail(call, REC_CALL_NONE, why);
    else if (why->code)
        end(call, REC_CALL_RESET);
    else if (call->answered && !call->switched &&
             http_parser_finish(&call->parser, NULL) == TD_END)
        take_end(call);
    else
        end(call, "closed by upstream");
}

static const struct wire_conn_events conn_events = {.opened = on_opened,
                                                    .received = on_received,
                                                    .drained = on_drained,
                                                    .closed = on_closed};

/* ---- the request ---- */

/* Of these the value says what is asked, and nothing of who asks. */
static bool is_open(struct td_bytes name)
{
    static const char *const starts[] = {"Accept", "Content-", "User-Agent"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        size_t len = strlen(starts[i]);

        if (name.len >= len &&
            !strncasecmp((const char *)name.ptr, starts[i], len))
            return true;
    }
    return false;
}

static bool is_hidden(struct td_bytes name, const char *const *hidden)
{
    for (; hidden && *hidden; hidden++)
        if (!strncasecmp(*hidden, (const char *)name.ptr, name.len) &&
            (*hidden)[name.len] == ':')
            return true;
    return false;
}

/* Names that give a credential away are the recorder's, which counts them. */
static void hide(struct http_head *head, const char *const *hidden)
{
    for (size_t i = 0; i < head->field_count; i++) {
        struct http_field *field = &head->fields[i];

        if (is_hidden(field->name, hidden) && !is_open(field->name) &&
            !td_secret_field(field->name))
            field->value = td_text(HIDDEN);
    }
}

static void tell_item(struct rec_call *call,
                      const struct rec_call_options *options,
                      const struct http_item *item,
                      const struct http_parser *parser)
{
    if (item->kind == HTTP_HEAD) {
        struct http_head head = *item->head;

        hide(&head, options->hidden);
        call->x = rec_exchange_new(options->tap, options->conn, &head);
        if (td_bytes_is(item->head->method, "HEAD"))
            http_parser_expect_no_body(&call->parser);
    } else if (item->kind == HTTP_BODY) {
        rec_exchange_body(call->x, PROXY_CLIENT, item->body, true);
    } else {
        rec_exchange_whole(call->x, PROXY_CLIENT, parser);
    }
}

/* For the tape it is read as a server reads it. */
static enum td_code tell_request(struct rec_call *call,
                                 const struct rec_call_options *options,
                                 struct td_error *err)
{
    static const struct http_limits limits = {.line = PROXY_LINE_MAX,
                                              .head = PROXY_HEAD_MAX};
    struct http_parser parser;
    struct td_bytes in = options->request;
    struct http_item item = {.kind = HTTP_HEAD};
    enum td_code code = TD_OK;

    http_parser_init(&parser, HTTP_REQUESTS, &limits);
    for (bool whole = false; !whole && !code;) {
        code = http_next(&parser, &in, &item, err);
        if (!code)
            tell_item(call, options, &item, &parser);
        whole = !code && item.kind == HTTP_END;
    }
    http_parser_release(&parser);
    return code == TD_AGAIN ? td_error_set(err, TD_PROTOCOL, NULL, 0,
                                           "the request is not whole")
                            : code;
}

enum td_code rec_call_open(struct rec_call **out, struct wire_net *net,
                           const struct rec_call_options *options,
                           const struct rec_call_events *events, void *ctx,
                           struct td_error *err)
{
    static const struct http_limits limits = {.line = PROXY_LINE_MAX,
                                              .head = PROXY_HEAD_MAX};
    struct rec_call *call = td_calloc(1, sizeof(*call));
    enum td_code code;

    call->net = net;
    call->events = events;
    call->ctx = ctx;
    call->sio = options->sio;
    if (options->ws_key)
        (void)snprintf(call->key, sizeof(call->key), "%s", options->ws_key);
    if (options->ws_protocols)
        call->protocols = td_strdup(options->ws_protocols);
    http_parser_init(&call->parser, HTTP_RESPONSES, &limits);
    call->parser.keep_trailers = true;
    ws_decoder_init(&call->decoder, WS_CLIENT, options->tap->max_message);
    (void)td_buf_add_bytes(&call->request, options->request);
    code = tell_request(call, options, err);
    if (!code)
        code = wire_connect(net, options->dial, &conn_events, call, &call->conn,
                            err);
    if (code) {
        rec_call_free(call);
        return code;
    }
    *out = call;
    return TD_OK;
}

void rec_call_pause(struct rec_call *call, bool paused)
{
    call->paused = paused;
    obey_pause(call);
}

void rec_call_free(struct rec_call *call)
{
    if (!call)
        return;
    wire_conn_drop(call->conn);
    rec_exchange_free(call->x);
    http_parser_release(&call->parser);
    ws_decoder_release(&call->decoder);
    td_buf_release(&call->request);
    free(call->protocols);
    free(call);
}
