/* Who depends on whom: edges, waves and cycles. */
#include "orchestrator/plan/load_internal.h"

#include "core/mem.h"
#include "core/suggest.h"

#include <stdlib.h>
#include <string.h>

#define CYCLES_MAX 20 /* of one plan are told */

static const char *guess_id(struct plan_loader *l, uint32_t task,
                            const char *word)
{
    struct td_suggestion near = {.word = word};

    for (uint32_t i = 0; i < l->plan->task_count && l->guesses > 0; i++) {
        l->guesses--;
        if (i != task)
            td_suggest(&near, l->plan->tasks[i].id);
    }
    return near.best;
}

static enum td_code refuse_id(struct plan_loader *l, uint32_t task, uint32_t at,
                              const char *id)
{
    const char *near = guess_id(l, task, id);

    (void)plan_refuse(l, at, "no task \"%.80s\"", id);
    if (near)
        return td_error_hint(&l->why, "did you mean %.110s?", near);
    return td_error_hint(&l->why, "take it away, or add a task with that id");
}

/* One element of depends_on; UINT32_MAX after an error, which was told. */
static uint32_t read_edge(struct plan_loader *l, uint32_t task, uint32_t at)
{
    const char *id = "";
    uint32_t found;
    enum td_code code;

    if (!td_jsonx_is(&l->doc, at, TD_JSON_STRING)) {
        (void)td_jsonx_settle(
            &l->r, plan_refuse(l, at, "depends_on is a list of ids"));
        return UINT32_MAX;
    }
    code = plan_take_scalar(l, at, &id);
    found = code ? UINT32_MAX : plan_find(l->plan, td_text(id));
    if (code == TD_OK && found == UINT32_MAX)
        code = refuse_id(l, task, at, id);
    (void)td_jsonx_settle(&l->r, code);
    return found;
}

static int compare_tasks(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* seen[i] is who named task i last, from 1. */
static void read_edges(struct plan_loader *l, uint32_t task, uint32_t *room,
                       uint32_t *seen)
{
    const struct td_json_value *v = l->doc.json.values;
    uint32_t at = l->places[task].depends_on;
    struct plan_task *t = &l->plan->tasks[task];
    uint32_t n = 0;

    for (uint32_t i = at + 1; at && i < v[at].next; i = v[i].next) {
        uint32_t other = read_edge(l, task, i);

        if (other == UINT32_MAX)
            continue;
        if (seen[other] == task + 1) {
            (void)plan_refuse(l, i, "%.80s is in depends_on twice",
                              l->plan->tasks[other].id);
            (void)td_jsonx_settle(&l->r, TD_USAGE);
            continue;
        }
        seen[other] = task + 1;
        room[n++] = other;
    }
    qsort(room, n, sizeof(*room), compare_tasks);
    t->depends_on = room;
    t->depends_count = n;
}

/* The same edges from the other end. */
static void turn_edges(struct plan *plan, size_t edges)
{
    uint32_t *list = td_arena_alloc(&plan->arena, (edges + 1) * sizeof(*list));
    uint32_t **ends = td_calloc(plan->task_count, sizeof(*ends));

    for (uint32_t i = 0; i < plan->task_count; i++) {
        for (uint32_t n = 0; n < plan->tasks[i].depends_count; n++)
            plan->tasks[plan->tasks[i].depends_on[n]].dependants_count++;
    }
    for (uint32_t i = 0; i < plan->task_count; i++) {
        plan->tasks[i].dependants = list;
        ends[i] = list;
        list += plan->tasks[i].dependants_count;
    }
    for (uint32_t i = 0; i < plan->task_count; i++) {
        for (uint32_t n = 0; n < plan->tasks[i].depends_count; n++)
            *ends[plan->tasks[i].depends_on[n]]++ = i;
    }
    free(ends);
}

/* Sorting by depth, Kahn's way. waits[i]: dependencies without a depth. */
struct sorter {
    struct plan_loader *l;
    struct plan *plan;
    uint32_t *waits;
    uint32_t *queue;
    uint32_t head;
    uint32_t tail;
};

static void leave(struct sorter *s, uint32_t i)
{
    const struct plan_task *t = &s->plan->tasks[i];

    for (uint32_t n = 0; n < t->dependants_count; n++) {
        struct plan_task *next = &s->plan->tasks[t->dependants[n]];

        if (next->depth < t->depth + 1)
            next->depth = t->depth + 1;
        if (s->waits[t->dependants[n]] > 0 && --s->waits[t->dependants[n]] == 0)
            s->queue[s->tail++] = t->dependants[n];
    }
    if (s->plan->waves < t->depth)
        s->plan->waves = t->depth;
}

static void drain(struct sorter *s)
{
    while (s->head < s->tail)
        leave(s, s->queue[s->head++]);
}

/* A dependency of i that waits too: there is one, since i waits. */
static uint32_t waiting_one(const struct sorter *s, uint32_t i)
{
    const struct plan_task *t = &s->plan->tasks[i];
    uint32_t n = 0;

    while (s->waits[t->depends_on[n]] == 0)
        n++;
    return t->depends_on[n];
}

/* The first in the file of the tasks of some ring that i leads to. */
static uint32_t find_ring(const struct sorter *s, uint32_t i)
{
    uint8_t *seen = td_calloc(s->plan->task_count, 1);
    uint32_t first;
    uint32_t end;

    for (; !seen[i]; i = waiting_one(s, i))
        seen[i] = 1;
    first = end = i;
    do {
        i = waiting_one(s, i);
        first = i < first ? i : first;
    } while (i != end);
    free(seen);
    return first;
}

/* The shortest way from start over dependencies back to it: from[i] is who
 * depends on i along it, from 1. */
static void search(const struct sorter *s, uint32_t start, uint32_t *from)
{
    uint32_t *queue = td_calloc(s->plan->task_count + 1, sizeof(*queue));
    uint32_t tail = 0;

    queue[tail++] = start;
    for (uint32_t head = 0; head < tail && !from[start]; head++) {
        const struct plan_task *t = &s->plan->tasks[queue[head]];

        for (uint32_t n = 0; n < t->depends_count; n++) {
            uint32_t next = t->depends_on[n];

            if (s->waits[next] == 0 || from[next])
                continue;
            from[next] = queue[head] + 1;
            if (next != start)
                queue[tail++] = next;
        }
    }
    free(queue);
}

/* What fits of "join (11) -> train (12) -> join (11)": a long ring without its
 * middle. */
static void spell(struct td_buf *out, const struct plan *plan,
                  const uint32_t *ring, uint32_t len)
{
    const size_t room = 170;

    for (uint32_t i = 0; i < len; i++) {
        const struct plan_task *t = &plan->tasks[ring[i]];

        if (out->len > room && i + 2 < len) {
            (void)td_buf_addf(out, "(%u more) -> ", len - 1 - i);
            i = len - 2;
            continue;
        }
        (void)td_buf_addf(out, "%.40s (%u) -> ", t->id, t->where.line);
    }
    (void)td_buf_addf(out, "%.40s (%u)", plan->tasks[ring[0]].id,
                      plan->tasks[ring[0]].where.line);
}

static void tell_ring(struct sorter *s, uint32_t start)
{
    uint32_t count = s->plan->task_count;
    uint32_t *from = td_calloc(count, sizeof(*from));
    uint32_t *ring = td_calloc(count, sizeof(*ring));
    struct td_buf text = {0};
    uint32_t len = 0;
    uint32_t at = start;

    search(s, start, from);
    do {
        at = from[at] - 1;
        ring[count - ++len] = at;
    } while (at != start);
    memmove(ring, ring + count - len, len * sizeof(*ring));
    spell(&text, s->plan, ring, len);
    (void)plan_refuse(s->l, s->l->places[start].depends_on - 1, "a cycle: %s",
                      td_buf_str(&text));
    (void)td_error_hint(&s->l->why, "take one depends_on away");
    (void)td_jsonx_settle(&s->l->r, TD_USAGE);
    for (uint32_t i = 0; i < len; i++) {
        s->waits[ring[i]] = 0;
        s->queue[s->tail++] = ring[i];
    }
    td_buf_release(&text);
    free(from);
    free(ring);
}

/* What still waits is in a ring or behind one. A ring that was told counts as
 * done, so that others come to light. */
static void tell_rings(struct sorter *s)
{
    uint32_t told = 0;

    for (uint32_t i = 0; i < s->plan->task_count && told < CYCLES_MAX; i++) {
        while (s->waits[i] > 0 && told++ < CYCLES_MAX) {
            tell_ring(s, find_ring(s, i));
            drain(s);
        }
    }
}

static void sort(struct plan_loader *l)
{
    struct plan *plan = l->plan;
    struct sorter s = {
        .l = l,
        .plan = plan,
        .waits = td_calloc(plan->task_count, sizeof(*s.waits)),
        .queue = td_calloc(plan->task_count, sizeof(*s.queue)),
    };

    for (uint32_t i = 0; i < plan->task_count; i++) {
        s.waits[i] = plan->tasks[i].depends_count;
        plan->tasks[i].depth = 1;
        if (s.waits[i] == 0)
            s.queue[s.tail++] = i;
    }
    drain(&s);
    tell_rings(&s);
    free(s.waits);
    free(s.queue);
}

enum td_code plan_check_graph(struct plan_loader *l)
{
    struct plan *plan = l->plan;
    const struct td_json_value *v = l->doc.json.values;
    size_t edges = 0;
    uint32_t *room;
    uint32_t *seen;

    for (uint32_t i = 0; i < plan->task_count; i++)
        edges += l->places[i].depends_on ? v[l->places[i].depends_on].count : 0;
    if (edges > PLAN_EDGES_MAX)
        return plan_refuse(l, 0, "there are more than %d dependencies",
                           PLAN_EDGES_MAX);
    room = td_arena_alloc(&plan->arena, (edges + 1) * sizeof(*room));
    seen = td_calloc(plan->task_count + 1, sizeof(*seen));
    for (uint32_t i = 0; i < plan->task_count; i++) {
        read_edges(l, i, room, seen);
        room += plan->tasks[i].depends_count;
    }
    free(seen);
    turn_edges(plan, edges);
    sort(l);
    return plan_check_outputs(l);
}
