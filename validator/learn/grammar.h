/* validator/learn/grammar.h - a regular expression of what follows what.
 *
 * Of streams one knows only which event came right behind which, which was the
 * first and which the last. Whoever walks along those steps passes the strongly
 * connected parts of the graph in one order, so that it can be cut: into parts
 * of which one comes after the other, parts of which only one comes, and loops.
 * What cannot be cut is written as any order of its events. The expression
 * takes every stream that has only these steps, and mostly few others.
 */
#ifndef VALIDATOR_LEARN_GRAMMAR_H
#define VALIDATOR_LEARN_GRAMMAR_H

#include "core/buf.h"

#include <stdbool.h>

#define LEARN_ALPHABET 32 /* events of one graph */

/* A bit for each event. */
struct learn_graph {
    uint32_t all;
    uint32_t starts;
    uint32_t ends;
    uint32_t next[LEARN_ALPHABET];
    const char *const *names;
};

/* What an expression is made of. */
struct learn_grammar {
    uint32_t ordered; /* events that stand at a place of their own */
    uint32_t mixed;   /* events in parts that could not be cut */
    bool too_long;
};

/* Append the expression. */
struct learn_grammar learn_grammar_write(struct td_buf *out,
                                         const struct learn_graph *graph);

/* At most one of it comes. */
bool learn_graph_is_single(const struct learn_graph *graph, uint32_t event);
/* `event` comes only behind a `before`. */
bool learn_graph_needs(const struct learn_graph *graph, uint32_t event,
                       uint32_t before);
/* Behind each `event` a `behind` comes. */
bool learn_graph_answers(const struct learn_graph *graph, uint32_t event,
                         uint32_t behind);

#endif
