#include "schema/report/branch.h"

#include "core/mem.h"
#include "schema/run/run.h"
#include "schema/value/pointer.h"

#include <stdlib.h>
#include <string.h>

/* Nodes that are reached from a root, each once. */
struct reach {
    const struct schema_set *set;
    uint8_t *known;  /* by node */
    uint32_t *nodes; /* in the order they were found */
    uint32_t len;
    uint32_t *branches;
    uint32_t branches_len;
};

static void reach(struct reach *r, uint32_t node)
{
    if (node == SCHEMA_NONE || r->known[node])
        return;
    r->known[node] = 1;
    r->nodes[r->len++] = node;
}

static void reach_list(struct reach *r, const struct schema_op *op, bool branch)
{
    for (uint32_t i = 0; i < op->count; i++) {
        uint32_t node = schema_listed(r->set, op->list, i);

        reach(r, node);
        if (branch)
            r->branches[r->branches_len++] = node;
    }
}

static void reach_members(struct reach *r, const struct schema_members *m)
{
    for (uint32_t i = 0; i < m->table.len; i++)
        reach(r, m->names[i].node);
    for (uint32_t i = 0; i < m->patterns_len; i++)
        reach(r, m->patterns[i].node);
    reach(r, m->rest);
}

static void reach_from(struct reach *r, const struct schema_op *op)
{
    switch ((int)op->kind) {
    case SCHEMA_ANY:
    case SCHEMA_ONE:
        reach_list(r, op, true);
        break;
    case SCHEMA_ALL:
        reach_list(r, op, false);
        break;
    case SCHEMA_ARRAY:
        reach_list(r, op, false);
        reach(r, op->node);
        break;
    case SCHEMA_OBJECT:
        reach_members(r, op->members);
        break;
    case SCHEMA_IF:
        reach(r, op->list);
        reach(r, op->count);
        break;
    case SCHEMA_CONTAINS:
    case SCHEMA_REF:
    case SCHEMA_DYNAMIC:
    case SCHEMA_WHEN_MEMBER:
    case SCHEMA_LATE_ITEMS:
    case SCHEMA_LATE_MEMBERS:
        reach(r, op->node);
        break;
    default: /* leaves; names and what must not be are not taken */
        break;
    }
}

/* Places are told apart by node, and qsort() has no context. */
struct placed {
    struct schema_place place;
    uint32_t node;
};

static int by_place(const void *one, const void *other)
{
    const struct placed *a = one;
    const struct placed *b = other;

    if (a->place.doc != b->place.doc)
        return a->place.doc < b->place.doc ? -1 : 1;
    return (a->place.at > b->place.at) - (a->place.at < b->place.at);
}

static void report_sorted(const struct reach *r, schema_branch_fn *report,
                          void *self)
{
    struct placed *list = td_calloc((size_t)r->branches_len + 1, sizeof(*list));

    for (uint32_t i = 0; i < r->branches_len; i++)
        list[i] = (struct placed){r->set->nodes[r->branches[i]].place,
                                  r->branches[i]};
    qsort(list, r->branches_len, sizeof(*list), by_place);
    for (uint32_t i = 0; i < r->branches_len; i++)
        report(self, list[i].node);
    free(list);
}

void schema_branches(const struct schema_run *run, uint32_t root,
                     schema_branch_fn *report, void *self)
{
    const struct schema_set *set = run->set;
    size_t room = (size_t)set->nodes_len + 1;
    /* An alternative stands in one list, which one node has. */
    struct reach r = {.set = set,
                      .known = td_calloc(room, sizeof(*r.known)),
                      .nodes = td_calloc(room, sizeof(*r.nodes)),
                      .branches = td_calloc(room, sizeof(*r.branches))};

    reach(&r, root);
    for (uint32_t i = 0; i < r.len; i++) {
        const struct schema_node *node = &set->nodes[r.nodes[i]];

        for (uint32_t k = 0; k < node->count; k++)
            reach_from(&r, &set->ops[node->first + k]);
    }
    report_sorted(&r, report, self);
    free(r.known);
    free(r.nodes);
    free(r.branches);
}

static bool is_branch(const struct schema_run *r, const struct schema_unit *u)
{
    enum schema_op_kind kind =
        u->op == SCHEMA_NONE ? SCHEMA_NEVER : r->set->ops[u->op].kind;

    return kind == SCHEMA_ANY || kind == SCHEMA_ONE;
}

/* Whether nothing around it that may fail did: what failed there was not taken,
 * and below `not` and `if` nothing is.
 */
static bool is_taken(const struct schema_run *r, const struct schema_unit *u)
{
    for (; u->op != SCHEMA_NONE; u = &r->units[u->parent]) {
        enum schema_op_kind kind = r->set->ops[u->op].kind;
        bool asks = kind == SCHEMA_NOT || kind == SCHEMA_NAMES ||
                    (kind == SCHEMA_IF && u->node == r->set->ops[u->op].node);

        if (asks || (u->condition && !u->valid))
            return false;
    }
    return true;
}

enum td_code schema_branches_taken(struct schema_run *run, uint32_t root,
                                   struct schema_value value,
                                   schema_branch_fn *report, void *self)
{
    run->keep_all = true;
    schema_trace(run, root, value);
    if (run->gave_up)
        return TD_LIMIT;
    for (uint32_t i = 0; i < run->units_len; i++) {
        const struct schema_unit *u = &run->units[i];

        if (u->valid && is_branch(run, u) && is_taken(run, u))
            report(self, u->node);
    }
    return TD_OK;
}

/* A file as a reference in base writes it, if it is in base's folder or below:
 * it is known by its real path.
 */
static const char *seen_from(const char *base, const char *file)
{
    const char *slash = strrchr(base, '/');
    char *folder =
        slash ? td_strndup(base, (size_t)(slash - base) + 1) : td_strdup(".");
    char *real = realpath(folder, NULL);
    size_t len = real ? strlen(real) : 0;

    if (len > 0 && strncmp(file, real, len) == 0 && file[len] == '/')
        file += len + 1;
    free(real);
    free(folder);
    return file;
}

void schema_branch_place(struct td_buf *out, const struct schema_run *run,
                         uint32_t root, uint32_t branch)
{
    struct schema_place from = run->set->nodes[root].place;
    struct schema_place to = run->set->nodes[branch].place;
    const struct td_jsonx *x = run->set->docs[to.doc].x;

    if (from.doc == to.doc && to.at >= from.at &&
        to.at < x->json.values[from.at].next) {
        schema_pointer(out, &x->json, from.at, to.at);
        return;
    }
    (void)td_buf_addf(out, "%s#",
                      seen_from(run->set->docs[from.doc].x->name, x->name));
    schema_pointer(out, &x->json, 0, to.at);
}
