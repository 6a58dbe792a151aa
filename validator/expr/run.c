/* Runs the program of an expression: a machine with a stack of values. */
#include "validator/expr/run.h"
#include "core/log.h"
#include "core/mem.h"

struct machine {
    const struct check_expr *e;
    struct check_eval *eval;
    struct expr_value *top; /* the last value; stack[0] is none */
};

/* Whether two values are equal; neither is undefined. */
static bool expr_equal(struct check_eval *eval, const struct expr_value *a,
                       const struct expr_value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case EXPR_K_BOOL:
        return a->truth == b->truth;
    case EXPR_K_NUMBER:
        return schema_rational_compare(&a->number, &b->number) == 0;
    case EXPR_K_TEXT:
        return td_bytes_equal(a->text, b->text);
    case EXPR_K_LIST:
        return schema_equal(&eval->equal, a->list, b->list);
    case EXPR_K_NULL:
    case EXPR_K_UNDEFINED:
        break;
    }
    return true;
}

/* v and element `at` of a list. */
static bool equals_element(struct check_eval *eval, const struct expr_value *v,
                           struct schema_value element)
{
    struct expr_value *spare = &eval->spare[1];

    expr_load(spare, element);
    return spare->kind != EXPR_K_UNDEFINED && expr_equal(eval, v, spare);
}

/* Which of the two is undefined, if one is, becomes the result. */
static bool undefined(struct expr_value *a, const struct expr_value *b)
{
    if (a->kind == EXPR_K_UNDEFINED)
        return true;
    if (b->kind != EXPR_K_UNDEFINED)
        return false;
    expr_set_undefined(a, b->why);
    a->op = b->op;
    return true;
}

/* True if both are of the kind; else a becomes undefined. */
static bool both_are(struct expr_value *a, const struct expr_value *b,
                     enum expr_kind kind)
{
    if (a->kind == kind && b->kind == kind)
        return true;
    if (a->kind == kind)
        a->op = b->op;
    expr_wrong_type(a, 1u << kind);
    return false;
}

static void join_texts(struct expr_value *a, const struct expr_value *b)
{
    struct td_buf *room = &a->room;
    size_t len = a->text.len;

    if (a->text.len + b->text.len > TD_BUF_MAX / 2) {
        expr_set_undefined(a, "is too long");
        return;
    }
    if (len == 0 || a->text.ptr != room->ptr) {
        td_buf_clear(room);
        (void)td_buf_add_bytes(room, a->text);
    }
    (void)td_buf_add_bytes(room, b->text);
    a->text = td_buf_bytes(room);
}

static void calculate(struct expr_value *a, const struct expr_value *b,
                      enum schema_arithmetic op, uint16_t index)
{
    enum schema_trouble trouble;

    if (undefined(a, b))
        return;
    if (op == SCHEMA_ADD && a->kind == EXPR_K_TEXT && b->kind == EXPR_K_TEXT) {
        join_texts(a, b);
        return;
    }
    if (!both_are(a, b, EXPR_K_NUMBER))
        return;
    trouble = schema_rational_calc(&a->number, op, &a->number, &b->number);
    a->text.len = 0;
    if (trouble == SCHEMA_FINE)
        return;
    a->op = index;
    expr_set_undefined(a, trouble == SCHEMA_BY_ZERO
                              ? "divides by zero"
                              : "is too large to calculate with");
}

/* Bytes in order, a text before one that goes on. */
static int compare_texts(struct td_bytes a, struct td_bytes b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.ptr, b.ptr, both) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_ordered(const struct expr_value *v)
{
    return v->kind == EXPR_K_NUMBER || v->kind == EXPR_K_TEXT;
}

/* Two kinds that have no order: the side that is not a constant is to blame. */
static void refuse(const struct machine *m, struct expr_value *a,
                   const struct expr_value *b)
{
    unsigned wanted = EXPR_T_NUMBER | EXPR_T_TEXT;
    bool second = is_ordered(a) &&
                  (!is_ordered(b) || m->e->ops[a->op].code == EXPR_CONST);

    if (is_ordered(a) && is_ordered(b))
        wanted = 1u << (second ? a->kind : b->kind);
    if (second)
        a->op = b->op;
    expr_wrong_type(a, wanted);
}

static void compare(const struct machine *m, struct expr_value *a,
                    const struct expr_value *b, enum expr_code code)
{
    int order;

    if (a->kind != b->kind || !is_ordered(a)) {
        refuse(m, a, b);
        return;
    }
    order = a->kind == EXPR_K_TEXT
                ? compare_texts(a->text, b->text)
                : schema_rational_compare(&a->number, &b->number);
    if (code == EXPR_LESS || code == EXPR_GREATER)
        expr_set_bool(a, code == EXPR_LESS ? order < 0 : order > 0);
    else
        expr_set_bool(a, code == EXPR_LESS_EQUAL ? order <= 0 : order >= 0);
}

/* The coarser of what the sides print, if no tolerance was said. */
static bool find_tolerance(const struct machine *m, const struct expr_value *a,
                           const struct expr_value *b,
                           struct schema_rational *within)
{
    struct schema_rational *other = &m->eval->spare[1].number;

    if (m->e->has_tolerance) {
        schema_rational_copy(within, &m->e->tolerance);
        return true;
    }
    schema_rational_set(within, 0);
    if (a->text.len && !schema_rational_half_unit(within, a->text))
        return false;
    if (b->text.len && !schema_rational_half_unit(other, b->text))
        return false;
    if (b->text.len && schema_rational_compare(other, within) > 0)
        schema_rational_copy(within, other);
    return true;
}

static void near(const struct machine *m, struct expr_value *a,
                 const struct expr_value *b)
{
    struct schema_rational *within = &m->eval->spare[0].number;

    if (!both_are(a, b, EXPR_K_NUMBER))
        return;
    if (find_tolerance(m, a, b, within))
        expr_set_bool(a,
                      schema_rational_within(&a->number, &b->number, within));
    else
        expr_set_undefined(a, "is too large to calculate with");
}

static void judge(const struct machine *m, struct expr_value *a,
                  const struct expr_value *b, enum expr_code code)
{
    if (undefined(a, b))
        return;
    if (code == EXPR_EQUAL || code == EXPR_UNEQUAL)
        expr_set_bool(a, expr_equal(m->eval, a, b) == (code == EXPR_EQUAL));
    else if (code == EXPR_NEAR)
        near(m, a, b);
    else
        compare(m, a, b, code);
}

/* a in b: an element of a list, a name of an object. */
static void is_in(const struct machine *m, struct expr_value *a,
                  const struct expr_value *b)
{
    const struct td_json_value *values;
    bool object;
    bool found = false;

    if (undefined(a, b))
        return;
    if (b->kind != EXPR_K_LIST) {
        a->op = b->op;
        expr_wrong_type(a, EXPR_T_LIST);
        return;
    }
    values = b->list.doc->values;
    object = values[b->list.at].kind == TD_JSON_OBJECT;
    for (uint32_t i = b->list.at + 1; i < values[b->list.at].next && !found;
         i = values[object ? i + 1 : i].next)
        found =
            equals_element(m->eval, a, (struct schema_value){b->list.doc, i});
    expr_set_bool(a, found);
}

/* values[0] is one of the n behind it. An undefined one counts only if no other
 * is equal.
 */
static void is_in_some(const struct machine *m, struct expr_value *values,
                       unsigned n)
{
    const struct expr_value *unknown = NULL;
    bool found = false;

    if (values[0].kind == EXPR_K_UNDEFINED)
        return;
    for (unsigned i = 1; i <= n && !found; i++) {
        if (values[i].kind == EXPR_K_UNDEFINED)
            unknown = &values[i];
        else
            found = expr_equal(m->eval, &values[0], &values[i]);
    }
    if (found || !unknown)
        expr_set_bool(&values[0], found);
    else
        (void)undefined(&values[0], unknown);
}

/* and, or: one side that decides is enough; `decides` is what it is. */
static void connect(struct expr_value *a, const struct expr_value *b,
                    bool decides)
{
    if (a->kind != EXPR_K_UNDEFINED && a->kind != EXPR_K_BOOL)
        expr_wrong_type(a, EXPR_T_BOOL);
    if (b->kind == EXPR_K_BOOL && b->truth == decides)
        expr_set_bool(a, decides);
    else if (!undefined(a, b) && both_are(a, b, EXPR_K_BOOL))
        expr_set_bool(a, !decides);
}

static void match(const struct machine *m, struct expr_value *v, uint32_t index)
{
    enum schema_match got;

    if (v->kind == EXPR_K_UNDEFINED)
        return;
    if (v->kind != EXPR_K_TEXT) {
        expr_wrong_type(v, EXPR_T_TEXT);
        return;
    }
    got =
        schema_pattern_match(m->e->patterns[index], m->eval->patterns, v->text);
    if (got != SCHEMA_GAVE_UP) {
        expr_set_bool(v, got == SCHEMA_MATCH);
        return;
    }
    td_buf_clear(&m->eval->limit);
    (void)td_buf_add_text(&m->eval->limit, "the pattern \"");
    (void)td_text_clean(&m->eval->limit,
                        td_text(schema_pattern_slow(m->eval->patterns)));
    (void)td_buf_add_text(&m->eval->limit, "\" " SCHEMA_PATTERN_MEND);
    m->eval->gave_up = td_buf_str(&m->eval->limit);
    expr_set_undefined(v, "takes too many steps to match");
}

static bool add_element(struct schema_rational *sum,
                        struct schema_rational *spare,
                        struct schema_value element)
{
    return element.doc->values[element.at].kind == TD_JSON_NUMBER &&
           schema_rational_read(spare, td_json_raw(element.doc, element.at)) &&
           schema_rational_calc(sum, SCHEMA_ADD, sum, spare) == SCHEMA_FINE;
}

static void sum_list(const struct machine *m, struct expr_value *v,
                     const char *pointer)
{
    struct schema_rational *sum = &m->eval->spare[0].number;
    struct schema_value list = v->list;
    const struct td_json_value *values;

    if (v->kind == EXPR_K_UNDEFINED)
        return;
    if (v->kind != EXPR_K_LIST ||
        list.doc->values[list.at].kind != TD_JSON_ARRAY) {
        expr_wrong_type(v, EXPR_T_LIST);
        return;
    }
    values = list.doc->values;
    schema_rational_set(sum, 0);
    for (uint32_t i = list.at + 1; i < values[list.at].next;
         i = values[i].next) {
        uint32_t at = td_json_pointer(list.doc, i, pointer);

        if (at == UINT32_MAX ||
            !add_element(sum, &m->eval->spare[1].number,
                         (struct schema_value){list.doc, at})) {
            expr_set_undefined(v, "has met an element without that number");
            return;
        }
    }
    expr_set_number(v, 0);
    schema_rational_copy(&v->number, sum);
}

static void negate(struct expr_value *v)
{
    if (v->kind == EXPR_K_NUMBER) {
        schema_rational_negate(&v->number);
    } else if (v->kind != EXPR_K_UNDEFINED) {
        expr_wrong_type(v, EXPR_T_NUMBER);
    }
}

static void invert(struct expr_value *v)
{
    if (v->kind == EXPR_K_BOOL)
        v->truth = !v->truth;
    else if (v->kind != EXPR_K_UNDEFINED)
        expr_wrong_type(v, EXPR_T_BOOL);
}

static void load_constant(struct expr_value *v, const struct expr_constant *c)
{
    v->kind = c->kind;
    v->text = c->text;
    if (c->kind == EXPR_K_NUMBER)
        schema_rational_copy(&v->number, &c->number);
    if (c->kind == EXPR_K_LIST)
        v->list = (struct schema_value){&c->doc, 0};
}

static void load_field(struct machine *m, uint32_t field)
{
    uint32_t at = check_field_at(m->eval->fields, field);

    if (at == CHECK_NO_VALUE)
        expr_set_undefined(m->top, "is missing");
    else
        expr_load(m->top, (struct schema_value){m->eval->m->doc, at});
}

static void load_key(struct machine *m)
{
    if (m->eval->key.len > 0)
        expr_load_token(m->top, m->eval->key);
    else
        expr_set_undefined(m->top, "is not there: the rule has no `by`");
}

static void load_now(struct machine *m)
{
    const struct check_message *now = m->eval->m;

    if (!now->has_t || now->t_ns > INT64_MAX) {
        expr_set_undefined(m->top, "is not known: the stream has no times");
        return;
    }
    expr_set_number(m->top, 0);
    schema_rational_ratio(&m->top->number, (int64_t)now->t_ns, 1000000);
}

/* Ops that push a value. */
static void push(struct machine *m, const struct expr_op *op)
{
    m->top++;
    m->top->op = (uint16_t)(op - m->e->ops);
    switch (op->code) {
    case EXPR_CONST:
        load_constant(m->top, &m->e->constants[op->arg]);
        break;
    case EXPR_FIELD:
        load_field(m, op->arg);
        break;
    case EXPR_HAS:
        expr_set_bool(m->top, check_field_at(m->eval->fields, op->arg) !=
                                  CHECK_NO_VALUE);
        break;
    case EXPR_AGGREGATE:
        expr_ask(m->top, m->eval, op);
        break;
    case EXPR_HAS_AGGREGATE:
        expr_ask(m->top, m->eval, op);
        expr_set_bool(m->top, m->top->kind != EXPR_K_UNDEFINED);
        break;
    case EXPR_KEY:
        load_key(m);
        break;
    case EXPR_NOW:
        load_now(m);
        break;
    case EXPR_NULL:
        m->top->kind = EXPR_K_NULL;
        break;
    default:
        expr_set_bool(m->top, op->code == EXPR_TRUE);
        break;
    }
}

static void call(struct expr_value *values, const struct expr_op *op,
                 uint16_t index)
{
    const struct expr_function *f = expr_function(op->arg);

    for (unsigned i = 0; i < op->n; i++) {
        if (values[i].kind != EXPR_K_UNDEFINED &&
            !(f->takes & 1u << values[i].kind))
            expr_wrong_type(&values[i], f->takes);
        if (i > 0 && undefined(&values[0], &values[i]))
            return;
    }
    if (values[0].kind == EXPR_K_UNDEFINED)
        return;
    f->run(values, op->n);
    if (values[0].kind == EXPR_K_UNDEFINED)
        values[0].op = index;
}

static unsigned takes_of(const struct expr_op *op)
{
    if (op->code == EXPR_CALL)
        return op->n;
    if (op->code == EXPR_IN_SOME)
        return op->n + 1u;
    return op->code == EXPR_MINUS || op->code == EXPR_NOT ||
                   op->code == EXPR_MATCHES || op->code == EXPR_SUM_LIST
               ? 1
               : 2;
}

/* Ops that make one value of those on the stack. */
static void apply(struct machine *m, const struct expr_op *op)
{
    struct expr_value *a = m->top - takes_of(op) + 1;
    uint16_t index = (uint16_t)(op - m->e->ops);

    m->top = a;
    if (op->code == EXPR_SUM)
        calculate(a, a + 1, (enum schema_arithmetic)op->n, index);
    else if (op->code >= EXPR_EQUAL && op->code <= EXPR_NEAR)
        judge(m, a, a + 1, (enum expr_code)op->code);
    else if (op->code == EXPR_AND || op->code == EXPR_OR)
        connect(a, a + 1, op->code == EXPR_OR);
    else if (op->code == EXPR_IN)
        is_in(m, a, a + 1);
    else if (op->code == EXPR_IN_SOME)
        is_in_some(m, a, op->n);
    else if (op->code == EXPR_MATCHES)
        match(m, a, op->arg);
    else if (op->code == EXPR_SUM_LIST)
        sum_list(m, a, (const char *)m->e->constants[op->arg].text.ptr);
    else if (op->code == EXPR_CALL)
        call(a, op, index);
    else if (op->code == EXPR_MINUS)
        negate(a);
    else
        invert(a);
    if (a->kind != EXPR_K_UNDEFINED)
        a->op = index;
}

/* ?: behind its condition. An undefined one is the result: the jump at the end
 * of the first choice says where that is.
 */
static uint32_t branch(struct machine *m, const struct expr_op *op, uint32_t pc)
{
    struct expr_value *v = m->top;

    if (v->kind != EXPR_K_UNDEFINED && v->kind != EXPR_K_BOOL)
        expr_wrong_type(v, EXPR_T_BOOL);
    if (v->kind == EXPR_K_UNDEFINED)
        return m->e->ops[op->arg - 1].arg;
    m->top--;
    return v->truth ? pc + 1 : op->arg;
}

static bool is_bool(const struct expr_value *v, bool truth)
{
    return v->kind == EXPR_K_BOOL && v->truth == truth;
}

static void make_room(const struct check_expr *e, struct check_eval *eval)
{
    uint32_t room = e->depth + 1;

    if (room <= eval->room)
        return;
    eval->stack = td_realloc(eval->stack, room * sizeof(*eval->stack));
    memset(eval->stack + eval->room, 0,
           (room - eval->room) * sizeof(*eval->stack));
    eval->room = room;
}

struct expr_value *expr_run(const struct check_expr *e, struct check_eval *eval,
                            uint32_t from, uint32_t to)
{
    struct machine m = {.e = e, .eval = eval};
    uint32_t pc = from;

    make_room(e, eval);
    m.top = eval->stack;
    while (pc < to) {
        const struct expr_op *op = &e->ops[pc];

        if (op->code <= EXPR_NOW) {
            push(&m, op);
            pc++;
        } else if (op->code == EXPR_SKIP_AND || op->code == EXPR_SKIP_OR) {
            pc = is_bool(m.top, op->code == EXPR_SKIP_OR) ? op->arg : pc + 1;
        } else if (op->code == EXPR_BRANCH) {
            pc = branch(&m, op, pc);
        } else if (op->code == EXPR_JUMP) {
            pc = op->arg;
        } else {
            apply(&m, op);
            pc++;
        }
    }
    return m.top;
}
