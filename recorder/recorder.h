/* recorder/recorder.h - events from sources to a tape.
 *
 *     source --> look (form, name) --> redact --> [queue] --> tape
 *
 * Several sources go to one tape: connections are numbered from 1 in order of
 * opening, times count from the opening of the recorder. A source is opened
 * with recorder/source.h, after the recorder. The recording ends when all
 * sources have ended, when a limit is reached, on rec_stop(), or when the tape
 * cannot be written; `done` is then called once, and rec_close() ends the
 * tape.
 *
 * With a snapshot the events stay in memory, the last snapshot_ns of them, and
 * rec_dump() or the end writes them to a tape.
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include "recorder/limits.h"
#include "recorder/output.h"
#include "recorder/overload.h"
#include "recorder/redact.h"
#include "wire/net/transport.h"

#define REC_QUEUE_DEFAULT ((size_t)64 * 1024 * 1024)  /* bytes */
#define REC_RING_MAX      ((size_t)256 * 1024 * 1024) /* of a snapshot */

struct rec_recorder;

struct rec_options {
    struct rec_output_options output;
    struct rec_limits limits;
    enum rec_policy policy;
    size_t queue_bytes;       /* 0 = REC_QUEUE_DEFAULT */
    uint64_t snapshot_ns;     /* 0 = write as events come */
    const char *name_pointer; /* NULL = REC_NAME_POINTER, "" = the payload */
    bool no_names;            /* do not look for names in payloads */
    const char *redact_path;  /* rules, or NULL */
    void (*done)(void *ctx);  /* never from inside rec_open() */
    /* Told of every event that went to the tape, with its number and time,
     * which count over all files of a row; put NULL = nobody. TD_FAILED ends
     * the recording in order. Not with a snapshot. */
    struct td_sink watch;
    /* A further source failed (the first failure is what rec_close() returns);
     * or NULL. */
    void (*trouble)(void *ctx, const struct td_error *why);
    void *ctx;
};

struct rec_stats {
    uint64_t events;        /* plain events taken */
    uint64_t payload_bytes; /* of them */
    uint64_t lost;
    uint64_t redacted; /* values */
    uint64_t withheld; /* payloads that redaction could not look into */
    struct rec_redact_held held; /* what stream rules have cost */
    uint64_t elapsed_ns;
    uint64_t lag_ns;    /* age of the oldest event that waits for the tape */
    uint64_t exchanges; /* requests and their answers */
    uint64_t cut;       /* payloads of which a part was left out */
    uint32_t conns;
    unsigned sources; /* that have not ended */
    struct rec_output_stats output;
};

/* Errors are those of the redaction rules and of the output. */
TD_MUST_CHECK enum td_code rec_open(struct rec_recorder **out,
                                    struct wire_net *net,
                                    const struct rec_options *options,
                                    struct td_error *err);

/* End in order: sources are closed, what they still say is recorded, `done`
 * follows. Again: at once, without waiting for peers.
 */
void rec_stop(struct rec_recorder *rec, enum rec_stop why);

/* Write a marker of that name (UTF-8): now. What a failure does is as for any
 * event.
 */
void rec_mark(struct rec_recorder *rec, struct td_bytes name);

/* Write the ring of a snapshot to the next numbered tape. TD_USAGE without a
 * snapshot.
 */
TD_MUST_CHECK enum td_code rec_dump(struct rec_recorder *rec,
                                    struct td_error *err);

/* Counts by now. */
struct rec_stats rec_stats(const struct rec_recorder *rec);

/* The path that is (or was last) written to; "" if there is none. */
const char *rec_path(const struct rec_recorder *rec);

/* What came of it. */
struct rec_result {
    enum rec_stop stop;
    struct rec_stats stats;
    struct td_buf path;    /* of the last file; release it */
    bool kept;             /* false: nothing was recorded, no file is left */
    bool torn;             /* could not be written: lacks events that came */
    struct td_error error; /* that ended it, or .code TD_OK */
};

/* Finish the tape and free everything, sources too. TD_OK; TD_LOSSY if events
 * were lost; else the first error of a source or of the tape.
 */
TD_MUST_CHECK enum td_code rec_close(struct rec_recorder *rec,
                                     struct rec_result *result,
                                     struct td_error *err);

/* Free everything without a tape: nothing has happened yet. */
void rec_abort(struct rec_recorder *rec);

#endif
