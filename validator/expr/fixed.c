#include "validator/expr/fixed.h"

#include "validator/expr/expr.h"
#include "validator/expr/run.h"

#define DEMANDS_MAX 32 /* comparisons of one conjunction */

/* FIELD op CONSTANT. */
struct demand {
    uint32_t field;
    enum expr_code code;
    const struct expr_constant *constant;
};

static bool asks(const struct expr_op *op)
{
    return op->code >= EXPR_FIELD && op->code <= EXPR_NOW;
}

static enum check_fixed answer(const struct check_expr *e)
{
    struct check_words *words = check_words_new();
    struct check_eval *eval = check_eval_new(words);
    enum check_answer found = check_expr_test(e, eval);

    check_eval_free(eval);
    check_words_free(words);
    return found == CHECK_YES ? CHECK_ALWAYS : CHECK_NEVER;
}

static bool is_comparison(const struct expr_op *op)
{
    return op->code >= EXPR_EQUAL && op->code <= EXPR_NEAR;
}

/* a == a: of messages that have it. */
static enum check_fixed itself(const struct check_expr *e)
{
    const struct expr_op *ops = e->ops;

    if (e->len != 3 || ops[0].code != EXPR_FIELD || ops[1].code != EXPR_FIELD ||
        ops[0].arg != ops[1].arg || !is_comparison(&ops[2]))
        return CHECK_VARIES;
    return ops[2].code == EXPR_UNEQUAL || ops[2].code == EXPR_LESS ||
                   ops[2].code == EXPR_GREATER
               ? CHECK_NEVER
               : CHECK_ALWAYS;
}

/* Both cannot be: other values, or nothing between the bounds. */
static bool exclude(const struct demand *a, const struct demand *b)
{
    const struct expr_constant *x = a->constant;
    const struct expr_constant *y = b->constant;
    bool strict = a->code == EXPR_GREATER || b->code == EXPR_LESS;
    int order;

    if (a->field != b->field)
        return false;
    if (a->code == EXPR_EQUAL && b->code == EXPR_EQUAL)
        return x->kind != y->kind ||
               (x->kind == EXPR_K_TEXT && !td_bytes_equal(x->text, y->text)) ||
               (x->kind == EXPR_K_NUMBER &&
                schema_rational_compare(&x->number, &y->number) != 0);
    if (x->kind != EXPR_K_NUMBER || y->kind != EXPR_K_NUMBER ||
        (a->code != EXPR_GREATER && a->code != EXPR_GREATER_EQUAL &&
         a->code != EXPR_EQUAL) ||
        (b->code != EXPR_LESS && b->code != EXPR_LESS_EQUAL &&
         b->code != EXPR_EQUAL))
        return false;
    order = schema_rational_compare(&x->number, &y->number);
    return strict ? order >= 0 : order > 0;
}

/* Comparisons that are all demanded; false: it is something else. */
static bool find_demands(const struct check_expr *e, struct demand *list,
                         uint32_t *len)
{
    *len = 0;
    for (uint32_t i = 0; i < e->len; i++) {
        const struct expr_op *op = &e->ops[i];

        if (op->code == EXPR_SKIP_AND || op->code == EXPR_AND)
            continue;
        if (op->code != EXPR_FIELD || i + 2 >= e->len ||
            e->ops[i + 1].code != EXPR_CONST ||
            !is_comparison(&e->ops[i + 2]) || *len == DEMANDS_MAX)
            return false;
        list[(*len)++] =
            (struct demand){op->arg, (enum expr_code)e->ops[i + 2].code,
                            &e->constants[e->ops[i + 1].arg]};
        i += 2;
    }
    return true;
}

enum check_fixed check_expr_fixed(const struct check_expr *expr)
{
    struct demand list[DEMANDS_MAX];
    uint32_t len;
    bool any = false;

    for (uint32_t i = 0; i < expr->len; i++)
        any = any || asks(&expr->ops[i]);
    if (!any)
        return answer(expr);
    if (!find_demands(expr, list, &len))
        return itself(expr);
    for (uint32_t i = 0; i < len; i++) {
        for (uint32_t j = 0; j < len; j++) {
            if (i != j && exclude(&list[i], &list[j]))
                return CHECK_NEVER;
        }
    }
    return CHECK_VARIES;
}
