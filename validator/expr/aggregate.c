#include "validator/expr/aggregate.h"

#include "core/mem.h"
#include "schema/value/canonical.h"
#include "schema/value/intern.h"
#include "validator/expr/compiler.h"

#include <stdlib.h>

struct definition {
    enum expr_aggregate_kind kind;
    struct check_selector *selector;     /* owned; NULL: target */
    const struct check_selector *target; /* of the rule */
    uint32_t field;
};

struct check_aggregates {
    struct definition *list;
    uint32_t len;
    bool timed;
    bool past_only; /* as in struct check_env */
};

/* A value that was seen, as its bytes in the message. */
struct kept {
    uint64_t number; /* of the message; 0: none */
    uint8_t *ptr;
    size_t len;
    size_t cap;
};

/* What one tally knows; each kind uses its part. */
struct slot {
    uint64_t count; /* of what was taken into account; of values: not */
    struct kept first;
    struct kept last;
    struct kept before; /* last */
    int64_t first_time;
    int64_t last_time;
    bool no_time; /* of the first or last */
    bool no_number;
    bool too_large;
    struct schema_rational sum;
    struct schema_intern seen;
};

struct check_aggregate {
    const struct check_aggregates *list;
    struct slot *slots;
};

struct check_aggregates *check_aggregates_new(void)
{
    return td_calloc(1, sizeof(struct check_aggregates));
}

void check_aggregates_free(struct check_aggregates *list)
{
    if (!list)
        return;
    for (uint32_t i = 0; i < list->len; i++)
        check_selector_free(list->list[i].selector);
    free(list->list);
    free(list);
}

static const struct check_selector *chooses(const struct definition *d)
{
    return d->selector ? d->selector : d->target;
}

bool check_aggregates_timed(const struct check_aggregates *list)
{
    return list->timed;
}

struct check_selector *
check_aggregates_selector(const struct check_aggregates *list)
{
    struct check_selector *all = NULL;

    for (uint32_t i = 0; i < list->len; i++)
        expr_selector_widen(&all, chooses(&list->list[i]));
    return all;
}

static bool is_same(const struct definition *a, const struct definition *b)
{
    return a->kind == b->kind && a->field == b->field &&
           !strcmp(check_selector_text(chooses(a)),
                   check_selector_text(chooses(b)));
}

enum td_code expr_aggregate(struct expr_reader *r,
                            enum expr_aggregate_kind kind,
                            struct check_selector *selector, uint32_t field,
                            uint32_t *index)
{
    struct check_aggregates *list = r->env->aggregates;
    struct definition d = {kind == EXPR_TIMES ? EXPR_COUNTER : kind, selector,
                           r->env->target, field};

    if (!list || list->len == CHECK_AGGREGATES_MAX) {
        check_selector_free(selector);
        if (list)
            return expr_limit(r, "a rule asks for more than 64 things of the "
                                 "past");
        (void)expr_fail(r, r->pos,
                        "only the message itself can be asked here, "
                        "not what came before it");
        return td_error_hint(r->err,
                             "use a rule with `on` and `expr`; a field "
                             "that is named like an event is this.NAME");
    }
    list->timed |= kind == EXPR_TIMES;
    list->past_only = r->env->past_only;
    for (*index = 0; *index < list->len; ++*index) {
        if (is_same(&list->list[*index], &d)) {
            check_selector_free(selector);
            return TD_OK;
        }
    }
    list->list = td_realloc(list->list, (list->len + 1) * sizeof(*list->list));
    list->list[list->len++] = d;
    return TD_OK;
}

struct check_aggregate *check_aggregate_new(const struct check_aggregates *list)
{
    struct check_aggregate *t = td_calloc(1, sizeof(*t));

    t->list = list;
    t->slots = td_calloc((size_t)list->len + 1, sizeof(*t->slots));
    for (uint32_t i = 0; i < list->len; i++)
        t->slots[i].sum.den = 1;
    return t;
}

void check_aggregate_free(struct check_aggregate *aggregate)
{
    if (!aggregate)
        return;
    for (uint32_t i = 0; i < aggregate->list->len; i++) {
        struct slot *s = &aggregate->slots[i];

        free(s->first.ptr);
        free(s->last.ptr);
        free(s->before.ptr);
        schema_rational_release(&s->sum);
        schema_intern_release(&s->seen);
    }
    free(aggregate->slots);
    free(aggregate);
}

static void keep(struct kept *k, struct td_bytes value, uint64_t number)
{
    if (value.len > k->cap) {
        k->cap = value.len < 16 ? 16 : value.len;
        k->ptr = td_realloc(k->ptr, k->cap);
    }
    memcpy(k->ptr, value.ptr, value.len);
    k->len = value.len;
    k->number = number;
}

static void observe_value(struct slot *s, struct td_bytes value,
                          uint64_t number)
{
    struct kept spare = s->before;

    if (s->first.number == 0)
        keep(&s->first, value, number);
    s->before = s->last;
    s->last = spare;
    keep(&s->last, value, number);
}

static void observe_count(struct slot *s, const struct check_eval *eval)
{
    s->last_time = eval->time;
    if (s->count++ == 0)
        s->first_time = eval->time;
    s->no_time |= eval->time_unit == 0;
}

static void observe_sum(struct slot *s, struct check_eval *eval, uint32_t at)
{
    struct schema_rational *n = &eval->spare[0].number;

    if (eval->m->doc->values[at].kind != TD_JSON_NUMBER)
        s->no_number = true;
    else if (!schema_rational_read(n, td_json_raw(eval->m->doc, at)) ||
             schema_rational_calc(&s->sum, SCHEMA_ADD, &s->sum, n) !=
                 SCHEMA_FINE)
        s->too_large = true;
}

static void observe_distinct(struct slot *s, struct check_eval *eval,
                             uint32_t at)
{
    struct td_buf *canon = &eval->spare[0].room;

    if (s->too_large)
        return;
    td_buf_clear(canon);
    schema_canonical(canon, eval->m->doc, at);
    (void)schema_intern_add(&s->seen, td_buf_bytes(canon), NULL);
    if (s->seen.live <= CHECK_DISTINCT_MAX)
        return;
    schema_intern_release(&s->seen);
    s->too_large = true;
    eval->gave_up = "distinct() met more than 1,000,000 values; count within a "
                    "shorter scope, or by a key";
}

static void observe_field(struct slot *s, const struct definition *d,
                          struct check_eval *eval)
{
    uint32_t at = check_field_at(eval->fields, d->field);

    if (at == CHECK_NO_VALUE)
        return;
    if (d->kind == EXPR_VALUES)
        observe_value(s, td_json_raw(eval->m->doc, at), eval->m->number);
    else if (d->kind == EXPR_ADDER)
        observe_sum(s, eval, at);
    else
        observe_distinct(s, eval, at);
    s->count++;
}

void check_aggregate_observe(struct check_aggregate *aggregate,
                             struct check_eval *eval)
{
    for (uint32_t i = 0; i < aggregate->list->len; i++) {
        const struct definition *d = &aggregate->list->list[i];

        if (!check_selector_matches(chooses(d), eval, eval->m))
            continue;
        if (d->kind == EXPR_COUNTER)
            observe_count(&aggregate->slots[i], eval);
        else
            observe_field(&aggregate->slots[i], d, eval);
    }
}

/* Only prev() needs a message at hand. */
static const struct kept *pick(const struct slot *s, enum expr_ask ask,
                               const struct check_eval *eval)
{
    if (ask == EXPR_FIRST)
        return &s->first;
    /* prev is what was seen before the message at hand. */
    return ask == EXPR_PREV && s->last.number == eval->m->number ? &s->before
                                                                 : &s->last;
}

static void ask_value(struct expr_value *v, const struct check_eval *eval,
                      const struct expr_op *op)
{
    const struct check_aggregate *from[] = {eval->own, eval->whole};
    int len = 2;

    /* A field of the rule's own events is that of its key alone. */
    if (eval->own && !eval->own->list->list[op->arg].selector)
        len = 1;
    for (int i = 0; i < len; i++) {
        const struct kept *k =
            from[i] ? pick(&from[i]->slots[op->arg], (enum expr_ask)op->n, eval)
                    : NULL;

        if (k && k->number > 0) {
            expr_load_token(v, td_bytes(k->ptr, k->len));
            return;
        }
    }
    expr_set_undefined(v, "has no value yet");
}

static void ask_elapsed(struct expr_value *v, const struct check_eval *eval,
                        const struct expr_op *op)
{
    const struct check_aggregate *t = eval->own;
    const struct slot *s;

    if ((!t || t->slots[op->arg].count == 0) && eval->whole)
        t = eval->whole;
    s = t ? &t->slots[op->arg] : NULL;
    if (!s || s->count == 0) {
        expr_set_undefined(v, "has not begun: there was no such event");
    } else if (s->no_time || eval->time_unit == 0) {
        expr_set_undefined(v, "has no times to go by");
    } else {
        expr_set_number(v, 0);
        schema_rational_ratio(
            &v->number,
            eval->time - (op->n == EXPR_AGE ? s->first_time : s->last_time),
            eval->time_unit);
    }
}

/* Of the key and scope. Of numbers that are of no message, and what came with
 * no key where nothing came with it.
 */
static const struct slot *slot_of(const struct check_eval *eval, uint32_t i)
{
    const struct check_aggregate *t = eval->own;
    const struct check_aggregate *whole = eval->whole;

    if (whole && whole->list->past_only && (!t || t->slots[i].count == 0))
        t = whole;
    return t ? &t->slots[i] : NULL;
}

static void ask_slot(struct expr_value *v, const struct slot *s,
                     const struct expr_op *op)
{
    if (s->no_number)
        expr_set_undefined(v, "has met a value that is not a number");
    else if (s->too_large)
        expr_set_undefined(v, "has met too much");
    else if (op->n == EXPR_TOTAL)
        schema_rational_copy(&v->number, &s->sum);
    else
        schema_rational_set(
            &v->number,
            (int64_t)(op->n == EXPR_DISTINCT ? s->seen.live : s->count));
}

void expr_ask(struct expr_value *v, struct check_eval *eval,
              const struct expr_op *op)
{
    const struct slot *s;

    if (op->n <= EXPR_FIRST) {
        ask_value(v, eval, op);
    } else if (op->n >= EXPR_ELAPSED) {
        ask_elapsed(v, eval, op);
    } else {
        expr_set_number(v, 0);
        s = slot_of(eval, op->arg);
        if (s)
            ask_slot(v, s, op);
    }
}
