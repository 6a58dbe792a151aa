/* converter/har_exchange.h - the events of an exchange as an entry of a HAR.
 *
 * If the request has the entry it was made of ("har", converter/har_entry.h),
 * that is written again, with what the events hold put back; else an entry is
 * made of what the lines say.
 */
#ifndef CONVERTER_HAR_EXCHANGE_H
#define CONVERTER_HAR_EXCHANGE_H

#include "converter/har_body.h"
#include "core/buf.h"
#include "core/event.h"

/* What an entry has no place for, of all exchanges. */
struct conv_har_lost {
    uint64_t unended;
    uint64_t interim;
    uint64_t trailers;
    uint64_t chunks;
    uint64_t cut;
    uint64_t packets;
    uint64_t odd; /* for its stream: a name of two lines */
    uint64_t others;
};

/* The server that the tape says it recorded: "https://host:8443", or "". */
struct conv_har_origin {
    struct td_buf text;
};
void conv_har_origin_read(struct conv_har_origin *origin,
                          struct td_bytes source);
void conv_har_origin_release(struct conv_har_origin *origin);

struct conv_har_exchange {
    uint64_t number;
    struct conv_har_exchange *next; /* by start */
    struct conv_har_exchange *next_in_bucket;
    bool done; /* entry is there */
    uint64_t started_ns;
    uint64_t sent_ns; /* all of the request */
    uint64_t answered_ns;
    uint64_t ended_ns;
    uint32_t conn;
    struct td_buf request;  /* JSON */
    struct td_buf response; /* JSON of the final one */
    struct td_buf done_line;
    struct td_buf post;     /* bytes of its body */
    struct td_buf content;  /* the same of the answer, or its stream */
    struct td_buf lines;    /* struct conv_har_line: of names in content */
    uint64_t parts;         /* events of the stream */
    struct td_buf messages; /* JSON array without brackets */
    bool post_is_bytes;
    bool content_is_bytes;
    bool has_content;
    bool socket;
    bool has_har;    /* the request has the entry it was made of */
    bool har_socket; /* it was one in a HAR, whatever its status is */
    bool named;      /* a stream's events have lines with their names */
    enum conv_har_stream stream;
    struct td_buf entry;
};

/* Where content has a line "event: NAME". */
struct conv_har_line {
    uint64_t event; /* of which event of the stream, from 1 */
    size_t at;
    size_t len;
};

/* Its first event is at at_ns. Freed by conv_har_exchange_free(). */
struct conv_har_exchange *conv_har_exchange_new(uint64_t number,
                                                uint64_t at_ns);
void conv_har_exchange_free(struct conv_har_exchange *x);

/* Take one of its events. TD_LIMIT. */
TD_MUST_CHECK enum td_code conv_har_exchange_put(struct conv_har_exchange *x,
                                                 const struct td_event *ev,
                                                 uint64_t start_wall_ns,
                                                 struct conv_har_lost *lost);

/* Write its entry. TD_LIMIT. */
TD_MUST_CHECK enum td_code
conv_har_exchange_end(struct conv_har_exchange *x, uint64_t start_wall_ns,
                      const struct conv_har_origin *origin,
                      struct conv_har_lost *lost);

#endif
