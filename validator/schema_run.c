#include "core/mem.h"
#include "validator/schema_int.h"

/* The machine. A frame is a node that runs over a value. An operation that
 * runs other nodes is called again with the result of the node it asked for;
 * where it stands is in its frame. Nodes of leaves alone need no frame.
 */
enum back {
    BACK_FIRST, /* the operation begins */
    BACK_GOOD,  /* the node it asked for holds */
    BACK_BAD,
    BACK_LATER, /* the node must get a frame */
};

enum turn {
    TURN_DONE, /* the operation is over; frame->failed says how */
    TURN_RUN,  /* run set->next_node over set->next_at first */
};

static bool collecting(const struct check_schemas *set)
{
    return set->collect && set->alternative == 0;
}

static void note(struct check_schemas *set, uint32_t node, uint32_t op,
                 uint32_t value, uint32_t detail)
{
    struct schema_failure failure = {node, op, value, detail};

    if (collecting(set))
        (void)td_buf_add(&set->failures, &failure, sizeof(failure));
}

static void fail(struct check_schemas *set, struct schema_frame *f,
                 uint32_t detail)
{
    f->failed = true;
    note(set, f->node, set->nodes[f->node].first + f->op, f->value, detail);
}

static bool spend(struct check_schemas *set)
{
    if (++set->steps > CHECK_SCHEMA_STEPS)
        set->gave_up = true;
    return !set->gave_up;
}

static const struct td_json_doc *schema_of(const struct check_schemas *set,
                                           const struct schema_node *node)
{
    return &set->docs[node->place.doc].x->json;
}

static enum back run_leaves(struct check_schemas *set, uint32_t n, uint32_t at)
{
    const struct schema_node *node = &set->nodes[n];
    const struct td_json_doc *schema = schema_of(set, node);
    enum back back = BACK_GOOD;

    for (uint32_t i = node->first; i < node->first + node->count; i++) {
        struct check_value v = {set->doc, at};

        if (schema_leaf(set, &set->ops[i], schema, v) && spend(set))
            continue;
        back = BACK_BAD;
        note(set, n, i, at, 0);
        if (!collecting(set))
            break;
    }
    return back;
}

/* Run a node now if it has only leaves, or ask for a frame. */
static enum back run(struct check_schemas *set, uint32_t node, uint32_t at)
{
    if (set->nodes[node].leaf)
        return run_leaves(set, node, at);
    set->next_node = node;
    set->next_at = at;
    return BACK_LATER;
}

/* Run a node whose failure is a failure of the frame. True: go on. */
static bool demand(struct check_schemas *set, struct schema_frame *f,
                   uint32_t node, uint32_t at, enum turn *turn)
{
    enum back back = run(set, node, at);

    *turn = back == BACK_LATER ? TURN_RUN : TURN_DONE;
    if (back != BACK_BAD)
        return back == BACK_GOOD;
    f->failed = true;
    return collecting(set);
}

/* Run a node that may fail. While it runs nothing is reported. */
static enum back attempt(struct check_schemas *set, uint32_t node, uint32_t at)
{
    enum back back;

    set->alternative++;
    back = run(set, node, at);
    if (back != BACK_LATER)
        set->alternative--;
    return back;
}

static uint32_t listed(const struct check_schemas *set,
                       const struct schema_op *op, uint32_t i)
{
    uint32_t node;

    memcpy(&node, set->lists.ptr + (op->list + i) * sizeof(node), sizeof(node));
    return node;
}

static const struct td_json_value *value_of(const struct check_schemas *set,
                                            const struct schema_frame *f)
{
    return &set->doc->values[f->value];
}

static enum turn turn_all(struct check_schemas *set, struct schema_frame *f,
                          const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    while (f->i < op->count &&
           demand(set, f, listed(set, op, f->i++), f->value, &turn))
        continue;
    return turn;
}

static enum turn turn_any(struct check_schemas *set, struct schema_frame *f,
                          const struct schema_op *op, enum back back)
{
    while (back != BACK_GOOD && f->i < op->count) {
        back = attempt(set, listed(set, op, f->i++), f->value);
        if (back == BACK_LATER)
            return TURN_RUN;
    }
    if (back != BACK_GOOD)
        fail(set, f, 0);
    return TURN_DONE;
}

static enum turn turn_one(struct check_schemas *set, struct schema_frame *f,
                          const struct schema_op *op, enum back back)
{
    f->hits += back == BACK_GOOD;
    while (f->hits < 2 && f->i < op->count) {
        back = attempt(set, listed(set, op, f->i++), f->value);
        if (back == BACK_LATER)
            return TURN_RUN;
        f->hits += back == BACK_GOOD;
    }
    if (f->hits != 1)
        fail(set, f, (uint32_t)f->hits);
    return TURN_DONE;
}

static enum turn turn_not(struct check_schemas *set, struct schema_frame *f,
                          const struct schema_op *op, enum back back)
{
    if (back == BACK_FIRST)
        back = attempt(set, op->node, f->value);
    if (back == BACK_LATER)
        return TURN_RUN;
    if (back == BACK_GOOD)
        fail(set, f, 0);
    return TURN_DONE;
}

/* j: 0 the condition is to be judged, 1 a branch was taken. */
static enum turn turn_if(struct check_schemas *set, struct schema_frame *f,
                         const struct schema_op *op, enum back back)
{
    enum turn turn = TURN_DONE;
    uint32_t branch;

    if (f->j == 1)
        return TURN_DONE;
    if (back == BACK_FIRST)
        back = attempt(set, op->node, f->value);
    if (back == BACK_LATER)
        return TURN_RUN;
    f->j = 1;
    branch = back == BACK_GOOD ? op->list : op->count;
    if (branch != SCHEMA_NONE)
        (void)demand(set, f, branch, f->value, &turn);
    return turn;
}

static enum turn turn_once(struct check_schemas *set, struct schema_frame *f,
                           const struct schema_op *op, enum back back)
{
    enum turn turn = TURN_DONE;

    if (back != BACK_FIRST)
        return TURN_DONE;
    if (op->kind == SCHEMA_WHEN_MEMBER &&
        (value_of(set, f)->kind != TD_JSON_OBJECT ||
         !td_json_member(set->doc, f->value, op->name)))
        return TURN_DONE;
    (void)demand(set, f, op->node, f->value, &turn);
    return turn;
}

/* i: the element at hand; index: its number. */
static enum turn turn_array(struct check_schemas *set, struct schema_frame *f,
                            const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    if (value_of(set, f)->kind != TD_JSON_ARRAY)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    while (f->i < value_of(set, f)->next) {
        uint32_t at = f->i;
        uint32_t node =
            f->index < op->count ? listed(set, op, f->index) : op->node;

        f->index++;
        f->i = set->doc->values[at].next;
        if (node == SCHEMA_NONE || !spend(set))
            break;
        if (!demand(set, f, node, at, &turn))
            break;
    }
    return turn;
}

static enum turn turn_contains(struct check_schemas *set,
                               struct schema_frame *f,
                               const struct schema_op *op, enum back back)
{
    if (value_of(set, f)->kind != TD_JSON_ARRAY)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    f->hits += back == BACK_GOOD;
    while (f->i < value_of(set, f)->next && spend(set)) {
        uint32_t at = f->i;

        f->i = set->doc->values[at].next;
        back = attempt(set, op->node, at);
        if (back == BACK_LATER)
            return TURN_RUN;
        f->hits += back == BACK_GOOD;
    }
    if (f->hits < op->low || f->hits > op->high)
        fail(set, f, (uint32_t)f->hits);
    return TURN_DONE;
}

/* i: the key at hand. */
static enum turn turn_names(struct check_schemas *set, struct schema_frame *f,
                            const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    if (value_of(set, f)->kind != TD_JSON_OBJECT)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    while (f->i < value_of(set, f)->next) {
        uint32_t key = f->i;

        f->i = set->doc->values[key + 1].next;
        if (!demand(set, f, op->node, key, &turn))
            break;
    }
    return turn;
}

/* The first 64 required names are bits; more of them are looked up. */
static void judge_required(struct check_schemas *set, struct schema_frame *f,
                           const struct schema_members *m)
{
    uint32_t bits = m->required < 64 ? m->required : 64;
    uint64_t all = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;

    if (m->required <= 64 && f->seen == all)
        return;
    for (uint32_t i = 0; i < m->names_len; i++) {
        uint32_t number = m->names[i].required;

        if (number == 0 || (number <= 64 && f->seen >> (number - 1) & 1))
            continue;
        if (number > 64 && td_json_member(set->doc, f->value, m->names[i].text))
            continue;
        fail(set, f, i);
        if (!collecting(set))
            return;
    }
}

/* The next node for the member at hand: its own, then those of patterns, then
 * the one for the rest. j counts them. SCHEMA_NONE when there is no more.
 */
static uint32_t next_member_node(struct check_schemas *set,
                                 struct schema_frame *f,
                                 const struct schema_members *m)
{
    struct check_value key = {set->doc, f->i};
    struct td_bytes name = {0};

    if (f->j == 0 || f->j - 1 < m->patterns_len)
        name = check_text(&set->text, key);
    if (f->j == 0) {
        uint32_t found = schema_find_name(m, name);

        f->j = 1;
        f->matched = false;
        if (found != SCHEMA_NONE && m->names[found].required - 1 < 64)
            f->seen |= UINT64_C(1) << (m->names[found].required - 1);
        if (found != SCHEMA_NONE && m->names[found].node != SCHEMA_NONE) {
            f->matched = true;
            return m->names[found].node;
        }
    }
    for (; f->j - 1 < m->patterns_len; f->j++) {
        const struct schema_pattern *p = &m->patterns[f->j - 1];
        enum check_match match = check_pattern_match(p->pattern, name);

        set->gave_up |= match == CHECK_GAVE_UP;
        if (match == CHECK_MATCH) {
            f->matched = true;
            f->j++;
            return p->node;
        }
    }
    if (f->matched)
        return SCHEMA_NONE;
    f->matched = true;
    return m->rest;
}

static enum turn turn_object(struct check_schemas *set, struct schema_frame *f,
                             const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    if (value_of(set, f)->kind != TD_JSON_OBJECT)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    while (f->i < value_of(set, f)->next) {
        uint32_t node = next_member_node(set, f, op->members);

        if (node == SCHEMA_NONE) {
            f->i = set->doc->values[f->i + 1].next;
            f->j = 0;
            if (!spend(set))
                return TURN_DONE;
            continue;
        }
        if (!demand(set, f, node, f->i + 1, &turn))
            return turn;
    }
    judge_required(set, f, op->members);
    return TURN_DONE;
}

static enum turn take_turn(struct check_schemas *set, struct schema_frame *f,
                           const struct schema_op *op, enum back back)
{
    switch ((int)op->kind) {
    case SCHEMA_OBJECT:
        return turn_object(set, f, op);
    case SCHEMA_ARRAY:
        return turn_array(set, f, op);
    case SCHEMA_NAMES:
        return turn_names(set, f, op);
    case SCHEMA_ALL:
        return turn_all(set, f, op);
    case SCHEMA_ANY:
        return turn_any(set, f, op, back);
    case SCHEMA_ONE:
        return turn_one(set, f, op, back);
    case SCHEMA_NOT:
        return turn_not(set, f, op, back);
    case SCHEMA_IF:
        return turn_if(set, f, op, back);
    case SCHEMA_CONTAINS:
        return turn_contains(set, f, op, back);
    default: /* SCHEMA_REF, SCHEMA_WHEN_MEMBER */
        return turn_once(set, f, op, back);
    }
}

/* Whether the operation's nodes may fail without failing the frame. */
static bool is_attempt(const struct schema_op *op, const struct schema_frame *f)
{
    switch ((int)op->kind) {
    case SCHEMA_ANY:
    case SCHEMA_ONE:
    case SCHEMA_NOT:
    case SCHEMA_CONTAINS:
        return true;
    default:
        return op->kind == SCHEMA_IF && f->j == 0;
    }
}

static void push(struct check_schemas *set, uint32_t node, uint32_t at)
{
    if (set->frames_len == CHECK_SCHEMA_DEPTH) {
        set->gave_up = true;
        return;
    }
    if (set->frames_len == set->frames_cap) {
        set->frames_cap = set->frames_cap ? set->frames_cap * 2 : 32;
        set->frames =
            td_realloc(set->frames, set->frames_cap * sizeof(*set->frames));
    }
    set->frames[set->frames_len++] =
        (struct schema_frame){.node = node, .value = at};
}

static void next_op(struct schema_frame *f)
{
    *f = (struct schema_frame){.node = f->node,
                               .value = f->value,
                               .op = f->op + 1,
                               .failed = f->failed};
}

static void run_leaf(struct check_schemas *set, struct schema_frame *f,
                     const struct schema_op *op)
{
    struct check_value v = {set->doc, f->value};

    if (!schema_leaf(set, op, schema_of(set, &set->nodes[f->node]), v))
        fail(set, f, 0);
}

/* Run the top frame until it ends (true) or asks for another one. */
static bool run_frame(struct check_schemas *set, struct schema_frame *f,
                      enum back back)
{
    const struct schema_node *node = &set->nodes[f->node];

    if (back == BACK_GOOD || back == BACK_BAD) {
        const struct schema_op *op = &set->ops[node->first + f->op];

        if (is_attempt(op, f))
            set->alternative--;
        else
            f->failed |= back == BACK_BAD;
    }
    while (f->op < node->count && (!f->failed || collecting(set))) {
        const struct schema_op *op = &set->ops[node->first + f->op];

        if (!spend(set))
            return true;
        if (op->kind < SCHEMA_LEAVES)
            run_leaf(set, f, op);
        else if (take_turn(set, f, op, back) == TURN_RUN)
            return false;
        back = BACK_FIRST;
        next_op(f);
    }
    return true;
}

static enum td_code run_machine(struct check_schemas *set, uint32_t root,
                                struct check_value value)
{
    enum back back = BACK_FIRST;

    set->doc = value.doc;
    set->steps = 0;
    set->gave_up = false;
    set->alternative = 0;
    set->frames_len = 0;
    push(set, root, value.at);
    while (set->frames_len > 0 && !set->gave_up) {
        struct schema_frame *f = &set->frames[set->frames_len - 1];

        if (run_frame(set, f, back)) {
            back = f->failed ? BACK_BAD : BACK_GOOD;
            set->frames_len--;
        } else {
            push(set, set->next_node, set->next_at);
            back = BACK_FIRST;
        }
    }
    if (set->gave_up)
        return TD_LIMIT;
    return back == BACK_GOOD ? TD_OK : TD_FAILED;
}

enum td_code check_schema_test(struct check_schemas *set, uint32_t root,
                               struct check_value value)
{
    set->collect = false;
    return run_machine(set, root, value);
}

enum td_code check_schema_explain(
    struct check_schemas *set, uint32_t root, struct check_value value,
    void (*report)(void *self, const struct check_problem *problem), void *self)
{
    enum td_code code;

    td_buf_clear(&set->failures);
    set->collect = true;
    code = run_machine(set, root, value);
    for (size_t i = 0; i + sizeof(struct schema_failure) <= set->failures.len;
         i += sizeof(struct schema_failure)) {
        struct schema_failure failure;
        struct check_problem problem;

        memcpy(&failure, set->failures.ptr + i, sizeof(failure));
        schema_describe(set, &failure, value, &problem);
        report(self, &problem);
    }
    return code;
}
