/* validator/expr/expr_internal.h - what the files of expressions share:
 * expr_read.c reads tokens, expr_parse.c and expr_call.c compile, expr_run.c
 * and expr_function.c evaluate, expr_say.c explains, tally.c remembers,
 * selector.c chooses.
 */
#ifndef VALIDATOR_EXPR_EXPR_INTERNAL_H
#define VALIDATOR_EXPR_EXPR_INTERNAL_H

#include "core/suggest.h"
#include "schema/regex/pattern.h"
#include "schema/value/equal.h"
#include "validator/expr/expr.h"

enum expr_code {
    EXPR_CONST, /* arg: constant */
    EXPR_TRUE,
    EXPR_FALSE,
    EXPR_NULL,
    EXPR_FIELD,     /* arg: field */
    EXPR_HAS,       /* arg: field */
    EXPR_TALLY,     /* arg: tally; n: enum expr_ask */
    EXPR_HAS_TALLY, /* the same */
    EXPR_KEY,
    EXPR_NOW,
    EXPR_SUM, /* n: enum check_sum */
    EXPR_MINUS,
    EXPR_NOT,
    EXPR_EQUAL, /* the six comparisons, and ~=, in this order */
    EXPR_UNEQUAL,
    EXPR_LESS,
    EXPR_LESS_EQUAL,
    EXPR_GREATER,
    EXPR_GREATER_EQUAL,
    EXPR_NEAR,
    EXPR_IN,       /* value, list */
    EXPR_IN_SOME,  /* value, then n values */
    EXPR_SKIP_AND, /* arg: where to go on if the value is false */
    EXPR_SKIP_OR,  /* the same, true */
    EXPR_AND,
    EXPR_OR,
    EXPR_BRANCH,   /* takes the condition; arg: where if it is not true */
    EXPR_JUMP,     /* arg: where; the end of ?: */
    EXPR_MATCHES,  /* arg: pattern */
    EXPR_SUM_LIST, /* arg: constant, a JSON Pointer within the elements */
    EXPR_CALL,     /* arg: function; n: values */
};

/* What is asked of a tally. */
enum expr_ask {
    EXPR_LAST,
    EXPR_PREV,
    EXPR_FIRST,
    EXPR_COUNT,
    EXPR_TOTAL,
    EXPR_DISTINCT,
    EXPR_ELAPSED, /* since the last one */
    EXPR_AGE,     /* since the first one */
};

struct expr_op {
    uint8_t code;
    uint8_t n;
    uint16_t from; /* where it stands in the text */
    uint16_t to;
    uint32_t arg;
};

/* Types that a value can have, as bits. */
#define EXPR_T_NULL   1u
#define EXPR_T_BOOL   2u
#define EXPR_T_NUMBER 4u
#define EXPR_T_TEXT   8u
#define EXPR_T_LIST   16u /* lists and objects */
#define EXPR_T_ANY    31u

/* In the order of the bits. */
enum expr_kind {
    EXPR_K_NULL,
    EXPR_K_BOOL,
    EXPR_K_NUMBER,
    EXPR_K_TEXT,
    EXPR_K_LIST,
    EXPR_K_UNDEFINED,
};

/* A value while it is calculated. Its room is used again. */
struct expr_value {
    enum expr_kind kind;
    uint16_t op; /* that it comes from */
    bool truth;
    struct td_bytes text; /* TEXT; NUMBER: its token if it was read, or "" */
    const char *why;      /* UNDEFINED: what is wrong with op's text */
    struct check_number number;
    struct check_value list;
    struct td_buf room;     /* of a text without its escapes */
    struct td_json_doc doc; /* of a list that was remembered */
};

struct expr_constant {
    enum expr_kind kind;
    struct td_bytes text; /* TEXT, NUMBER's token, LIST as JSON; allocated */
    struct check_number number;
    struct td_json_doc doc;
};

struct check_expr {
    char *text;
    struct expr_op *ops;
    uint32_t len;
    uint32_t depth; /* values at once, at most */
    struct expr_constant *constants;
    uint32_t constants_len;
    struct check_pattern **patterns;
    uint32_t patterns_len;
    const struct check_words *words;
    bool has_tolerance;
    struct check_number tolerance;
    bool compares;  /* the last op is a comparison: */
    uint32_t right; /* its right side begins at this op */
};

struct check_eval {
    const struct check_words *words;
    struct check_field_cache *fields;
    const struct check_message *m;
    const struct check_tally *own;
    const struct check_tally *whole;
    int64_t time;
    int64_t time_unit; /* 0: none */
    struct td_bytes key;
    struct expr_value *stack;
    uint32_t room; /* values in stack */
    struct expr_value spare[2];
    struct check_equal_memory equal;
    struct check_pattern_memory *patterns;
    const char *why; /* the last one was undefined; of the subject */
    struct td_bytes subject;
    bool gave_up;
};

/* A text that is being read, and the expression that it becomes. */
struct expr_reader {
    const struct check_env *env;
    uint32_t at; /* the value in env->doc */
    struct td_bytes text;
    size_t pos;
    struct check_expr *expr; /* NULL while a selector is read */
    uint32_t values;         /* on the stack here */
    unsigned nesting;
    struct td_error *err;
};

enum expr_token_kind {
    EXPR_END,
    EXPR_NAME,
    EXPR_NUMBER,
    EXPR_STRING,
    EXPR_SIGN, /* sign: one or two characters */
    EXPR_BAD,  /* no token; at `from` */
};

struct expr_token {
    enum expr_token_kind kind;
    uint16_t sign; /* first character, and 256 * the second */
    size_t from;
    size_t to;
};

#define EXPR_TWO(a, b) (uint16_t)((a) | (b) << 8)

/* expr_read.c */

/* Begin to read text value `at`; its bytes are allocated: expr_close(). What is
 * no text is refused with this sentence.
 */
TD_MUST_CHECK enum td_code expr_open(struct expr_reader *r,
                                     const struct check_env *env, uint32_t at,
                                     const char *what, struct td_error *err);
void expr_close(struct expr_reader *r);
/* An error at byte `pos` of the text. */
enum td_code expr_fail(const struct expr_reader *r, size_t pos, const char *fmt,
                       ...) TD_PRINTF(3, 4);
enum td_code expr_limit(const struct expr_reader *r, const char *what);
/* The next token, which stays. */
struct expr_token expr_peek(const struct expr_reader *r);
/* Step over the token. */
void expr_take(struct expr_reader *r, const struct expr_token *t);
/* Step over this sign if it is next. */
bool expr_accept(struct expr_reader *r, uint16_t sign);
/* The same, or an error that says after what. */
TD_MUST_CHECK enum td_code expr_expect(struct expr_reader *r, uint16_t sign,
                                       const char *after);
/* "expected VALUE, found TOKEN". */
enum td_code expr_unexpected(const struct expr_reader *r,
                             const struct expr_token *t, const char *wanted);
struct td_bytes expr_slice(const struct expr_reader *r, size_t from, size_t to);
bool expr_is(const struct expr_reader *r, const struct expr_token *t,
             const char *text);
/* Append what a STRING token stands for. */
TD_MUST_CHECK enum td_code expr_string(const struct expr_reader *r,
                                       const struct expr_token *t,
                                       struct td_buf *out);

/* expr_parse.c */

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
/* "text", "a number", ... */
const char *expr_type_text(unsigned types);

/* expr_list.c */

/* A list of constants, whose bracket is next. */
TD_MUST_CHECK enum td_code expr_parse_list(struct expr_reader *r, size_t from,
                                           unsigned *types);

/* expr_path.c */

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

/* expr_call.c */

/* The call of the name that is next, behind which is a parenthesis. */
TD_MUST_CHECK enum td_code expr_parse_call(struct expr_reader *r,
                                           unsigned *types);
/* RECEIVER.NAME(...): the point is next, the receiver is on the stack. */
TD_MUST_CHECK enum td_code expr_parse_method(struct expr_reader *r, size_t from,
                                             unsigned *types);

/* expr.c */

/* A condition up to what cannot be part of it, within the text of r. */
TD_MUST_CHECK enum td_code expr_read_filter(struct expr_reader *r,
                                            struct check_expr **out);

/* expr_run.c */

/* Run ops [from, to); the value that they leave. */
struct expr_value *expr_run(const struct check_expr *e, struct check_eval *eval,
                            uint32_t from, uint32_t to);
/* Whether two values are equal; neither is undefined. */
bool expr_equal(struct check_eval *eval, const struct expr_value *a,
                const struct expr_value *b);

/* expr_value.c */

void expr_set_undefined(struct expr_value *v, const char *why);
void expr_set_bool(struct expr_value *v, bool truth);
void expr_set_number(struct expr_value *v, int64_t n);
/* Load a value of a document, which must stay. */
void expr_load(struct expr_value *v, struct check_value from);
/* The same of a token that was remembered: any JSON text. */
void expr_load_token(struct expr_value *v, struct td_bytes token);
/* Undefined because it is not of the type that is wanted. */
void expr_wrong_type(struct expr_value *v, unsigned wanted);

/* expr_say.c */

/* Append it as people read it. */
void expr_write(struct td_buf *out, const struct expr_value *v);
/* The text of an op. */
struct td_bytes expr_op_text(const struct check_expr *e,
                             const struct expr_op *op);

/* expr_function.c */

struct expr_function {
    const char *name;
    uint8_t least; /* arguments */
    uint8_t most;
    unsigned takes; /* types of each */
    unsigned gives;
    /* The first of the n values becomes the result; none is undefined. */
    void (*run)(struct expr_value *values, unsigned n);
};

/* What stands at `pos` asks the message at hand, and there is none: TD_USAGE.
 */
enum td_code expr_no_message(const struct expr_reader *r, size_t pos);

/* NULL if there is none of this name. */
const struct expr_function *expr_find_function(struct td_bytes name,
                                               uint32_t *index);
const struct expr_function *expr_function(uint32_t index);
/* Offers the names of all of these. */
void expr_suggest_functions(struct td_suggestion *suggest);

/* selector.c */

/* Read a selector up to what cannot be part of one. */
TD_MUST_CHECK enum td_code expr_read_selector(struct expr_reader *r,
                                              struct check_selector **out);
/* One name, with a filter or without; a point is any event. */
TD_MUST_CHECK enum td_code expr_read_one(struct expr_reader *r,
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

/* tally.c */

enum expr_tally_kind {
    EXPR_VALUES, /* of a field: first, and the last two */
    EXPR_COUNTER,
    EXPR_TIMES, /* a counter whose times are asked for */
    EXPR_ADDER,
    EXPR_SET,
};

/* Index of the tally, made if the rule has none like it. The selector is taken
 * over, or freed; NULL is env->target. TD_LIMIT, TD_USAGE.
 */
TD_MUST_CHECK enum td_code expr_tally(struct expr_reader *r,
                                      enum expr_tally_kind kind,
                                      struct check_selector *selector,
                                      uint32_t field, uint32_t *index);
/* Answer op EXPR_TALLY. */
void expr_ask(struct expr_value *v, struct check_eval *eval,
              const struct expr_op *op);

#endif
