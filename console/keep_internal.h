/* console/keep_internal.h - the session of a console, for its commands. */
#ifndef CONSOLE_KEEP_INTERNAL_H
#define CONSOLE_KEEP_INTERNAL_H

#include "console/console_internal.h"
#include "console/keep.h"
#include "console/store/store.h"

struct console_keep {
    struct console_keep_options options;
    struct store *store; /* NULL: not opened, or it cannot be used */
    bool tried;          /* to open it */
    bool record;
    bool read_only; /* another console has the session open */
    bool troubled;  /* the last attempt to write has failed */
    bool tidied;
    char *id;
    bool there;            /* it has a row */
    char *name;            /* of one that has no row yet; or NULL */
    struct td_buf hello;   /* where one was; empty: it is new */
    char *execution;       /* that was looked at; "" none */
    int64_t row;           /* of the line that is done; 0: none */
    int64_t waiting;       /* the same of one that the server does */
    uint64_t began_ns;     /* when it began, */
    uint64_t waited_ns;    /* and the other */
    uint64_t saved_events; /* of the fold, when it was saved */
    struct td_buf note;
};

/* The store, opened if it was not yet. */
TD_MUST_CHECK enum td_code console_keep_store(struct console *c,
                                              struct store **store,
                                              struct td_error *err);
/* Begin another session: a new one of this name (NULL: none), or one that is
 * there. What is seen is forgotten, and the server is joined anew. */
TD_MUST_CHECK enum td_code
console_keep_create(struct console *c, const char *name, struct td_error *err);
TD_MUST_CHECK enum td_code console_keep_load(struct console *c, const char *id,
                                             bool read_only,
                                             struct td_error *err);
/* Its row, if it has none yet. */
TD_MUST_CHECK enum td_code console_keep_row(struct console *c,
                                            struct td_error *err);

/* Append "x7 shop: running, 3 of 8 tasks, seq 403" from a saved state. */
void console_keep_put_state(struct td_buf *out,
                            const struct store_session *row);
/* Append "2026-11-28 19:17", by the clock of this place. */
void console_keep_put_time(struct td_buf *out, int64_t ms);

#endif
