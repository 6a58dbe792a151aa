/* validator/expr/run.h - the program of an expression, its values, and running
 * it.
 *
 * run.c runs, value.c and function.c are what it calculates with, aggregate.c
 * what it remembers, explain.c puts it into words.
 */
#ifndef VALIDATOR_EXPR_RUN_H
#define VALIDATOR_EXPR_RUN_H

#include "core/suggest.h"
#include "schema/regex/pattern.h"
#include "schema/value/equal.h"
#include "schema/value/rational.h"
#include "validator/message/vocabulary.h"

struct check_aggregate;

enum expr_code {
    EXPR_CONST, /* arg: constant */
    EXPR_TRUE,
    EXPR_FALSE,
    EXPR_NULL,
    EXPR_FIELD,         /* arg: field */
    EXPR_HAS,           /* arg: field */
    EXPR_AGGREGATE,     /* arg: tally; n: enum expr_ask */
    EXPR_HAS_AGGREGATE, /* the same */
    EXPR_KEY,
    EXPR_NOW,
    EXPR_SUM, /* n: enum schema_arithmetic */
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
    struct schema_rational number;
    struct schema_value list;
    struct td_buf room;     /* of a text without its escapes */
    struct td_json_doc doc; /* of a list that was remembered */
};

struct expr_constant {
    enum expr_kind kind;
    struct td_bytes text; /* TEXT, NUMBER's token, LIST as JSON; allocated */
    struct schema_rational number;
    struct td_json_doc doc;
};

struct check_expr {
    char *text;
    struct expr_op *ops;
    uint32_t len;
    uint32_t depth; /* values at once, at most */
    struct expr_constant *constants;
    uint32_t constants_len;
    struct schema_pattern **patterns;
    uint32_t patterns_len;
    const struct check_words *words;
    bool has_tolerance;
    struct schema_rational tolerance;
    char *slip;     /* an event whose name it calculates with, or NULL */
    bool compares;  /* the last op is a comparison: */
    uint32_t right; /* its right side begins at this op */
};

struct check_eval {
    const struct check_words *words;
    struct check_field_cache *fields;
    const struct check_message *m;
    const struct check_aggregate *own;
    const struct check_aggregate *whole;
    int64_t time;
    int64_t time_unit; /* 0: none */
    struct td_bytes key;
    struct expr_value *stack;
    uint32_t room; /* values in stack */
    struct expr_value spare[2];
    struct schema_equal_memory equal;
    struct schema_pattern_memory *patterns;
    const char *why; /* the last one was undefined; of the subject */
    struct td_bytes subject;
    const char *gave_up; /* at what, and the mend; NULL: at nothing */
    struct td_buf limit; /* room for it */
};

/* Run ops [from, to); the value that they leave. */
struct expr_value *expr_run(const struct check_expr *e, struct check_eval *eval,
                            uint32_t from, uint32_t to);

void expr_set_undefined(struct expr_value *v, const char *why);
void expr_set_bool(struct expr_value *v, bool truth);
void expr_set_number(struct expr_value *v, int64_t n);
/* Load a value of a document, which must stay. */
void expr_load(struct expr_value *v, struct schema_value from);
/* The same of a token that was remembered: any JSON text. */
void expr_load_token(struct expr_value *v, struct td_bytes token);
/* Undefined because it is not of the type that is wanted. */
void expr_wrong_type(struct expr_value *v, unsigned wanted);

/* The text of an op. */
struct td_bytes expr_op_text(const struct check_expr *e,
                             const struct expr_op *op);

struct expr_function {
    const char *name;
    uint8_t least; /* arguments */
    uint8_t most;
    unsigned takes; /* types of each */
    unsigned gives;
    /* The first of the n values becomes the result; none is undefined. */
    void (*run)(struct expr_value *values, unsigned n);
};

/* NULL if there is none of this name. */
const struct expr_function *expr_find_function(struct td_bytes name,
                                               uint32_t *index);
const struct expr_function *expr_function(uint32_t index);
/* Offers the names of all of these. */
void expr_suggest_functions(struct td_suggestion *suggest);

/* Answer op EXPR_AGGREGATE. */
void expr_ask(struct expr_value *v, struct check_eval *eval,
              const struct expr_op *op);

#endif
