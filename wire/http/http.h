/* wire/http/http.h - HTTP/1.1 messages without I/O (RFC 9110, RFC 9112).
 *
 * One parser reads one direction of one connection: requests on a server,
 * responses on a client. Bytes are pushed, items are pulled:
 *
 *     struct td_bytes in = ...;
 *     while (http_next(&parser, &in, &item, &err) == TD_OK)
 *         HTTP_HEAD, then any number of HTTP_BODY, then HTTP_END
 *
 * It is strict where leniency lets two readers of one stream disagree (request
 * smuggling): lines end with CRLF only, no folded fields, no space before a
 * colon, one Content-Length at most and never beside Transfer-Encoding, no
 * coding but one final "chunked", one Host that is a host. Behind HTTP_END of a
 * 101 response, or of a request that is answered with 101, the rest of `in` is
 * another protocol.
 */
#ifndef WIRE_HTTP_HTTP_H
#define WIRE_HTTP_HTTP_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define HTTP_FIELDS_MAX 100             /* fields of one message */
#define HTTP_LINE_MAX   ((size_t)8192)  /* bytes of a request or status line */
#define HTTP_HEAD_MAX   ((size_t)32768) /* bytes of a whole head */
#define HTTP_BODY_MAX   UINT64_MAX

enum http_role { HTTP_REQUESTS, HTTP_RESPONSES };

/* How the length of a body is known. */
enum http_framing {
    HTTP_NO_BODY,  /* none announced, or none allowed */
    HTTP_LENGTH,   /* Content-Length */
    HTTP_CHUNKED,  /* Transfer-Encoding: chunked */
    HTTP_TO_CLOSE, /* responses: until the peer closes */
};

struct http_field {
    struct td_bytes name;  /* as sent */
    struct td_bytes value; /* without the white space around it */
};

/* The head of a message. It lives until the call behind HTTP_END. */
struct http_head {
    struct td_bytes method; /* requests */
    struct td_bytes target; /* requests: as sent, "/path?query" */
    struct td_bytes path;   /* requests: the part before '?' */
    struct td_bytes query;  /* requests: the part behind it, or "" */
    int status;             /* responses: 100 to 999 */
    struct td_bytes reason; /* responses; may be "" */
    unsigned minor;         /* HTTP/1.minor */
    bool keep_alive;        /* the sender keeps the connection open */
    bool expect_continue;   /* requests: waits for "100 Continue" */
    enum http_framing framing;
    uint64_t length; /* bytes of the body, HTTP_LENGTH only */
    struct http_field fields[HTTP_FIELDS_MAX];
    size_t field_count;
};

enum http_item_kind { HTTP_HEAD, HTTP_BODY, HTTP_END };

struct http_item {
    enum http_item_kind kind;
    const struct http_head *head; /* HTTP_HEAD */
    struct td_bytes body;         /* HTTP_BODY: a piece, points into `in` */
    bool chunk_ends;              /* HTTP_BODY: with it a chunk is whole */
};

/* 0 means the default above. */
struct http_limits {
    size_t line;
    size_t head;
    uint64_t body; /* bytes of a body, decoded */
};

/* The fields are private, but for `status`. */
struct http_parser {
    int status; /* after an error: what a server answers (400, 413, 414, 417,
                   431, 501, 505) */
    enum http_role role;
    struct http_limits limits;
    struct td_buf text; /* the head read so far */
    struct td_buf line; /* a chunk's size line or a trailer */
    struct http_head *head;
    size_t line_start; /* where in text the line being read starts */
    size_t trailers;   /* bytes of them */
    uint64_t left;     /* bytes of body or chunk still to come */
    uint64_t body;     /* bytes of body seen */
    bool no_body;      /* the next response answers a HEAD */
    int state;
    bool keep_trailers; /* set by the owner: http_next_trailer() has them */
    struct td_buf kept; /* trailers, whole lines */
};

void http_parser_init(struct http_parser *parser, enum http_role role,
                      const struct http_limits *limits); /* NULL = defaults */
void http_parser_release(struct http_parser *parser);

/* The next item of *in, which is moved past the bytes used. TD_AGAIN: all of
 * *in is used, push more. TD_PROTOCOL, TD_LIMIT: the message is broken, nothing
 * can be read any more, parser->status is the answer.
 */
TD_MUST_CHECK enum td_code http_next(struct http_parser *parser,
                                     struct td_bytes *in,
                                     struct http_item *item,
                                     struct td_error *err);

/* The connection has ended: TD_END between messages or if that ends a body
 * (HTTP_TO_CLOSE), TD_PROTOCOL if a message was cut short.
 */
TD_MUST_CHECK enum td_code http_parser_finish(struct http_parser *parser,
                                              struct td_error *err);

/* The bytes of the head as they came, from its first line to the empty one;
 * from HTTP_HEAD on, as long as the head.
 */
struct td_bytes http_head_text(const struct http_parser *parser);

/* The trailers of a message, one a call; *at is 0 at first. False behind the
 * last. From HTTP_END on, until the next head.
 */
bool http_next_trailer(const struct http_parser *parser, size_t *at,
                       struct http_field *field);

/* True if part of a message has been read and the rest has not come. */
bool http_parser_busy(const struct http_parser *parser);

/* Responses: the next final one has no body, it answers a HEAD. */
void http_parser_expect_no_body(struct http_parser *parser);

/* Value of the first field of that name (any case); ptr is NULL if none. */
struct td_bytes http_field(const struct http_head *head, const char *name);

/* How many fields of that name (any case) there are. */
size_t http_count(const struct http_head *head, const char *name);

/* The next element of a comma-separated list (RFC 9110, 5.6.1), which is moved
 * behind it; without white space and parameters. Commas and semicolons within
 * quotes are none. An element may be empty; ptr is NULL at the end.
 */
struct td_bytes http_next_element(struct td_bytes *list);

/* True if the comma-separated lists of that name hold the token (any case);
 * parameters behind ';' are not looked at.
 */
bool http_has_token(const struct http_head *head, const char *name,
                    const char *token);

/* True if Content-Type is there, and each of them is this type (any case),
 * whatever its parameters (RFC 9110, 8.3.1).
 */
bool http_is_type(const struct http_head *head, const char *type);

/* The seconds of Retry-After (RFC 9110, 10.2.3), UINT32_MAX at most; 0 if there
 * is none, or a date.
 */
uint64_t http_retry_after(const struct http_head *head);

/* Value of a query parameter as sent (still percent-encoded); ptr is NULL if
 * there is none.
 */
struct td_bytes http_query(struct td_bytes query, const char *name);

bool http_same(struct td_bytes a, const char *b); /* ASCII, any case */

/* Writing. A head is a first line, fields, and http_put_end(). Text that holds
 * CR, LF or NUL is refused with TD_USAGE and nothing is appended; TD_LIMIT as
 * any td_buf.
 */
enum td_code http_put_request(struct td_buf *out, const char *method,
                              struct td_bytes target);
enum td_code http_put_status(struct td_buf *out, int status);
enum td_code http_put_status_as(struct td_buf *out, int status,
                                struct td_bytes reason);
enum td_code http_put_field(struct td_buf *out, const char *name,
                            struct td_bytes value);
enum td_code http_put_length(struct td_buf *out, uint64_t length);
enum td_code http_put_end(struct td_buf *out);

/* One chunk (nothing for an empty piece), and the last one. */
enum td_code http_put_chunk(struct td_buf *out, struct td_bytes piece);
enum td_code http_put_last_chunk(struct td_buf *out);

/* "Not Found"; "" for a status without a name here. */
const char *http_reason(int status);

/* True for the bytes of a token (RFC 9110 section 5.6.2). */
bool http_is_token(struct td_bytes text);

#endif
