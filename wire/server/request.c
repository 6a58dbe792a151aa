#include "wire/server/request.h"

#include "core/mem.h"
#include "wire/server/server_internal.h"

#include <stdlib.h>

struct wire_request {
    struct server_conn *c; /* NULL: it is gone, the owner is still inside */
    struct wire_request_info info;
    void *ctx;
    bool inside; /* the owner's `request` has not returned */
    bool begun;  /* its head was sent */
    bool chunked;
    bool counted;  /* the body has a length */
    uint64_t left; /* bytes of it that are not written yet */
    bool no_body;  /* there may be none */
    bool keep;     /* the conn, for more */
    bool waits;    /* TD_FULL was said */
};

/* Its conn answers it no more. */
static void let_go(struct wire_request *request)
{
    request->c->request = NULL;
    request->c = NULL;
    if (!request->inside)
        free(request);
}

bool server_request(struct server_conn *c, const struct http_head *head)
{
    struct wire_server *server = c->server;
    struct wire_request *request;
    bool taken;

    if (!server->events.request)
        return false;
    request = td_calloc(1, sizeof(*request));
    request->c = c;
    request->info = (struct wire_request_info){
        .head = head,
        .body = td_buf_bytes(&c->body),
        .address = wire_peer_name(c->conn),
        .trusted = c->trusted,
        .blind = wire_is_blind(&server->options.access, head)};
    c->request = request;
    request->inside = true;
    taken = server->events.request(server->ctx, request);
    request->inside = false;
    if (!request->c) { /* answered */
        free(request);
        return true;
    }
    if (!taken)
        let_go(request);
    else
        c->held = true;
    return taken;
}

void server_request_gone(struct server_conn *c)
{
    struct wire_server *server = c->server;
    struct wire_request *request = c->request;

    if (!request)
        return;
    if (server->events.request_gone)
        server->events.request_gone(server->ctx, request);
    let_go(request);
}

void server_request_drained(struct server_conn *c)
{
    struct wire_server *server = c->server;

    if (!c->request || !c->request->waits)
        return;
    c->request->waits = false;
    if (server->events.request_ready)
        server->events.request_ready(server->ctx, c->request);
}

const struct wire_request_info *
wire_request_info(const struct wire_request *request)
{
    return &request->info;
}

void wire_request_set_ctx(struct wire_request *request, void *ctx)
{
    request->ctx = ctx;
}

void *wire_request_ctx(const struct wire_request *request)
{
    return request->ctx;
}

static bool is_owners(const char *name)
{
    static const char *const ours[] = {"Content-Length", "Transfer-Encoding",
                                       "Connection"};

    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (http_same(td_text(name), ours[i]))
            return false;
    return true;
}

static enum td_code put_list(struct td_buf *out,
                             const struct wire_response_field *fields,
                             size_t count, struct td_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!is_owners(fields[i].name) ||
            http_put_field(out, fields[i].name, fields[i].value))
            return td_error_set(err, TD_USAGE, fields[i].name, 0,
                                "this field cannot be sent in an answer");
    return TD_OK;
}

static enum td_code put_fields(struct td_buf *out,
                               const struct wire_response *response,
                               struct td_error *err)
{
    bool cached = response->as_is;
    enum td_code code =
        put_list(out, response->fields, response->field_count, err);

    for (size_t i = 0; i < response->field_count; i++)
        cached |= http_same(td_text(response->fields[i].name), "Cache-Control");
    if (code)
        return code;
    if (!cached)
        (void)td_buf_add_text(out, "Cache-Control: no-store\r\n");
    return TD_OK;
}

static bool may_have_body(const struct wire_response *response)
{
    return response->status != 204 && response->status != 304;
}

/* How the conn goes on, and how long the body is. */
static void put_framing(struct td_buf *out, const struct wire_request *request,
                        const struct wire_response *response, bool whole)
{
    if (response->has_length && (request->no_body || !whole))
        (void)http_put_length(out, response->length);
    else if (request->chunked)
        (void)td_buf_add_text(out, "Transfer-Encoding: chunked\r\n");
    else if (whole && may_have_body(response) &&
             !(response->as_is && request->no_body))
        (void)http_put_length(out, response->body.len);
    if (!request->keep)
        (void)td_buf_add_text(out, "Connection: close\r\n");
    else if (request->info.head->minor == 0)
        (void)td_buf_add_text(out, "Connection: keep-alive\r\n");
}

static enum td_code put_status(struct td_buf *out,
                               const struct wire_response *response,
                               struct td_error *err)
{
    if (!response->reason.len)
        return http_put_status(out, response->status);
    if (!http_put_status_as(out, response->status, response->reason))
        return TD_OK;
    return td_error_set(err, TD_USAGE, "the reason of a status", 0,
                        "is not one line");
}

/* The head of an answer whose body is response->body (whole), or goes on. */
static enum td_code send_head(struct wire_request *request,
                              const struct wire_response *response, bool whole,
                              struct td_error *err)
{
    const struct http_head *head = request->info.head;
    struct server_conn *c = request->c;
    bool pieces = !whole && may_have_body(response);
    struct td_buf out = {0};
    enum td_code code = TD_OK;

    if (response->status < 200 || response->status > 599 || request->begun)
        return td_error_set(err, TD_USAGE, request->info.address, 0,
                            "%d cannot be answered here", response->status);
    request->counted = pieces && response->has_length;
    request->left = request->counted ? response->length : 0;
    request->chunked = pieces && head->minor > 0 && !request->counted;
    request->no_body =
        !may_have_body(response) || td_bytes_is(head->method, "HEAD");
    request->keep =
        head->keep_alive && !c->last && !server_is_over(c->server) &&
        !response->last &&
        (!pieces || request->chunked || request->counted || request->no_body);
    code = put_status(&out, response, err);
    if (!code)
        code = put_fields(&out, response, err);
    if (!response->as_is)
        server_http_cors(&out, head);
    put_framing(&out, request, response, whole);
    (void)http_put_end(&out);
    if (!code) {
        request->begun = true;
        c->answered = true;
        server_conn_write(c, td_buf_bytes(&out));
    }
    td_buf_release(&out);
    return code;
}

static void finish(struct wire_request *request)
{
    struct server_conn *c = request->c;
    bool inside = request->inside;
    bool keep = request->keep;

    let_go(request);
    if (!keep || server_is_over(c->server))
        server_conn_end(c);
    else if (!inside)
        server_conn_resume(c);
}

enum td_code wire_request_answer(struct wire_request *request,
                                 const struct wire_response *response,
                                 struct td_error *err)
{
    enum td_code code = send_head(request, response, true, err);

    if (code)
        return code;
    if (!request->no_body)
        server_conn_write(request->c, response->body);
    finish(request);
    return TD_OK;
}

enum td_code wire_request_begin(struct wire_request *request,
                                const struct wire_response *response,
                                struct td_error *err)
{
    enum td_code code = send_head(request, response, false, err);

    if (!code)
        (void)wire_request_write(request, response->body);
    return code;
}

enum td_code wire_request_write(struct wire_request *request,
                                struct td_bytes piece)
{
    struct server_conn *c = request->c;
    struct td_buf chunk = {0};

    if (request->counted && piece.len > request->left)
        piece.len = (size_t)request->left;
    request->left -= request->counted ? piece.len : 0;
    if (request->no_body || piece.len == 0)
        return TD_OK;
    if (request->chunked) {
        (void)http_put_chunk(&chunk, piece);
        piece = td_buf_bytes(&chunk);
    }
    server_conn_write(c, piece);
    td_buf_release(&chunk);
    if (!c->full)
        return TD_OK;
    request->waits = true;
    server_conn_choke(c);
    return TD_FULL;
}

void wire_request_end(struct wire_request *request)
{
    wire_request_end_with(request, NULL, 0);
}

void wire_request_end_with(struct wire_request *request,
                           const struct wire_response_field *trailers,
                           size_t count)
{
    struct td_buf end = {0};

    if (request->chunked && !request->no_body) {
        (void)td_buf_add_text(&end, "0\r\n");
        if (put_list(&end, trailers, count, NULL))
            td_buf_clear(&end);
        if (!end.len)
            (void)td_buf_add_text(&end, "0\r\n");
        (void)td_buf_add_text(&end, "\r\n");
        server_conn_write(request->c, td_buf_bytes(&end));
    }
    if (request->left > 0 && !request->no_body)
        request->keep = false;
    td_buf_release(&end);
    finish(request);
}

void wire_request_cut(struct wire_request *request, bool reset)
{
    struct server_conn *c = request->c;

    if (reset && !wire_pending(c->conn)) {
        wire_request_abort(request);
        return;
    }
    let_go(request);
    server_conn_end(c);
}

void wire_request_abort(struct wire_request *request)
{
    struct server_conn *c = request->c;

    let_go(request);
    c->mode = SERVER_CLOSING;
    wire_abort(c->conn);
}

enum td_code wire_request_upgrade(struct wire_request *request,
                                  const struct wire_upgrade *how,
                                  struct td_error *err)
{
    struct server_conn *c = request->c;
    const struct wire_request_info info = request->info;
    bool inside = request->inside;
    struct td_buf more = {0};
    enum td_code code = put_list(&more, how->fields, how->field_count, err);
    const struct server_ws_how ws = {.protocol = how->protocol,
                                     .more = td_buf_bytes(&more),
                                     .ctx = how->peer_ctx};

    if (code) {
        td_buf_release(&more);
        return code;
    }
    let_go(request);
    if (!server_ws_open(c, info.head, &ws))
        code = td_error_set(err, TD_PROTOCOL, info.address, 0,
                            "this is no handshake of WebSocket");
    if (!inside)
        server_conn_resume(c);
    td_buf_release(&more);
    return code;
}
