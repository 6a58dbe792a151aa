/* recorder/source.h - where events come from.
 *
 *     rec_source_url()    WebSocket, Socket.IO, SSE: wire/client
 *     rec_source_lines()  NDJSON from a descriptor
 *     rec_source_child()  NDJSON from the standard output of a program
 *     rec_source_tape()   events of a tape, with their times
 *
 * A source belongs to its recorder as soon as it is open and is freed by
 * rec_close(). What follows the openers is for sources themselves.
 */
#ifndef RECORDER_SOURCE_H
#define RECORDER_SOURCE_H

#include "core/buf.h"
#include "wire/client/client.h"

#define REC_LINE_MAX ((size_t)128 * 1024 * 1024) /* of one NDJSON line */

struct rec_recorder; /* recorder/recorder.h */

struct rec_source_url_options {
    struct wire_client_options client;
    const char *const *send; /* messages after each connect, NULL-terminated */
};

/* Everything in options is copied or lives as long as the recorder: the caller
 * keeps the strings. Errors of wire_client_open().
 */
TD_MUST_CHECK enum td_code
rec_source_url(struct rec_recorder *rec,
               const struct rec_source_url_options *options,
               struct td_error *err);

/* Takes over fd (unless it is 0). max_line: bytes, 0 = REC_LINE_MAX; a longer
 * line is lost, and said so.
 */
TD_MUST_CHECK enum td_code rec_source_lines(struct rec_recorder *rec, int fd,
                                            size_t max_line,
                                            struct td_error *err);

/* Start argv[0] and record what it writes to its standard output. Its exit
 * status is on the tape (kind "close") and in *status (as a shell would say;
 * -1 while it runs), which must outlive the recorder.
 */
TD_MUST_CHECK enum td_code rec_source_child(struct rec_recorder *rec,
                                            char *const *argv, size_t max_line,
                                            int *status, struct td_error *err);

/* Record a tape again, at once and with its own times. */
TD_MUST_CHECK enum td_code rec_source_tape(struct rec_recorder *rec,
                                           const char *path,
                                           struct td_error *err);

/* ---- for sources ---- */

struct rec_source;

struct rec_source_ops {
    /* Stop or go on reading. */
    void (*pause)(struct rec_source *source, bool paused);
    /* Close in order; rec_source_over() follows, perhaps from inside. */
    void (*stop)(struct rec_source *source);
    /* Free, whatever its state. */
    void (*free)(struct rec_source *source);
};

/* The first member of every source; zeroes but ops before rec_source_add(). */
struct rec_source {
    const struct rec_source_ops *ops;
    struct rec_recorder *rec;
    struct rec_source *next;
    struct td_sink sink; /* where its events go, once it was added */
    uint32_t conn;       /* number of the connection that is open; 0 = none */
    bool over;
    bool own_time; /* at_ns of its events is already on the tape's scale */
};

/* Takes over a source that was filled in; called by its constructor.
 *
 * source->sink records an event (its conn and seq are ignored). Kind "open"
 * begins a connection, "close" without a namespace ends it. With own_time its
 * conn is a number from rec_source_conn(). TD_OK: it was taken. TD_END: this
 * recording takes no more of its kind; what became of that the recorder knows,
 * and stop() is called where the source has to do with it. Never TD_AGAIN:
 * pause() comes in time, and what a source has in its hands then is taken.
 */
void rec_source_add(struct rec_recorder *rec, struct rec_source *source);

/* The loop of the recorder. */
struct wire_net *rec_net(const struct rec_recorder *rec);

/* A connection number that is free; the source then has it. With own_time
 * only: others get theirs by themselves.
 */
uint32_t rec_source_conn(struct rec_source *source);

/* Record an event with a JSON payload and nothing else, if any are taken. */
void rec_source_say(struct rec_source *source, const char *kind,
                    struct td_bytes json);

/* Count events that were lost inside the source, and say so on the tape. */
void rec_source_lost(struct rec_source *source, uint64_t count,
                     const char *why);

/* The source has ended; the last call for it. why NULL or TD_OK: in order. */
void rec_source_over(struct rec_source *source, const struct td_error *why);

#endif
