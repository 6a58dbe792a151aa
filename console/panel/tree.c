/* Tasks below those that they need: each stands once, below the first of them.
 */
#include "console/panel/panel_internal.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define DEEPEST 64

struct tree {
    struct td_buf *out;
    const struct panel *v;
    const struct panel_tree *which;
    uint32_t *first; /* of each task: its first dependant's place in `users` */
    uint32_t *users; /* dependants, by the task that they need */
    bool *shown;
    bool last[DEEPEST]; /* the branch at this level is the last of its parent */
    size_t rows;
    uint32_t roots, edges, left_out;
};

/* Who depends on whom, the other way round. */
static void turn_round(struct tree *t)
{
    const struct seen *s = t->v->seen;

    for (uint32_t i = 0; i < s->task_count; i++)
        for (uint32_t n = 0; n < s->tasks[i].need_count; n++)
            t->first[s->tasks[i].needs[n] + 1]++;
    for (uint32_t i = 0; i < s->task_count; i++) {
        t->first[i + 1] += t->first[i];
        t->roots += s->tasks[i].need_count == 0;
        t->edges += s->tasks[i].need_count;
    }
    t->users = td_calloc(t->edges + 1, sizeof(*t->users));
    for (uint32_t i = s->task_count; i-- > 0;)
        for (uint32_t n = 0; n < s->tasks[i].need_count; n++)
            t->users[--t->first[s->tasks[i].needs[n] + 1]] = i;
    /* the ends have moved to the starts of what follows: move them back */
    memmove(t->first, t->first + 1, s->task_count * sizeof(*t->first));
    t->first[s->task_count] = t->edges;
}

static struct text_line branch(struct tree *t, unsigned level)
{
    struct text_line line = panel_line(t->out, t->v);

    text_put(&line, TEXT_PLAIN, "  ");
    for (unsigned i = 1; i < level; i++) {
        if (t->last[i])
            text_put(&line, TEXT_PLAIN, "   ");
        else {
            text_put_sign(&line, TEXT_DIM, TEXT_PIPE);
            text_put(&line, TEXT_PLAIN, "  ");
        }
    }
    if (level) {
        text_put_sign(&line, TEXT_DIM, t->last[level] ? TEXT_LAST : TEXT_FORK);
        text_put(&line, TEXT_PLAIN, " ");
    }
    t->rows++;
    return line;
}

static void put_task(struct tree *t, uint32_t place, unsigned level)
{
    const struct seen_task *task = &t->v->seen->tasks[place];
    struct text_line line = branch(t, level);

    panel_put_sign(&line, task);
    text_put(&line, TEXT_PLAIN, " ");
    panel_put_task(&line, task);
    if (t->shown[place])
        text_put(&line, TEXT_DIM, "  see above");
    panel_end(&line);
}

/* One line. True: what depends on it comes below. */
static bool put_one(struct tree *t, uint32_t place, unsigned level)
{
    uint32_t count = t->first[place + 1] - t->first[place];

    if (t->rows >= t->which->limit) {
        t->left_out++;
        return false;
    }
    put_task(t, place, level);
    if (t->shown[place] || count == 0)
        return false;
    t->shown[place] = true;
    if (level >= t->which->depth || level + 1 >= DEEPEST) {
        struct text_line line;

        t->last[level + 1 < DEEPEST ? level + 1 : level] = true;
        line = branch(t, level + 1 < DEEPEST ? level + 1 : level);
        text_putf(&line, TEXT_DIM, "%u below", count);
        if (t->which->depth + 1 < DEEPEST)
            text_putf(&line, TEXT_DIM, " (--depth %u)",
                      (unsigned)t->which->depth + 1);
        panel_end(&line);
        return false;
    }
    return true;
}

static void put_below(struct tree *t, uint32_t root)
{
    uint32_t next[DEEPEST]; /* of a level: in `users`, what comes */
    uint32_t end[DEEPEST];
    unsigned level = 0;

    if (!put_one(t, root, 0))
        return;
    next[0] = t->first[root];
    end[0] = t->first[root + 1];
    while (next[level] < end[level] || level > 0) {
        uint32_t place;

        if (next[level] == end[level]) {
            level--;
            continue;
        }
        place = t->users[next[level]++];
        t->last[level + 1] = next[level] == end[level];
        if (put_one(t, place, level + 1)) {
            level++;
            next[level] = t->first[place];
            end[level] = t->first[place + 1];
        }
    }
}

void panel_tree(struct td_buf *out, const struct panel *v,
                const struct panel_tree *which)
{
    const struct seen *s = v->seen;
    struct tree t = {.out = out, .v = v, .which = which};
    struct text_line line;

    t.first = td_calloc(s->task_count + 2, sizeof(*t.first));
    t.shown = td_calloc(s->task_count + 1, sizeof(*t.shown));
    turn_round(&t);
    if (which->from != SEEN_NONE)
        put_below(&t, which->from);
    for (uint32_t i = 0; which->from == SEEN_NONE && i < s->task_count; i++)
        if (s->tasks[i].need_count == 0)
            put_below(&t, i);
    line = panel_line(out, v);
    text_putf(&line, TEXT_DIM, "  %u root%s, %u %s%s, %u edge%s", t.roots,
              t.roots == 1 ? "" : "s", s->task_count, panel_thing(s),
              s->task_count == 1 ? "" : "s", t.edges, t.edges == 1 ? "" : "s");
    if (t.left_out)
        text_putf(&line, TEXT_DIM, "; %u branches left out: --limit N, --all",
                  t.left_out);
    else
        text_put(&line, TEXT_DIM, "; also --format dot|mermaid|json");
    panel_end(&line);
    free(t.first);
    free(t.users);
    free(t.shown);
}
