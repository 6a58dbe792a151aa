/* core/terminal.h - lines that are drawn again and again where they stand.
 *
 * Nobody waits for a terminal that is held (Ctrl-S), or is behind: what would
 * be drawn there is left out. Only the last wipe waits.
 */
#ifndef CORE_TERMINAL_H
#define CORE_TERMINAL_H

#include "core/buf.h"

#include <stdbool.h>

/* It is a terminal on which lines can be drawn again (not TERM=dumb). */
bool td_term_draws(int fd);

/* Draw ASCII text in the line where the cursor is, instead of what stands
 * there, and no further than the line is wide: what wraps could not be wiped.
 * Empty text wipes. false: the terminal is gone.
 */
bool td_term_line(int fd, struct td_bytes text);

struct td_term_size {
    unsigned columns;
    unsigned rows;
};

/* Of the terminal; of what is none, or does not say, 80 by 24. */
struct td_term_size td_term_size(int fd);

/* Lines that are drawn again where they stand. All zeroes: none are there. */
struct td_term_block {
    unsigned widths[64]; /* of the lines, in columns */
    unsigned count;
};

/* Draw the lines of text (UTF-8, an LF between them, no control characters)
 * instead of those of the block, each no further than the terminal is wide; no
 * more than the block has room for. Lines that a narrower terminal has wrapped
 * since are wiped whole. Empty text wipes. The cursor stays behind the last
 * line. false: the terminal is gone. */
bool td_term_block(int fd, struct td_term_block *block, struct td_bytes text);

#endif
