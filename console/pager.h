/* console/pager.h - a long answer in a program that shows it page by page, as
 * less does, in the place of the console.
 *
 * The program has the terminal, as its foreground process group, until it ends;
 * the loop goes on. One that is stopped is let go on: there is no shell here to
 * go back to.
 */
#ifndef CONSOLE_PAGER_H
#define CONSOLE_PAGER_H

#include "core/buf.h"
#include "wire/net/transport.h"

#include <stdbool.h>

struct console_pager;

struct console_paging {
    const char *command; /* for sh -c, with the text as its stdin; NULL or "":
                            there is none */
    size_t rows;         /* of the terminal: what is shorter is not shown */
    int tty;
    struct wire_net *net;
    /* The terminal is to be at its usual settings, with nothing of ours on it.
     */
    void (*leave)(void *ctx);
    /* It is ours again. why: of a text that was not shown; else "". */
    void (*back)(void *ctx, const char *why, struct td_bytes text);
    void *ctx;
};

/* Show the text: *pager is there until it has ended. False: it is not shown;
 * it is short, there is no pager, or one is shown already. */
bool console_pager_show(struct console_pager **pager,
                        const struct console_paging *how, struct td_bytes text);

/* It ends, if it has not; nobody is called back. NULL is fine. */
void console_pager_close(struct console_pager *pager);

#endif
