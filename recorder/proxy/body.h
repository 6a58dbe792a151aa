/* recorder/proxy/body.h - the body of a request or an answer as events.
 *
 * Of text/event-stream and of lines of JSON (application/x-ndjson and its other
 * names) each event or line is a plain event as soon as it is whole. Any other
 * body is one event of kind "body" when it has ended: its bytes as they were
 * before Content-Encoding, or, where that is none that can be read or breaks
 * off, as they came. What is too long is cut, and the event says by how much.
 */
#ifndef RECORDER_PROXY_BODY_H
#define RECORDER_PROXY_BODY_H

#include "core/json_writer.h"
#include "recorder/proxy/tap.h"
#include "wire/framing/line_splitter.h"
#include "wire/http/http.h"
#include "wire/http/inflate.h"
#include "wire/sse/sse.h"

#define REC_CHUNKS_MAX 4096 /* of one body that are told */

enum rec_body_kind { REC_BODY_WHOLE, REC_BODY_SSE, REC_BODY_LINES };

/* Where a chunk ended, and its bytes. */
struct rec_chunk {
    uint64_t at_ns;
    uint64_t bytes;
};

/* Private. All zeroes is valid: no body, nothing to release. */
struct rec_body {
    const struct rec_voice *voice;
    enum td_dir dir;
    enum rec_body_kind kind;
    struct http_inflate *inflate;
    struct td_buf whole;
    uint64_t seen; /* bytes of it, whether kept or not */
    struct sse_parser sse;
    struct wire_lines lines;
    bool open;             /* set up, and not ended */
    bool broken;           /* a stream that cannot be read any more */
    bool torn;             /* a stream that did not come to its end */
    bool half;             /* one that was packed, and that not to its end */
    bool told;             /* how its chunks came is worth telling */
    bool uneven;           /* a chunk was not one event */
    bool begun;            /* the first line was there */
    bool named;            /* an event of the stream said its name */
    uint64_t events;       /* of the stream */
    struct td_buf unnamed; /* uint64_t: which of them said none, from 1 */
    unsigned in_chunk;     /* events since the last one ended */
    uint64_t chunk_bytes;
    struct td_buf chunks; /* struct rec_chunk */
    uint64_t chunks_more; /* that are not in it */
};

/* streams: whether it may be a stream at all. voice outlives it. */
void rec_body_open(struct rec_body *body, const struct rec_voice *voice,
                   enum td_dir dir, const struct http_head *head, bool streams);

/* A piece as it came, and whether it ends a chunk. */
void rec_body_piece(struct rec_body *body, struct td_bytes piece, bool ends);

/* Nothing follows. whole: because it has ended, and not its connection. */
void rec_body_end(struct rec_body *body, bool whole);

/* True if what a stream was packed in broke off, whatever the transfer says. */
static inline bool rec_body_is_half(const struct rec_body *body)
{
    return body->half;
}

/* Write member "unnamed", true or a list, if events of the stream said no name:
 * what their payloads call them stood in no field of it.
 */
void rec_body_unnamed(const struct rec_body *body, struct td_json_writer *w);

/* Write member "chunks" if they are not what the events show. */
void rec_body_chunks(const struct rec_body *body, struct td_json_writer *w);
void rec_body_release(struct rec_body *body);

#endif
