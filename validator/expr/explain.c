/* What an expression has to say of the message at hand. */
#include "schema/value/pointer.h"
#include "validator/expr/expr.h"
#include "validator/expr/run.h"

#define SHOWN 60 /* bytes of a value */

struct td_bytes expr_op_text(const struct check_expr *e,
                             const struct expr_op *op)
{
    return td_bytes(e->text + op->from, (size_t)(op->to - op->from));
}

/* Append it as people read it. */
static void expr_write(struct td_buf *out, const struct expr_value *v)
{
    switch (v->kind) {
    case EXPR_K_NULL:
        (void)td_buf_add_text(out, "null");
        break;
    case EXPR_K_BOOL:
        (void)td_buf_add_text(out, v->truth ? "true" : "false");
        break;
    case EXPR_K_NUMBER:
        if (v->text.len > 0)
            schema_excerpt(out, v->text, SHOWN);
        else
            schema_rational_write(out, &v->number);
        break;
    case EXPR_K_TEXT:
        (void)td_buf_add_byte(out, '"');
        schema_excerpt(out, v->text, SHOWN);
        (void)td_buf_add_byte(out, '"');
        break;
    case EXPR_K_LIST:
        schema_excerpt_value(out, v->list.doc, v->list.at, SHOWN);
        break;
    case EXPR_K_UNDEFINED:
        (void)td_buf_add_text(out, "undefined");
        break;
    }
}

static bool is_input(const struct expr_op *op)
{
    return op->code == EXPR_FIELD || op->code == EXPR_AGGREGATE ||
           op->code == EXPR_KEY || op->code == EXPR_NOW;
}

/* True if an op before this one asks for the same. */
static bool is_repeated(const struct check_expr *e, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (e->ops[i].code == e->ops[index].code &&
            e->ops[i].arg == e->ops[index].arg &&
            e->ops[i].n == e->ops[index].n)
            return true;
    }
    return false;
}

/* Append "name = value, " for each input among the ops [from, to). */
static bool write_inputs(const struct check_expr *e, struct check_eval *eval,
                         uint32_t from, uint32_t to, struct td_buf *out)
{
    bool any = false;

    for (uint32_t i = from; i < to; i++) {
        const struct expr_value *v;

        if (!is_input(&e->ops[i]) || is_repeated(e, i))
            continue;
        v = expr_run(e, eval, i, i + 1);
        (void)td_buf_add_text(out, any ? ", " : "");
        (void)td_buf_add_bytes(out, expr_op_text(e, &e->ops[i]));
        if (v->kind == EXPR_K_UNDEFINED) {
            (void)td_buf_addf(out, " %s", v->why);
        } else {
            (void)td_buf_add_text(out, " = ");
            expr_write(out, v);
        }
        any = true;
    }
    return any;
}

/* A side as it stands and what it is; of a constant that is the same. */
static void write_side(const struct check_expr *e, struct check_eval *eval,
                       uint32_t from, uint32_t to, struct td_buf *out)
{
    const struct expr_op *top = &e->ops[to - 1];

    if (to - from > 1 || is_input(top)) {
        (void)td_buf_add_bytes(out, expr_op_text(e, top));
        (void)td_buf_add_text(out, " = ");
    }
    expr_write(out, expr_run(e, eval, from, to));
}

/* The sides of a comparison. */
static void explain_sides(const struct check_expr *e, struct check_eval *eval,
                          struct td_buf *out)
{
    bool plain = e->right == 1; /* the left side is one value */
    uint32_t from = plain && is_input(&e->ops[0]) ? 1 : 0;
    uint32_t last = e->len - 1;
    bool any = write_inputs(e, eval, from, last, out);

    if (last - e->right > 1) {
        (void)td_buf_add_text(out, any ? ", so " : "");
        write_side(e, eval, e->right, last, out);
        any = true;
    }
    (void)td_buf_add_text(out, any ? "; found " : "");
    write_side(e, eval, 0, e->right, out);
}

void check_expr_explain(const struct check_expr *expr, struct check_eval *eval,
                        struct td_buf *out)
{
    if (expr->compares)
        explain_sides(expr, eval, out);
    else if (!write_inputs(expr, eval, 0, expr->len, out))
        (void)td_buf_add_text(out, "false");
}
