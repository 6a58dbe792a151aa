/* replayer/raw_terminal.h - a terminal whose keys arrive one by one.
 *
 * The terminal gets its settings back when the process ends by itself, by
 * exit(), by a signal that kills, and while it is stopped (Ctrl-Z). One at a
 * time.
 */
#ifndef REPLAYER_RAW_TERMINAL_H
#define REPLAYER_RAW_TERMINAL_H

#include "core/error.h"

/* Turn off lines and echo on fd; signals keep their keys. TD_IO: no terminal,
 * or it cannot be set.
 */
TD_MUST_CHECK enum td_code play_term_open(int fd, struct td_error *err);

/* Give it back. Fine if it is not open. */
void play_term_close(void);

#endif
