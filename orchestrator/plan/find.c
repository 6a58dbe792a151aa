/* Tasks by their ids: open addressing, the slots hold places (from 1). */
#include "orchestrator/plan/load_internal.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

uint64_t plan_hash(const char *text, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* The slot of an id, or the free one where it would be. */
static uint32_t slot_of(const struct plan *plan, struct td_bytes id)
{
    uint32_t mask = plan->ids_size - 1;
    uint32_t at = (uint32_t)plan_hash((const char *)id.ptr, id.len) & mask;

    while (plan->ids[at] && !td_bytes_is(id, plan->tasks[plan->ids[at] - 1].id))
        at = (at + 1) & mask;
    return at;
}

bool plan_ids_add(struct plan_loader *l, uint32_t task, uint32_t *other)
{
    uint32_t at = slot_of(l->plan, td_text(l->plan->tasks[task].id));

    if (l->ids[at]) {
        *other = l->ids[at] - 1;
        return false;
    }
    l->ids[at] = task + 1;
    return true;
}

/* "task_003", as plan_task_name() writes it: no zero in front of more than
 * three digits. A million events may be asked for theirs. */
static uint32_t find_by_place(const struct plan *plan, struct td_bytes name)
{
    uint32_t place = 0;

    if (name.len < 8 || name.len > 5 + 9 || memcmp(name.ptr, "task_", 5) != 0 ||
        (name.len > 8 && name.ptr[5] == '0'))
        return UINT32_MAX;
    for (size_t i = 5; i < name.len; i++) {
        if (name.ptr[i] < '0' || name.ptr[i] > '9')
            return UINT32_MAX;
        place = place * 10 + (uint32_t)(name.ptr[i] - '0');
    }
    return place > 0 && place <= plan->task_count ? place - 1 : UINT32_MAX;
}

uint32_t plan_find(const struct plan *plan, struct td_bytes id)
{
    uint32_t found = 0;

    if (plan->ids_size > 0 && id.len > 0)
        found = plan->ids[slot_of(plan, id)];
    return found ? found - 1 : find_by_place(plan, id);
}

/* By counting. */
uint32_t *plan_by_depth(const struct plan *plan, uint32_t **ends)
{
    uint32_t n = plan->task_count;
    uint32_t *at = td_calloc((size_t)plan->waves + 2, sizeof(*at));
    uint32_t *order = td_calloc((size_t)n + 1, sizeof(*order));

    for (uint32_t i = 0; i < n; i++)
        at[plan->tasks[i].depth + 1]++;
    for (uint32_t wave = 1; wave < plan->waves + 2; wave++)
        at[wave] += at[wave - 1];
    for (uint32_t i = 0; i < n; i++)
        order[at[plan->tasks[i].depth]++] = i;
    if (ends)
        *ends = at;
    else
        free(at);
    return order;
}

void plan_release(struct plan *plan)
{
    td_arena_release(&plan->arena);
    *plan = (struct plan){0};
}
