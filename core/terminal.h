/* core/terminal.h - what a terminal shows beside plain text: a little color,
 * and one line that is drawn again and again.
 *
 * Whether text is colored is for the caller to know (--color). What is colored
 * never says more than its words do.
 */
#ifndef CORE_TERMINAL_H
#define CORE_TERMINAL_H

#include "core/buf.h"

#include <stdbool.h>

enum td_ink {
    TD_INK_BAD,  /* red */
    TD_INK_GOOD, /* green */
    TD_INK_WARN, /* yellow */
};

/* Append the text, in color if that is on; the text is not cleaned. TD_OK or
 * TD_LIMIT.
 */
enum td_code td_ink(struct td_buf *out, enum td_ink ink, const char *text,
                    bool on);

/* Draw ASCII text in the line where the cursor is, instead of what stands
 * there, and no further than the line is wide: what wraps could not be wiped.
 * Empty text wipes. false: the terminal is gone.
 */
bool td_term_line(int fd, struct td_bytes text);

#endif
