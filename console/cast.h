/* console/cast.h - a tape as an asciicast: what the console would have shown.
 *
 * The format of asciinema (docs.asciinema.org/manual/asciicast/v2 and v3): a
 * header, and a line [SECONDS, "o", TEXT] for each frame; in version 2 the
 * seconds count from the start, in version 3 from the line before. Frames are
 * those of a terminal, at most 15 a second; there is no prompt. Nothing is
 * waited for, and equal tapes give equal files.
 */
#ifndef CONSOLE_CAST_H
#define CONSOLE_CAST_H

#include "console/console.h"

struct console_cast_options {
    const char *path; /* of the asciicast */
    unsigned version; /* 2 or 3 */
    uint64_t speed;   /* millionths; not PLAY_SPEED_MAX */
};

/* Of the console's tape, at its columns and rows, all of it. *state is what was
 * found of the tape. TD_USAGE: the speed; TD_IO; TD_FORMAT, also of a tape that
 * has nothing for a console; TD_LOSSY of such a one that is torn. Nothing is
 * written then. */
TD_MUST_CHECK enum td_code console_cast(struct console *c,
                                        const struct console_cast_options *how,
                                        struct tape_state *state,
                                        struct td_error *err);

#endif
