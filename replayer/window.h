/* replayer/window.h - a stretch of a tape. */
#ifndef REPLAYER_WINDOW_H
#define REPLAYER_WINDOW_H

#include "tape/reader.h"

#include <stdbool.h>
#include <stdint.h>

/* What the bounds mean. Times are dates by the wall clock: the start in the
 * header of an event's segment, and its at_ns. A number alone means the first
 * event of the file that has it, with a segment the one of that segment.
 */
struct play_window {
    uint64_t from_ns; /* dated at or behind it */
    uint64_t to_ns;   /* dated before or at it; UINT64_MAX = to the end */
    uint64_t from_seq;
    uint64_t to_seq;       /* UINT64_MAX = to the end */
    uint64_t from_segment; /* of from_seq, from 1; 0 = any */
    uint64_t to_segment;
    bool from_offset; /* from_ns counts from the start of the tapes: before */
    bool to_offset;   /* play_window_anchor() */
};

#define PLAY_WINDOW_ALL                                                        \
    ((struct play_window){.to_ns = UINT64_MAX, .to_seq = UINT64_MAX})

/* The tapes that are meant begin at that date: nothing is an offset any more.
 */
void play_window_anchor(struct play_window *window, uint64_t start_wall_ns);

enum play_side { PLAY_BEFORE, PLAY_INSIDE, PLAY_BEHIND };

/* Where *ev lies, which tape_reader_next() of the reader just gave: BEHIND
 * if nothing that comes lies inside. Notes in the window where a number is
 * met that was of any segment.
 */
enum play_side play_window_side(struct play_window *window,
                                const struct tape_reader *reader,
                                const struct td_event *ev);

/* Take the reader of one tape (by_seq) or of one of several to the window's
 * start. TD_END: nothing of it lies inside.
 */
TD_MUST_CHECK enum td_code play_window_go(const struct play_window *window,
                                          struct tape_reader *reader,
                                          bool by_seq, struct td_error *err);

#endif
