#include "validator/gates/places.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* Is one of the lines where the diff says that it went? */
static bool stood_here(const struct gates_known *k,
                       const struct gates_change *change, uint64_t line,
                       uint64_t *was)
{
    struct verdict_range now;

    for (size_t i = 0; i < k->lines_len; i++) {
        if (gates_change_forward(change, k->lines[i], &now) &&
            line >= now.from && line <= now.to) {
            *was = k->lines[i];
            return true;
        }
    }
    return false;
}

const struct gates_known *gates_places_find(struct gates_baseline *base,
                                            const struct gates_place *place,
                                            const struct gates_change *change,
                                            uint64_t *was)
{
    const char *path = change->old ? change->old : place->path;

    gates_baseline_settle(base);
    for (size_t i = 0; i < base->known_len; i++) {
        struct gates_known *k = &base->known[i];

        if (k->spent || k->seen >= k->count || !same(k->path, path) ||
            !same(k->rule, place->rule) || strcmp(k->tool, place->tool) != 0 ||
            !stood_here(k, change, place->line, was))
            continue;
        k->seen++;
        return k;
    }
    return NULL;
}

/* One less of those alike; *moved is that one. */
static bool take_off(struct gates_baseline *base,
                     const struct gates_place *place, struct gates_known *moved)
{
    struct gates_known *k =
        place->was ? gates_baseline_find(base, place->was) : NULL;

    if (!k || k->count == 0)
        return false;
    *moved = *k;
    moved->fp = td_arena_copy(&base->arena, place->fp);
    moved->path = td_arena_copy(&base->arena, place->path);
    moved->count = 1;
    moved->seen = 1;
    moved->lines = NULL;
    moved->lines_len = 0;
    k->seen -= k->seen > 0;
    k->count--;
    return true;
}

/* All are taken off before the first is added, so that entries are put in order
 * once. */
void gates_places_move(struct gates_baseline *base,
                       const struct gates_place *places, size_t len)
{
    struct gates_known *moved = td_calloc(len + 1, sizeof(*moved));
    size_t moved_len = 0;

    for (size_t i = 0; i < len; i++)
        moved_len += take_off(base, &places[i], &moved[moved_len]);
    base->unsettled |= moved_len > 0;
    for (size_t i = 0; i < moved_len; i++)
        gates_baseline_add(base, &moved[i]);
    free(moved);
}

void gates_places_forget(struct gates_baseline *base)
{
    gates_baseline_settle(base);
    for (size_t i = 0; i < base->known_len; i++) {
        base->known[i].lines = NULL;
        base->known[i].lines_len = 0;
    }
}

void gates_places_note(struct gates_baseline *base, const char *fp,
                       uint64_t line)
{
    struct gates_known *k = gates_baseline_find(base, fp);

    if (!k || line == 0 || k->lines_len == k->count)
        return;
    if (!k->lines)
        k->lines = td_arena_alloc(&base->arena, k->count * sizeof(*k->lines));
    k->lines[k->lines_len++] = line;
}
