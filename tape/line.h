/* tape/line.h - one event of a tape as one line of JSON text.
 *
 *     {"s":7,"t":1500,"d":"out","c":2,"ev":"pong","json":["pong",1.10]}
 *
 *     key   value          meaning
 *     s     1 .. 2^53-1    sequence number
 *     t     0 .. 2^53-1    nanoseconds since the start of the recording
 *     d     "in" "out"     direction, as the system under test sees it
 *     c     0 .. 2^32-1    connection; 0 = the recording itself
 *     x     1 .. 2^53-1    exchange, a request and its answer; left out if none
 *     k     string         kind; left out for a plain event
 *     ns    string         Socket.IO namespace; left out for "/"
 *     id    number|string  Socket.IO ack id asked for, SSE event id
 *     ack   number         this answers that Socket.IO ack id
 *     ev    string         event name; left out when there is none
 *     att   array          Socket.IO attachments, base64 strings
 *     cut   1 .. 2^53-1    bytes of the payload that were left out
 *     json  one value      payload, the very bytes that were on the wire; or
 *     text  string         any text that is not one valid JSON value; or
 *     b64   string         bytes, RFC 4648 section 4
 *
 * Keys come in this order with nothing between tokens, so equal events give
 * equal lines; integers stop where a double stops being exact, so that every
 * JSON tool reads them right. Keys that a later version puts before the payload
 * are skipped. Source: docs/tape-format.md, section 3.
 */
#ifndef TAPE_LINE_H
#define TAPE_LINE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

#define TAPE_INT_MAX ((UINT64_C(1) << 53) - 1)

/* Bytes of a line without its LF. A payload of TAPE_PAYLOAD_MAX fits as JSON,
 * as base64, and as text of which less than a fifth must be escaped.
 */
#define TAPE_LINE_MAX    ((size_t)256 * 1024 * 1024)
#define TAPE_PAYLOAD_MAX ((size_t)128 * 1024 * 1024)

enum tape_line_kind {
    TAPE_LINE_EVENT,  /* {"s": */
    TAPE_LINE_HEADER, /* {"tape": */
    TAPE_LINE_END,    /* {"end": */
    TAPE_LINE_OTHER,
};

/* What a line is, from its first bytes. */
enum tape_line_kind tape_line_kind(struct td_bytes line);

/* Append one event as a line with its LF. A payload of form JSON must pass
 * td_json_fits_line(): it is spliced as it is. Text that is not valid UTF-8 is
 * written as bytes. TD_LIMIT: longer than TAPE_LINE_MAX, or out is full; out is
 * as it was.
 */
TD_MUST_CHECK enum td_code tape_line_encode(struct td_buf *out,
                                            const struct td_event *ev);

/* Read one line, without its LF, into *ev. What ev points to lies in line, or
 * in scratch where something had to be decoded; it lives until either changes.
 * check: the bytes were not protected by a checksum, so see that every part is
 * valid JSON; without it a payload behind "json": is taken as it stands.
 *
 * Errors: TD_LIMIT the line is longer than TAPE_LINE_MAX; TD_FORMAT anything
 * else, with err->offset at the first byte that cannot be right and *ev
 * undefined.
 */
TD_MUST_CHECK enum td_code tape_line_parse(struct td_event *ev,
                                           struct td_bytes line,
                                           struct td_buf *scratch, bool check,
                                           struct td_error *err);

#endif
