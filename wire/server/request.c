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
    bool no_body; /* there may be none */
    bool keep;    /* the conn, for more */
    bool waits;   /* TD_FULL was said */
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

static enum td_code put_fields(struct td_buf *out,
                               const struct wire_response *response,
                               struct td_error *err)
{
    bool cached = false;

    for (size_t i = 0; i < response->field_count; i++) {
        const struct wire_response_field *field = &response->fields[i];

        if (!is_owners(field->name) ||
            http_put_field(out, field->name, field->value))
            return td_error_set(err, TD_USAGE, field->name, 0,
                                "this field cannot be sent in an answer");
        cached |= http_same(td_text(field->name), "Cache-Control");
    }
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
    if (request->chunked)
        (void)td_buf_add_text(out, "Transfer-Encoding: chunked\r\n");
    else if (whole && may_have_body(response))
        (void)http_put_length(out, response->body.len);
    if (!request->keep)
        (void)td_buf_add_text(out, "Connection: close\r\n");
    else if (request->info.head->minor == 0)
        (void)td_buf_add_text(out, "Connection: keep-alive\r\n");
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
    request->chunked = pieces && head->minor > 0;
    request->no_body =
        !may_have_body(response) || td_bytes_is(head->method, "HEAD");
    request->keep = head->keep_alive && !c->last &&
                    !server_is_over(c->server) &&
                    (!pieces || request->chunked || request->no_body);
    (void)http_put_status(&out, response->status);
    code = put_fields(&out, response, err);
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
    if (request->chunked && !request->no_body)
        server_conn_write(request->c, td_text("0\r\n\r\n"));
    finish(request);
}

void wire_request_abort(struct wire_request *request)
{
    struct server_conn *c = request->c;

    let_go(request);
    c->mode = SERVER_CLOSING;
    wire_abort(c->conn);
}
