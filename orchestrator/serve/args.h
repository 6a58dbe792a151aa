/* orchestrator/serve/args.h - what the args of a command may be: a table of
 * rows, held to what came before anything is done. What is of another kind, out
 * of its range, named twice or not known is refused with one error, that says
 * what was meant.
 */
#ifndef ORCHESTRATOR_SERVE_ARGS_H
#define ORCHESTRATOR_SERVE_ARGS_H

#include "orchestrator/serve/call.h"

enum serve_arg_kind {
    SERVE_ARG_TEXT,
    SERVE_ARG_FLAG,
    SERVE_ARG_NUMBER, /* whole, from min to max */
    SERVE_ARG_WORD,   /* one of words: "waves|greedy" */
    SERVE_ARG_NAME,   /* the same, in any case */
    SERVE_ARG_KEY,    /* 1 to 128 printable ASCII characters */
    SERVE_ARG_OBJECT,
    SERVE_ARG_PLAN, /* a text or an object */
};

struct serve_arg_rule {
    const char *name; /* NULL: the end of the list */
    enum serve_arg_kind kind;
    uint64_t min;
    uint64_t max;
    const char *words;
};

/* Every command may have it, besides those of its list. */
#define SERVE_ARG_REQUEST "request_id"

#define SERVE_ARG_ACTION                                                       \
    {                                                                          \
        "action", SERVE_ARG_TEXT, 0, 0, NULL                                   \
    }
#define SERVE_ARG_EXECUTION                                                    \
    {                                                                          \
        "execution_id", SERVE_ARG_TEXT, 0, 0, NULL                             \
    }
#define SERVE_FOCUSES "general|security|performance|accessibility"
#define SERVE_ARG_END                                                          \
    {                                                                          \
        NULL, SERVE_ARG_TEXT, 0, 0, NULL                                       \
    }

/* Of run and execute (command_plan.c), of what is drawn (command_view.c). */
extern const struct serve_arg_rule serve_run_args[];
extern const struct serve_arg_rule serve_draw_args[];

/* Printable ASCII without blanks, quotes and backslashes, up to that many
 * bytes. */
bool serve_is_key(struct td_bytes text, size_t max);

/* False: the answer says what is wrong. what: "run", for the error. */
bool serve_args_fit(const struct serve_call *call, const char *what,
                    const struct serve_arg_rule *rules);

#endif
