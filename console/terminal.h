/* console/terminal.h - the console on a terminal: the live block and the prompt
 * at the bottom, everything else above, written once.
 *
 * A tape is played at its times; a live run is followed. The prompt can be used
 * all the while.
 */
#ifndef CONSOLE_TERMINAL_H
#define CONSOLE_TERMINAL_H

#include "console/console.h"
#include "console/server.h"
#include "wire/net/transport.h"

struct console_terminal_options {
    uint64_t speed; /* of a tape: millionths, or PLAY_SPEED_MAX */
    bool loop;      /* of a tape: again from its start, for ever */
    const struct console_server_options *server; /* NULL: a tape */
    uint64_t frame_ns; /* at least between two times that the block is drawn;
                          facts, over it, do not wait for that */
    size_t width;      /* columns that are used; 0: all */
    bool tips;         /* say at the start how to get help */
    const char *pager; /* shows answers that are longer than the screen; NULL or
                          "": none does */
    uint64_t save_ns;  /* between two times that the session is saved; 0: only
                          at its end */
};

/* Run until it is left. stdin and options.out of the console are the terminal.
 * TD_CANCELLED: a signal. */
TD_MUST_CHECK enum td_code
console_terminal(struct console *c, struct wire_net *net,
                 const struct console_terminal_options *options,
                 struct td_error *err);

struct console_play;

/* Its loop. */
struct wire_net *console_terminal_net(const struct console *c);
/* It takes the place of the tape that was played. */
void console_terminal_set_play(struct console *c, struct console_play *play);

/* A signal has come: TD_CANCELLED when it is left. */
void console_terminal_stop(struct console *c);

#endif
