/* validator/expr/compiler.h - texts to programs.
 *
 * parse.c, list.c, path.c and call.c compile expressions, selector.c selectors,
 * each with the other in it; expr.c has the doors, aggregate.c what programs
 * remember.
 */
#ifndef VALIDATOR_EXPR_COMPILER_H
#define VALIDATOR_EXPR_COMPILER_H

#include "validator/expr/lexer.h"
#include "validator/expr/run.h"

/* Compile an expression up to what cannot be part of one; *types are those
 * that it may have.
 */
TD_MUST_CHECK enum td_code expr_parse(struct expr_reader *r, unsigned *types);
/* Add an op that stands from `from` to here. It takes and gives so many values
 * of the stack.
 */
TD_MUST_CHECK enum td_code expr_emit(struct expr_reader *r, struct expr_op op,
                                     size_t from, int takes);
/* An error unless a value of `types` can be one of `wanted`. */
TD_MUST_CHECK enum td_code expr_want(const struct expr_reader *r, size_t pos,
                                     unsigned types, unsigned wanted,
                                     const char *by);
/* Index of a new constant, which is taken over. */
uint32_t expr_constant(struct check_expr *e, struct expr_constant constant);
/* The same, with the op that loads it. */
TD_MUST_CHECK enum td_code expr_emit_constant(struct expr_reader *r,
                                              size_t from,
                                              struct expr_constant constant);
/* One more level of nesting; the caller takes it back. TD_LIMIT. */
TD_MUST_CHECK enum td_code expr_deeper(struct expr_reader *r);

/* A list of constants, whose bracket is next. */
TD_MUST_CHECK enum td_code expr_parse_list(struct expr_reader *r, size_t from,
                                           unsigned *types);

/* What a path speaks of: a field of the message, or of another event. */
struct expr_path {
    uint32_t field;
    struct check_selector *event; /* owned; NULL: the message itself */
};

/* Read a path from a name that is next. */
TD_MUST_CHECK enum td_code expr_read_path(struct expr_reader *r,
                                          struct expr_path *path);
/* The op of a path; the path is taken over. */
TD_MUST_CHECK enum td_code expr_emit_path(struct expr_reader *r,
                                          struct expr_path *path, size_t from,
                                          bool has);

/* The call of the name that is next, behind which is a parenthesis. */
TD_MUST_CHECK enum td_code expr_parse_call(struct expr_reader *r,
                                           unsigned *types);
/* RECEIVER.NAME(...): the point is next, the receiver is on the stack. */
TD_MUST_CHECK enum td_code expr_parse_method(struct expr_reader *r, size_t from,
                                             unsigned *types);

/* A condition up to what cannot be part of it, within the text of r. */
TD_MUST_CHECK enum td_code expr_read_filter(struct expr_reader *r,
                                            struct check_expr **out);

/* Read a selector up to what cannot be part of one. */
TD_MUST_CHECK enum td_code expr_read_selector(struct expr_reader *r,
                                              struct check_selector **out);
/* One name, with a filter or without; a point is any event. */
TD_MUST_CHECK enum td_code expr_read_one(struct expr_reader *r,
                                         struct check_selector **out);
/* True if @SET is next, and reading it: without what follows. */
bool expr_is_set(const struct expr_reader *r);
TD_MUST_CHECK enum td_code expr_read_set(struct expr_reader *r,
                                         struct check_selector **out);
/* SELECTOR.FIELD */
TD_MUST_CHECK enum td_code expr_read_selector_field(struct expr_reader *r,
                                                    struct check_selector **out,
                                                    uint32_t *field);
/* One name; owned. */
struct check_selector *expr_selector_of_event(struct check_words *words,
                                              struct td_bytes name);

/* *all (NULL: a new one) becomes a selector of its events and those of `more`,
 * without filters.
 */
void expr_selector_widen(struct check_selector **all,
                         const struct check_selector *more);

enum expr_aggregate_kind {
    EXPR_VALUES, /* of a field: first, and the last two */
    EXPR_COUNTER,
    EXPR_TIMES, /* a counter whose times are asked for */
    EXPR_ADDER,
    EXPR_SET,
};

/* Index of the tally, made if the rule has none like it. The selector is taken
 * over, or freed; NULL is env->target. TD_LIMIT, TD_USAGE.
 */
TD_MUST_CHECK enum td_code expr_aggregate(struct expr_reader *r,
                                          enum expr_aggregate_kind kind,
                                          struct check_selector *selector,
                                          uint32_t field, uint32_t *index);

#endif
