/* console/console.h - the console: an execution to look at, and a prompt.
 *
 * What it shows comes from a tape or from a server; everything between the
 * events and the screen is the same for both. Commands are those of
 * console/words. Where stdout is no terminal, or with `plain`, each fact is one
 * line and nothing is asked.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "console/panel/panel.h"
#include "core/clock.h"
#include "core/error.h"
#include "tape/state.h"

#include <stdbool.h>

struct console;

/* The settings of the program around it, for the command config. */
struct console_settings {
    void *ctx;
    /* Append lines on one key, or (NULL) on each. all: also what does not
     * count, because of others. TD_USAGE: no such key. */
    enum td_code (*tell)(void *ctx, const char *key, bool all,
                         struct td_buf *out, struct td_error *err);
    /* Write it to the file of the user, or of the project, and append what
     * counts now. TD_USAGE: no such key or value; TD_IO. */
    enum td_code (*set)(void *ctx, const char *key, const char *value,
                        bool project, struct td_buf *out, struct td_error *err);
};

/* What execute and run say where the line does not. */
struct console_wants {
    const char *model;    /* of tasks that name none; or NULL */
    const char *on_limit; /* "pause", "stop" or "warn"; or NULL */
    uint64_t tokens;      /* budgets; 0: none */
    uint64_t micro_usd;
    uint64_t time_ns;
    uint64_t warn, critical; /* percent of them that are told; 0: as the plan
                                says */
};

struct console_options {
    const char *tape; /* its path; or NULL */
    struct text_style style;
    size_t columns; /* of what commands print */
    size_t rows;
    bool json; /* answers of commands as one object a line */
    bool near; /* the server is on this machine */
    enum panel_told told;
    uint32_t log_lines;   /* that are kept; 0: SEEN_LOGS */
    const char *log_file; /* gets each line of the log, behind what is there;
                             or NULL */
    struct console_wants wants;
    int out;                                 /* where answers go */
    const struct console_settings *settings; /* NULL: there are none */
};

/* Nothing has been seen yet. What options point to must outlive it. */
struct console *console_new(const struct console_options *options);
/* Begin to write the log to options.log_file. TD_IO: it cannot be, or another
 * console has it. */
TD_MUST_CHECK enum td_code console_open_log(struct console *c,
                                            struct td_error *err);
/* NULL is fine. */
void console_free(struct console *c);

/* Read the tape to its end. told: each fact is a line on `out` as it comes.
 * *state is what was found of it. */
TD_MUST_CHECK enum td_code console_fold(struct console *c, bool told,
                                        struct tape_state *state,
                                        struct td_error *err);

/* Do what a line says, and print the answer. TD_END: it asked to leave.
 * TD_AGAIN: the server will answer. TD_USAGE: no such command or option;
 * TD_FAILED: it could not be done. A line of blanks does nothing. */
TD_MUST_CHECK enum td_code console_do(struct console *c, struct td_bytes line,
                                      struct td_error *err);

#endif
