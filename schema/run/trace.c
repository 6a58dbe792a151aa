#include "core/mem.h"
#include "schema/run/run.h"

#include <stdlib.h>

/* SCHEMA_DEPTH bounds the depth. */
/* NOLINTBEGIN(misc-no-recursion) */

/* A trace runs every operation, also behind one that failed. Units that hold
 * are dropped at once unless somebody will ask for them.
 */
struct tracer {
    struct schema_run *r;
    uint32_t unit; /* the one at hand */
    uint32_t op;   /* its operation */
};

static uint32_t trace_node(struct schema_run *r, struct schema_unit unit);

static struct schema_unit *unit_at(const struct tracer *t)
{
    return &t->r->units[t->unit];
}

static const struct schema_op *op_at(const struct tracer *t)
{
    return &t->r->set->ops[t->op];
}

static const struct td_json_value *value_at(const struct tracer *t)
{
    return &t->r->doc->values[unit_at(t)->at];
}

struct schema_failure schema_failure_at(const struct schema_run *r, uint32_t i)
{
    struct schema_failure f;

    memcpy(&f, r->failures.ptr + i * sizeof(f), sizeof(f));
    return f;
}

static void fail(const struct tracer *t, uint32_t detail)
{
    struct schema_unit *u = unit_at(t);
    struct schema_failure f = {t->op, detail, SCHEMA_NONE};
    uint32_t number = (uint32_t)(t->r->failures.len / sizeof(f));

    u->valid = false;
    if (td_buf_add(&t->r->failures, &f, sizeof(f)))
        t->r->gave_up = true;
    else if (u->last_failure == SCHEMA_NONE)
        u->first_failure = number;
    else
        memcpy(t->r->failures.ptr + u->last_failure * sizeof(f) +
                   offsetof(struct schema_failure, next),
               &number, sizeof(number));
    u->last_failure = number;
}

static void drop_kids(struct schema_run *r, uint32_t kid)
{
    r->units[kid].first_kid = SCHEMA_NONE;
    r->units[kid].last_kid = SCHEMA_NONE;
    r->units_len = kid + 1;
}

static void append_kid(const struct tracer *t, uint32_t kid)
{
    struct schema_unit *u = unit_at(t);

    if (u->last_kid == SCHEMA_NONE)
        u->first_kid = kid;
    else
        t->r->units[u->last_kid].next = kid;
    u->last_kid = kid;
}

/* Run a node over value `at` as a kid of the unit at hand. What was evaluated
 * within children of the value does not matter to unevaluated... of the value.
 */
static bool run(const struct tracer *t, uint32_t node, uint32_t at,
                bool condition)
{
    struct schema_run *r = t->r;
    bool inner = at != unit_at(t)->at;
    uint32_t keeping = r->keeping;
    size_t failures = r->failures.len;
    struct schema_unit unit = {.parent = t->unit,
                               .op = t->op,
                               .node = node,
                               .at = at,
                               .condition = condition};
    uint32_t kid;

    if (inner)
        r->keeping = 0;
    kid = trace_node(r, unit);
    r->keeping = keeping;
    if (kid == SCHEMA_NONE)
        return false;
    if (r->units[kid].valid && !r->keep_all) {
        r->failures.len = keeping ? r->failures.len : failures;
        if (keeping == 0)
            r->units_len = kid;
        else if (inner)
            drop_kids(r, kid);
        if (keeping == 0)
            return true;
    }
    append_kid(t, kid);
    return r->units[kid].valid;
}

static void demand(const struct tracer *t, uint32_t node, uint32_t at)
{
    if (!run(t, node, at, false))
        unit_at(t)->valid = false;
}

static void trace_member(const struct tracer *t, uint32_t key, uint64_t *seen)
{
    const struct schema_members *m = op_at(t)->members;
    struct schema_run *r = t->r;
    struct schema_value name = {r->doc, key};
    uint32_t found =
        schema_table_find(&m->table, schema_value_text(&r->text, name));
    bool matched = false;

    if (found != SCHEMA_NONE) {
        if (m->names[found].required - 1 < 64)
            *seen |= UINT64_C(1) << (m->names[found].required - 1);
        if (m->names[found].node != SCHEMA_NONE) {
            matched = true;
            demand(t, m->names[found].node, key + 1);
        }
    }
    r->steps -= m->patterns_len;
    for (uint32_t i = 0; i < m->patterns_len && r->steps >= 0; i++) {
        enum schema_match match =
            schema_pattern_match(m->patterns[i].pattern, r->patterns,
                                 schema_value_text(&r->text, name));

        r->gave_up |= match == SCHEMA_GAVE_UP;
        if (match != SCHEMA_MATCH)
            continue;
        matched = true;
        demand(t, m->patterns[i].node, key + 1);
    }
    if (!matched && m->rest != SCHEMA_NONE)
        demand(t, m->rest, key + 1);
}

/* The first 64 required names are bits; more of them are looked up. */
static void trace_required(const struct tracer *t, uint64_t seen)
{
    const struct schema_members *m = op_at(t)->members;

    for (uint32_t i = 0; i < m->table.len; i++) {
        uint32_t number = m->names[i].required;

        if (number == 0 || (number <= 64 && seen >> (number - 1) & 1))
            continue;
        if (number > 64 &&
            td_json_member(t->r->doc, unit_at(t)->at, m->table.keys[i].text))
            continue;
        fail(t, i);
    }
}

static void trace_object(const struct tracer *t)
{
    uint32_t at = unit_at(t)->at;
    uint64_t seen = 0;

    if (value_at(t)->kind != TD_JSON_OBJECT)
        return;
    t->r->steps -= value_at(t)->count;
    for (uint32_t key = at + 1; key < t->r->doc->values[at].next;
         key = t->r->doc->values[key + 1].next)
        trace_member(t, key, &seen);
    trace_required(t, seen);
}

static void trace_array(const struct tracer *t)
{
    const struct schema_op *op = op_at(t);
    uint32_t at = unit_at(t)->at;
    uint32_t number = 0;

    if (value_at(t)->kind != TD_JSON_ARRAY)
        return;
    for (uint32_t i = at + 1; i < t->r->doc->values[at].next;
         i = t->r->doc->values[i].next) {
        uint32_t node = number < op->count
                            ? schema_listed(t->r->set, op->list, number)
                            : op->node;

        number++;
        if (node == SCHEMA_NONE)
            break;
        demand(t, node, i);
    }
}

static void trace_names(const struct tracer *t)
{
    uint32_t at = unit_at(t)->at;

    if (value_at(t)->kind != TD_JSON_OBJECT)
        return;
    for (uint32_t key = at + 1; key < t->r->doc->values[at].next;
         key = t->r->doc->values[key + 1].next)
        demand(t, op_at(t)->node, key);
}

static void trace_contains(const struct tracer *t)
{
    const struct schema_op *op = op_at(t);
    uint32_t at = unit_at(t)->at;
    uint32_t hits = 0;

    if (value_at(t)->kind != TD_JSON_ARRAY)
        return;
    for (uint32_t i = at + 1; i < t->r->doc->values[at].next;
         i = t->r->doc->values[i].next)
        hits += run(t, op->node, i, true);
    if (hits < op->low || hits > op->high)
        fail(t, hits);
}

/* Only alternatives that have the tag of the value can hold, and only they are
 * of interest to people. False: there is no tag to go by.
 */
static bool trace_tagged(const struct tracer *t, uint32_t *hits)
{
    const struct schema_tag *tag = op_at(t)->tag;
    uint32_t at = unit_at(t)->at;
    uint32_t number =
        tag && !t->r->keep_all ? schema_tag_number(t->r, tag, at) : SCHEMA_NONE;

    if (number == SCHEMA_NONE)
        return false;
    for (uint32_t i = tag->starts[number]; i < tag->starts[number + 1]; i++)
        *hits += run(t, tag->nodes[i], at, true);
    return true;
}

static void trace_list(const struct tracer *t)
{
    const struct schema_op *op = op_at(t);
    uint32_t at = unit_at(t)->at;
    uint32_t hits = 0;
    bool tagged = trace_tagged(t, &hits);

    for (uint32_t i = 0; i < op->count && !tagged; i++) {
        uint32_t node = schema_listed(t->r->set, op->list, i);

        if (op->kind == SCHEMA_ALL)
            demand(t, node, at);
        else
            hits += run(t, node, at, true);
    }
    if ((op->kind == SCHEMA_ANY && hits == 0) ||
        (op->kind == SCHEMA_ONE && hits != 1))
        fail(t, hits);
}

static void trace_if(const struct tracer *t)
{
    const struct schema_op *op = op_at(t);
    uint32_t at = unit_at(t)->at;
    uint32_t branch = run(t, op->node, at, true) ? op->list : op->count;

    if (branch != SCHEMA_NONE)
        demand(t, branch, at);
}

/* Mark children of value `at` that the unit evaluated, by their distance. */
static void mark_evaluated(const struct schema_run *r, uint32_t unit,
                           uint8_t *marks, uint32_t at)
{
    for (uint32_t i = r->units[unit].first_kid; i != SCHEMA_NONE;
         i = r->units[i].next) {
        const struct schema_unit *kid = &r->units[i];
        const struct schema_op *op = &r->set->ops[kid->op];

        if (!kid->valid || op->kind == SCHEMA_NOT || op->kind == SCHEMA_NAMES)
            continue;
        if (kid->at == at)
            mark_evaluated(r, i, marks, at);
        else if (op->kind != SCHEMA_CONTAINS || op->other)
            marks[kid->at - at] = 1;
    }
}

static void trace_late(const struct tracer *t)
{
    const struct schema_op *op = op_at(t);
    uint32_t at = unit_at(t)->at;
    const struct td_json_value *v = value_at(t);
    bool object = op->kind == SCHEMA_LATE_MEMBERS;
    uint8_t *marks;

    if (v->kind != (object ? TD_JSON_OBJECT : TD_JSON_ARRAY))
        return;
    marks = td_calloc((size_t)v->next - at, 1);
    mark_evaluated(t->r, t->unit, marks, at);
    for (uint32_t i = at + 1 + object; i < v->next;
         i = t->r->doc->values[i].next + object) {
        if (!marks[i - at])
            demand(t, op->node, i);
    }
    free(marks);
}

static void trace_op(const struct tracer *t)
{
    const struct schema_op *op = op_at(t);
    uint32_t at = unit_at(t)->at;

    switch ((int)op->kind) {
    case SCHEMA_OBJECT:
        trace_object(t);
        break;
    case SCHEMA_ARRAY:
        trace_array(t);
        break;
    case SCHEMA_NAMES:
        trace_names(t);
        break;
    case SCHEMA_CONTAINS:
        trace_contains(t);
        break;
    case SCHEMA_ALL:
    case SCHEMA_ANY:
    case SCHEMA_ONE:
        trace_list(t);
        break;
    case SCHEMA_NOT:
        if (run(t, op->node, at, true))
            fail(t, 0);
        break;
    case SCHEMA_IF:
        trace_if(t);
        break;
    case SCHEMA_DYNAMIC:
        demand(t, schema_dynamic_node(t->r, op), at);
        break;
    case SCHEMA_WHEN_MEMBER:
        t->r->steps -= value_at(t)->count;
        if (value_at(t)->kind == TD_JSON_OBJECT && t->r->steps >= 0 &&
            td_json_member(t->r->doc, at, op->name))
            demand(t, op->node, at);
        break;
    case SCHEMA_LATE_ITEMS:
    case SCHEMA_LATE_MEMBERS:
        trace_late(t);
        break;
    default: /* SCHEMA_REF */
        demand(t, op->node, at);
        break;
    }
}

static uint32_t add_unit(struct schema_run *r, struct schema_unit unit)
{
    if (r->units_len == r->units_cap) {
        r->units_cap = r->units_cap ? r->units_cap * 2 : 64;
        r->units = td_realloc(r->units, r->units_cap * sizeof(*r->units));
    }
    unit.first_kid = unit.last_kid = unit.next = SCHEMA_NONE;
    unit.first_failure = unit.last_failure = SCHEMA_NONE;
    unit.valid = true;
    r->units[r->units_len] = unit;
    return r->units_len++;
}

static bool is_late(const struct schema_run *r, uint32_t node)
{
    return r->set->plan->nodes[node].late;
}

static uint32_t trace_node(struct schema_run *r, struct schema_unit unit)
{
    const struct schema_node *node = &r->set->nodes[unit.node];
    struct tracer t = {.r = r};
    bool late = is_late(r, unit.node);
    bool entered;

    r->steps -= 1 + node->count;
    if (r->steps < 0 || r->depth >= SCHEMA_DEPTH || r->gave_up ||
        r->units_len >= SCHEMA_UNITS_MAX) {
        r->gave_up = true;
        return SCHEMA_NONE;
    }
    r->depth++;
    r->keeping += late;
    entered = schema_scope_enter(r, unit.node);
    t.unit = add_unit(r, unit);
    for (t.op = node->first; t.op < node->first + node->count; t.op++) {
        const struct schema_op *op = &r->set->ops[t.op];
        struct schema_value v = {r->doc, unit.at};

        r->gave_up |= r->steps < 0;
        if (op->kind >= SCHEMA_LEAVES)
            trace_op(&t);
        else if (!schema_leaf(r, op, schema_doc_of(r->set, unit.node), v))
            fail(&t, 0);
    }
    schema_scope_leave(r, entered);
    r->keeping -= late;
    r->depth--;
    return t.unit;
}

void schema_trace(struct schema_run *r, uint32_t node,
                  struct schema_value value)
{
    schema_run_begin(r, value);
    r->units_len = 0;
    td_buf_clear(&r->failures);
    r->keeping = 0;
    (void)trace_node(r, (struct schema_unit){.parent = SCHEMA_NONE,
                                             .op = SCHEMA_NONE,
                                             .node = node,
                                             .at = value.at});
}

/* NOLINTEND(misc-no-recursion) */
