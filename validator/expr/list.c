/* Lists of constants, which become JSON when they are loaded. */
#include "validator/expr/compiler.h"

/* Recursion ends at CHECK_EXPR_DEPTH. */
/* NOLINTBEGIN(misc-no-recursion) */

/* A list as JSON, of constants only. */
static enum td_code write_list(struct expr_reader *r, struct td_buf *out);

static enum td_code write_string(struct expr_reader *r,
                                 const struct expr_token *t, struct td_buf *out)
{
    struct td_buf text = {0};
    enum td_code code = expr_string(r, t, &text);

    (void)td_buf_add_byte(out, '"');
    (void)td_json_escape(out, td_buf_bytes(&text));
    (void)td_buf_add_byte(out, '"');
    td_buf_release(&text);
    expr_take(r, t);
    return code;
}

static enum td_code write_element(struct expr_reader *r, struct td_buf *out)
{
    struct expr_token t = expr_peek(r);

    if (t.kind == EXPR_STRING)
        return write_string(r, &t, out);
    if (t.kind == EXPR_SIGN && t.sign == '[')
        return write_list(r, out);
    if (t.kind == EXPR_SIGN && t.sign == '-') {
        (void)td_buf_add_byte(out, '-');
        expr_take(r, &t);
        t = expr_peek(r);
    } else if (expr_is(r, &t, "true") || expr_is(r, &t, "false") ||
               expr_is(r, &t, "null")) {
        t.kind = EXPR_NUMBER;
    }
    if (t.kind != EXPR_NUMBER)
        return expr_unexpected(r, &t,
                               "a constant (lists of other values stand "
                               "behind `in` only)");
    (void)td_buf_add_bytes(out, expr_slice(r, t.from, t.to));
    expr_take(r, &t);
    return TD_OK;
}

static enum td_code write_list(struct expr_reader *r, struct td_buf *out)
{
    enum td_code code = expr_deeper(r);
    bool first = true;

    (void)expr_accept(r, '[');
    (void)td_buf_add_byte(out, '[');
    while (code == TD_OK && !expr_accept(r, ']')) {
        if (!first) {
            code = expr_expect(r, ',', "a value of a list");
            (void)td_buf_add_byte(out, ',');
        }
        if (code == TD_OK)
            code = write_element(r, out);
        first = false;
    }
    (void)td_buf_add_byte(out, ']');
    r->nesting--;
    return code;
}

/* NOLINTEND(misc-no-recursion) */

enum td_code expr_parse_list(struct expr_reader *r, size_t from,
                             unsigned *types)
{
    struct expr_constant c = {.kind = EXPR_K_LIST};
    struct td_buf json = {0};
    enum td_code code = write_list(r, &json);

    if (code == TD_OK)
        code = td_json_parse(&c.doc, td_buf_bytes(&json), TD_JSON_DEPTH, NULL);
    if (code) {
        td_buf_release(&json);
        return code;
    }
    c.text = td_buf_bytes(&json);
    *types = EXPR_T_LIST;
    return expr_emit_constant(r, from, c);
}
