#include "core/mem.h"
#include "schema/compile/compile.h"
#include "schema/load/load.h"

#include <stdlib.h>

#define GATHER_MAX   64 /* operations that one node runs without a call */
#define GATHER_DEPTH 32

/* GATHER_DEPTH bounds the depth. */
/* NOLINTBEGIN(misc-no-recursion) */

/* The node that is being planned. */
struct planner {
    struct schema_set *set;
    struct schema_plan *plan;
    struct td_buf list; /* struct schema_gathered */
    struct schema_fast fast;
};

static uint32_t gathered_len(const struct td_buf *list)
{
    return (uint32_t)(list->len / sizeof(struct schema_gathered));
}

static struct schema_gathered gathered(const struct planner *p, uint32_t i)
{
    struct schema_gathered g;

    memcpy(&g, p->list.ptr + i * sizeof(g), sizeof(g));
    return g;
}

static bool is_late(const struct schema_set *set, uint32_t node)
{
    const struct schema_node *n = &set->nodes[node];

    return n->count > 0 &&
           set->ops[n->first + n->count - 1].kind >= SCHEMA_LATE_ITEMS;
}

static bool is_scoped(const struct schema_set *set, uint32_t node)
{
    return set->resources[set->nodes[node].resource].dynamic;
}

static bool is_there(const struct td_buf *list, uint32_t node)
{
    for (uint32_t i = 0; i < gathered_len(list); i++) {
        struct schema_gathered g;

        memcpy(&g, list->ptr + i * sizeof(g), sizeof(g));
        if (g.node == node)
            return true;
    }
    return false;
}

static void gather(const struct schema_set *set, uint32_t node,
                   struct td_buf *out, int depth);

/* A node that must hold too: its operations, or a call of it. */
static void gather_node(const struct schema_set *set, uint32_t node,
                        struct td_buf *out, int depth)
{
    struct schema_gathered call = {node, SCHEMA_NONE};

    if (is_there(out, node))
        return;
    if (depth < GATHER_DEPTH && !is_scoped(set, node) && !is_late(set, node) &&
        gathered_len(out) + set->nodes[node].count <= GATHER_MAX)
        gather(set, node, out, depth + 1);
    else
        (void)td_buf_add(out, &call, sizeof(call));
}

static void gather(const struct schema_set *set, uint32_t node,
                   struct td_buf *out, int depth)
{
    const struct schema_node *n = &set->nodes[node];

    for (uint32_t i = n->first; i < n->first + n->count; i++) {
        const struct schema_op *op = &set->ops[i];
        struct schema_gathered g = {node, i};

        if (op->kind == SCHEMA_REF)
            gather_node(set, op->node, out, depth);
        else if (op->kind != SCHEMA_ALL)
            (void)td_buf_add(out, &g, sizeof(g));
        for (uint32_t k = 0; op->kind == SCHEMA_ALL && k < op->count; k++)
            gather_node(set, schema_listed(set, op->list, k), out, depth);
    }
}

void schema_gather(const struct schema_set *set, uint32_t node,
                   struct td_buf *out)
{
    gather(set, node, out, 0);
}

/* 3: any number, 2: integers, 1: integers of draft 4, 0: none. */
static unsigned number_level(unsigned kinds, unsigned integer)
{
    if (!(kinds & SCHEMA_KIND(TD_JSON_NUMBER)))
        return 0;
    if (integer & SCHEMA_SHORT_INTEGER)
        return 1;
    return integer & SCHEMA_INTEGER ? 2 : 3;
}

static void restrict_type(struct schema_fast *f, uint32_t kinds)
{
    static const uint16_t integers[] = {
        0, SCHEMA_INTEGER | SCHEMA_SHORT_INTEGER, SCHEMA_INTEGER, 0};
    unsigned both = kinds & SCHEMA_KINDS;
    unsigned integer = 0;
    unsigned level;

    if (kinds & SCHEMA_INTEGER && !(kinds & SCHEMA_KIND(TD_JSON_NUMBER))) {
        both |= SCHEMA_KIND(TD_JSON_NUMBER);
        integer = kinds & (SCHEMA_INTEGER | SCHEMA_SHORT_INTEGER);
    }
    level = number_level(f->kinds, f->integer);
    if (number_level(both, integer) < level)
        level = number_level(both, integer);
    f->kinds = (uint16_t)(f->kinds & both);
    f->integer = integers[level];
}

/* The kinds of the values of a const or enum. */
static uint32_t kinds_listed(const struct schema_set *set,
                             struct schema_gathered g)
{
    const struct schema_op *op = &set->ops[g.op];
    const struct td_json_doc *doc = schema_doc_of(set, g.node);
    uint32_t kinds = 0;
    uint32_t i = op->at + (op->kind == SCHEMA_ENUM);

    for (; i < doc->values[op->at].next; i = doc->values[i].next)
        kinds |= SCHEMA_KIND(doc->values[i].kind);
    return kinds;
}

/* The strings of a const or enum. */
static void plan_texts(const struct schema_set *set, struct schema_gathered g)
{
    struct schema_op *op = &set->ops[g.op];
    const struct td_json_doc *doc = schema_doc_of(set, g.node);
    uint32_t i = op->at + (op->kind == SCHEMA_ENUM);

    if (op->texts)
        return;
    op->texts = td_calloc(1, sizeof(*op->texts));
    for (; i < doc->values[op->at].next; i = doc->values[i].next) {
        struct td_bytes text;

        if (doc->values[i].kind != TD_JSON_STRING)
            continue;
        text = schema_copy_text(doc, i);
        (void)schema_table_add(op->texts, text);
        schema_free_bytes(&text);
    }
}

static void restrict_kinds(struct planner *p)
{
    p->fast.kinds = SCHEMA_KINDS;
    p->fast.integer = 0;
    for (uint32_t i = 0; i < gathered_len(&p->list); i++) {
        struct schema_gathered g = gathered(p, i);
        const struct schema_op *op;

        if (g.op == SCHEMA_NONE)
            continue;
        op = &p->set->ops[g.op];
        if (op->kind == SCHEMA_NEVER)
            p->fast.kinds = 0;
        else if (op->kind == SCHEMA_TYPE)
            restrict_type(&p->fast, op->kinds);
        else if (op->kind == SCHEMA_CONST || op->kind == SCHEMA_ENUM)
            p->fast.kinds &= (uint16_t)kinds_listed(p->set, g);
    }
}

static struct schema_step *add_step(struct planner *p,
                                    enum schema_step_kind kind, uint32_t node)
{
    struct schema_plan *plan = p->plan;

    plan->steps =
        td_list_room(plan->steps, plan->steps_len, sizeof(*plan->steps));
    plan->steps[plan->steps_len] =
        (struct schema_step){.kind = (uint16_t)kind, .node = node};
    return &plan->steps[plan->steps_len++];
}

static void add_leaf(struct planner *p, struct schema_gathered g)
{
    add_step(p, STEP_LEAF, g.op)->high = g.node;
}

/* A bound as the largest or smallest integer that meets it. */
static void narrow(const struct schema_op *op, int64_t *low, int64_t *high)
{
    int64_t n =
        op->integer + (op->kind == SCHEMA_ABOVE) - (op->kind == SCHEMA_BELOW);

    if (op->kind == SCHEMA_MINIMUM || op->kind == SCHEMA_ABOVE)
        *low = n > *low ? n : *low;
    else
        *high = n < *high ? n : *high;
}

static bool is_bound(const struct schema_op *op)
{
    return op->kind >= SCHEMA_MINIMUM && op->kind <= SCHEMA_BELOW && op->small;
}

/* All whole bounds at once for an integer; each on its own for the rest. */
static void plan_range(struct planner *p)
{
    uint32_t range = p->plan->steps_len;
    int64_t low = INT64_MIN;
    int64_t high = INT64_MAX;
    uint32_t count = 0;

    (void)add_step(p, STEP_RANGE, 0);
    for (uint32_t i = 0; i < gathered_len(&p->list); i++) {
        struct schema_gathered g = gathered(p, i);

        if (g.op == SCHEMA_NONE || !is_bound(&p->set->ops[g.op]))
            continue;
        narrow(&p->set->ops[g.op], &low, &high);
        add_leaf(p, g);
        count++;
    }
    p->plan->steps[range].node = count;
    p->plan->steps[range].low = low;
    p->plan->steps[range].high = high;
    if (count == 0)
        p->plan->steps_len = range;
}

static int64_t clamp(uint64_t n)
{
    return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

/* minLength and maxLength, or the counts of items or members, in one step. */
static void plan_counts(struct planner *p, enum td_json_kind kind)
{
    bool text = kind == TD_JSON_STRING;
    uint64_t low = 0;
    uint64_t high = UINT64_MAX;
    struct schema_step *s;

    for (uint32_t i = 0; i < gathered_len(&p->list); i++) {
        struct schema_gathered g = gathered(p, i);
        const struct schema_op *op = &p->set->ops[g.op];

        if (g.op == SCHEMA_NONE || !(op->kinds & SCHEMA_KIND(kind)))
            continue;
        if (op->kind == (text ? SCHEMA_MIN_LENGTH : SCHEMA_MIN_COUNT) &&
            op->low > low)
            low = op->low;
        if (op->kind == (text ? SCHEMA_MAX_LENGTH : SCHEMA_MAX_COUNT) &&
            op->low < high)
            high = op->low;
    }
    if (low == 0 && high == UINT64_MAX)
        return;
    s = add_step(p, text ? STEP_LENGTH : STEP_COUNT, 0);
    s->low = clamp(low);
    s->high = clamp(high);
}

static void plan_number(struct planner *p, struct schema_gathered g)
{
    const struct schema_op *op = &p->set->ops[g.op];
    bool listed = op->kind == SCHEMA_CONST || op->kind == SCHEMA_ENUM;

    if (listed || op->kind == SCHEMA_MULTIPLE ||
        (op->kind >= SCHEMA_MINIMUM && op->kind <= SCHEMA_BELOW &&
         !is_bound(op)))
        add_leaf(p, g);
}

static void plan_string(struct planner *p, struct schema_gathered g)
{
    const struct schema_op *op = &p->set->ops[g.op];

    if (op->kind == SCHEMA_PATTERN)
        add_step(p, STEP_PATTERN, 0)->pattern = op->pattern;
    if (op->kind == SCHEMA_FORMAT)
        add_step(p, STEP_FORMAT, 0)->format = op->format;
    if (op->kind != SCHEMA_CONST && op->kind != SCHEMA_ENUM)
        return;
    plan_texts(p->set, g);
    if (op->texts->len == 1)
        add_step(p, STEP_TEXT, 0)->key = &op->texts->keys[0];
    else
        add_step(p, STEP_TEXTS, 0)->table = op->texts;
}

static void plan_array(struct planner *p, struct schema_gathered g)
{
    const struct schema_op *op = &p->set->ops[g.op];

    switch ((int)op->kind) {
    case SCHEMA_CONST:
    case SCHEMA_ENUM:
        add_leaf(p, g);
        break;
    case SCHEMA_UNIQUE:
        (void)add_step(p, STEP_UNIQUE, 0);
        break;
    case SCHEMA_ARRAY:
        if (op->count == 0 && op->node != SCHEMA_NONE)
            (void)add_step(p, STEP_ITEMS, op->node);
        else if (op->count > 0)
            (void)add_step(p, STEP_ARRAY, g.op);
        break;
    case SCHEMA_CONTAINS:
        (void)add_step(p, STEP_CONTAINS, g.op);
        break;
    default:
        break;
    }
}

static void plan_object(struct planner *p, struct schema_gathered g)
{
    const struct schema_op *op = &p->set->ops[g.op];

    switch ((int)op->kind) {
    case SCHEMA_CONST:
    case SCHEMA_ENUM:
    case SCHEMA_NEEDS:
        add_leaf(p, g);
        break;
    case SCHEMA_OBJECT:
        add_step(p, STEP_MEMBERS, 0)->members = op->members;
        break;
    case SCHEMA_NAMES:
        (void)add_step(p, STEP_NAMES, g.op);
        break;
    case SCHEMA_WHEN_MEMBER:
        (void)add_step(p, STEP_WHEN_MEMBER, g.op);
        break;
    default:
        break;
    }
}

/* anyOf and oneOf by their tag if there is one. */
static void plan_alternatives(struct planner *p, uint32_t number)
{
    struct schema_op *op = &p->set->ops[number];

    if (!op->planned)
        op->tag = schema_tag_find(p->set, number);
    op->planned = true;
    if (op->tag)
        add_step(p, STEP_TAGGED, 0)->tag = op->tag;
    else
        (void)add_step(p, op->kind == SCHEMA_ANY ? STEP_ANY : STEP_ONE, number);
}

/* What runs other nodes over the same value, whatever it is. */
static void plan_nodes(struct planner *p, struct schema_gathered g)
{
    const struct schema_op *op = &p->set->ops[g.op];

    if (g.op == SCHEMA_NONE) {
        (void)add_step(p, STEP_RUN, g.node);
        return;
    }
    switch ((int)op->kind) {
    case SCHEMA_ANY:
    case SCHEMA_ONE:
        plan_alternatives(p, g.op);
        break;
    case SCHEMA_NOT:
        (void)add_step(p, STEP_NOT, op->node);
        break;
    case SCHEMA_IF:
        (void)add_step(p, STEP_IF, g.op);
        break;
    case SCHEMA_DYNAMIC:
        (void)add_step(p, STEP_DYNAMIC, g.op);
        break;
    default:
        break;
    }
}

static void plan_late(struct planner *p, struct schema_gathered g,
                      enum td_json_kind kind)
{
    const struct schema_op *op = &p->set->ops[g.op];

    if (op->kind == SCHEMA_LATE_ITEMS && kind == TD_JSON_ARRAY)
        (void)add_step(p, STEP_LATE_ITEMS, op->node);
    if (op->kind == SCHEMA_LATE_MEMBERS && kind == TD_JSON_OBJECT)
        (void)add_step(p, STEP_LATE_MEMBERS, op->node);
}

/* Whether the first step settles the value, if it can. */
static bool is_alone(const struct planner *p, uint32_t first)
{
    const struct schema_step *s = &p->plan->steps[first];
    uint32_t settled = 1 + (s->kind == STEP_RANGE ? s->node : 0);

    return p->plan->steps_len == first + settled;
}

/* What is decided without other nodes, what looks into the value, what runs
 * over the same value, and what needs to know what those have evaluated.
 */
static void plan_kind(struct planner *p, enum td_json_kind kind)
{
    uint32_t first = p->plan->steps_len;

    if (kind == TD_JSON_NUMBER)
        plan_range(p);
    if (kind >= TD_JSON_STRING)
        plan_counts(p, kind);
    for (uint32_t pass = 0; pass < 3; pass++) {
        for (uint32_t i = 0; i < gathered_len(&p->list); i++) {
            struct schema_gathered g = gathered(p, i);

            if (pass == 1)
                plan_nodes(p, g);
            else if (g.op == SCHEMA_NONE)
                continue;
            else if (pass == 2)
                plan_late(p, g, kind);
            else if (kind == TD_JSON_NUMBER)
                plan_number(p, g);
            else if (kind == TD_JSON_STRING)
                plan_string(p, g);
            else if (kind == TD_JSON_ARRAY)
                plan_array(p, g);
            else if (kind == TD_JSON_OBJECT)
                plan_object(p, g);
        }
    }
    if (p->plan->steps_len == first)
        return;
    p->plan->steps[first].alone = is_alone(p, first);
    (void)add_step(p, STEP_END, 0);
    p->fast.first[kind] = first;
}

static void plan_node(struct planner *p, uint32_t node)
{
    td_buf_clear(&p->list);
    schema_gather(p->set, node, &p->list);
    p->fast = (struct schema_fast){.scoped = is_scoped(p->set, node),
                                   .late = is_late(p->set, node)};
    restrict_kinds(p);
    for (unsigned kind = 0; kind < SCHEMA_CLASSES; kind++) {
        if (p->fast.kinds >> kind & 1)
            plan_kind(p, (enum td_json_kind)kind);
    }
    p->plan->nodes[node] = p->fast;
}

void schema_plan_nodes(struct schema_set *set)
{
    struct planner p = {.set = set};

    if (!set->plan)
        set->plan = td_calloc(1, sizeof(*set->plan));
    p.plan = set->plan;
    if (p.plan->steps_len == 0)
        (void)add_step(&p, STEP_END, 0);
    p.plan->nodes = td_realloc(p.plan->nodes,
                               (set->nodes_len + 1) * sizeof(*p.plan->nodes));
    for (uint32_t i = p.plan->nodes_len; i < set->nodes_len; i++)
        plan_node(&p, i);
    p.plan->nodes_len = set->nodes_len;
    td_buf_release(&p.list);
}

void schema_plan_free(struct schema_plan *plan)
{
    if (!plan)
        return;
    free(plan->nodes);
    free(plan->steps);
    free(plan);
}

/* NOLINTEND(misc-no-recursion) */
