#include "recorder/proxy/exchange.h"

#include "core/mem.h"
#include "recorder/proxy/body.h"
#include "recorder/proxy/messages.h"
#include "wire/eio/eio.h"

#include <stdio.h>
#include <stdlib.h>

struct rec_exchange {
    struct rec_voice voice;
    struct rec_body bodies[2];     /* by enum proxy_side */
    struct rec_messages *messages; /* behind a 101; or NULL */
    struct td_buf trailers;        /* JSON of those of the answer */
    uint64_t left_out;             /* trailers of the request */
    bool own;                      /* the answer is the proxy's */
    bool sio;                      /* it asks for Socket.IO */
};

static enum td_dir dir_of(enum proxy_side side)
{
    return side == PROXY_CLIENT ? TD_DIR_IN : TD_DIR_OUT;
}

static void put_json(const struct rec_exchange *x, enum proxy_side side,
                     const char *kind, const struct td_buf *json)
{
    struct td_event ev = {.dir = dir_of(side),
                          .kind = td_text(kind),
                          .form = TD_FORM_JSON,
                          .payload = td_buf_bytes(json)};

    rec_voice_put(&x->voice, &ev);
}

static void put_pair(struct td_json_writer *w, const struct http_field *field)
{
    td_json_array(w, NULL);
    td_json_put_string(w, NULL, field->name);
    td_json_put_string(w, NULL, field->value);
    td_json_array_end(w);
}

/* The version and the fields, and the end of the object. */
static void end_head(struct td_json_writer *w, const struct http_head *head)
{
    td_json_put_text(w, "version", head->minor ? "1.1" : "1.0");
    td_json_array(w, "headers");
    for (size_t i = 0; i < head->field_count; i++)
        put_pair(w, &head->fields[i]);
    td_json_array_end(w);
    td_json_object_end(w);
}

struct rec_exchange *rec_exchange_new(struct rec_tap *tap, uint32_t conn,
                                      const struct http_head *head)
{
    struct rec_exchange *x = td_calloc(1, sizeof(*x));
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    struct eio_query query;

    x->voice = (struct rec_voice){
        .tap = tap, .conn = conn, .exchange = ++tap->exchanges};
    td_json_object(&w, NULL);
    td_json_put_string(&w, "method", head->method);
    td_json_put_string(&w, "target", head->target);
    end_head(&w, head);
    put_json(x, PROXY_CLIENT, TD_KIND_REQUEST, &json);
    td_buf_release(&json);
    query = eio_query_parse(head->query);
    x->sio = td_bytes_is(query.version, "4");
    x->voice.polls = x->sio && td_bytes_is(query.transport, "polling");
    rec_body_open(&x->bodies[PROXY_CLIENT], &x->voice, TD_DIR_IN, head, false);
    return x;
}

static enum rec_messages_kind kind_of(const struct rec_exchange *x,
                                      const struct http_head *head)
{
    if (http_field(head, "Sec-WebSocket-Extensions").len > 0)
        return REC_FRAMES;
    return x->sio ? REC_SOCKET_IO : REC_WEBSOCKET;
}

void rec_exchange_response(struct rec_exchange *x, const struct http_head *head,
                           bool own)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);

    x->own = own;
    td_json_object(&w, NULL);
    td_json_put_i64(&w, "status", head->status);
    td_json_put_string(&w, "reason", head->reason);
    end_head(&w, head);
    put_json(x, PROXY_UPSTREAM, TD_KIND_RESPONSE, &json);
    td_buf_release(&json);
    if (head->status == 101)
        x->messages = rec_messages_new(&x->voice, kind_of(x, head));
    else if (head->status >= 200)
        rec_body_open(&x->bodies[PROXY_UPSTREAM], &x->voice, TD_DIR_OUT, head,
                      true);
}

void rec_exchange_body(struct rec_exchange *x, enum proxy_side side,
                       struct td_bytes piece, bool ends)
{
    rec_body_piece(&x->bodies[side], piece, ends);
}

void rec_exchange_whole(struct rec_exchange *x, enum proxy_side side,
                        const struct http_parser *parser)
{
    struct td_json_writer w = td_json_writer(&x->trailers);
    struct http_field field;
    size_t at = 0;

    rec_body_end(&x->bodies[side], true);
    if (side == PROXY_CLIENT) {
        while (http_next_trailer(parser, &at, &field))
            x->left_out++;
        return;
    }
    if (!http_next_trailer(parser, &at, &field))
        return;
    td_json_array(&w, NULL);
    do {
        put_pair(&w, &field);
    } while (http_next_trailer(parser, &at, &field));
    td_json_array_end(&w);
}

void rec_exchange_data(struct rec_exchange *x, enum proxy_side side,
                       struct td_bytes bytes)
{
    if (x->messages)
        rec_messages_came(x->messages, side, bytes);
}

bool rec_exchange_done(struct rec_exchange *x, const char *cut)
{
    struct td_buf json = {0};
    struct td_json_writer w = td_json_writer(&json);
    bool closes;

    if (x->messages)
        rec_messages_end(x->messages);
    rec_body_end(&x->bodies[PROXY_CLIENT], false);
    rec_body_end(&x->bodies[PROXY_UPSTREAM], false);
    if (!cut && rec_body_is_half(&x->bodies[PROXY_UPSTREAM]))
        cut = "the packed stream broke off";
    if (x->messages && rec_messages_closed(x->messages))
        cut = NULL; /* both sides said goodbye */
    td_json_object(&w, NULL);
    if (cut)
        td_json_put_text(&w, "cut", cut);
    if (x->own)
        td_json_put_text(&w, "by", "proxy");
    if (x->trailers.len > 0)
        td_json_put_raw(&w, "trailers", td_buf_bytes(&x->trailers));
    if (x->left_out)
        td_json_put_u64(&w, "request_trailers_left_out", x->left_out);
    rec_body_unnamed(&x->bodies[PROXY_UPSTREAM], &w);
    rec_body_chunks(&x->bodies[PROXY_UPSTREAM], &w);
    td_json_object_end(&w);
    put_json(x, PROXY_UPSTREAM, TD_KIND_DONE, &json);
    td_buf_release(&json);
    closes = x->messages && rec_messages_put_close(x->messages);
    rec_exchange_free(x);
    return closes;
}

void rec_exchange_free(struct rec_exchange *x)
{
    if (!x)
        return;
    rec_body_release(&x->bodies[PROXY_CLIENT]);
    rec_body_release(&x->bodies[PROXY_UPSTREAM]);
    rec_messages_free(x->messages);
    td_buf_release(&x->trailers);
    free(x);
}
