#include "schema/run/inline.h"

#include "schema/load/load.h"

/* SCHEMA_DEPTH bounds the depth. */
/* NOLINTBEGIN(misc-no-recursion) */

/* The fast pass. It stops at the first step that does not hold; only where
 * unevaluated... wants to know what was evaluated (seen) does it go on.
 */
struct eval {
    struct schema_run *r;
    uint32_t at;
    const struct td_json_value *v;
    struct schema_seen *seen;
};

void schema_run_begin(struct schema_run *r, struct schema_value value)
{
    r->doc = value.doc;
    r->values = value.doc->values;
    r->bytes = value.doc->text.ptr;
    r->nodes = r->set->plan->nodes;
    r->list = r->set->plan->steps;
    r->steps = SCHEMA_STEPS + (int64_t)value.doc->len * 64;
    r->depth = 0;
    r->gave_up = false;
    schema_pattern_forget_slow(r->patterns);
    td_buf_clear(&r->marks);
    td_buf_clear(&r->scope);
}

static bool give_up(struct schema_run *r)
{
    r->gave_up = true;
    return false;
}

static bool spend(struct schema_run *r, uint32_t steps)
{
    r->steps -= steps;
    return r->steps >= 0 || give_up(r);
}

static struct schema_value value_of(const struct eval *e)
{
    return (struct schema_value){e->r->doc, e->at};
}

static const struct schema_op *op_of(const struct eval *e,
                                     const struct schema_step *s)
{
    return &e->r->set->ops[s->node];
}

/* Room for marks of the children of a value, none of them set. */
static bool open_marks(struct schema_run *r, uint32_t at,
                       struct schema_seen *seen)
{
    uint32_t count = r->values[at].count;
    uint8_t *room = td_buf_room(&r->marks, count + 1);

    *seen = (struct schema_seen){r->marks.len, count};
    if (!room)
        return give_up(r);
    memset(room, 0, count);
    r->marks.len += count;
    return true;
}

static void close_marks(struct schema_run *r, const struct schema_seen *seen)
{
    r->marks.len = seen->marks;
}

static void mark(struct schema_run *r, const struct schema_seen *seen,
                 uint32_t number)
{
    if (seen)
        r->marks.ptr[seen->marks + number] = 1;
}

static void merge_marks(struct schema_run *r, const struct schema_seen *into,
                        const struct schema_seen *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        r->marks.ptr[into->marks + i] |= r->marks.ptr[from->marks + i];
}

/* Run a node that may fail over the same value: its marks count if it holds. */
static bool attempt(const struct eval *e, uint32_t node)
{
    struct schema_seen own;
    bool good;

    if (!e->seen)
        return schema_eval(e->r, node, e->at, NULL);
    if (!open_marks(e->r, e->at, &own))
        return false;
    good = schema_eval(e->r, node, e->at, &own);
    if (good)
        merge_marks(e->r, e->seen, &own);
    close_marks(e->r, &own);
    return good;
}

static SCHEMA_INLINE bool eval_child(struct schema_run *r, uint32_t node,
                                     uint32_t at)
{
    enum schema_answer answer = schema_settle(r, node, &r->values[at]);

    return answer == SCHEMA_LATER ? schema_eval(r, node, at, NULL)
                                  : answer == SCHEMA_YES;
}

/* A text with escapes; the others are settled above. */
static bool has_text_length(const struct eval *e, const struct schema_step *s)
{
    enum schema_answer answer = schema_has_length(e->r, s, e->v);
    int64_t count;

    if (answer != SCHEMA_LATER)
        return answer == SCHEMA_YES;
    count = (int64_t)schema_count_characters(schema_text(e->r, e->at));
    return count >= s->low && count <= s->high;
}

static bool has_pattern(const struct eval *e, const struct schema_step *s)
{
    struct td_bytes text = schema_text(e->r, e->at);
    enum schema_match match =
        schema_pattern_match(s->pattern, e->r->patterns, text);

    e->r->gave_up |= match == SCHEMA_GAVE_UP;
    return match == SCHEMA_MATCH;
}

static bool is_text(const struct eval *e, const struct schema_key *key)
{
    struct td_bytes text = schema_text(e->r, e->at);

    return schema_key_is(key, schema_words(text), text);
}

static bool is_one_of(const struct eval *e, const struct schema_table *table)
{
    return schema_table_find(table, schema_text(e->r, e->at)) != SCHEMA_NONE;
}

static bool has_leaf(const struct eval *e, const struct schema_step *s)
{
    const struct schema_op *op = op_of(e, s);

    bool good = schema_leaf(
        e->r, op, schema_doc_of(e->r->set, (uint32_t)s->high), value_of(e));

    return spend(e->r, 1) && good;
}

/* The required names beyond 64 are looked up. */
static bool has_required(const struct eval *e, const struct schema_members *m,
                         uint64_t seen)
{
    uint32_t bits = m->required < 64 ? m->required : 64;

    if (bits < 64)
        return seen == (UINT64_C(1) << bits) - 1;
    if (seen != UINT64_MAX)
        return false;
    for (uint32_t i = 0; m->required > 64 && i < m->table.len; i++) {
        if (m->names[i].required > 64 &&
            !td_json_member(e->r->doc, e->at, m->table.keys[i].text))
            return false;
        e->r->steps -= e->v->count;
    }
    return true;
}

/* What patternProperties and additionalProperties say of a member. */
static bool fits_others(const struct eval *e, const struct schema_members *m,
                        uint32_t key, bool *matched)
{
    struct schema_run *r = e->r;
    struct schema_value name = {r->doc, key};

    if (!spend(r, m->patterns_len))
        return false;
    for (uint32_t i = 0; i < m->patterns_len; i++) {
        enum schema_match match =
            schema_pattern_match(m->patterns[i].pattern, r->patterns,
                                 schema_value_text(&r->text, name));

        r->gave_up |= match == SCHEMA_GAVE_UP;
        if (match != SCHEMA_MATCH)
            continue;
        *matched = true;
        if (!eval_child(r, m->patterns[i].node, key + 1))
            return false;
    }
    if (*matched || m->rest == SCHEMA_NONE)
        return true;
    *matched = true;
    return eval_child(r, m->rest, key + 1);
}

/* The number of a name. Events of one kind have their members in one order, so
 * the name that came next the last time is tried first.
 */
static SCHEMA_INLINE uint32_t find_name(struct schema_run *r,
                                        const struct schema_members *m,
                                        uint32_t key, uint32_t *last)
{
    struct td_bytes text = schema_text(r, key);
    uint32_t *guess = &r->guesses[m->guess + *last];
    uint32_t found;

    if (*guess &&
        schema_key_is(&m->table.keys[*guess - 1], schema_words(text), text)) {
        *last = *guess;
        return *guess - 1;
    }
    found = schema_table_find(&m->table, text);
    if (found != SCHEMA_NONE)
        *last = *guess = found + 1;
    return found;
}

/* One member; *seen gets the bit of its name. */
static SCHEMA_INLINE bool fits_member(const struct eval *e,
                                      const struct schema_members *m,
                                      uint32_t key, uint32_t found,
                                      bool *matched)
{
    if (found != SCHEMA_NONE && m->names[found].node != SCHEMA_NONE) {
        *matched = true;
        if (!eval_child(e->r, m->names[found].node, key + 1))
            return false;
    }
    return !m->others || fits_others(e, m, key, matched);
}

static bool fits_members(const struct eval *e, const struct schema_members *m)
{
    struct schema_run *r = e->r;
    uint32_t end = e->v->next;
    uint32_t last = 0;
    uint32_t number = 0;
    uint64_t seen = 0;

    if (e->v->count < m->required || !spend(r, e->v->count))
        return false;
    for (uint32_t key = e->at + 1; key < end; key = r->values[key + 1].next) {
        uint32_t found = find_name(r, m, key, &last);
        bool matched = false;

        if (found != SCHEMA_NONE)
            seen |= m->names[found].bit;
        if (!fits_member(e, m, key, found, &matched))
            return false;
        if (matched)
            mark(r, e->seen, number);
        number++;
    }
    return has_required(e, m, seen);
}

static bool fits_items(const struct eval *e, uint32_t node)
{
    struct schema_run *r = e->r;
    uint32_t number = 0;

    if (!spend(r, e->v->count))
        return false;
    for (uint32_t i = e->at + 1; i < e->v->next; i = r->values[i].next) {
        if (!eval_child(r, node, i))
            return false;
        mark(r, e->seen, number++);
    }
    return true;
}

static bool fits_array(const struct eval *e, const struct schema_op *op)
{
    struct schema_run *r = e->r;
    uint32_t number = 0;

    if (!spend(r, e->v->count))
        return false;
    for (uint32_t i = e->at + 1; i < e->v->next; i = r->values[i].next) {
        uint32_t node = number < op->count
                            ? schema_listed(r->set, op->list, number)
                            : op->node;

        if (node == SCHEMA_NONE)
            break;
        if (!eval_child(r, node, i))
            return false;
        mark(r, e->seen, number++);
    }
    return true;
}

static bool fits_names(const struct eval *e, const struct schema_op *op)
{
    struct schema_run *r = e->r;

    for (uint32_t key = e->at + 1; key < e->v->next;
         key = r->values[key + 1].next) {
        if (!eval_child(r, op->node, key))
            return false;
    }
    return true;
}

static bool fits_contains(const struct eval *e, const struct schema_op *op)
{
    struct schema_run *r = e->r;
    bool marks = e->seen && op->other;
    uint64_t hits = 0;
    uint32_t number = 0;

    if (!spend(r, e->v->count))
        return false;
    for (uint32_t i = e->at + 1; i < e->v->next; i = r->values[i].next) {
        if (eval_child(r, op->node, i)) {
            hits++;
            if (marks)
                mark(r, e->seen, number);
        }
        number++;
        if (hits > op->high ||
            (!marks && hits >= op->low && op->high == UINT64_MAX))
            break;
    }
    return hits >= op->low && hits <= op->high;
}

static bool fits_any(const struct eval *e, const struct schema_op *op)
{
    bool good = false;

    for (uint32_t i = 0; i < op->count && (!good || e->seen); i++)
        good |= attempt(e, schema_listed(e->r->set, op->list, i));
    return good;
}

static bool fits_one(const struct eval *e, const struct schema_op *op)
{
    uint32_t hits = 0;

    for (uint32_t i = 0; i < op->count && hits < 2; i++)
        hits += attempt(e, schema_listed(e->r->set, op->list, i));
    return hits == 1;
}

/* Alternatives whose tag is another cannot hold. */
static bool fits_tagged(const struct eval *e, const struct schema_tag *tag)
{
    struct schema_run *r = e->r;
    const struct schema_op *op = &r->set->ops[tag->op];
    uint32_t number = schema_tag_number(r, tag, e->at);
    uint32_t hits = 0;

    if (number == SCHEMA_NONE)
        return op->kind == SCHEMA_ANY ? fits_any(e, op) : fits_one(e, op);
    for (uint32_t i = tag->starts[number]; i < tag->starts[number + 1]; i++) {
        hits += attempt(e, tag->nodes[i]);
        if (op->kind == SCHEMA_ANY ? hits > 0 && !e->seen : hits > 1)
            break;
    }
    return op->kind == SCHEMA_ANY ? hits > 0 : hits == 1;
}

static bool fits_if(const struct eval *e, const struct schema_op *op)
{
    uint32_t branch = attempt(e, op->node) ? op->list : op->count;

    return branch == SCHEMA_NONE || schema_eval(e->r, branch, e->at, e->seen);
}

/* For the children that no other keyword has evaluated. */
static bool fits_late(const struct eval *e, uint32_t node, bool object)
{
    struct schema_run *r = e->r;
    uint32_t number = 0;

    for (uint32_t i = e->at + 1 + object; i < e->v->next;
         i = r->values[i].next + object) {
        /* A node with such a step is never run without marks. */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        if (!r->marks.ptr[e->seen->marks + number] && !eval_child(r, node, i))
            return false;
        mark(r, e->seen, number++);
    }
    return true;
}

static bool fits_when_member(const struct eval *e, const struct schema_op *op)
{
    return spend(e->r, e->v->count) &&
           (!td_json_member(e->r->doc, e->at, op->name) ||
            schema_eval(e->r, op->node, e->at, e->seen));
}

/* Steps that run other nodes over the same value, or over its children. */
static bool fits_nodes(const struct eval *e, const struct schema_step *s)
{
    switch ((int)s->kind) {
    case STEP_ARRAY:
        return fits_array(e, op_of(e, s));
    case STEP_NAMES:
        return fits_names(e, op_of(e, s));
    case STEP_CONTAINS:
        return fits_contains(e, op_of(e, s));
    case STEP_ANY:
        return fits_any(e, op_of(e, s));
    case STEP_ONE:
        return fits_one(e, op_of(e, s));
    case STEP_NOT:
        return !schema_eval(e->r, s->node, e->at, NULL);
    case STEP_IF:
        return fits_if(e, op_of(e, s));
    case STEP_DYNAMIC:
        return schema_eval(e->r, schema_dynamic_node(e->r, op_of(e, s)), e->at,
                           e->seen);
    case STEP_WHEN_MEMBER:
        return fits_when_member(e, op_of(e, s));
    default: /* STEP_LATE_ITEMS, STEP_LATE_MEMBERS */
        return fits_late(e, s->node, s->kind == STEP_LATE_MEMBERS);
    }
}

static bool run_steps(const struct eval *e, const struct schema_step *s)
{
    for (;; s++) {
        enum schema_answer range;
        bool good;

        switch ((int)s->kind) {
        case STEP_END:
            return true;
        case STEP_NEVER:
            return false;
        case STEP_RANGE:
            range = schema_in_range(e->r, s, e->v);
            good = range != SCHEMA_NO;
            s += range == SCHEMA_YES ? s->node : 0;
            break;
        case STEP_LEAF:
            good = has_leaf(e, s);
            break;
        case STEP_LENGTH:
            good = has_text_length(e, s);
            break;
        case STEP_TEXT:
            good = is_text(e, s->key);
            break;
        case STEP_TEXTS:
            good = is_one_of(e, s->table);
            break;
        case STEP_PATTERN:
            good = has_pattern(e, s);
            break;
        case STEP_FORMAT:
            good = s->format(schema_text(e->r, e->at));
            break;
        case STEP_COUNT:
            good = e->v->count >= s->low && e->v->count <= s->high;
            break;
        case STEP_UNIQUE:
            good = schema_all_unique(&e->r->memory, value_of(e));
            break;
        case STEP_MEMBERS:
            good = fits_members(e, s->members);
            break;
        case STEP_ITEMS:
            good = fits_items(e, s->node);
            break;
        case STEP_RUN:
            good = schema_eval(e->r, s->node, e->at, e->seen);
            break;
        case STEP_TAGGED:
            good = fits_tagged(e, s->tag);
            break;
        default:
            good = fits_nodes(e, s);
            break;
        }
        if (!good)
            return false;
    }
}

bool schema_eval_step(struct schema_run *r, uint32_t step, uint32_t at)
{
    struct schema_step steps[2] = {r->list[step], {.kind = STEP_END}};
    struct eval e = {r, at, &r->values[at], NULL};

    return run_steps(&e, steps);
}

bool schema_scope_enter(struct schema_run *r, uint32_t node)
{
    uint32_t resource = r->set->nodes[node].resource;
    uint32_t top;

    if (!r->set->plan->nodes[node].scoped)
        return false;
    if (r->scope.len > 0) {
        memcpy(&top, r->scope.ptr + r->scope.len - sizeof(top), sizeof(top));
        if (top == resource)
            return false;
    }
    return td_buf_add(&r->scope, &resource, sizeof(resource)) == TD_OK;
}

void schema_scope_leave(struct schema_run *r, bool entered)
{
    if (entered)
        r->scope.len -= sizeof(uint32_t);
}

/* The outermost resource on the way here that has the anchor decides. */
uint32_t schema_dynamic_node(const struct schema_run *r,
                             const struct schema_op *op)
{
    const struct schema_set *set = r->set;
    struct schema_place place;

    for (size_t i = 0; i < r->scope.len; i += sizeof(uint32_t)) {
        uint32_t resource;

        memcpy(&resource, r->scope.ptr + i, sizeof(resource));
        if (schema_dynamic_anchor(set, resource, op->name, &place))
            return set->docs[place.doc].node_of[place.at] - 1;
    }
    return op->node;
}

/* A node that must know what was evaluated, or changes the dynamic scope. */
static bool eval_special(const struct eval *outer, const struct schema_fast *f,
                         uint32_t node)
{
    struct schema_run *r = outer->r;
    const struct schema_step *steps = &r->list[f->first[outer->v->kind]];
    struct eval e = *outer;
    struct schema_seen own;
    bool entered = schema_scope_enter(r, node);
    bool late = f->late && e.v->kind >= TD_JSON_ARRAY;
    bool good;

    if (late && !open_marks(r, e.at, &own)) {
        schema_scope_leave(r, entered);
        return false;
    }
    if (late)
        e.seen = &own;
    good = run_steps(&e, steps);
    if (late) {
        if (good && outer->seen)
            merge_marks(r, outer->seen, &own);
        close_marks(r, &own);
    }
    schema_scope_leave(r, entered);
    return good;
}

bool schema_eval(struct schema_run *r, uint32_t node, uint32_t at,
                 struct schema_seen *seen)
{
    const struct schema_fast *f = &r->nodes[node];
    struct eval e = {r, at, &r->values[at], seen};
    bool good;

    if (!(f->kinds >> e.v->kind & 1))
        return false;
    if (f->integer && e.v->kind == TD_JSON_NUMBER &&
        !schema_is_integer(value_of(&e), f->integer & SCHEMA_SHORT_INTEGER))
        return false;
    if (f->first[e.v->kind] == 0)
        return true;
    if (--r->steps < 0 || r->depth >= SCHEMA_DEPTH)
        return give_up(r);
    r->depth++;
    if (f->scoped || f->late)
        good = eval_special(&e, f, node);
    else
        good = run_steps(&e, &r->list[f->first[e.v->kind]]);
    r->depth--;
    return good;
}

/* NOLINTEND(misc-no-recursion) */
