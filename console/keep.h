/* console/keep.h - what a console keeps: its session, the lines of it, and how
 * the execution stands (console/store).
 *
 * Nothing here fails for the store's sake: without one the console works, and
 * says once why nothing is kept.
 */
#ifndef CONSOLE_KEEP_H
#define CONSOLE_KEEP_H

#include "console/console.h"

struct console_keep_options {
    const char *session; /* a part of an id, or a name; NULL: see newest */
    bool newest;         /* go on with the newest session of this folder and
                            source that has not ended; else one is made */
    bool record;         /* keep lines; else a session is only made */
    const char *source;  /* a server's URL, or a tape's path */
    uint64_t keep_ns;    /* sessions that were not used for longer go */
    uint64_t history;    /* lines that are remembered */
};

/* TD_FAILED: no such session, or another console has it open. */
TD_MUST_CHECK enum td_code
console_keep_open(struct console *c, const struct console_keep_options *options,
                  struct td_error *err);

/* The id for the server. */
const char *console_keep_id(const struct console *c);
/* The part of it that is its own; NULL: nothing is kept. */
const char *console_keep_short(const struct console *c);
/* The execution that was looked at in the session, ""; valid until the session
 * is another. */
const char *console_keep_execution(const struct console *c);
/* Where one was, or that the session is a new one; one line. */
void console_keep_hello(const struct console *c, struct td_buf *out);
/* How to come back to it: the last part of its id; NULL: nothing was kept. */
const char *console_keep_back(const struct console *c);
/* Take what was not said yet: what could not be kept, and why. False: nothing.
 */
bool console_keep_note(struct console *c, struct td_buf *out);

typedef void console_line_fn(void *ctx, struct td_bytes line);
/* Lines of all sessions, the oldest first. */
void console_keep_lines(struct console *c, console_line_fn *tell, void *ctx);

/* Save what has changed, and clean up; call it now and then. */
void console_keep_turn(struct console *c);
void console_keep_save(struct console *c);

/* The server has answered the call under way. output as it was shown. */
void console_keep_answered(struct console *c, enum td_code done,
                           struct td_bytes output);

#endif
