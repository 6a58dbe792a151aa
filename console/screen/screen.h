/* console/screen/screen.h - the bottom of a terminal that is drawn again and
 * again, below a scrollback that is written once.
 *
 * The bottom is a list of lines with the cursor in one of them. What has
 * changed since the last time is rewritten, nothing else; a line is never
 * wider than the terminal, so that nothing wraps. Lines for the scrollback are
 * inserted over the bottom (ECMA-48 IL), which is not drawn again for them. No
 * alternate screen, no scroll region, no cleared screen: what stood there
 * before stays in the scrollback, whatever ends the program.
 */
#ifndef CONSOLE_SCREEN_SCREEN_H
#define CONSOLE_SCREEN_SCREEN_H

#include "core/buf.h"

#include <stdbool.h>

struct screen;

/* Of a terminal of this size. Nothing is drawn yet: the cursor is where the
 * bottom will begin. */
struct screen *screen_new(size_t columns, size_t rows);
void screen_free(struct screen *screen);

/* Append what brings the terminal from the last bottom to this one: `above`
 * are lines for the scrollback, `lines` those of the bottom, each ended by \n;
 * the cursor goes to column `column`, counted from 0, of the line `row`. */
void screen_draw(struct screen *screen, struct td_buf *out,
                 struct td_bytes above, struct td_bytes lines, size_t row,
                 size_t column);

/* The same for lines of the scrollback alone. false: some of them wrap, or they
 * and the bottom are more than the terminal's rows; then nothing is appended,
 * and they wait for the next screen_draw(). */
TD_MUST_CHECK bool screen_insert(const struct screen *screen,
                                 struct td_buf *out, struct td_bytes above);

/* The terminal has another size: its lines may have wrapped into more rows. All
 * is drawn at the next time. */
void screen_resize(struct screen *screen, struct td_buf *out, size_t columns,
                   size_t rows);

/* Wipe the bottom; the cursor is where it began. The next screen_draw() draws
 * all. */
void screen_wipe(struct screen *screen, struct td_buf *out);

#endif
