/* wire/server/request.h - HTTP requests of a server, answered by its owner.
 *
 * With wire_server_events.request set, the owner gets every request that is for
 * none of the server's own routes (Socket.IO's path, WebSocket handshakes,
 * event streams, OPTIONS, which the server answers), of any method of HTTP,
 * once it is whole; with options.owner_routes it gets those, too. Host, Origin
 * and token have been looked at (wire/server/access.h), and so have the limits:
 * a head or a line that is too long is answered with 431 or 414, a body longer
 * than options.max_message with 413, a request that does not come whole in 30 s
 * with 408.
 *
 * It answers now or later; requests behind it on the same conn wait, so that
 * answers come in order. The server adds the CORS fields, Content-Length or
 * chunks, Connection, and `Cache-Control: no-store` unless the owner has one;
 * leaves the body out for HEAD, 204 and 304; and keeps the conn open for more.
 *
 * Sources: RFC 9110, RFC 9112.
 */
#ifndef WIRE_SERVER_REQUEST_H
#define WIRE_SERVER_REQUEST_H

#include "wire/server/server.h"

/* What was asked, as long as the request is open. */
struct wire_request_info {
    const struct http_head *head; /* method, path, query, fields: see http.h */
    struct td_bytes body;
    const char *address; /* of the peer */
    bool trusted;        /* it bears the token, or none is asked for */
    bool blind;          /* wire_is_blind(): a foreign page in a browser sent it
                            and cannot read the answer, so do nothing for it but
                            tell */
};

struct wire_response_field {
    const char *name;
    struct td_bytes value;
};

struct wire_response {
    int status;                               /* 200 to 599 */
    const struct wire_response_field *fields; /* not those of the server */
    size_t field_count;
    struct td_bytes body;
    /* What stands for another server says just what that said. */
    bool as_is;             /* the server adds neither CORS fields nor
                               Cache-Control */
    struct td_bytes reason; /* behind the status; "" = the usual one */
    bool last;              /* close the conn behind it */
    bool has_length; /* of an answer in pieces, or to HEAD: the body has */
    uint64_t length; /* so many bytes, and is not sent in chunks */
};

/* What was asked, as long as the request is open; and what the owner keeps with
 * it.
 */
const struct wire_request_info *
wire_request_info(const struct wire_request *request);
void wire_request_set_ctx(struct wire_request *request, void *ctx);
void *wire_request_ctx(const struct wire_request *request);

/* Answer it; it is gone. TD_USAGE: the status is none, or a field is not to be
 * sent (a name that is none, a line end, Content-Length, Transfer-Encoding,
 * Connection); nothing was sent then, and it is still open.
 */
TD_MUST_CHECK enum td_code
wire_request_answer(struct wire_request *request,
                    const struct wire_response *response, struct td_error *err);

/* The same in pieces: the head and response->body, then any number of pieces,
 * then the end, with which it is gone. TD_FULL of a piece: wait for
 * `request_ready` before the next. A peer that takes no byte for 30 s meanwhile
 * is closed.
 */
TD_MUST_CHECK enum td_code
wire_request_begin(struct wire_request *request,
                   const struct wire_response *response, struct td_error *err);
enum td_code wire_request_write(struct wire_request *request,
                                struct td_bytes piece);
void wire_request_end(struct wire_request *request);

/* The same with trailer fields, which go out where the body is in chunks. */
void wire_request_end_with(struct wire_request *request,
                           const struct wire_response_field *trailers,
                           size_t count);

/* Cut an answer short, or give none: what was written is sent, then the conn is
 * closed without an end of the body, or with reset broken, if nothing waits to
 * be sent; the request is gone. */
void wire_request_cut(struct wire_request *request, bool reset);

/* Break the conn, so that a begun answer is seen to be cut short; the request
 * is gone, without `request_gone`. */
void wire_request_abort(struct wire_request *request);

/* Speak WebSocket from here on. The request is gone, and a peer has joined: its
 * `joined` was called, with peer_ctx as its wire_peer_ctx(), and perhaps
 * `event` with what it said early. protocol is the subprotocol that is chosen,
 * if the client offers it (ptr NULL: the first that it offers). TD_USAGE: a
 * field is not to be sent; it is still open. TD_PROTOCOL: the handshake is
 * wrong; it was answered with 400 or 426.
 */
struct wire_upgrade {
    const struct wire_response_field *fields; /* not those of a handshake */
    size_t field_count;
    struct td_bytes protocol;
    void *peer_ctx;
};
TD_MUST_CHECK enum td_code wire_request_upgrade(struct wire_request *request,
                                                const struct wire_upgrade *how,
                                                struct td_error *err);

#endif
