/* The view dependencies: what depends on what, as a tree.
 *
 * No task is left out: one that was drawn is named again ("see above"), and
 * where the tree is cut it says how many are below.
 */
#include "orchestrator/view/view_internal.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define INDENT  3  /* columns of a level */
#define ID_ROOM 30 /* of the deepest task */

enum seen { UNSEEN, COUNTED, DRAWN };

struct tree {
    const struct view *v;
    const struct view_style *style;
    const struct view_pick *pick;
    struct td_buf *out;
    struct td_buf indent;
    uint8_t *seen;
    uint32_t *stack; /* of a count */
    uint32_t most;   /* levels that a line has room for */
    uint32_t depth;  /* of them, by the pick */
    uint32_t rows;
    uint32_t cut; /* tasks that the limit has left out */
};

static const char *line_of(const struct tree *t, const char *art,
                           const char *ascii)
{
    return t->style->ascii ? ascii : art;
}

static void add_task(struct tree *t, uint32_t i, const char *branch)
{
    const struct plan_task *task = &t->v->of.plan->tasks[i];
    size_t from = t->out->len;

    (void)td_buf_add_text(t->out, "  ");
    (void)td_buf_add_bytes(t->out, td_buf_bytes(&t->indent));
    (void)td_buf_add_text(t->out, branch);
    draw_colored_mark(t->out, view_state(t->v, i), t->style);
    (void)td_buf_addf(t->out, " %s", task->id);
    if (t->seen[i] == DRAWN) {
        (void)td_buf_add_text(t->out, " see above");
    } else if (strcmp(task->id, task->name) != 0) {
        (void)td_buf_add_byte(t->out, ' ');
        (void)draw_cell(t->out, task->name, t->style->width, false);
    }
    draw_end(t->out, from, t->style);
    t->rows++;
}

/* Tasks below that stand nowhere yet; each is counted once. */
static uint32_t count_below(struct tree *t, uint32_t i)
{
    uint32_t count = 0;
    uint32_t top = 0;

    t->stack[top++] = i;
    while (top > 0) {
        const struct plan_task *task = &t->v->of.plan->tasks[t->stack[--top]];

        for (uint32_t d = 0; d < task->dependants_count; d++) {
            uint32_t other = task->dependants[d];

            if (t->seen[other] != UNSEEN)
                continue;
            t->seen[other] = COUNTED;
            t->stack[top++] = other;
            count++;
        }
    }
    return count;
}

static void add_cut(struct tree *t, uint32_t i)
{
    uint32_t count = count_below(t, i);
    size_t from = t->out->len;

    if (count == 0)
        return;
    (void)td_buf_add_text(t->out, "  ");
    (void)td_buf_add_bytes(t->out, td_buf_bytes(&t->indent));
    (void)td_buf_addf(t->out, "%s%u below (",
                      line_of(t, "\u2514\u2500 ", "`- "), count);
    if (t->depth < t->most)
        (void)td_buf_addf(t->out, "--depth %u)", t->depth + 1);
    else
        (void)td_buf_addf(t->out, "--from %s)", t->v->of.plan->tasks[i].id);
    draw_end(t->out, from, t->style);
}

static bool is_full(const struct tree *t)
{
    return t->pick->limit && t->rows >= t->pick->limit;
}

/* A subtree at most VIEW_DEPTH_MAX deep. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void add_below(struct tree *t, uint32_t i, uint32_t depth)
{
    const struct plan_task *task = &t->v->of.plan->tasks[i];

    if (depth >= t->depth) {
        add_cut(t, i);
        return;
    }
    for (uint32_t d = 0; d < task->dependants_count; d++) {
        bool last = d + 1 == task->dependants_count;
        uint32_t child = task->dependants[d];
        size_t len = t->indent.len;
        bool drawn = t->seen[child] == DRAWN;

        if (is_full(t)) {
            t->cut += (t->seen[child] == UNSEEN) + count_below(t, child);
            t->seen[child] = t->seen[child] == DRAWN ? DRAWN : COUNTED;
            continue;
        }
        add_task(t, child,
                 last ? line_of(t, "\u2514\u2500 ", "`- ")
                      : line_of(t, "\u251c\u2500 ", "|- "));
        if (drawn)
            continue;
        t->seen[child] = DRAWN;
        (void)td_buf_add_text(&t->indent,
                              last ? "   " : line_of(t, "\u2502  ", "|  "));
        add_below(t, child, depth + 1);
        t->indent.len = len;
    }
}

static void add_root(struct tree *t, uint32_t i)
{
    if (is_full(t)) {
        t->cut += (t->seen[i] == UNSEEN) + count_below(t, i);
        t->seen[i] = t->seen[i] == DRAWN ? DRAWN : COUNTED;
        return;
    }
    add_task(t, i, "");
    t->seen[i] = DRAWN;
    add_below(t, i, 0);
}

static void add_foot(struct tree *t)
{
    const struct measure *m = &t->v->measure;
    size_t from = t->out->len;

    if (t->cut) {
        (void)td_buf_addf(t->out, "  and %u more: --all, --limit N", t->cut);
        draw_end(t->out, from, t->style);
        from = t->out->len;
    }
    (void)td_buf_addf(t->out,
                      "  %u root%s, %u task%s, %u edge%s, no cycle; "
                      "also --format dot|mermaid|json",
                      m->roots, draw_s(m->roots), t->v->of.plan->task_count,
                      draw_s(t->v->of.plan->task_count), m->edges,
                      draw_s(m->edges));
    draw_end(t->out, from, t->style);
}

void view_tree(const struct view *v, const struct view_style *style,
               const struct view_pick *pick, struct td_buf *out)
{
    const struct plan *plan = v->of.plan;
    struct tree t = {.v = v, .style = style, .pick = pick, .out = out};

    t.most = (style->width - ID_ROOM) / INDENT;
    t.most = t.most > VIEW_DEPTH_MAX ? VIEW_DEPTH_MAX : t.most;
    t.depth = pick->depth && pick->depth < t.most ? pick->depth : t.most;
    t.seen = td_calloc((size_t)plan->task_count + 1, sizeof(*t.seen));
    t.stack = td_calloc((size_t)plan->task_count + 1, sizeof(*t.stack));
    if (pick->from)
        add_root(&t, pick->from - 1);
    for (uint32_t i = 0; i < plan->task_count && !pick->from; i++)
        if (plan->tasks[i].depends_count == 0)
            add_root(&t, i);
    add_foot(&t);
    td_buf_release(&t.indent);
    free(t.seen);
    free(t.stack);
}
