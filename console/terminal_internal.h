/* console/terminal_internal.h - the console on a terminal, for its parts. */
#ifndef CONSOLE_TERMINAL_INTERNAL_H
#define CONSOLE_TERMINAL_INTERNAL_H

#include "console/console_internal.h"
#include "console/output.h"
#include "console/pager.h"
#include "console/play.h"
#include "console/prompt.h"
#include "console/screen/screen.h"
#include "console/size.h"
#include "console/terminal.h"

struct console_terminal {
    struct console *c;
    struct wire_net *net;
    struct prompt *prompt;
    struct screen *screen;
    struct console_output *output;
    struct console_play *play; /* one of these two */
    struct console_server *server;
    struct wire_watch *watch; /* stdin; NULL: it has gone, or is the pager's */
    struct console_pager *pager; /* NULL: the terminal is ours */
    struct wire_timer frame;
    struct wire_timer lines;  /* for the scrollback, between two frames */
    struct wire_timer escape; /* an Esc has come */
    struct wire_timer keep;   /* what has changed is saved */
    const struct console_terminal_options *options;
    struct td_buf above; /* for the scrollback, not drawn yet */
    struct console_size size;
    uint64_t drawn_ns;
    uint64_t lines_ns;  /* when lines were written without a frame */
    bool small;         /* the block is its first lines only */
    bool asked_to_stop; /* Ctrl-C on an empty line: once more leaves */
    bool cancelled;
    struct td_error why;
    /* After a connection that was lost: from and to which seq events are to be
     * caught up, and how many have been; 0: none are, or it was not told. */
    uint64_t gap_from, gap_to, gap_came;
};

/* It is drawn again: lines for the scrollback nearly at once, all else with the
 * frame. */
void console_terminal_soon(struct console_terminal *t);
/* A line for the scrollback. */
void console_terminal_say(struct console_terminal *t, const char *text);

/* Begin to connect (joined.c). TD_USAGE: the URL. */
TD_MUST_CHECK enum td_code
console_terminal_join(struct console_terminal *t,
                      const struct console_server_options *server,
                      struct td_error *err);

#endif
