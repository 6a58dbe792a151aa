/* tape/options.h - how a tape is to be written, and what was written of it.
 *
 * What the writer, the lines it begins and ends a segment with, and the press
 * have in common.
 */
#ifndef TAPE_OPTIONS_H
#define TAPE_OPTIONS_H

#include "core/clock.h"
#include "core/error.h"
#include "core/event.h"

#include <stdbool.h>

enum tape_fsync { TAPE_FSYNC_NEVER, TAPE_FSYNC_MEMBER, TAPE_FSYNC_FLUSH };

struct tape_options {
    const struct td_clock *clock; /* NULL = real; asked for wall anchors */
    const char *name;             /* of the file in errors; NULL = path */
    const char *source;           /* URI without credentials, or NULL */
    const char *id;               /* NULL = a random UUID */
    const char *const *meta;      /* NULL-terminated list of "key=value" */
    const char *recorder;         /* "tapedeck 0.1.0", or NULL */
    const char *contract;         /* hash of the contract, or NULL */
    const char *redaction;        /* JSON object for the header, or NULL */
    const char *recorder_options; /* JSON object for the header, or NULL */
    struct td_bytes header;       /* whole line 1 of another tape, to be taken
                                     as it is; "" = made from the above */
    uint64_t start_wall_ns;       /* 0 = ask the clock */
    size_t member_text;           /* bytes; 0 = 256 KiB; at most 4 MiB */
    uint64_t member_ns;           /* 0 = 2 s; TD_NEVER = by size only */
    uint64_t flush_ns;            /* 0 = 250 ms */
    unsigned level;               /* 0 = the fastest, 1 .. 9 = as gzip's */
    enum tape_fsync fsync;
    bool overwrite;  /* replace an existing file */
    bool append;     /* a further segment behind what is there */
    bool stored;     /* never compress */
    bool patient;    /* wait for deflate rather than store members */
    bool copies;     /* events come from a tape: no limit but a line's length */
    bool one_thread; /* deflate in the caller, who waits for each flush */
};

/* How a recording ended, for the end line. */
enum tape_ending {
    TAPE_END_CLEAN,
    TAPE_END_SIGNAL,
    TAPE_END_LIMIT,
    TAPE_END_ERROR,
};

struct tape_totals {
    uint64_t events;     /* lines with a sequence number */
    uint64_t text_bytes; /* of all lines */
    uint64_t file_bytes; /* written so far */
    uint64_t lost;       /* as told by tape_writer_lost() */
    uint64_t members;    /* data members */
    uint64_t stored;     /* of them not compressed */
    uint64_t last_ns;    /* t of the last event */
};

/* A flush that its caller does not wait for: written before it is acted on,
 * without standing still. The caller's, from tape_writer_flush_begin() until
 * done() is called.
 */
struct tape_flush {
    /* All that was put before is in the file, or (code) is not: *err says why,
     * and it is final. On a thread of the writer (with options.one_thread
     * inside tape_writer_flush_begin()), in the order of the calls, once: no
     * call on the writer from here, only what wakes its owner. err lives until
     * it returns, and is NULL with TD_OK. *flush may be freed.
     */
    void (*done)(struct tape_flush *flush, enum td_code code,
                 const struct td_error *err);
    bool on_disk; /* wait for the disk too, whatever options.fsync is; without
                     it the bytes outlive this process, not a power cut */
    uint64_t behind; /* the writer's, as is next */
    struct tape_flush *next;
};

#endif
