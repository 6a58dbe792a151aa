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
    uint64_t save_ns;  /* between two times that the session is saved; 0: only
                          at its end */
};

/* Run until it is left. stdin and options.out of the console are the terminal.
 * TD_CANCELLED: a signal. */
TD_MUST_CHECK enum td_code
console_terminal(struct console *c, struct wire_net *net,
                 const struct console_terminal_options *options,
                 struct td_error *err);

struct console_replaying {
    const char *tape;
    uint64_t speed;    /* as above */
    bool loop;
    bool step;         /* it stands still: . plays one event */
    const char *start; /* a place of console/places.h; NULL: its start */
};

/* Play another tape in the place of the one that is played. It goes on as it
 * was on error. */
TD_MUST_CHECK enum td_code
console_terminal_replay(struct console *c, const struct console_replaying *how,
                        struct td_error *err);

/* A signal has come: TD_CANCELLED when it is left. */
void console_terminal_stop(struct console *c);

#endif
