/* converter/har_body.h - what a HAR holds of bodies, streams and WebSockets.
 */
#ifndef CONVERTER_HAR_BODY_H
#define CONVERTER_HAR_BODY_H

#include "converter/har_json.h"
#include "core/error.h"
#include "core/event.h"

/* What a content type says of a body. */
enum conv_har_stream {
    CONV_HAR_WHOLE,
    CONV_HAR_SSE,
    CONV_HAR_LINES,
};
enum conv_har_stream conv_har_stream_of(struct td_bytes mime);

/* In "har" of a request: whether the events of the stream had lines with their
 * names, or names that stand in their payloads only. */
#define CONV_HAR_NAMED "_tapedeck_named"

struct conv_har_body {
    struct td_buf bytes;
    enum conv_har_stream stream;
    bool exact;  /* the text stands in the HAR as the events give it back */
    bool no_b64; /* it says it is base64 and is not: taken as it stands */
    bool named;  /* SSE: each event has a name */
};

/* Of content (answer) or postData; all zeroes before. TD_LIMIT. */
TD_MUST_CHECK enum td_code conv_har_body_read(struct conv_har_body *body,
                                              const struct td_json_doc *doc,
                                              uint32_t at, bool answer);
void conv_har_body_release(struct conv_har_body *body);

/* Each event of a stream, which ends at byte `behind` of `whole`. */
TD_MUST_CHECK enum td_code
conv_har_parts(const struct conv_har_body *body,
               enum td_code (*put)(void *ctx, struct td_event *ev,
                                   size_t behind, size_t whole),
               void *ctx);

/* Each message of _webSocketMessages, at its time or that of the one before;
 * *no_b64 grows by those that should be base64 and are not. */
TD_MUST_CHECK enum td_code
conv_har_messages(const struct td_json_doc *doc, uint32_t at,
                  enum td_code (*put)(void *ctx, struct td_event *ev),
                  void *ctx, uint64_t *no_b64);

/* When the first of them was; UINT64_MAX if there is none. */
uint64_t conv_har_first_message(const struct td_json_doc *doc, uint32_t at);

/* True if these events give them back: none is before from_ns. */
bool conv_har_messages_exact(const struct td_json_doc *doc, uint32_t at,
                             uint64_t from_ns);

/* A message as a member of such an array. at_ns is a wall clock. False: it
 * stays out, as it is no message of a WebSocket.
 */
bool conv_har_put_message(struct td_json_writer *w, const struct td_event *ev,
                          uint64_t wall_ns);

/* What stands behind scheme and server of a URL, without a fragment; "/" if
 * nothing does.
 */
struct td_bytes conv_har_target(struct td_bytes url);

/* The form of a payload that is whole. */
void conv_har_settle(struct td_event *ev);

/* Cut a payload that is longer than a tape takes: 1 if it was, else 0. */
unsigned conv_har_cut(struct td_event *ev);

/* Append an event of a stream as it stood there. named: with its name. */
void conv_har_put_part(struct td_buf *out, enum conv_har_stream stream,
                       const struct td_event *ev, bool named);

#endif
