/* No path is written by two tasks: neither itself, nor a folder that it is in.
 * A glob is a path of its own here; what it takes in is known when it ran. */
#include "orchestrator/plan/load_internal.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

/* One output; the paths in the table have no slash at their ends. */
struct claim {
    const char *path; /* as it is in the task */
    size_t len;       /* without the slash */
    uint32_t task;
    uint32_t at;   /* in the document */
    uint32_t next; /* of its slot, from 1 */
    bool told;
};

struct claims {
    struct plan_loader *l;
    struct claim *list; /* in the order of the file */
    uint32_t count;
    uint32_t *slots; /* into list, from 1 */
    uint32_t mask;
};

static uint32_t *slot_of(const struct claims *c, const char *path, size_t len)
{
    return &c->slots[(uint32_t)plan_hash(path, len) & c->mask];
}

static struct claim *find(const struct claims *c, const char *path, size_t len)
{
    uint32_t i = *slot_of(c, path, len);

    while (i && (c->list[i - 1].len != len ||
                 memcmp(c->list[i - 1].path, path, len) != 0))
        i = c->list[i - 1].next;
    return i ? &c->list[i - 1] : NULL;
}

static enum td_code refuse(const struct claims *c, const struct claim *mine,
                           const char *how, const struct claim *other)
{
    struct plan_loader *l = c->l;
    const struct plan_task *t = &l->plan->tasks[other->task];

    if (*how)
        (void)plan_refuse(l, mine->at,
                          "%.90s %s %.90s, an output of %.50s (line %u)",
                          mine->path, how, other->path, t->id, t->where.line);
    else
        (void)plan_refuse(l, mine->at,
                          "%.120s is also an output of %.80s (line %u)",
                          mine->path, t->id, t->where.line);
    return td_error_hint(&l->why, "give a path to one task");
}

static void tell(const struct claims *c, struct claim *mine, const char *how,
                 const struct claim *other)
{
    if (!mine->told)
        (void)td_jsonx_settle(&c->l->r, refuse(c, mine, how, other));
    mine->told = true;
}

/* The first of a path stays in the table. */
static void add(struct claims *c, struct claim *mine)
{
    struct plan_loader *l = c->l;
    struct claim *other = find(c, mine->path, mine->len);
    uint32_t *slot = slot_of(c, mine->path, mine->len);

    if (!other) {
        mine->next = *slot;
        *slot = (uint32_t)(mine - c->list) + 1;
    } else if (other->task != mine->task) {
        tell(c, mine, "", other);
    } else {
        mine->told = true;
        (void)plan_refuse(l, mine->at, "%.120s is in outputs twice",
                          mine->path);
        (void)td_jsonx_settle(&l->r, TD_USAGE);
    }
}

/* The folders that a path is in, against what others write. */
static void check_folders(const struct claims *c, struct claim *mine)
{
    for (size_t len = 1; len < mine->len; len++) {
        struct claim *other = NULL;

        if (mine->path[len] == '/')
            other = find(c, mine->path, len);
        if (!other || other->task == mine->task)
            continue;
        if (other < mine)
            tell(c, mine, "is in", other);
        else
            /* NOLINTNEXTLINE(readability-suspicious-call-argument) */
            tell(c, other, "holds", mine);
    }
}

static void fill(struct claims *c)
{
    const struct td_json_value *v = c->l->doc.json.values;
    const struct plan *plan = c->l->plan;

    for (uint32_t i = 0; i < plan->task_count; i++) {
        const struct plan_words *outputs = &plan->tasks[i].outputs;
        uint32_t at = c->l->places[i].outputs + 1;

        for (uint32_t n = 0; n < outputs->count; n++) {
            const char *path = outputs->list[n];
            size_t len = strlen(path);

            c->list[c->count++] = (struct claim){
                .path = path,
                .len = path[len - 1] == '/' ? len - 1 : len,
                .task = i,
                .at = at,
            };
            at = v[at].next;
        }
    }
}

enum td_code plan_check_outputs(struct plan_loader *l)
{
    struct claims c = {.l = l};
    size_t count = 0;
    uint32_t slots = 2;

    for (uint32_t i = 0; i < l->plan->task_count; i++)
        count += l->plan->tasks[i].outputs.count;
    while (slots < 2 * count)
        slots *= 2;
    c.list = td_calloc(count + 1, sizeof(*c.list));
    c.slots = td_calloc(slots, sizeof(*c.slots));
    c.mask = slots - 1;
    fill(&c);
    for (uint32_t i = 0; i < c.count; i++)
        add(&c, &c.list[i]);
    for (uint32_t i = 0; i < c.count; i++)
        check_folders(&c, &c.list[i]);
    free(c.list);
    free(c.slots);
    return TD_OK;
}
