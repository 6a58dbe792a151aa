/* Calls: functions of values, and the few that are more than that. */
#include "core/mem.h"
#include "validator/expr/compiler.h"
#include "validator/expr/selector.h"

#include <stdio.h>
#include <stdlib.h>

/* A call whose parenthesis is behind us; the name stood at `from`. */
struct call {
    size_t from;
    struct td_bytes name;
    uint8_t given; /* 1: a receiver is on the stack */
    unsigned receiver;
};

typedef enum td_code (*call_parser)(struct expr_reader *r,
                                    const struct call *call, unsigned *types);

static enum td_code close_call(struct expr_reader *r)
{
    return expr_expect(r, ')', "the values of a function");
}

/* has(PATH) */
static enum td_code parse_has(struct expr_reader *r, const struct call *call,
                              unsigned *types)
{
    struct expr_path path = {0};
    enum td_code code = expr_read_path(r, &path);

    *types = EXPR_T_BOOL;
    if (code)
        return code;
    code = close_call(r);
    if (code == TD_OK)
        return expr_emit_path(r, &path, call->from, true);
    check_selector_free(path.event);
    return code;
}

static enum td_code emit_aggregate(struct expr_reader *r,
                                   const struct call *call, enum expr_ask ask,
                                   uint32_t index)
{
    return expr_emit(r,
                     (struct expr_op){.code = EXPR_AGGREGATE,
                                      .n = (uint8_t)ask,
                                      .arg = index},
                     call->from, 0);
}

static enum expr_ask ask_of(const struct call *call)
{
    if (td_bytes_is(call->name, "prev"))
        return EXPR_PREV;
    return td_bytes_is(call->name, "first") ? EXPR_FIRST : EXPR_LAST;
}

/* prev(PATH), first(PATH), last(PATH) */
static enum td_code parse_value(struct expr_reader *r, const struct call *call,
                                unsigned *types)
{
    struct expr_path path = {0};
    size_t pos = expr_peek(r).from;
    enum td_code code = expr_read_path(r, &path);
    uint32_t index = 0;

    *types = EXPR_T_ANY;
    if (code)
        return code;
    if (r->env->past_only && ask_of(call) == EXPR_PREV) {
        check_selector_free(path.event);
        return expr_no_message(r, call->from);
    }
    if (!path.event && !r->env->target) {
        (void)expr_fail(r, pos, "%.*s() needs to know of which event",
                        (int)call->name.len, (const char *)call->name.ptr);
        return td_error_hint(r->err, "write EVENT.FIELD");
    }
    code = expr_aggregate(r, EXPR_VALUES, path.event, path.field, &index);
    if (code == TD_OK)
        code = close_call(r);
    return code ? code : emit_aggregate(r, call, ask_of(call), index);
}

/* count(SELECTOR), elapsed(SELECTOR), elapsed() */
static enum td_code parse_count(struct expr_reader *r, const struct call *call,
                                unsigned *types)
{
    enum expr_ask ask =
        td_bytes_is(call->name, "count") ? EXPR_COUNT : EXPR_ELAPSED;
    struct expr_reader ahead = *r;
    struct check_selector *selector = NULL;
    enum td_code code = TD_OK;
    uint32_t index = 0;

    *types = EXPR_T_NUMBER;
    if (ask == EXPR_ELAPSED && r->env->past_only)
        return expr_no_message(r, call->from);
    if (ask == EXPR_ELAPSED && expr_accept(&ahead, ')')) {
        ask = EXPR_AGE;
        selector = expr_selector_of_event(r->env->words, td_text("*"));
    } else {
        code = expr_read_selector(r, &selector);
    }
    if (code == TD_OK)
        code = expr_aggregate(r, ask == EXPR_COUNT ? EXPR_COUNTER : EXPR_TIMES,
                              selector, CHECK_NO_VALUE, &index);
    if (code == TD_OK)
        code = close_call(r);
    return code ? code : emit_aggregate(r, call, ask, index);
}

/* True if a comma stands before the parenthesis that ends the call. */
static bool has_comma(const struct expr_reader *r)
{
    struct expr_reader ahead = *r;
    int depth = 0;

    for (;;) {
        struct expr_token t = expr_peek(&ahead);

        if (t.kind == EXPR_END || t.to <= t.from)
            return false;
        if (t.kind == EXPR_SIGN && (t.sign == '(' || t.sign == '['))
            depth++;
        if (t.kind == EXPR_SIGN && (t.sign == ')' || t.sign == ']') &&
            depth-- == 0)
            return false;
        if (t.kind == EXPR_SIGN && t.sign == ',' && depth == 0)
            return true;
        expr_take(&ahead, &t);
    }
}

/* The path within the elements of a list, as a constant. */
static enum td_code read_element_path(struct expr_reader *r, uint32_t *constant)
{
    struct expr_constant c = {.kind = EXPR_K_TEXT};
    struct td_buf pointer = {0};
    enum td_code code = TD_OK;
    struct expr_token t;

    do {
        t = expr_peek(r);
        if (t.kind != EXPR_NAME) {
            code = expr_unexpected(r, &t, "the name of a field");
            break;
        }
        (void)td_buf_addf(&pointer, "/%.*s", (int)(t.to - t.from),
                          (const char *)r->text.ptr + t.from);
        expr_take(r, &t);
    } while (expr_accept(r, '.'));
    if (code) {
        td_buf_release(&pointer);
        return code;
    }
    (void)td_buf_str(&pointer);
    c.text = td_buf_bytes(&pointer);
    *constant = expr_constant(r->expr, c);
    return TD_OK;
}

/* sum(LIST, FIELD) */
static enum td_code parse_sum_list(struct expr_reader *r,
                                   const struct call *call)
{
    struct expr_op op = {.code = EXPR_SUM_LIST};
    size_t pos = expr_peek(r).from;
    unsigned types = 0;
    enum td_code code = expr_parse(r, &types);

    if (code == TD_OK)
        code = expr_want(r, pos, types, EXPR_T_LIST, "sum");
    if (code == TD_OK)
        code = expr_expect(r, ',', "a list");
    if (code == TD_OK)
        code = read_element_path(r, &op.arg);
    if (code == TD_OK)
        code = close_call(r);
    return code ? code : expr_emit(r, op, call->from, 1);
}

/* sum(EVENT.FIELD), distinct(EVENT.FIELD) */
static enum td_code parse_over(struct expr_reader *r, const struct call *call,
                               unsigned *types)
{
    bool sum = td_bytes_is(call->name, "sum");
    struct check_selector *selector = NULL;
    uint32_t field = CHECK_NO_VALUE;
    enum td_code code;
    uint32_t index = 0;

    *types = EXPR_T_NUMBER;
    if (sum && has_comma(r))
        return parse_sum_list(r, call);
    code = expr_read_selector_field(r, &selector, &field);
    if (code == TD_OK)
        code = expr_aggregate(r, sum ? EXPR_ADDER : EXPR_SET, selector, field,
                              &index);
    if (code == TD_OK)
        code = close_call(r);
    return code ? code
                : emit_aggregate(r, call, sum ? EXPR_TOTAL : EXPR_DISTINCT,
                                 index);
}

/* The pattern of matches(); it is known when the contract is loaded. */
static enum td_code read_pattern(struct expr_reader *r, uint32_t *index)
{
    struct expr_token t = expr_peek(r);
    struct check_expr *e = r->expr;
    struct schema_pattern *pattern = NULL;
    struct td_error why = {0};
    struct td_buf text = {0};
    enum td_code code;

    if (t.kind != EXPR_STRING)
        return expr_unexpected(r, &t, "a pattern in quotes");
    code = expr_string(r, &t, &text);
    if (code == TD_OK &&
        schema_pattern_new(&pattern, td_buf_bytes(&text), &why) != TD_OK)
        code = expr_fail(r, t.from + 1 + (size_t)why.offset,
                         "this pattern is wrong: %s", why.text);
    td_buf_release(&text);
    if (code)
        return code;
    expr_take(r, &t);
    e->patterns =
        td_realloc(e->patterns, (e->patterns_len + 1) * sizeof(*e->patterns));
    e->patterns[e->patterns_len] = pattern;
    *index = e->patterns_len++;
    return TD_OK;
}

/* matches(TEXT, PATTERN), TEXT.matches(PATTERN) */
static enum td_code parse_matches(struct expr_reader *r,
                                  const struct call *call, unsigned *types)
{
    struct expr_op op = {.code = EXPR_MATCHES};
    size_t pos = expr_peek(r).from;
    enum td_code code = TD_OK;

    *types = call->receiver;
    if (!call->given) {
        code = expr_parse(r, types);
        if (code == TD_OK)
            code = expr_expect(r, ',', "the text to match");
    }
    if (code == TD_OK)
        code = expr_want(r, pos, *types, EXPR_T_TEXT, "matches");
    if (code == TD_OK)
        code = read_pattern(r, &op.arg);
    if (code == TD_OK)
        code = close_call(r);
    *types = EXPR_T_BOOL;
    return code ? code : expr_emit(r, op, call->from, 1);
}

static enum td_code parse_arguments(struct expr_reader *r,
                                    const struct expr_function *f,
                                    const struct call *call, uint8_t *given)
{
    enum td_code code = TD_OK;

    *given = call->given;
    if (call->given)
        code = expr_want(r, call->from, call->receiver, f->takes, f->name);
    while (code == TD_OK && !expr_accept(r, ')')) {
        size_t pos;
        unsigned types = 0;

        if (*given > call->given)
            code = expr_expect(r, ',', "a value of a function");
        pos = expr_peek(r).from;
        if (code == TD_OK && *given == f->most)
            return expr_fail(r, pos, "%s takes no more than %d value%s",
                             f->name, f->most, f->most == 1 ? "" : "s");
        if (code == TD_OK)
            code = expr_parse(r, &types);
        if (code == TD_OK)
            code = expr_want(r, pos, types, f->takes, f->name);
        ++*given;
    }
    return code;
}

static enum td_code parse_function(struct expr_reader *r,
                                   const struct call *call, unsigned *types)
{
    struct expr_op op = {.code = EXPR_CALL};
    const struct expr_function *f = expr_find_function(call->name, &op.arg);
    enum td_code code = parse_arguments(r, f, call, &op.n);

    *types = f->gives;
    if (code == TD_OK && op.n < f->least)
        code = expr_fail(r, call->from, "%s takes %d value%s, and has %d",
                         f->name, f->least, f->least == 1 ? "" : "s", op.n);
    return code ? code : expr_emit(r, op, call->from, op.n);
}

static const struct {
    const char *name;
    call_parser parse;
    bool method; /* may be called on a receiver */
} special[] = {
    {"has", parse_has, false},        {"prev", parse_value, false},
    {"first", parse_value, false},    {"last", parse_value, false},
    {"count", parse_count, false},    {"elapsed", parse_count, false},
    {"sum", parse_over, false},       {"distinct", parse_over, false},
    {"matches", parse_matches, true},
};

static enum td_code unknown(const struct expr_reader *r,
                            const struct expr_token *at, struct td_bytes name)
{
    char text[81];
    struct td_suggestion near = {.word = text};

    (void)snprintf(text, sizeof(text), "%.*s", (int)name.len,
                   (const char *)name.ptr);
    expr_suggest_functions(&near);
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        td_suggest(&near, special[i].name);
    (void)expr_fail(r, at->from, "there is no function \"%s\"", text);
    return near.best ? td_error_hint(r->err, "did you mean %s?", near.best)
                     : TD_USAGE;
}

/* The name is behind us; it and the parenthesis are read. */
static enum td_code dispatch(struct expr_reader *r, struct call *call,
                             const struct expr_token *name, unsigned *types)
{
    uint32_t index = 0;

    call->name = expr_slice(r, name->from, name->to);
    (void)expr_accept(r, '(');
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
        if (td_bytes_is(call->name, special[i].name) &&
            (!call->given || special[i].method))
            return special[i].parse(r, call, types);
    }
    if (expr_find_function(call->name, &index))
        return parse_function(r, call, types);
    return unknown(r, name, call->name);
}

enum td_code expr_parse_call(struct expr_reader *r, unsigned *types)
{
    struct expr_token name = expr_peek(r);
    struct call call = {.from = name.from};
    enum td_code code = expr_deeper(r);

    if (code)
        return code;
    expr_take(r, &name);
    code = dispatch(r, &call, &name, types);
    r->nesting--;
    return code;
}

enum td_code expr_parse_method(struct expr_reader *r, size_t from,
                               unsigned *types)
{
    struct call call = {.from = from, .given = 1, .receiver = *types};
    enum td_code code = expr_deeper(r);
    struct expr_reader ahead;
    struct expr_token name;

    (void)expr_accept(r, '.');
    name = expr_peek(r);
    ahead = *r;
    expr_take(&ahead, &name);
    if (name.kind != EXPR_NAME || !expr_accept(&ahead, '('))
        return expr_unexpected(r, &name, "a function of this value");
    if (code)
        return code;
    expr_take(r, &name);
    code = dispatch(r, &call, &name, types);
    r->nesting--;
    return code;
}
