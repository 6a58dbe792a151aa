/* tape/compressor_internal.h - the compressor's two halves. Nobody else
 * includes it.
 *
 *     compressor.c         chunks, threads, who waits for whom
 *     compressor_write.c   the worker's own: a chunk as bytes of the file
 */
#ifndef TAPE_COMPRESSOR_INTERNAL_H
#define TAPE_COMPRESSOR_INTERNAL_H

#include "tape/compressor.h"
#include "tape/deflate.h"
#include "tape/flush_queue.h"
#include "tape/index.h"

#include <pthread.h>
#include <stdatomic.h>

#define TAPE_CHUNK_KEEP (2 * TAPE_TEXT_MAX) /* larger buffers are not kept */

struct tape_compressor {
    int fd;
    char *path;
    bool patches; /* the file can be written at an offset */
    bool stored;
    bool patient;
    bool threaded;
    enum tape_fsync fsync;
    size_t chunk_room;

    /* The worker's own. */
    struct tape_deflate *deflate;
    struct tape_index index;
    struct td_buf out;
    uint64_t start;  /* offset of the segment in the file */
    uint64_t at;     /* in the segment: end of what is written */
    uint64_t member; /* in the segment: where the open member starts */
    uint64_t end_at; /* in the segment: the member with the end line */
    uint32_t crc;
    bool member_stored;

    /* Shared, under the lock. */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given;
    pthread_cond_t done;
    struct tape_chunk *head;
    struct tape_chunk **tail;
    struct tape_chunk *spare;
    size_t spares;
    size_t waiting; /* bytes of text given and not yet written */
    size_t raw;     /* of them, those that nobody has begun to deflate */
    size_t pending; /* pieces given and not yet written */
    bool closing;
    atomic_int code; /* read without the lock, once for every event */
    struct td_error err;
    struct tape_compressor_totals totals;
    struct tape_flush_queue flushes;

    /* The second thread; started when pieces first pile up. */
    bool helped;
    unsigned level;
    pthread_t helper;
    pthread_cond_t piled;
};

/* Deflate a chunk and write it; behind: there is no time to deflate. */
TD_MUST_CHECK enum td_code
tape_compressor_write(struct tape_compressor *compressor,
                      struct tape_chunk *chunk, bool behind,
                      struct td_error *err);

/* The rest of the index, and the footer. */
TD_MUST_CHECK enum td_code
tape_compressor_write_footer(struct tape_compressor *compressor,
                             struct tape_member *footer, struct td_error *err);

#endif
