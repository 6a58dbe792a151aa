/* tape/compressor.h - text in, members in the file: deflate and write in order.
 *
 * The writer fills pieces of text; a worker thread deflates each and writes
 * it. A member is one piece, or several when it was flushed while open: its
 * first piece then goes out with a head that says "open", and the head is
 * patched when the last piece is written. Only the press touches the file.
 * Once pieces pile up, a second thread deflates whole members ahead of the
 * worker, which alone writes, in order: the bytes are the same either way.
 *
 * Up to TAPE_COMPRESSOR_QUEUE bytes of text wait for the worker; then the
 * caller waits. Unless it is patient, members are stored instead of compressed
 * while half of that waits to be deflated.
 */
#ifndef TAPE_COMPRESSOR_H
#define TAPE_COMPRESSOR_H

#include "core/buf.h"
#include "core/error.h"
#include "tape/index.h"
#include "tape/options.h"

#define TAPE_COMPRESSOR_QUEUE ((size_t)16 * 1024 * 1024) /* bytes of text */

enum tape_chunk_state {
    TAPE_CHUNK_TEXT,  /* nobody has begun on it */
    TAPE_CHUNK_TAKEN, /* it is being deflated ahead */
    TAPE_CHUNK_BODY,  /* deflated: body and crc are there */
};

struct tape_chunk {
    struct td_buf text;
    struct td_buf body;
    uint32_t crc; /* of text, when it was deflated ahead */
    enum tape_chunk_state state;
    struct tape_member m; /* the member so far, with this piece */
    bool first;           /* it begins a member */
    bool last;            /* it ends the member */
    struct tape_chunk *next;
};

struct tape_compressor;

/* Write to fd, which the press closes, from its current position on. */
struct tape_compressor *
tape_compressor_open(int fd, const char *path,
                     const struct tape_options *options);

/* Before the first piece: the segment began at `start`, and goes on at the
 * current position. Takes over the index of its members. */
void tape_compressor_go_on(struct tape_compressor *compressor, uint64_t start,
                           struct tape_index *index);

/* An empty piece to fill; waits while the queue is full. Never NULL. */
struct tape_chunk *tape_compressor_take(struct tape_compressor *compressor);

/* NULL is fine. */
void tape_chunk_free(struct tape_chunk *chunk);

/* Takes over a piece that was taken. */
void tape_compressor_give(struct tape_compressor *compressor,
                          struct tape_chunk *chunk);

/* See tape_writer_flush_begin(); of what was given so far. */
void tape_compressor_flush(struct tape_compressor *compressor,
                           struct tape_flush *flush);

/* The first error there was, as often as it is asked for; TD_OK if none. */
TD_MUST_CHECK enum td_code
tape_compressor_status(struct tape_compressor *compressor,
                       struct td_error *err);

/* Wait until all that was given is in the file. */
TD_MUST_CHECK enum td_code
tape_compressor_drain(struct tape_compressor *compressor, struct td_error *err);

/* True while less than three quarters of the queue are waiting. */
bool tape_compressor_ready(struct tape_compressor *compressor);

struct tape_compressor_totals {
    uint64_t file_bytes;
    uint64_t members; /* data members that are closed */
    uint64_t stored;
};

/* As of what the worker has written. */
struct tape_compressor_totals
tape_compressor_totals(struct tape_compressor *compressor);

/* End the segment: write the index and the footer, whose totals come from
 * *footer, sync and close. The press is gone also on error.
 */
TD_MUST_CHECK enum td_code
tape_compressor_close(struct tape_compressor *compressor,
                      struct tape_member *footer, struct td_error *err);

/* Close without an end; what is written stays. */
void tape_compressor_abort(struct tape_compressor *compressor);

#endif
