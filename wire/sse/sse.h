/* wire/sse/sse.h - event streams without I/O (WHATWG HTML, server-sent events).
 *
 *     retry: 3000
 *     id: 7
 *     event: progress
 *     data: first line
 *     data: second line
 *     <empty line: the event is dispatched>
 *
 * Lines end with LF, CR or CRLF; a BOM at the start is skipped. Data bytes are
 * kept as they come: text that is not UTF-8 is for the owner to judge.
 */
#ifndef WIRE_SSE_SSE_H
#define WIRE_SSE_SSE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define SSE_EVENT_MAX                                                          \
    ((size_t)128 << 20)               /* default limit, bytes of an event      \
                                       */
#define SSE_FIELD_MAX ((size_t)65536) /* bytes of an id or event name */

enum sse_kind {
    SSE_EVENT,   /* an event was dispatched */
    SSE_ID,      /* a block without data has set the last event ID */
    SSE_RETRY,   /* the reconnection time was set */
    SSE_COMMENT, /* a line that starts with ':' */
};

struct sse_item {
    enum sse_kind kind;
    struct td_bytes name; /* SSE_EVENT: "" means "message" */
    struct td_bytes id;   /* SSE_EVENT, SSE_ID: the last event ID, also if an
                             earlier event set it */
    bool has_id;          /* SSE_EVENT: this event itself named an id */
    struct td_bytes data; /* SSE_EVENT: lines joined by LF; SSE_RETRY: the
                             digits; SSE_COMMENT: the text behind the colon */
    uint64_t retry_ms;    /* SSE_RETRY */
};

/* The fields are private. All zeroes is valid: a new stream, no limit but the
 * default, no last event ID.
 */
struct sse_parser {
    size_t max_event;
    struct td_buf line; /* the start of a line whose end has not come */
    struct td_buf data;
    struct td_buf name;
    struct td_buf id;      /* of the event being read */
    struct td_buf last_id; /* of the stream */
    bool has_id;
    bool has_data;
    bool clear;     /* the event was dispatched, forget it */
    bool line_done; /* the line in `line` was taken, forget it */
    bool begun;     /* behind the place of the BOM */
    bool cr;        /* the last byte was CR: a LF belongs to it */
};

/* max_event: bytes, 0 = SSE_EVENT_MAX. */
void sse_parser_init(struct sse_parser *parser, size_t max_event);
void sse_parser_release(struct sse_parser *parser);

/* The next item of *in, which is moved past the bytes used; the item's bytes
 * live until the next call. TD_AGAIN: all used, push more. TD_LIMIT: an event
 * or field is too long, nothing can be read any more.
 */
TD_MUST_CHECK enum td_code sse_next(struct sse_parser *parser,
                                    struct td_bytes *in, struct sse_item *item,
                                    struct td_error *err);

/* Whether bytes of an event are at hand whose end has not come: where the
 * stream ends now, that event is none (WHATWG HTML, 9.2.6).
 */
bool sse_is_within(const struct sse_parser *parser);

/* Append these bytes, as far as they are of the event: fields that came whole
 * as lines with LF, then the line that did not.
 */
enum td_code sse_put_half(struct td_buf *out, const struct sse_parser *parser);

/* A new connection of the same stream: what was half read is forgotten, the
 * last event ID is kept.
 */
void sse_parser_reconnect(struct sse_parser *parser);

/* What to send as Last-Event-ID; "" if there is none. Until the next call. */
struct td_bytes sse_last_id(const struct sse_parser *parser);

/* Append one event. No line is written for an empty name, nor for an id whose
 * ptr is NULL; an empty id resets what the reader remembers. data is split at
 * CR, LF and CRLF, which all arrive as LF. TD_USAGE if name or id holds a CR or
 * LF, or id a NUL; TD_LIMIT.
 */
enum td_code sse_put(struct td_buf *out, struct td_bytes name,
                     struct td_bytes id, struct td_bytes data);

/* Append a block that sets the id and is no event. Errors as above. */
enum td_code sse_put_id(struct td_buf *out, struct td_bytes id);

/* Append the time to wait before a reconnect. */
enum td_code sse_put_retry(struct td_buf *out, uint64_t ms);

/* Append a comment, a sign of life that is no event; without line breaks. */
enum td_code sse_put_comment(struct td_buf *out, const char *text);

#endif
