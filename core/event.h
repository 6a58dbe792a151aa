/* core/event.h - the values that tape, wire and everything above them share.
 *
 * One idea: everything is a flow of events from a source to a sink, and a tape
 * is a flow at rest. Tape and wire meet only here.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes owned by somebody else; not NUL-terminated. ptr may be NULL if len is
 * 0. Always a borrow: the header of the function says until when.
 */
struct td_bytes {
    const uint8_t *ptr;
    size_t len;
};

static inline struct td_bytes td_bytes(const void *ptr, size_t len)
{
    return (struct td_bytes){(const uint8_t *)ptr, len};
}

static inline struct td_bytes td_text(const char *text)
{
    return td_bytes(text, strlen(text));
}

static inline int td_bytes_equal(struct td_bytes a, struct td_bytes b)
{
    return a.len == b.len && (a.len == 0 || !memcmp(a.ptr, b.ptr, a.len));
}

static inline int td_bytes_is(struct td_bytes a, const char *text)
{
    return td_bytes_equal(a, td_text(text));
}

/* Direction as the system under test sees it: what it sends is "out". */
enum td_dir { TD_DIR_IN, TD_DIR_OUT };

/* What a payload's bytes are. Payloads in memory are always the raw bytes of
 * the wire; only a tape line escapes TEXT and encodes BYTES as base64.
 */
enum td_form {
    TD_FORM_TEXT,  /* UTF-8 text that need not be JSON */
    TD_FORM_JSON,  /* exactly one JSON value that may stand on a tape line */
    TD_FORM_BYTES, /* any bytes */
};

/* Kinds of events that are not plain messages; a plain event has none. Kinds
 * that a reader does not know are kept and passed on.
 */
#define TD_KIND_OPEN   "open"  /* a connection is up; JSON facts about it */
#define TD_KIND_CLOSE  "close" /* it is down; {"code":1000,"reason":""} */
#define TD_KIND_PING   "ping"  /* with the frame's payload */
#define TD_KIND_PONG   "pong"
#define TD_KIND_BAD    "bad"    /* bytes that broke the protocol, and why */
#define TD_KIND_LOST   "lost"   /* {"count":N,"why":"..."}: events dropped */
#define TD_KIND_MARKER "marker" /* a named place: {"name":"..."} */
#define TD_KIND_RETRY  "retry"  /* SSE reconnection time, text of the field */
#define TD_KIND_ID     "id"     /* SSE: an id without an event; text "" */
#define TD_KIND_CLOCK  "clock"  /* wall clock stepped: {"step_ns":...} */

/* Kinds of an exchange, a request and its answer; all carry its number. */
#define TD_KIND_REQUEST  "request"  /* {"method","target","headers"} */
#define TD_KIND_RESPONSE "response" /* {"status","headers"} */
#define TD_KIND_BODY     "body"     /* of either, where it is no stream */
#define TD_KIND_DONE     "done"     /* the answer's end, and how it ended */

/* One message seen on one connection. All bytes are borrowed. */
struct td_event {
    uint64_t seq;      /* from 1, no gaps; 0 = not on a tape yet */
    uint64_t at_ns;    /* since the start of the recording, monotonic */
    uint32_t conn;     /* from 1, in order of opening */
    uint64_t exchange; /* the request it belongs to, from 1; 0 = to none */
    enum td_dir dir;
    enum td_form form;    /* what payload is */
    struct td_bytes kind; /* "" for a plain event, else TD_KIND_... */
    struct td_bytes ns;   /* Socket.IO namespace; "" for "/"; JSON-escaped */
    struct td_bytes id;   /* JSON token: Socket.IO ack id asked for (number) or
                             SSE event id (string with its quotes); "" none */
    struct td_bytes ack;  /* digits: this is the Socket.IO ack of that id */
    struct td_bytes
        name;            /* event name, JSON-escaped, without quotes; "" none */
    struct td_bytes att; /* Socket.IO attachments, a JSON array of base64
                            strings in order of their placeholders; "" none */
    uint64_t cut;        /* bytes of the payload that were left out because it
                            was too large; 0 = it is whole */
    struct td_bytes payload;
};

static inline int td_event_is_plain(const struct td_event *ev)
{
    return ev->kind.len == 0;
}

/* Where events go. A stage (select, rename, redact, check) is a sink around a
 * sink.
 *
 * put() takes the event now and keeps no pointer into it, or returns TD_AGAIN
 * and has taken nothing: the source then stops reading and offers the same
 * event again when it is told that there is room. Any other code is final.
 *
 * flush() ends a batch. TD_OK: everything that was taken is handed on.
 * TD_AGAIN: not yet, ask again when there is room. Any other code is final.
 * NULL: put() hands on at once, or by itself.
 */
struct td_sink {
    TD_MUST_CHECK enum td_code (*put)(void *self, const struct td_event *ev,
                                      struct td_error *err);
    TD_MUST_CHECK enum td_code (*flush)(void *self, struct td_error *err);
    void *self;
};

static inline enum td_code td_sink_put(struct td_sink sink,
                                       const struct td_event *ev,
                                       struct td_error *err)
{
    return sink.put(sink.self, ev, err);
}

static inline enum td_code td_sink_flush(struct td_sink sink,
                                         struct td_error *err)
{
    return sink.flush ? sink.flush(sink.self, err) : TD_OK;
}

#endif
