/* validator/expr/env.h - what an expression is compiled in, and its limits. */
#ifndef VALIDATOR_EXPR_ENV_H
#define VALIDATOR_EXPR_ENV_H

#include "core/jsonx.h"
#include "validator/message/vocabulary.h"

#define CHECK_EXPR_MAX   4096 /* bytes of one expression or selector */
#define CHECK_EXPR_OPS   1000 /* steps of its program */
#define CHECK_EXPR_DEPTH 50   /* parentheses, lists and operators nested */
#define CHECK_EXPR_ARGS  16   /* of min and max */

struct check_aggregates;
struct check_selector;

/* What loading an expression needs. */
struct check_env {
    struct check_words *words;
    const struct td_jsonx *doc;
    struct check_aggregates *aggregates; /* NULL: it may not ask for the past */
    const struct check_selector *target; /* whose fields prev(x) speaks of */
    struct td_bytes tolerance; /* of ~=, a JSON number from 0; len 0: half a
                                  unit of the last digit that is printed */
    uint32_t events; /* indexes below are events that the contract lists: a path
                        may begin with them, and if there are any, others are
                        mistakes */
    bool past_only;  /* there is no message at hand to ask, only what came; if
                        events is 0, a path begins with the name of any */
};

#endif
