/* Paths: a.b['c'][0] of the message, EVENT.a of another event. */
#include "schema/value/pointer.h"
#include "validator/expr/compiler.h"
#include "validator/expr/selector.h"

/* A JSON Pointer, which begins where `base` says. */
struct pointer {
    struct td_buf text;
    enum check_field_base base;
};

/* ['name'] or [3]; the bracket is behind us. */
static enum td_code read_index(struct expr_reader *r, struct td_buf *out)
{
    struct expr_token t = expr_peek(r);
    struct td_buf text = {0};
    enum td_code code = TD_OK;

    if (t.kind == EXPR_STRING)
        code = expr_string(r, &t, &text);
    else if (t.kind == EXPR_NUMBER && t.to - t.from < 10 &&
             !memchr(r->text.ptr + t.from, '.', t.to - t.from))
        (void)td_buf_add_bytes(&text, expr_slice(r, t.from, t.to));
    else
        code = expr_unexpected(r, &t, "a name in quotes or a number from 0");
    expr_take(r, &t);
    schema_pointer_token(out, td_buf_bytes(&text));
    td_buf_release(&text);
    return code ? code : expr_expect(r, ']', "an index");
}

/* True if what is next is `.name`, and not `.name(`. */
static bool is_member(const struct expr_reader *r)
{
    struct expr_reader ahead = *r;
    struct expr_token t;

    if (!expr_accept(&ahead, '.'))
        return false;
    t = expr_peek(&ahead);
    expr_take(&ahead, &t);
    return t.kind != EXPR_NAME || !expr_accept(&ahead, '(');
}

/* What follows the first name. */
static enum td_code read_rest(struct expr_reader *r, struct td_buf *out)
{
    enum td_code code = TD_OK;

    while (code == TD_OK) {
        struct expr_token t;

        if (expr_accept(r, '[')) {
            code = read_index(r, out);
            continue;
        }
        if (!is_member(r))
            return TD_OK;
        (void)expr_accept(r, '.');
        t = expr_peek(r);
        if (t.kind != EXPR_NAME)
            return expr_unexpected(r, &t, "the name of a field after \".\"");
        schema_pointer_token(out, expr_slice(r, t.from, t.to));
        expr_take(r, &t);
    }
    return code;
}

static bool is_root(const struct expr_reader *r, const struct expr_token *t)
{
    return expr_is(r, t, "this") || expr_is(r, t, "$");
}

/* An event that a path may begin with, or CHECK_NO_EVENT. */
static uint32_t event_of(const struct expr_reader *r,
                         const struct expr_token *t, struct td_bytes name)
{
    struct check_words *words = r->env->words;
    uint32_t event = check_event_find(words, name);

    if (r->env->past_only && r->env->events == 0 && !is_root(r, t))
        return check_event_add(words, name);
    return event < r->env->events ? event : CHECK_NO_EVENT;
}

/* The event that a path begins with, or CHECK_NO_EVENT. */
static enum td_code read_event(struct expr_reader *r,
                               const struct expr_token *t, uint32_t *event)
{
    struct expr_reader ahead = *r;
    struct td_buf name = {0};
    enum td_code code = TD_OK;
    bool must;

    expr_take(&ahead, t);
    *event = CHECK_NO_EVENT;
    if (t->kind == EXPR_STRING)
        code = expr_string(r, t, &name);
    else if (is_member(&ahead))
        (void)td_buf_add_bytes(&name, expr_slice(r, t->from, t->to));
    if (name.len > 0)
        *event = event_of(r, t, td_buf_bytes(&name));
    must = t->kind == EXPR_STRING ||
           (r->env->past_only && name.len > 0 && !is_root(r, t));
    if (code == TD_OK && must && *event == CHECK_NO_EVENT)
        code = expr_fail(r, t->from, "there is no event \"%.80s\"",
                         td_buf_str(&name));
    td_buf_release(&name);
    return code;
}

static enum td_code read_pointer(struct expr_reader *r,
                                 const struct expr_token *first,
                                 struct pointer *p, uint32_t event)
{
    bool root = expr_is(r, first, "$");

    p->base = root ? CHECK_FIELD_MESSAGE : CHECK_FIELD_DATA;
    if (event == CHECK_NO_EVENT && !root && !expr_is(r, first, "this"))
        schema_pointer_token(&p->text, expr_slice(r, first->from, first->to));
    expr_take(r, first);
    return read_rest(r, &p->text);
}

/* @SET.FIELD */
static enum td_code read_set_path(struct expr_reader *r, struct expr_path *path)
{
    struct td_buf text = {0};
    enum td_code code = expr_read_set(r, &path->event);
    struct expr_token t = expr_peek(r);

    if (code == TD_OK && (t.kind != EXPR_SIGN || t.sign != '.'))
        code = expr_unexpected(r, &t, "a field behind the set");
    if (code == TD_OK)
        code = read_rest(r, &text);
    (void)td_buf_str(&text);
    if (code == TD_OK) {
        path->field = check_field_add(r->env->words, CHECK_FIELD_DATA,
                                      td_buf_bytes(&text));
    } else {
        check_selector_free(path->event);
        path->event = NULL;
    }
    td_buf_release(&text);
    return code;
}

enum td_code expr_read_path(struct expr_reader *r, struct expr_path *path)
{
    struct expr_token first = expr_peek(r);
    struct pointer p = {0};
    uint32_t event;
    enum td_code code;

    if (expr_is_set(r))
        return read_set_path(r, path);
    if (first.kind != EXPR_NAME && first.kind != EXPR_STRING)
        return expr_unexpected(r, &first, "a field");
    code = read_event(r, &first, &event);
    if (code == TD_OK)
        code = read_pointer(r, &first, &p, event);
    (void)td_buf_str(&p.text); /* "" has an address, too */
    if (code == TD_OK) {
        path->field =
            check_field_add(r->env->words, p.base, td_buf_bytes(&p.text));
        path->event =
            event == CHECK_NO_EVENT
                ? NULL
                : expr_selector_of_event(
                      r->env->words, check_event_name(r->env->words, event));
    }
    td_buf_release(&p.text);
    return code;
}

enum td_code expr_emit_path(struct expr_reader *r, struct expr_path *path,
                            size_t from, bool has)
{
    struct expr_op op = {.code = has ? EXPR_HAS : EXPR_FIELD,
                         .arg = path->field};
    enum td_code code = TD_OK;

    if (!path->event && r->env->past_only)
        return expr_no_message(r, from);
    if (path->event) {
        op.code = has ? EXPR_HAS_AGGREGATE : EXPR_AGGREGATE;
        op.n = EXPR_LAST;
        code =
            expr_aggregate(r, EXPR_VALUES, path->event, path->field, &op.arg);
    }
    return code ? code : expr_emit(r, op, from, 0);
}
