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
    TURN_RUN,  /* run r->next_node over r->next_at first */
};

static bool collecting(const struct check_schema_run *r)
{
    return r->collect && r->alternative == 0;
}

static void note(struct check_schema_run *r, uint32_t node, uint32_t op,
                 uint32_t value, uint32_t detail)
{
    struct schema_failure failure = {node, op, value, detail};

    if (collecting(r))
        (void)td_buf_add(&r->failures, &failure, sizeof(failure));
}

static void fail(struct check_schema_run *r, struct schema_frame *f,
                 uint32_t detail)
{
    f->failed = true;
    note(r, f->node, r->set->nodes[f->node].first + f->op, f->value, detail);
}

static bool spend(struct check_schema_run *r)
{
    if (++r->steps > CHECK_SCHEMA_STEPS)
        r->gave_up = true;
    return !r->gave_up;
}

static const struct td_json_doc *schema_of(const struct check_schema_run *r,
                                           const struct schema_node *node)
{
    return &r->set->docs[node->place.doc].x->json;
}

static enum back run_leaves(struct check_schema_run *r, uint32_t n, uint32_t at)
{
    const struct schema_node *node = &r->set->nodes[n];
    const struct td_json_doc *schema = schema_of(r, node);
    enum back back = BACK_GOOD;

    for (uint32_t i = node->first; i < node->first + node->count; i++) {
        struct check_value v = {r->doc, at};

        if (schema_leaf(r, &r->set->ops[i], schema, v) && spend(r))
            continue;
        back = BACK_BAD;
        note(r, n, i, at, 0);
        if (!collecting(r))
            break;
    }
    return back;
}

/* Run a node now if it has only leaves, or ask for a frame. */
static enum back run(struct check_schema_run *r, uint32_t node, uint32_t at)
{
    if (r->set->nodes[node].leaf)
        return run_leaves(r, node, at);
    r->next_node = node;
    r->next_at = at;
    return BACK_LATER;
}

/* Run a node whose failure is a failure of the frame. True: go on. */
static bool demand(struct check_schema_run *r, struct schema_frame *f,
                   uint32_t node, uint32_t at, enum turn *turn)
{
    enum back back = run(r, node, at);

    *turn = back == BACK_LATER ? TURN_RUN : TURN_DONE;
    if (back != BACK_BAD)
        return back == BACK_GOOD;
    f->failed = true;
    return collecting(r);
}

/* Run a node that may fail. While it runs nothing is reported. */
static enum back attempt(struct check_schema_run *r, uint32_t node, uint32_t at)
{
    enum back back;

    r->alternative++;
    back = run(r, node, at);
    if (back != BACK_LATER)
        r->alternative--;
    return back;
}

static uint32_t listed(const struct check_schema_run *r,
                       const struct schema_op *op, uint32_t i)
{
    uint32_t node;

    memcpy(&node, r->set->lists.ptr + (op->list + i) * sizeof(node),
           sizeof(node));
    return node;
}

static const struct td_json_value *value_of(const struct check_schema_run *r,
                                            const struct schema_frame *f)
{
    return &r->doc->values[f->value];
}

static enum turn turn_all(struct check_schema_run *r, struct schema_frame *f,
                          const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    while (f->i < op->count &&
           demand(r, f, listed(r, op, f->i++), f->value, &turn))
        continue;
    return turn;
}

static enum turn turn_any(struct check_schema_run *r, struct schema_frame *f,
                          const struct schema_op *op, enum back back)
{
    while (back != BACK_GOOD && f->i < op->count) {
        back = attempt(r, listed(r, op, f->i++), f->value);
        if (back == BACK_LATER)
            return TURN_RUN;
    }
    if (back != BACK_GOOD)
        fail(r, f, 0);
    return TURN_DONE;
}

static enum turn turn_one(struct check_schema_run *r, struct schema_frame *f,
                          const struct schema_op *op, enum back back)
{
    f->hits += back == BACK_GOOD;
    while (f->hits < 2 && f->i < op->count) {
        back = attempt(r, listed(r, op, f->i++), f->value);
        if (back == BACK_LATER)
            return TURN_RUN;
        f->hits += back == BACK_GOOD;
    }
    if (f->hits != 1)
        fail(r, f, (uint32_t)f->hits);
    return TURN_DONE;
}

static enum turn turn_not(struct check_schema_run *r, struct schema_frame *f,
                          const struct schema_op *op, enum back back)
{
    if (back == BACK_FIRST)
        back = attempt(r, op->node, f->value);
    if (back == BACK_LATER)
        return TURN_RUN;
    if (back == BACK_GOOD)
        fail(r, f, 0);
    return TURN_DONE;
}

/* j: 0 the condition is to be judged, 1 a branch was taken. */
static enum turn turn_if(struct check_schema_run *r, struct schema_frame *f,
                         const struct schema_op *op, enum back back)
{
    enum turn turn = TURN_DONE;
    uint32_t branch;

    if (f->j == 1)
        return TURN_DONE;
    if (back == BACK_FIRST)
        back = attempt(r, op->node, f->value);
    if (back == BACK_LATER)
        return TURN_RUN;
    f->j = 1;
    branch = back == BACK_GOOD ? op->list : op->count;
    if (branch != SCHEMA_NONE)
        (void)demand(r, f, branch, f->value, &turn);
    return turn;
}

static enum turn turn_once(struct check_schema_run *r, struct schema_frame *f,
                           const struct schema_op *op, enum back back)
{
    enum turn turn = TURN_DONE;

    if (back != BACK_FIRST)
        return TURN_DONE;
    if (op->kind == SCHEMA_WHEN_MEMBER &&
        (value_of(r, f)->kind != TD_JSON_OBJECT ||
         !td_json_member(r->doc, f->value, op->name)))
        return TURN_DONE;
    (void)demand(r, f, op->node, f->value, &turn);
    return turn;
}

/* i: the element at hand; index: its number. */
static enum turn turn_array(struct check_schema_run *r, struct schema_frame *f,
                            const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    if (value_of(r, f)->kind != TD_JSON_ARRAY)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    while (f->i < value_of(r, f)->next) {
        uint32_t at = f->i;
        uint32_t node =
            f->index < op->count ? listed(r, op, f->index) : op->node;

        f->index++;
        f->i = r->doc->values[at].next;
        if (node == SCHEMA_NONE || !spend(r))
            break;
        if (!demand(r, f, node, at, &turn))
            break;
    }
    return turn;
}

static enum turn turn_contains(struct check_schema_run *r,
                               struct schema_frame *f,
                               const struct schema_op *op, enum back back)
{
    if (value_of(r, f)->kind != TD_JSON_ARRAY)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    f->hits += back == BACK_GOOD;
    while (f->i < value_of(r, f)->next && spend(r)) {
        uint32_t at = f->i;

        f->i = r->doc->values[at].next;
        back = attempt(r, op->node, at);
        if (back == BACK_LATER)
            return TURN_RUN;
        f->hits += back == BACK_GOOD;
    }
    if (f->hits < op->low || f->hits > op->high)
        fail(r, f, (uint32_t)f->hits);
    return TURN_DONE;
}

/* i: the key at hand. */
static enum turn turn_names(struct check_schema_run *r, struct schema_frame *f,
                            const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    if (value_of(r, f)->kind != TD_JSON_OBJECT)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    while (f->i < value_of(r, f)->next) {
        uint32_t key = f->i;

        f->i = r->doc->values[key + 1].next;
        if (!demand(r, f, op->node, key, &turn))
            break;
    }
    return turn;
}

/* The first 64 required names are bits; more of them are looked up. */
static void judge_required(struct check_schema_run *r, struct schema_frame *f,
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
        if (number > 64 && td_json_member(r->doc, f->value, m->names[i].text))
            continue;
        fail(r, f, i);
        if (!collecting(r))
            return;
    }
}

/* The next node for the member at hand: its own, then those of patterns, then
 * the one for the rest. j counts them. SCHEMA_NONE when there is no more.
 */
static uint32_t next_member_node(struct check_schema_run *r,
                                 struct schema_frame *f,
                                 const struct schema_members *m)
{
    struct check_value key = {r->doc, f->i};
    struct td_bytes name = {0};

    if (f->j == 0 || f->j - 1 < m->patterns_len)
        name = check_text(&r->text, key);
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
        enum check_match match =
            check_pattern_match(p->pattern, r->patterns, name);

        r->gave_up |= match == CHECK_GAVE_UP;
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

static enum turn turn_object(struct check_schema_run *r, struct schema_frame *f,
                             const struct schema_op *op)
{
    enum turn turn = TURN_DONE;

    if (value_of(r, f)->kind != TD_JSON_OBJECT)
        return TURN_DONE;
    if (f->i == 0)
        f->i = f->value + 1;
    while (f->i < value_of(r, f)->next) {
        uint32_t node = next_member_node(r, f, op->members);

        if (node == SCHEMA_NONE) {
            f->i = r->doc->values[f->i + 1].next;
            f->j = 0;
            if (!spend(r))
                return TURN_DONE;
            continue;
        }
        if (!demand(r, f, node, f->i + 1, &turn))
            return turn;
    }
    judge_required(r, f, op->members);
    return TURN_DONE;
}

static enum turn take_turn(struct check_schema_run *r, struct schema_frame *f,
                           const struct schema_op *op, enum back back)
{
    switch ((int)op->kind) {
    case SCHEMA_OBJECT:
        return turn_object(r, f, op);
    case SCHEMA_ARRAY:
        return turn_array(r, f, op);
    case SCHEMA_NAMES:
        return turn_names(r, f, op);
    case SCHEMA_ALL:
        return turn_all(r, f, op);
    case SCHEMA_ANY:
        return turn_any(r, f, op, back);
    case SCHEMA_ONE:
        return turn_one(r, f, op, back);
    case SCHEMA_NOT:
        return turn_not(r, f, op, back);
    case SCHEMA_IF:
        return turn_if(r, f, op, back);
    case SCHEMA_CONTAINS:
        return turn_contains(r, f, op, back);
    default: /* SCHEMA_REF, SCHEMA_WHEN_MEMBER */
        return turn_once(r, f, op, back);
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

static void push(struct check_schema_run *r, uint32_t node, uint32_t at)
{
    if (r->frames_len == CHECK_SCHEMA_DEPTH) {
        r->gave_up = true;
        return;
    }
    if (r->frames_len == r->frames_cap) {
        r->frames_cap = r->frames_cap ? r->frames_cap * 2 : 32;
        r->frames = td_realloc(r->frames, r->frames_cap * sizeof(*r->frames));
    }
    r->frames[r->frames_len++] =
        (struct schema_frame){.node = node, .value = at};
}

static void next_op(struct schema_frame *f)
{
    *f = (struct schema_frame){.node = f->node,
                               .value = f->value,
                               .op = f->op + 1,
                               .failed = f->failed};
}

static void run_leaf(struct check_schema_run *r, struct schema_frame *f,
                     const struct schema_op *op)
{
    struct check_value v = {r->doc, f->value};

    if (!schema_leaf(r, op, schema_of(r, &r->set->nodes[f->node]), v))
        fail(r, f, 0);
}

/* Run the top frame until it ends (true) or asks for another one. */
static bool run_frame(struct check_schema_run *r, struct schema_frame *f,
                      enum back back)
{
    const struct schema_node *node = &r->set->nodes[f->node];

    if (back == BACK_GOOD || back == BACK_BAD) {
        const struct schema_op *op = &r->set->ops[node->first + f->op];

        if (is_attempt(op, f))
            r->alternative--;
        else
            f->failed |= back == BACK_BAD;
    }
    while (f->op < node->count && (!f->failed || collecting(r))) {
        const struct schema_op *op = &r->set->ops[node->first + f->op];

        if (!spend(r))
            return true;
        if (op->kind < SCHEMA_LEAVES)
            run_leaf(r, f, op);
        else if (take_turn(r, f, op, back) == TURN_RUN)
            return false;
        back = BACK_FIRST;
        next_op(f);
    }
    return true;
}

static enum td_code run_machine(struct check_schema_run *r, uint32_t root,
                                struct check_value value)
{
    enum back back = BACK_FIRST;

    r->doc = value.doc;
    r->steps = 0;
    r->gave_up = false;
    r->alternative = 0;
    r->frames_len = 0;
    push(r, root, value.at);
    while (r->frames_len > 0 && !r->gave_up) {
        struct schema_frame *f = &r->frames[r->frames_len - 1];

        if (run_frame(r, f, back)) {
            back = f->failed ? BACK_BAD : BACK_GOOD;
            r->frames_len--;
        } else {
            push(r, r->next_node, r->next_at);
            back = BACK_FIRST;
        }
    }
    if (r->gave_up)
        return TD_LIMIT;
    return back == BACK_GOOD ? TD_OK : TD_FAILED;
}

enum td_code check_schema_test(struct check_schema_run *run, uint32_t root,
                               struct check_value value)
{
    run->collect = false;
    return run_machine(run, root, value);
}

enum td_code check_schema_explain(
    struct check_schema_run *run, uint32_t root, struct check_value value,
    void (*report)(void *self, const struct check_problem *problem), void *self)
{
    enum td_code code;

    td_buf_clear(&run->failures);
    run->collect = true;
    code = run_machine(run, root, value);
    for (size_t i = 0; i + sizeof(struct schema_failure) <= run->failures.len;
         i += sizeof(struct schema_failure)) {
        struct schema_failure failure;
        struct check_problem problem;

        memcpy(&failure, run->failures.ptr + i, sizeof(failure));
        schema_describe(run, &failure, value, &problem);
        report(self, &problem);
    }
    return code;
}
