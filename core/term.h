/* core/term.h - one line on a terminal that is drawn again and again. */
#ifndef CORE_TERM_H
#define CORE_TERM_H

#include "core/buf.h"

#include <stdbool.h>

/* Draw ASCII text in the line where the cursor is, instead of what stands
 * there, and no further than the line is wide: what wraps could not be wiped.
 * Empty text wipes. false: the terminal is gone.
 */
bool td_term_line(int fd, struct td_bytes text);

#endif
