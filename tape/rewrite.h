/* tape/rewrite.h - a tape written again: mended, indexed, or smaller.
 *
 * Every segment of the old tape becomes one of the fresh one; one that is
 * mended has none of which another one has all (tape/copies.h). Anchors of the
 * wall clock, the header, and how and why the recording ended are kept. Members
 * that were moved are put back where they belong (tape/order.h).
 */
#ifndef TAPE_REWRITE_H
#define TAPE_REWRITE_H

#include "core/error.h"
#include "tape/reader.h"

#include <stdbool.h>

enum tape_rewrite_kind {
    /* Lines as they stand: for a tape that lost its index, or for better
     * compression. */
    TAPE_REWRITE_SAME,
    /* Events are numbered afresh; where some are missing an event of kind
     * "lost" says how many. The fresh tape is whole. */
    TAPE_REWRITE_MEND,
};

/* An event that is put in: before the first one that its segment dates at
 * from_ns or later (the start in its header + at_ns), with a number from
 * from_seq on and, if from_segment is not 0, in that segment or behind it. What
 * follows in the segment is numbered one higher, else lines stay as they stand.
 */
struct tape_insert {
    struct td_event event; /* number and time are given to it */
    uint64_t from_ns;
    uint64_t from_seq;
    uint64_t from_segment;
};

struct tape_rewrite {
    enum tape_rewrite_kind kind;
    const struct tape_insert *insert; /* TAPE_REWRITE_SAME only; or NULL */
    const char *from;
    const char *to; /* the same path replaces the tape; "-" = stdout */
    bool overwrite; /* `to` may exist */
    unsigned level; /* 0 = fastest, 1 .. 9 */
};

struct tape_rewritten {
    uint64_t events;   /* written, "lost" events not counted */
    uint64_t left_out; /* repeated and foreign: the fresh end line says so, as
                          it does of the next three */
    uint64_t copies;   /* segments of which another one has all, not written */
    bool sought;       /* moved ones were looked for: it was no pipe */
    uint64_t moved;    /* members that were put back in their places */
    uint64_t put_back; /* of `events`: those in them */
    uint64_t as_found; /* of `events`: lines out of order, which stayed so */
    uint64_t file_bytes;
    uint64_t inserted_seq;   /* the number of what was put in, and its time */
    uint64_t inserted_ns;    /* in its segment */
    struct tape_state state; /* of the old tape */
};

/* The fresh tape appears under its name only when it is complete. One that is
 * replaced leaves its permissions to it, and symbolic links to it stay. A tape
 * that is being recorded is not replaced. TD_IO, TD_FORMAT, TD_LIMIT; TD_USAGE:
 * there is no event at the place of the insert or behind it.
 */
TD_MUST_CHECK enum td_code tape_rewrite(const struct tape_rewrite *how,
                                        struct tape_rewritten *report,
                                        struct td_error *err);

#endif
