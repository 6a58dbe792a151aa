#include "core/mem.h"
#include "wire/server/server_internal.h"
#include "wire/ws/handshake.h"

#include <stdlib.h>

enum route { TO_SIO, TO_WS, TO_SSE, TO_PAGE };

static bool is(const struct http_head *head, const char *method)
{
    return td_bytes_is(head->method, method);
}

/* "/socket.io/", with or without its last slash. */
static bool is_sio_path(const struct wire_server *server, struct td_bytes path)
{
    size_t len = strlen(server->sio_path);

    if (server->options.owner_routes)
        return false;
    return td_bytes_is(path, server->sio_path) ||
           (path.len == len - 1 &&
            !memcmp(path.ptr, server->sio_path, len - 1));
}

static enum route route_of(const struct wire_server *server,
                           const struct http_head *head)
{
    if (server->options.owner_routes)
        return TO_PAGE;
    if (is_sio_path(server, head->path))
        return TO_SIO;
    if (ws_is_upgrade(head))
        return TO_WS;
    if ((is(head, "GET") || is(head, "HEAD")) &&
        (td_bytes_is(head->path, "/events") ||
         http_has_token(head, "Accept", "text/event-stream")))
        return TO_SSE;
    return TO_PAGE;
}

/* For an origin that was admitted. That credentials are allowed lets pages ask
 * "with credentials", as clients may be set up to; no cookie is looked at. */
void server_http_cors(struct td_buf *out, const struct http_head *head)
{
    struct td_bytes origin = http_field(head, "Origin");

    if (!origin.ptr)
        return;
    (void)http_put_field(out, "Access-Control-Allow-Origin", origin);
    (void)td_buf_add_text(out, "Access-Control-Allow-Credentials: true\r\n"
                               "Vary: Origin\r\n");
}

/* The answer to a preflight, or to a plain OPTIONS. */
static void answer_options(struct server_conn *c, const struct http_head *head)
{
    bool sio = is_sio_path(c->server, head->path);
    const char *methods = c->server->events.request && !sio
                              ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
                          : sio ? "GET, HEAD, POST, OPTIONS"
                                : "GET, HEAD, OPTIONS";
    struct td_bytes asked = http_field(head, "Access-Control-Request-Headers");
    struct td_buf out = {0};

    (void)http_put_status(&out, 204);
    (void)http_put_field(&out, "Allow", td_text(methods));
    server_http_cors(&out, head);
    if (http_field(head, "Access-Control-Request-Method").ptr) {
        (void)http_put_field(&out, "Access-Control-Allow-Methods",
                             td_text(methods));
        if (asked.len > 0)
            (void)http_put_field(&out, "Access-Control-Allow-Headers", asked);
        (void)td_buf_add_text(&out, "Access-Control-Max-Age: 600\r\n");
    }
    (void)http_put_end(&out);
    server_conn_write(c, td_buf_bytes(&out));
    td_buf_release(&out);
    if (!head->keep_alive)
        server_conn_end(c);
}

static void put_extra(struct td_buf *out, int status)
{
    if (status == 401)
        (void)td_buf_add_text(out, "WWW-Authenticate: Bearer\r\n");
    if (status == 405)
        (void)td_buf_add_text(out, "Allow: GET, HEAD, OPTIONS\r\n");
    if (status == 426)
        (void)td_buf_add_text(out, "Upgrade: websocket\r\n"
                                   "Sec-WebSocket-Version: 13\r\n");
}

void server_http_answer(struct server_conn *c, const struct http_head *head,
                        int status, const char *type, struct td_bytes body)
{
    bool keep =
        head && head->keep_alive && !c->last && !server_is_over(c->server);
    struct td_buf out = {0};

    (void)http_put_status(&out, status);
    (void)http_put_field(&out, "Content-Type", td_text(type));
    (void)http_put_length(&out, body.len);
    (void)td_buf_add_text(&out, "Cache-Control: no-store\r\n");
    put_extra(&out, status);
    if (head)
        server_http_cors(&out, head);
    if (!keep)
        (void)td_buf_add_text(&out, "Connection: close\r\n");
    else if (head->minor == 0)
        (void)td_buf_add_text(&out, "Connection: keep-alive\r\n");
    (void)http_put_end(&out);
    if (!head || !is(head, "HEAD"))
        (void)td_buf_add_bytes(&out, body);
    server_conn_write(c, td_buf_bytes(&out));
    td_buf_release(&out);
    c->answered = true;
    if (!keep)
        server_conn_end(c);
}

/* head NULL: without a word for pages of other origins. */
static void turn_away(struct server_conn *c, const struct http_head *head,
                      int status, const char *why)
{
    struct td_buf body = {0};

    c->last = true;
    (void)td_buf_addf(&body, "%d %s: %s\n", status, http_reason(status), why);
    server_http_answer(c, head, status, "text/plain; charset=utf-8",
                       td_buf_bytes(&body));
    td_buf_release(&body);
}

/* Refused for good: what follows on this conn is not looked at. */
void server_http_refuse(struct server_conn *c, int status, const char *why)
{
    turn_away(c, NULL, status, why);
}

static void answer_page(struct server_conn *c, const struct http_head *head)
{
    struct wire_server *server = c->server;
    struct wire_page page = {.status = 404,
                             .html =
                                 http_has_token(head, "Accept", "text/html"),
                             .content_type = "text/plain; charset=utf-8"};
    char *path = td_strndup(head->path.ptr, head->path.len);

    if (server->events.page)
        server->events.page(server->ctx, path, &page);
    if (page.status == 404 && page.body.len == 0)
        (void)td_buf_add_text(&page.body, "404 Not Found\n");
    server_http_answer(c, head, page.status, page.content_type,
                       td_buf_bytes(&page.body));
    td_buf_release(&page.body);
    free(path);
}

/* What a method is worth where only GET, HEAD and OPTIONS are: 0 = fine. */
static int method_status(const struct http_head *head)
{
    static const char *const known[] = {"POST",  "PUT",   "DELETE",
                                        "PATCH", "TRACE", "CONNECT"};

    if (is(head, "GET") || is(head, "HEAD") || is(head, "OPTIONS"))
        return 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (is(head, known[i]))
            return 405;
    return 501;
}

/* A consumer more, of a session that is there or not. */
static bool is_full(const struct wire_server *server, enum route route,
                    const struct http_head *head)
{
    unsigned max = server->options.max_peers;

    if (route != TO_SIO)
        return server->peer_count >= max;
    if (http_query(head->query, "sid").len > 0)
        return false;
    return server->peer_count >= max || server->session_count >= max;
}

/* A POST to a session: its body is wanted, so its length must be known. */
static void head_of_post(struct server_conn *c, const struct http_head *head)
{
    if (head->framing == HTTP_NO_BODY && http_query(head->query, "sid").ptr) {
        server_http_refuse(c, 411, "a POST needs a Content-Length");
        return;
    }
    c->wants_body =
        server_session_find(c->server, http_query(head->query, "sid")) != NULL;
}

/* A session of Socket.IO may bear the token in its auth payload later; a
 * preflight bears nothing, and its answer tells nothing.
 */
static bool has_token(struct server_conn *c, const struct http_head *head)
{
    enum wire_token token = wire_access_token(&c->server->options.access, head);

    c->trusted = token == WIRE_TOKEN_RIGHT;
    if (c->trusted || is(head, "OPTIONS"))
        return true;
    return token == WIRE_TOKEN_NONE && !c->server->options.engine_io &&
           is_sio_path(c->server, head->path);
}

/* Whether the request is admitted; if not, it has been answered. */
static bool is_admitted(struct server_conn *c, const struct http_head *head)
{
    const struct wire_server_options *options = &c->server->options;
    const char *why = "";
    int status = wire_access_request(&options->access, c->server->checks_host,
                                     head, &why);

    if (!status && wire_is_blind(&options->access, head) &&
        route_of(c->server, head) != TO_PAGE) {
        status = 403;
        why = "a page of another origin may not ask for this";
    }
    if (!status && has_token(c, head))
        return true;
    if (!status)
        why = SERVER_NO_TOKEN;
    server_tell_refused(c->server, wire_peer_name(c->conn),
                        status ? status : 401, why);
    if (status)
        server_http_refuse(c, status, why);
    else
        turn_away(c, head, 401, why);
    return false;
}

#define ONLY "only GET, HEAD and OPTIONS go here"

/* What is the owner's: a request, or else a page. */
static void answer_other(struct server_conn *c, const struct http_head *head)
{
    if (server_request(c, head))
        return;
    if (method_status(head))
        server_http_refuse(c, method_status(head), ONLY);
    else
        answer_page(c, head);
}

void server_http_head(struct server_conn *c, const struct http_head *head)
{
    bool sio = is_sio_path(c->server, head->path);
    int status = method_status(head);

    if (!is_admitted(c, head))
        return;
    if (sio && is(head, "POST"))
        head_of_post(c, head);
    else if ((status != 501 || c->server->options.owner_routes) &&
             c->server->events.request && route_of(c->server, head) == TO_PAGE)
        c->wants_body = true;
    else if (status == 501 || (status && !sio))
        server_http_refuse(c, status, ONLY);
    if (head->expect_continue && head->framing != HTTP_NO_BODY &&
        c->mode == SERVER_HTTP)
        server_conn_write(c, td_text("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void turn_full_away(struct server_conn *c)
{
    server_tell_refused(c->server, wire_peer_name(c->conn), 503,
                        SERVER_TOO_MANY);
    server_http_refuse(c, 503, SERVER_TOO_MANY);
}

void server_http_end(struct server_conn *c, const struct http_head *head)
{
    enum route route = route_of(c->server, head);

    if (is(head, "OPTIONS") && !c->server->options.owner_routes)
        answer_options(c, head);
    else if (route == TO_PAGE)
        answer_other(c, head);
    else if (is_full(c->server, route, head))
        turn_full_away(c);
    else if (route != TO_SIO && c->server->events.stream &&
             !c->server->events.stream(c->server->ctx, head->query))
        server_http_refuse(c, 404, "there is no such stream");
    else if (route == TO_WS)
        (void)server_ws_open(c, head, &(struct server_ws_how){0});
    else if (route == TO_SSE)
        server_sse_open(c, head);
    else
        server_sio_request(c, head);
}
