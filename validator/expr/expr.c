#include "validator/expr/expr.h"

#include "core/mem.h"
#include "validator/expr/compiler.h"
#include "validator/expr/slip.h"

#include <stdlib.h>

static void release_constant(struct expr_constant *c)
{
    free((void *)(uintptr_t)c->text.ptr);
    schema_rational_release(&c->number);
    td_json_release(&c->doc);
}

void check_expr_free(struct check_expr *expr)
{
    if (!expr)
        return;
    for (uint32_t i = 0; i < expr->constants_len; i++)
        release_constant(&expr->constants[i]);
    for (uint32_t i = 0; i < expr->patterns_len; i++)
        schema_pattern_free(expr->patterns[i]);
    schema_rational_release(&expr->tolerance);
    free(expr->constants);
    free(expr->patterns);
    free(expr->ops);
    free(expr->text);
    free(expr->slip);
    free(expr);
}

static struct check_expr *new_expr(const struct expr_reader *r)
{
    struct check_expr *e = td_calloc(1, sizeof(*e));

    e->text = td_strndup(r->text.ptr, r->text.len);
    e->tolerance.den = 1;
    e->has_tolerance = r->env->tolerance.len > 0 &&
                       schema_rational_read(&e->tolerance, r->env->tolerance);
    return e;
}

/* Remember where the sides are, if it is a comparison. */
static void find_sides(struct check_expr *e)
{
    const struct expr_op *last = &e->ops[e->len - 1];

    if (last->code < EXPR_EQUAL || last->code > EXPR_NEAR)
        return;
    e->compares = true;
    e->right = last->arg;
}

/* The expression is the caller's also after an error. */
static enum td_code read(struct expr_reader *r, struct check_expr **out,
                         unsigned wanted, const char *by)
{
    struct check_expr *e = new_expr(r);
    size_t from = expr_peek(r).from;
    unsigned types = 0;
    enum td_code code;

    r->expr = e;
    code = expr_parse(r, &types);
    if (code == TD_OK)
        code = expr_want(r, from, types, wanted, by);
    *out = e;
    if (code == TD_OK)
        find_sides(e);
    return code;
}

enum td_code expr_read_filter(struct expr_reader *r, struct check_expr **out)
{
    struct check_env env = *r->env;
    struct expr_reader inner = *r;
    struct check_expr *e = NULL;
    enum td_code code;

    env.target = NULL;
    env.tolerance = td_bytes(NULL, 0);
    env.past_only = false;
    inner.env = &env;
    inner.values = 0;
    code = read(&inner, &e, EXPR_T_BOOL, "a filter");
    r->pos = inner.pos;
    if (code)
        check_expr_free(e);
    else
        *out = e;
    return code;
}

static enum td_code read_all(struct expr_reader *r, struct check_expr **out,
                             unsigned wanted, const char *by)
{
    struct check_expr *e = NULL;
    enum td_code code = read(r, &e, wanted, by);
    struct expr_token t = expr_peek(r);

    if (code == TD_OK && t.kind != EXPR_END)
        code = expr_unexpected(r, &t, "the end of the expression");
    if (code)
        check_expr_free(e);
    else
        *out = e;
    return code;
}

/* An event's name that is read as a subtraction; "" if there is none. */
static struct td_bytes slip_in(const struct check_env *env, uint32_t at)
{
    struct td_buf text = {0};
    struct td_bytes found = td_text("");

    if (env->doc->json.values[at].kind != TD_JSON_STRING)
        return found;
    (void)td_json_unescape(&text, td_json_inner(&env->doc->json, at));
    for (uint32_t e = 0; e < env->events && found.len == 0; e++) {
        struct td_bytes name = check_event_name(env->words, e);

        if (check_slip_is(td_buf_bytes(&text), name))
            found = name;
    }
    td_buf_release(&text);
    return found;
}

static enum td_code hint(const struct check_env *env, uint32_t at,
                         enum td_code code, struct td_error *err)
{
    struct td_bytes name = slip_in(env, at);

    if (err && name.len > 0)
        (void)td_error_hint(err, "the event is written in quotes: '%.*s'.FIELD",
                            (int)(name.len < 60 ? name.len : 60),
                            (const char *)name.ptr);
    return code;
}

enum td_code check_expr_load(struct check_expr **out,
                             const struct check_env *env, uint32_t at,
                             struct td_error *err)
{
    struct expr_reader r;
    struct td_bytes slip;
    enum td_code code = expr_open(
        &r, env, at, "an expression is text like \"a + b == c\"", err);

    if (code)
        return code;
    code = read_all(&r, out, EXPR_T_BOOL, "a rule");
    expr_close(&r);
    if (code)
        return hint(env, at, code, err);
    slip = slip_in(env, at);
    if (slip.len > 0)
        (*out)->slip = td_strndup(slip.ptr, slip.len);
    return TD_OK;
}

enum td_code check_expr_load_number(struct check_expr **out,
                                    const struct check_env *env, uint32_t at,
                                    struct td_error *err)
{
    struct expr_reader r;
    enum td_code code;

    code = expr_open(&r, env, at,
                     "this is a number, EVENT.FIELD or an expression", err);
    if (code)
        return code;
    code = read_all(&r, out, EXPR_T_NUMBER, "a count");
    expr_close(&r);
    return code ? hint(env, at, code, err) : TD_OK;
}

const char *check_expr_text(const struct check_expr *expr)
{
    return expr->text;
}

const char *check_expr_slip(const struct check_expr *expr)
{
    return expr->slip;
}

uint32_t check_expr_field(const struct check_expr *expr)
{
    const struct expr_op *first = expr->ops;

    if (expr->compares && expr->right == 1 && first->code == EXPR_FIELD)
        return first->arg;
    return CHECK_NO_VALUE;
}

static struct expr_value *run_all(const struct check_expr *e,
                                  struct check_eval *eval, unsigned wanted)
{
    struct expr_value *v = expr_run(e, eval, 0, e->len);

    if (v->kind != EXPR_K_UNDEFINED && !(wanted & 1u << v->kind))
        expr_wrong_type(v, wanted);
    if (v->kind == EXPR_K_UNDEFINED) {
        eval->why = v->why;
        eval->subject = expr_op_text(e, &e->ops[v->op]);
    }
    return v;
}

/* The condition that most filters are: a field is this text. False: it is
 * another one, or the field has to be looked at as a whole.
 */
static bool is_field_text(const struct check_expr *expr,
                          const struct check_eval *eval,
                          enum check_answer *answer)
{
    const struct expr_op *ops = expr->ops;
    const struct expr_constant *text;
    const struct td_json_doc *doc;
    uint32_t at;

    if (expr->len != 3 || ops[0].code != EXPR_FIELD ||
        ops[1].code != EXPR_CONST || ops[2].code != EXPR_EQUAL)
        return false;
    text = &expr->constants[ops[1].arg];
    at = check_field_at(eval->fields, ops[0].arg);
    if (text->kind != EXPR_K_TEXT || at == CHECK_NO_VALUE)
        return false;
    doc = eval->m->doc;
    if (doc->values[at].kind != TD_JSON_STRING ||
        (doc->values[at].flags & TD_JSON_ESCAPED))
        return false;
    *answer = td_bytes_equal(td_json_inner(doc, at), text->text) ? CHECK_YES
                                                                 : CHECK_NO;
    return true;
}

enum check_answer check_expr_test(const struct check_expr *expr,
                                  struct check_eval *eval)
{
    const struct expr_value *v;
    enum check_answer answer;

    if (is_field_text(expr, eval, &answer))
        return answer;
    v = run_all(expr, eval, EXPR_T_BOOL);
    if (v->kind == EXPR_K_UNDEFINED)
        return CHECK_UNDEFINED;
    return v->truth ? CHECK_YES : CHECK_NO;
}

bool check_expr_number(const struct check_expr *expr, struct check_eval *eval,
                       struct schema_rational *out)
{
    const struct expr_value *v = run_all(expr, eval, EXPR_T_NUMBER);

    if (v->kind != EXPR_K_NUMBER)
        return false;
    schema_rational_copy(out, &v->number);
    return true;
}
