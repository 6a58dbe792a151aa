/* The grammar of expressions: each function reads one level of it and leaves
 * one value on the stack of the program.
 */
#include "core/mem.h"
#include "validator/expr/compiler.h"

#include <stdlib.h>

typedef enum td_code (*expr_level)(struct expr_reader *r, unsigned *types);

static const char *const type_texts[] = {"null", "true or false", "a number",
                                         "text", "a list"};

/* "text", "a number", ... */
static const char *expr_type_text(unsigned types)
{
    for (unsigned i = 0; i < 5; i++) {
        if (types == 1u << i)
            return type_texts[i];
    }
    if (types == (EXPR_T_NUMBER | EXPR_T_TEXT))
        return "a number or text";
    return types == (EXPR_T_TEXT | EXPR_T_LIST) ? "text or a list" : "a value";
}

enum td_code expr_want(const struct expr_reader *r, size_t pos, unsigned types,
                       unsigned wanted, const char *by)
{
    if (types & wanted)
        return TD_OK;
    return expr_fail(r, pos, "%s takes %s, and this is %s", by,
                     expr_type_text(wanted), expr_type_text(types));
}

uint32_t expr_constant(struct check_expr *e, struct expr_constant constant)
{
    e->constants = td_realloc(e->constants,
                              (e->constants_len + 1) * sizeof(*e->constants));
    e->constants[e->constants_len] = constant;
    return e->constants_len++;
}

static bool leaves_nothing(uint8_t code)
{
    return code == EXPR_SKIP_AND || code == EXPR_SKIP_OR ||
           code == EXPR_BRANCH || code == EXPR_JUMP;
}

enum td_code expr_emit(struct expr_reader *r, struct expr_op op, size_t from,
                       int takes)
{
    struct check_expr *e = r->expr;

    if (e->len == CHECK_EXPR_OPS)
        return expr_limit(r, "this expression has too many parts");
    op.from = (uint16_t)from;
    op.to = (uint16_t)r->pos;
    e->ops = td_realloc(e->ops, (e->len + 1) * sizeof(*e->ops));
    e->ops[e->len++] = op;
    r->values -= (uint32_t)takes;
    r->values += !leaves_nothing(op.code);
    if (r->values > e->depth)
        e->depth = r->values;
    return TD_OK;
}

enum td_code expr_deeper(struct expr_reader *r)
{
    if (++r->nesting > CHECK_EXPR_DEPTH)
        return expr_limit(r, "this expression is nested too deep");
    return TD_OK;
}

/* Where the next token begins. */
static size_t here(const struct expr_reader *r)
{
    return expr_peek(r).from;
}

enum td_code expr_emit_constant(struct expr_reader *r, size_t from,
                                struct expr_constant constant)
{
    uint32_t index = expr_constant(r->expr, constant);

    return expr_emit(r, (struct expr_op){.code = EXPR_CONST, .arg = index},
                     from, 0);
}

static enum td_code parse_number(struct expr_reader *r,
                                 const struct expr_token *t, unsigned *types)
{
    struct td_bytes token = expr_slice(r, t->from, t->to);
    struct expr_constant c = {.kind = EXPR_K_NUMBER, .number = {.den = 1}};

    if (!schema_rational_read(&c.number, token))
        return expr_fail(r, t->from,
                         "this number has more than %d digits on one side of "
                         "its point",
                         SCHEMA_RATIONAL_POWER);
    c.text = td_bytes(td_strndup(token.ptr, token.len), token.len);
    *types = EXPR_T_NUMBER;
    expr_take(r, t);
    return expr_emit_constant(r, t->from, c);
}

static enum td_code parse_string(struct expr_reader *r,
                                 const struct expr_token *t, unsigned *types)
{
    struct expr_constant c = {.kind = EXPR_K_TEXT};
    struct td_buf text = {0};
    enum td_code code = expr_string(r, t, &text);

    if (code) {
        td_buf_release(&text);
        return code;
    }
    (void)td_buf_str(&text);
    c.text = td_buf_bytes(&text);
    *types = EXPR_T_TEXT;
    expr_take(r, t);
    return expr_emit_constant(r, t->from, c);
}

static enum td_code parse_path(struct expr_reader *r, size_t from,
                               unsigned *types)
{
    struct expr_path path = {0};
    enum td_code code = expr_read_path(r, &path);

    *types = EXPR_T_ANY;
    return code ? code : expr_emit_path(r, &path, from, false);
}

/* A word that is a value of its own. */
static bool find_word(const struct expr_reader *r, const struct expr_token *t,
                      uint8_t *code, unsigned *types)
{
    static const struct {
        const char *name;
        uint8_t code;
        unsigned types;
    } words[] = {
        {"true", EXPR_TRUE, EXPR_T_BOOL}, {"false", EXPR_FALSE, EXPR_T_BOOL},
        {"null", EXPR_NULL, EXPR_T_NULL}, {"key", EXPR_KEY, EXPR_T_ANY},
        {"now", EXPR_NOW, EXPR_T_NUMBER},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (expr_is(r, t, words[i].name)) {
            *code = words[i].code;
            *types = words[i].types;
            return true;
        }
    }
    return false;
}

static enum td_code parse_name(struct expr_reader *r,
                               const struct expr_token *t, unsigned *types)
{
    static const char *const reserved[] = {"in", "and", "or", "not"};
    struct expr_reader behind = *r;
    struct expr_token next;
    uint8_t code;

    expr_take(&behind, t);
    next = expr_peek(&behind);
    if (next.kind == EXPR_SIGN && next.sign == '(')
        return expr_parse_call(r, types);
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (expr_is(r, t, reserved[i]))
            return expr_unexpected(r, t, "a value");
    }
    if (!find_word(r, t, &code, types))
        return parse_path(r, t->from, types);
    if (code == EXPR_NOW && r->env->past_only)
        return expr_no_message(r, t->from);
    expr_take(r, t);
    return expr_emit(r, (struct expr_op){.code = code}, t->from, 0);
}

/* "odd name".field is a path; "text" and "text".size() are not. */
static bool is_quoted_event(const struct expr_reader *r,
                            const struct expr_token *t)
{
    struct expr_reader behind = *r;
    struct expr_token name;

    expr_take(&behind, t);
    if (!expr_accept(&behind, '.'))
        return false;
    name = expr_peek(&behind);
    expr_take(&behind, &name);
    return name.kind == EXPR_NAME && !expr_accept(&behind, '(');
}

static enum td_code parse_primary(struct expr_reader *r, unsigned *types)
{
    struct expr_token t = expr_peek(r);
    enum td_code code;

    if (t.kind == EXPR_NUMBER)
        return parse_number(r, &t, types);
    if (t.kind == EXPR_STRING)
        return is_quoted_event(r, &t) ? parse_path(r, t.from, types)
                                      : parse_string(r, &t, types);
    if (t.kind == EXPR_NAME)
        return parse_name(r, &t, types);
    if (t.kind == EXPR_SIGN && t.sign == '[')
        return expr_parse_list(r, t.from, types);
    if (expr_is_set(r))
        return parse_path(r, t.from, types);
    if (!expr_accept(r, '('))
        return expr_unexpected(r, &t, "a value");
    code = expr_parse(r, types);
    return code ? code : expr_expect(r, ')', "a value in parentheses");
}

static enum td_code parse_postfix(struct expr_reader *r, unsigned *types)
{
    size_t from = here(r);
    enum td_code code = parse_primary(r, types);

    while (code == TD_OK) {
        struct expr_token t = expr_peek(r);

        if (t.kind != EXPR_SIGN || t.sign != '.')
            break;
        code = expr_parse_method(r, from, types);
    }
    return code;
}

/* Recursion ends at CHECK_EXPR_DEPTH. */
/* NOLINTBEGIN(misc-no-recursion) */
static enum td_code parse_unary(struct expr_reader *r, unsigned *types)
{
    struct expr_token t = expr_peek(r);
    bool minus = t.kind == EXPR_SIGN && t.sign == '-';
    struct expr_op op = {.code = minus ? EXPR_MINUS : EXPR_NOT};
    unsigned wanted = minus ? EXPR_T_NUMBER : EXPR_T_BOOL;
    enum td_code code;

    if (!minus && (t.kind != EXPR_SIGN || t.sign != '!'))
        return parse_postfix(r, types);
    expr_take(r, &t);
    code = expr_deeper(r);
    if (code == TD_OK)
        code = parse_unary(r, types);
    r->nesting--;
    if (code == TD_OK)
        code = expr_want(r, t.from, *types, wanted, minus ? "-" : "!");
    *types = wanted;
    return code ? code : expr_emit(r, op, t.from, 1);
}

/* What an operator takes, and what it makes of it; text is only added. */
static enum td_code parse_right(struct expr_reader *r, expr_level level,
                                const struct expr_token *op, size_t from,
                                unsigned *types)
{
    static const char signs[] = "+-*/%";
    enum schema_arithmetic sum =
        (enum schema_arithmetic)(strchr(signs, op->sign) - signs + SCHEMA_ADD);
    char name[2] = {(char)op->sign, '\0'};
    unsigned wanted = EXPR_T_NUMBER | (op->sign == '+' ? EXPR_T_TEXT : 0);
    unsigned left = *types;
    size_t right_from;
    enum td_code code;

    expr_take(r, op);
    right_from = here(r);
    code = level(r, types);
    if (code == TD_OK)
        code = expr_want(r, from, left, wanted, name);
    if (code == TD_OK)
        code = expr_want(r, right_from, *types, wanted & left, name);
    *types &= wanted & left;
    return code ? code
                : expr_emit(
                      r, (struct expr_op){.code = EXPR_SUM, .n = (uint8_t)sum},
                      from, 2);
}

static enum td_code parse_sums(struct expr_reader *r, expr_level level,
                               const char *signs, unsigned *types)
{
    size_t from = here(r);
    enum td_code code = level(r, types);

    while (code == TD_OK) {
        struct expr_token op = expr_peek(r);

        if (op.kind != EXPR_SIGN || op.sign > 0xff || !strchr(signs, op.sign))
            break;
        code = parse_right(r, level, &op, from, types);
    }
    return code;
}

static enum td_code parse_product(struct expr_reader *r, unsigned *types)
{
    return parse_sums(r, parse_unary, "*/%", types);
}

static enum td_code parse_sum(struct expr_reader *r, unsigned *types)
{
    return parse_sums(r, parse_product, "+-", types);
}

/* `in`, with a list of any values in brackets. */
static enum td_code parse_in(struct expr_reader *r, size_t from,
                             unsigned *types)
{
    struct expr_op op = {.code = EXPR_IN_SOME};
    enum td_code code = TD_OK;
    size_t at = here(r);

    if (!expr_accept(r, '[')) {
        code = parse_sum(r, types);
        if (code == TD_OK)
            code = expr_want(r, at, *types, EXPR_T_LIST, "`in`");
        op.code = EXPR_IN;
        *types = EXPR_T_BOOL;
        return code ? code : expr_emit(r, op, from, 2);
    }
    code = expr_deeper(r);
    while (code == TD_OK && !expr_accept(r, ']')) {
        if (op.n == UINT8_MAX)
            return expr_limit(r, "a list of more than 255 values");
        if (op.n++ > 0)
            code = expr_expect(r, ',', "a value of a list");
        if (code == TD_OK)
            code = parse_sum(r, types);
    }
    r->nesting--;
    *types = EXPR_T_BOOL;
    return code ? code : expr_emit(r, op, from, op.n + 1);
}

/* The comparison that a sign is, or 0. */
static uint8_t comparison(const struct expr_token *t)
{
    static const struct {
        uint16_t sign;
        uint8_t code;
    } signs[] = {
        {EXPR_TWO('=', '='), EXPR_EQUAL},
        {'<', EXPR_LESS},
        {EXPR_TWO('!', '='), EXPR_UNEQUAL},
        {'>', EXPR_GREATER},
        {EXPR_TWO('<', '='), EXPR_LESS_EQUAL},
        {EXPR_TWO('~', '='), EXPR_NEAR},
        {EXPR_TWO('>', '='), EXPR_GREATER_EQUAL},
    };

    for (size_t i = 0; t->kind == EXPR_SIGN && i < 7; i++) {
        if (signs[i].sign == t->sign)
            return signs[i].code;
    }
    return 0;
}

/* Whether the two types can be compared at all. */
static enum td_code check_comparison(struct expr_reader *r, uint8_t code,
                                     size_t pos, unsigned left, unsigned right)
{
    unsigned ordered =
        code == EXPR_NEAR ? EXPR_T_NUMBER : EXPR_T_NUMBER | EXPR_T_TEXT;

    if (code == EXPR_EQUAL || code == EXPR_UNEQUAL)
        ordered = EXPR_T_ANY;
    if (left & right & ordered)
        return TD_OK;
    return expr_fail(r, pos, "%s cannot be compared with %s in this way",
                     expr_type_text(left), expr_type_text(right));
}

/* True if the value of the ops [from, to) is as it is written somewhere. */
static bool is_printed(const struct check_expr *e, uint32_t from, uint32_t to)
{
    uint8_t code = e->ops[from].code;

    return to - from == 1 &&
           (code == EXPR_FIELD || code == EXPR_CONST ||
            (code == EXPR_AGGREGATE && e->ops[from].n <= EXPR_FIRST));
}

/* ~= goes by the digits that a side prints, or by `tol`. */
static enum td_code check_near(struct expr_reader *r, size_t pos, uint32_t left,
                               uint32_t right)
{
    const struct check_expr *e = r->expr;

    if (e->has_tolerance || is_printed(e, left, right) ||
        is_printed(e, right, e->len))
        return TD_OK;
    (void)expr_fail(r, pos,
                    "neither side of ~= is a number as it is written, "
                    "whose digits would say how near is near");
    return td_error_hint(r->err, "compare with <= or give the rule a `tol`");
}

static enum td_code parse_compared(struct expr_reader *r,
                                   const struct expr_token *sign, size_t from,
                                   uint32_t start, unsigned *types)
{
    struct expr_op op = {.code = comparison(sign), .arg = r->expr->len};
    unsigned left = *types;
    enum td_code code;
    struct expr_token next;

    expr_take(r, sign);
    code = parse_sum(r, types);
    if (code == TD_OK)
        code = check_comparison(r, op.code, sign->from, left, *types);
    if (code == TD_OK && op.code == EXPR_NEAR)
        code = check_near(r, sign->from, start, op.arg);
    if (code == TD_OK)
        code = expr_emit(r, op, from, 2);
    *types = EXPR_T_BOOL;
    next = expr_peek(r);
    if (code || !comparison(&next))
        return code;
    (void)expr_fail(r, next.from, "a comparison cannot be compared again");
    return td_error_hint(r->err, "write a < b && b < c");
}

static enum td_code parse_comparison(struct expr_reader *r, unsigned *types)
{
    uint32_t start = r->expr->len;
    size_t from = here(r);
    enum td_code code = parse_sum(r, types);
    struct expr_token t = expr_peek(r);

    if (code == TD_OK && comparison(&t))
        return parse_compared(r, &t, from, start, types);
    if (code || t.kind != EXPR_NAME || !expr_is(r, &t, "in"))
        return code;
    expr_take(r, &t);
    return parse_in(r, from, types);
}

static enum td_code parse_not(struct expr_reader *r, unsigned *types)
{
    struct expr_token t = expr_peek(r);
    enum td_code code;

    if (t.kind != EXPR_NAME || !expr_is(r, &t, "not"))
        return parse_comparison(r, types);
    expr_take(r, &t);
    code = expr_deeper(r);
    if (code == TD_OK)
        code = parse_not(r, types);
    r->nesting--;
    if (code == TD_OK)
        code = expr_want(r, t.from, *types, EXPR_T_BOOL, "not");
    *types = EXPR_T_BOOL;
    return code ? code
                : expr_emit(r, (struct expr_op){.code = EXPR_NOT}, t.from, 1);
}

/* The right side of `a op b`, which is not looked at if a decides. */
static enum td_code parse_other(struct expr_reader *r, expr_level level,
                                bool both, size_t from, unsigned *types)
{
    struct expr_op skip = {.code = both ? EXPR_SKIP_AND : EXPR_SKIP_OR};
    struct expr_op op = {.code = both ? EXPR_AND : EXPR_OR};
    const char *word = both ? "and" : "or";
    uint32_t at = r->expr->len;
    size_t pos = here(r);
    enum td_code code = expr_want(r, from, *types, EXPR_T_BOOL, word);

    if (code == TD_OK)
        code = expr_emit(r, skip, from, 0);
    if (code == TD_OK)
        code = level(r, types);
    if (code == TD_OK)
        code = expr_want(r, pos, *types, EXPR_T_BOOL, word);
    *types = EXPR_T_BOOL;
    if (code == TD_OK)
        code = expr_emit(r, op, from, 2);
    if (code == TD_OK)
        r->expr->ops[at].arg = r->expr->len;
    return code;
}

static enum td_code parse_logic(struct expr_reader *r, expr_level level,
                                bool both, unsigned *types)
{
    uint16_t sign = both ? EXPR_TWO('&', '&') : EXPR_TWO('|', '|');
    size_t from = here(r);
    enum td_code code = level(r, types);

    while (code == TD_OK) {
        struct expr_token t = expr_peek(r);

        if (!(t.kind == EXPR_SIGN && t.sign == sign) &&
            !(t.kind == EXPR_NAME && expr_is(r, &t, both ? "and" : "or")))
            break;
        expr_take(r, &t);
        code = parse_other(r, level, both, from, types);
    }
    return code;
}

static enum td_code parse_and(struct expr_reader *r, unsigned *types)
{
    return parse_logic(r, parse_not, true, types);
}

/* Behind the question mark. */
static enum td_code parse_choice(struct expr_reader *r, size_t from,
                                 unsigned *types)
{
    uint32_t branch = r->expr->len;
    enum td_code code = expr_want(r, from, *types, EXPR_T_BOOL, "?:");
    unsigned others = 0;
    uint32_t jump = 0;

    if (code == TD_OK)
        code = expr_emit(r, (struct expr_op){.code = EXPR_BRANCH}, from, 1);
    if (code == TD_OK)
        code = expr_parse(r, types);
    if (code == TD_OK)
        code = expr_expect(r, ':', "what ? chooses");
    if (code == TD_OK) {
        jump = r->expr->len;
        code = expr_emit(r, (struct expr_op){.code = EXPR_JUMP}, from, 0);
    }
    if (code)
        return code;
    r->values--; /* one of the two is there, not both */
    r->expr->ops[branch].arg = r->expr->len;
    code = expr_parse(r, &others);
    r->expr->ops[jump].arg = r->expr->len;
    *types |= others;
    return code;
}

enum td_code expr_parse(struct expr_reader *r, unsigned *types)
{
    size_t from = here(r);
    enum td_code code = expr_deeper(r);

    if (code == TD_OK)
        code = parse_logic(r, parse_and, false, types);
    if (code == TD_OK && expr_accept(r, '?'))
        code = parse_choice(r, from, types);
    r->nesting--;
    return code;
}
/* NOLINTEND(misc-no-recursion) */
