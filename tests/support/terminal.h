/* tests/support/terminal.h - a terminal in memory (libvterm), to look at what
 * was drawn.
 */
#ifndef TESTS_SUPPORT_TERMINAL_H
#define TESTS_SUPPORT_TERMINAL_H

#include "core/buf.h"

struct terminal;

struct terminal *terminal_new(int rows, int columns);
void terminal_free(struct terminal *t);
void terminal_write(struct terminal *t, struct td_bytes bytes);
void terminal_resize(struct terminal *t, int rows, int columns);

/* All that is above the screen and on it, without blanks at the ends of lines
 * and without empty lines at the end; each line ended by \n. */
const char *terminal_text(struct terminal *t);
/* "ROW,COLUMN" of the cursor on the screen, from 0. */
void terminal_cursor(struct terminal *t, int *row, int *column);

#endif
