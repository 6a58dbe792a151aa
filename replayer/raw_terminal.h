/* replayer/raw_terminal.h - a terminal whose keys arrive one by one.
 *
 * The terminal gets its settings back when the process ends by itself, by
 * exit(), by a signal that kills, and while it is stopped (Ctrl-Z). One at a
 * time.
 */
#ifndef REPLAYER_RAW_TERMINAL_H
#define REPLAYER_RAW_TERMINAL_H

#include "core/error.h"

#include <stdbool.h>

/* Turn off lines and echo on fd; with signal_keys Ctrl-C, Ctrl-Z and Ctrl-\
 * stay signals, else they are bytes as others are. TD_IO: no terminal, or it
 * cannot be set.
 */
TD_MUST_CHECK enum td_code play_term_open(int fd, bool signal_keys,
                                          struct td_error *err);

/* True unless it listens to another process group: after Ctrl-Z and `bg` that
 * is the shell. Then nobody here sets it, and reading would stop the process.
 */
bool play_term_is_ours(void);

/* Set it once more, after somebody else had it. */
void play_term_again(void);

/* Give it back. Fine if it is not open. */
void play_term_close(void);

#endif
