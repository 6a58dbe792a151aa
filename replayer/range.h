/* replayer/range.h - the part of a tape between --start and --end.
 *
 *     +10s          after the start of the tape
 *     2026-01-31T12:00:00Z   wall clock (RFC 3339)
 *     seq:N         the event with that sequence number
 *     marker:NAME   the first marker of that name
 *     50%           of the time between the start of the tape and its last
 *                   event
 *
 * Both ends belong to the range.
 */
#ifndef REPLAYER_RANGE_H
#define REPLAYER_RANGE_H

#include "core/error.h"
#include "replayer/window.h"

#include <stdbool.h>
#include <stdint.h>

enum play_bound_kind {
    PLAY_BOUND_NONE,
    PLAY_BOUND_OFFSET,  /* value: ns */
    PLAY_BOUND_WALL,    /* value: ns since 1970 */
    PLAY_BOUND_SEQ,     /* value: number */
    PLAY_BOUND_MARKER,  /* name */
    PLAY_BOUND_PERCENT, /* value: millionths of a percent */
};

struct play_bound {
    enum play_bound_kind kind;
    uint64_t value;
    const char *name;   /* borrowed from the text */
    const char *option; /* "--start", for errors; borrowed */
};

/* Read the value of `option` ("--start"); NULL text is no bound. TD_USAGE. */
TD_MUST_CHECK enum td_code play_bound_parse(struct play_bound *bound,
                                            const char *option,
                                            const char *text,
                                            struct td_error *err);

/* True if the tape must be opened to know what it means: of all but +10s and
 * seq:N. A pipe cannot be opened twice.
 */
bool play_bound_needs_tape(const struct play_bound *bound);

/* Find what the bounds mean on these tapes (paths end with NULL; several share
 * one timeline, see replayer/timeline.h). Reads the tapes only where a bound
 * needs it. TD_USAGE: no such marker, seq: with several tapes, the end before
 * the start; and the errors of tape_reader_open().
 */
TD_MUST_CHECK enum td_code play_window_find(struct play_window *window,
                                            const struct play_bound *start,
                                            const struct play_bound *end,
                                            const char *const *paths,
                                            struct td_error *err);

#endif
