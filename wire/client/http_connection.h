/* wire/client/http_connection.h - a client's HTTP requests to one server, one
 * after another.
 *
 * A conn is kept for the next request if the server keeps it and that comes
 * within HTTP_LINE_IDLE_NS; a server that is about to close an idle conn could
 * otherwise lose a request without a word.
 *
 * Life of one: client_http_line_send() -> head() -> body()* -> done(). The line
 * is held by its owner. Every call is allowed inside every callback; the line's
 * memory must outlive the outermost call.
 */
#ifndef WIRE_CLIENT_HTTP_CONNECTION_H
#define WIRE_CLIENT_HTTP_CONNECTION_H

#include "wire/http/http.h"
#include "wire/net/transport.h"

#define HTTP_LINE_IDLE_NS (2 * TD_NS_PER_S)

struct client_http_line_events {
    /* Around all that comes from the loop. heard: bytes of the peer's. */
    void (*enter)(void *ctx, bool received);
    void (*leave)(void *ctx);
    /* A final answer (1xx are passed over). */
    void (*head)(void *ctx, const struct http_head *head);
    void (*body)(void *ctx, struct td_bytes piece);
    /* It is over; failed is NULL if the answer is whole. */
    void (*done)(void *ctx, const struct td_error *failed);
    /* The server broke HTTP with these bytes; done() follows. */
    void (*bad)(void *ctx, struct td_bytes bytes, const struct td_error *why);
};

/* Private. All zeroes is valid: idle. */
struct client_http_line {
    const struct client_http_line_events *events;
    void *ctx;
    struct wire_net *net;
    struct wire_conn *conn;
    bool up;       /* the conn is connected */
    bool busy;     /* a request waits for its answer */
    bool parsed;   /* the parser was set up for this conn */
    bool keep;     /* the answer allows another request */
    bool answered; /* its head came */
    bool paused;
    uint64_t idle_ns; /* since when */
    struct td_buf request;
    struct http_parser parser;
};

/* Send one request: its whole bytes, copied. Only when none is under way.
 * TD_USAGE, TD_IO as wire_connect().
 */
TD_MUST_CHECK enum td_code client_http_line_send(struct client_http_line *line,
                                                 struct wire_net *net,
                                                 const struct wire_dial *dial,
                                                 struct td_bytes request,
                                                 struct td_error *err);

/* Let go of the conn now, without done(). */
void client_http_line_drop(struct client_http_line *line);

void client_http_line_pause(struct client_http_line *line, bool paused);
size_t client_http_line_pending(const struct client_http_line *line);
void client_http_line_release(
    struct client_http_line *line); /* drops and frees buffers */

#endif
