/* orchestrator/keeper/frame.h - what client and keeper say to each other.
 *
 * A frame is the length of the rest (4 bytes, the least first), and then
 *     type (1 byte), id (4 bytes of length, bytes), KEEP_NUMBERS numbers of 8
 *     bytes, data: the rest
 * Both ends are one program, so the numbers' meanings are those of the types
 * below; the reader still believes nothing: lengths meet their limits first,
 * and an id has no NUL.
 */
#ifndef ORCHESTRATOR_KEEPER_FRAME_H
#define ORCHESTRATOR_KEEPER_FRAME_H

#include "core/buf.h"
#include "orchestrator/keeper/keeper.h"

#define KEEP_VERSION   3
#define KEEP_NUMBERS   8
#define KEEP_HEAD      4 /* bytes of a frame's length */
#define KEEP_FRAME_MIN (1 + 4 + 8 * KEEP_NUMBERS)
#define KEEP_FRAME_MAX (KEEP_JOB_MAX + KEEP_IN_MAX + ((size_t)128 << 10))

enum keep_type {
    /* To the keeper. */
    KEEP_HELLO = 1, /* id: execution; n: version */
    KEEP_SPAWN,     /* keep_job_put() */
    KEEP_FEED,      /* id; data */
    KEEP_FEED_END,  /* id */
    KEEP_TAKEN,     /* id; n: stream, bytes */
    KEEP_STOP,      /* id; n: at once, grace (0: that of the job) */
    KEEP_CALL_OFF,  /* id */
    KEEP_FORGET,    /* id */
    KEEP_QUIT,      /* n: at once */
    /* To the client. */
    KEEP_WELCOME, /* n: version, pid, start; data: boot */
    KEEP_SPAWNED, /* id; n: pid, start, bytes of stdin that wait */
    KEEP_FAILED,  /* id; keep_error_put() */
    KEEP_OUTPUT,  /* id; n: stream; data */
    KEEP_BEAT,    /* id; n: bytes */
    KEEP_FED,     /* id; n: bytes */
    KEEP_ENDED,   /* id; n: status, stopped, out, missing, errnum, ran */
    KEEP_WAITS,   /* id */
    KEEP_READY,
    KEEP_TROUBLE, /* keep_error_put() */
    KEEP_BYE,
    KEEP_TYPES
};

/* id and data are borrowed: from the bytes it was read from. */
struct keep_frame {
    enum keep_type type;
    struct td_bytes id;
    uint64_t n[KEEP_NUMBERS];
    struct td_bytes data;
};

/* Append. TD_OK, or TD_LIMIT: it is longer than KEEP_FRAME_MAX, or than out may
 * be. */
TD_MUST_CHECK enum td_code keep_frame_put(struct td_buf *out,
                                          const struct keep_frame *frame);

/* Cut one off *in. TD_AGAIN: it is not whole yet; TD_PROTOCOL. */
TD_MUST_CHECK enum td_code keep_frame_take(struct td_bytes *in,
                                           struct keep_frame *frame,
                                           struct td_error *err);

/* A job as a frame: the texts of data are dir, log, argv, env, each with its
 * NUL, and stdin is the rest. TD_LIMIT. */
TD_MUST_CHECK enum td_code keep_job_put(struct td_buf *out,
                                        const struct keep_job *job,
                                        struct td_error *err);

/* And back. The lists are to be freed by keep_job_release(); texts are borrowed
 * from the frame, but for id, which is copied to `id`. TD_PROTOCOL. */
TD_MUST_CHECK enum td_code keep_job_take(const struct keep_frame *frame,
                                         struct keep_job *job,
                                         char id[KEEP_ID_MAX + 1],
                                         struct td_error *err);
void keep_job_release(struct keep_job *job);

/* An error as a frame, and back; *why is all zeroes if it is none. */
void keep_error_put(struct td_buf *out, enum keep_type type, const char *id,
                    const struct td_error *why);
void keep_error_take(const struct keep_frame *frame, struct td_error *why);

/* The id of a frame as a text. */
const char *keep_frame_id(const struct keep_frame *frame,
                          char id[KEEP_ID_MAX + 1]);

#endif
