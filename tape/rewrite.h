/* tape/rewrite.h - a tape written again: mended, indexed, or smaller.
 *
 * Every segment of the old tape becomes one of the fresh one. Anchors of the
 * wall clock, the header, and how and why the recording ended are kept.
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

struct tape_rewrite {
    enum tape_rewrite_kind kind;
    const char *from;
    const char *to; /* the same path replaces the tape; "-" = stdout */
    bool overwrite; /* `to` may exist */
    unsigned level; /* 0 = fastest, 1 .. 9 */
};

struct tape_rewritten {
    uint64_t events;   /* written, "lost" events not counted */
    uint64_t left_out; /* repeated and foreign: the fresh end line says so */
    uint64_t file_bytes;
    struct tape_state state; /* of the old tape */
};

/* The fresh tape appears under its name only when it is complete. One that is
 * replaced leaves its permissions to it, and symbolic links to it stay. A tape
 * that is being recorded is not replaced. TD_IO, TD_FORMAT, TD_LIMIT.
 */
TD_MUST_CHECK enum td_code tape_rewrite(const struct tape_rewrite *how,
                                        struct tape_rewritten *report,
                                        struct td_error *err);

#endif
