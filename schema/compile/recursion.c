#include "core/mem.h"
#include "schema/compile/compile.h"
#include "schema/load/load.h"

#include <stdlib.h>

/* Nodes that run over the same value as the node that asks for them form a
 * graph. A ring in it never ends, whatever the value is.
 */
enum mark { NEW, OPEN, DONE };

struct step {
    uint32_t node;
    uint32_t op; /* the operation at hand, from the node's first */
    uint32_t i;  /* the node of it */
};

struct walk {
    const struct schema_set *set;
    uint8_t *marks;
    struct td_buf path; /* struct step */
    uint32_t first;
};

/* Node number i that an operation runs over its own value; SCHEMA_NONE: no
 * more. Dynamic references are left to the limit on depth.
 */
static uint32_t same_value(const struct schema_set *set,
                           const struct schema_op *op, uint32_t i)
{
    uint32_t branches[3];

    switch ((int)op->kind) {
    case SCHEMA_ALL:
    case SCHEMA_ANY:
    case SCHEMA_ONE:
        return i < op->count ? schema_listed(set, op->list, i) : SCHEMA_NONE;
    case SCHEMA_NOT:
    case SCHEMA_REF:
    case SCHEMA_WHEN_MEMBER:
        return i == 0 ? op->node : SCHEMA_NONE;
    case SCHEMA_IF:
        branches[0] = op->node;
        branches[1] = op->list != SCHEMA_NONE ? op->list : op->count;
        branches[2] = op->list != SCHEMA_NONE ? op->count : SCHEMA_NONE;
        return i < 3 ? branches[i] : SCHEMA_NONE;
    default:
        return SCHEMA_NONE;
    }
}

static void enter(struct walk *w, uint32_t node)
{
    struct step step = {node, 0, 0};

    w->marks[node - w->first] = OPEN;
    (void)td_buf_add(&w->path, &step, sizeof(step));
}

static enum td_code refuse(const struct walk *w, const struct step *step,
                           struct td_error *err)
{
    const struct schema_node *node = &w->set->nodes[step->node];
    const struct schema_op *op = &w->set->ops[node->first + step->op];

    (void)td_jsonx_fail(
        w->set->docs[node->place.doc].x, op->at, TD_USAGE, err,
        "this leads back to the schema it stands in without going into the "
        "value, so it would never end");
    return td_error_hint(err, "refer to it from within properties or items");
}

/* One move: into the next node, or back. */
static enum td_code move(struct walk *w, struct td_error *err)
{
    struct step *top =
        (struct step *)(void *)(w->path.ptr + w->path.len - sizeof(*top));
    const struct schema_node *node = &w->set->nodes[top->node];
    uint32_t next;

    if (top->op == node->count) {
        w->marks[top->node - w->first] = DONE;
        w->path.len -= sizeof(*top);
        return TD_OK;
    }
    next = same_value(w->set, &w->set->ops[node->first + top->op], top->i);
    if (next == SCHEMA_NONE) {
        top->op++;
        top->i = 0;
        return TD_OK;
    }
    if (next >= w->first && w->marks[next - w->first] == OPEN)
        return refuse(w, top, err);
    top->i++;
    if (next >= w->first && w->marks[next - w->first] == NEW)
        enter(w, next);
    return TD_OK;
}

enum td_code schema_find_loops(const struct schema_set *set, uint32_t first,
                               struct td_error *err)
{
    struct walk w = {.set = set, .first = first};
    enum td_code code = TD_OK;

    w.marks = td_calloc((size_t)set->nodes_len - first + 1, 1);
    for (uint32_t i = first; i < set->nodes_len && code == TD_OK; i++) {
        if (w.marks[i - first] == NEW)
            enter(&w, i);
        while (w.path.len > 0 && code == TD_OK)
            code = move(&w, err);
    }
    td_buf_release(&w.path);
    free(w.marks);
    return code;
}
