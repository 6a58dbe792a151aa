/* Values of expressions: set, and loaded from JSON. */
#include "validator/expr/run.h"

void expr_set_undefined(struct expr_value *v, const char *why)
{
    v->kind = EXPR_K_UNDEFINED;
    v->why = why;
}

void expr_set_bool(struct expr_value *v, bool truth)
{
    v->kind = EXPR_K_BOOL;
    v->truth = truth;
}

void expr_set_number(struct expr_value *v, int64_t n)
{
    v->kind = EXPR_K_NUMBER;
    v->text.len = 0;
    schema_rational_set(&v->number, n);
}

void expr_wrong_type(struct expr_value *v, unsigned wanted)
{
    static const char *const why[] = {"is not null", "is not true or false",
                                      "is not a number", "is not text",
                                      "is not a list"};

    for (unsigned i = 0; i < 5; i++) {
        if (wanted == 1u << i) {
            expr_set_undefined(v, why[i]);
            return;
        }
    }
    expr_set_undefined(v, wanted == (EXPR_T_NUMBER | EXPR_T_TEXT)
                              ? "is neither a number nor text"
                              : "is of a type that this cannot take");
}

static void load_number(struct expr_value *v, struct td_bytes token)
{
    v->kind = EXPR_K_NUMBER;
    v->text = token;
    if (!schema_rational_read(&v->number, token))
        expr_set_undefined(v, "has too many digits to calculate with");
}

static void load_string(struct expr_value *v, struct td_bytes inner)
{
    v->kind = EXPR_K_TEXT;
    v->text = inner;
    if (inner.len == 0 || !memchr(inner.ptr, '\\', inner.len))
        return;
    td_buf_clear(&v->room);
    (void)td_json_unescape(&v->room, inner);
    v->text = td_buf_bytes(&v->room);
}

void expr_load(struct expr_value *v, struct schema_value from)
{
    const struct td_json_value *json = &from.doc->values[from.at];

    switch ((enum td_json_kind)json->kind) {
    case TD_JSON_NULL:
        v->kind = EXPR_K_NULL;
        break;
    case TD_JSON_FALSE:
    case TD_JSON_TRUE:
        expr_set_bool(v, json->kind == TD_JSON_TRUE);
        break;
    case TD_JSON_NUMBER:
        load_number(v, td_json_raw(from.doc, from.at));
        break;
    case TD_JSON_STRING:
        load_string(v, td_json_inner(from.doc, from.at));
        break;
    case TD_JSON_ARRAY:
    case TD_JSON_OBJECT:
        v->kind = EXPR_K_LIST;
        v->list = from;
        break;
    }
}

void expr_load_token(struct expr_value *v, struct td_bytes token)
{
    uint8_t c = token.ptr[0];

    if (c == '"')
        load_string(v, td_bytes(token.ptr + 1, token.len - 2));
    else if (c == '-' || (c >= '0' && c <= '9'))
        load_number(v, token);
    else if (c == 't' || c == 'f')
        expr_set_bool(v, c == 't');
    else if (c == 'n')
        v->kind = EXPR_K_NULL;
    else if (td_json_parse(&v->doc, token, TD_JSON_DEPTH, NULL) == TD_OK)
        expr_load(v, (struct schema_value){&v->doc, 0});
    else
        expr_set_undefined(v, "is nested too deep");
}
