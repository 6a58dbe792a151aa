/* converter/har_entry.h - one entry of a HAR as the events of an exchange.
 *
 * request, its body, response, its body or the events of a stream or the
 * messages of a WebSocket, and done: docs/tape-format.md, section 3,
 * "Exchanges". The member "har" of the request is the entry without what the
 * events hold, so that converter/har_write.h makes the same entry of them.
 */
#ifndef CONVERTER_HAR_ENTRY_H
#define CONVERTER_HAR_ENTRY_H

#include "converter/har_json.h"
#include "core/error.h"
#include "core/event.h"

/* What was made of all entries so far. */
struct conv_har_counts {
    uint64_t exchanges;
    uint64_t sockets;
    uint64_t messages; /* of them */
    uint64_t streams;
    uint64_t events;  /* of them */
    uint64_t missing; /* bodies that the HAR does not hold */
    uint64_t params;  /* request bodies that are told as parameters only */
    uint64_t no_b64;  /* bodies and messages that say they are base64 and are
                         not: taken as they stand */
    uint64_t cut;     /* bodies longer than a tape takes */
};

/* Where events go: at_ns is a wall clock, in no order. It may be told more than
 * once that memory or disk have failed. */
struct conv_har_entry {
    struct conv_har_counts *counts;
    enum td_code (*put)(void *ctx, const struct td_event *ev,
                        struct td_error *err);
    void *ctx;
    uint64_t exchange;
    uint32_t conn;
    const char *name; /* of the file, for errors */
};

/* All of the entry *doc. TD_FORMAT: it is none; and what put() says. */
TD_MUST_CHECK enum td_code conv_har_entry_read(const struct conv_har_entry *how,
                                               const struct td_json_doc *doc,
                                               struct td_error *err);

/* What tells connections of entries apart: the escaped text of "connection",
 * "_connectionId", or the server in the URL. */
struct td_bytes conv_har_entry_connection(const struct td_json_doc *doc);

#endif
