/* console/output.h - what is drawn, on its way to a terminal that may be slow.
 *
 * Nobody waits for the terminal: what it does not take at once is kept, and no
 * frame is drawn before it has been taken. So a frame is never torn, those in
 * between are left out, and no more than one waits.
 */
#ifndef CONSOLE_OUTPUT_H
#define CONSOLE_OUTPUT_H

#include "core/buf.h"
#include "core/error.h"

#include <stdbool.h>

struct console_output;

/* To the terminal that fd stands for, which stays as it is: where that can be
 * opened once more, it is. */
struct console_output *console_output_open(int fd);
/* What is left is given up. NULL is fine. */
void console_output_close(struct console_output *output);

/* Write as much as the terminal takes, and keep the rest. bytes is emptied.
 * TD_IO: the terminal has gone. */
TD_MUST_CHECK enum td_code console_output_put(struct console_output *output,
                                              struct td_buf *bytes,
                                              struct td_error *err);

/* Go on with what was kept. */
TD_MUST_CHECK enum td_code console_output_go_on(struct console_output *output,
                                                struct td_error *err);

/* Something was kept, and is not taken yet. */
bool console_output_is_behind(const struct console_output *output);

/* Wait until all is taken, as long as some of it is within a second. */
void console_output_finish(struct console_output *output);

#endif
