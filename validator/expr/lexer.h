/* validator/expr/lexer.h - the text of an expression or a selector as tokens.
 */
#ifndef VALIDATOR_EXPR_LEXER_H
#define VALIDATOR_EXPR_LEXER_H

#include "validator/expr/env.h"

struct check_expr;

/* A text that is being read, and the expression that it becomes. */
struct expr_reader {
    const struct check_env *env;
    uint32_t at; /* the value in env->doc */
    struct td_bytes text;
    size_t pos;
    struct check_expr *expr; /* NULL while a selector is read */
    uint32_t values;         /* on the stack here */
    unsigned nesting;
    unsigned choices; /* of selectors, those of named sets too */
    unsigned sets;    /* named sets that this text is within */
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

/* What stands at `pos` asks the message at hand, and there is none: TD_USAGE.
 */
enum td_code expr_no_message(const struct expr_reader *r, size_t pos);

#endif
