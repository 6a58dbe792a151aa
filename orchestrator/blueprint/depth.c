#include "orchestrator/blueprint/depth.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

bool blue_depth_task(struct blue_depth *d, struct td_bytes id)
{
    for (size_t i = 0; i < d->len; i++)
        if (td_bytes_is(id, d->ids[i]))
            return false;
    d->ids = td_list_room(d->ids, d->len, sizeof(*d->ids));
    d->ids[d->len++] = td_arena_text(&d->arena, id);
    return true;
}

bool blue_depth_path(struct blue_depth *d, struct td_bytes path)
{
    for (size_t i = 0; i < d->paths_len; i++)
        if (td_bytes_is(path, d->paths[i]))
            return false;
    d->paths = td_list_room(d->paths, d->paths_len, sizeof(*d->paths));
    d->paths[d->paths_len++] = td_arena_text(&d->arena, path);
    return true;
}

void blue_depth_edge(struct blue_depth *d, struct td_bytes id)
{
    d->edges = td_list_room(d->edges, d->edges_len, sizeof(*d->edges));
    d->edges[d->edges_len++] = (struct blue_edge){(uint32_t)(d->len - 1),
                                                  td_arena_text(&d->arena, id)};
}

static int by_id(const void *a, const void *b)
{
    return strcmp(**(const char *const *const *)a,
                  **(const char *const *const *)b);
}

/* Places of the ids in the order of their bytes. */
static const char ***sorted(const struct blue_depth *d)
{
    const char ***list = td_calloc(d->len + 1, sizeof(*list));

    for (size_t i = 0; i < d->len; i++)
        list[i] = &d->ids[i];
    qsort(list, d->len, sizeof(*list), by_id);
    return list;
}

/* Edges as numbers, in *to; false: some task is missing. */
static bool resolve(const struct blue_depth *d, uint32_t *to,
                    const char **missing)
{
    const char ***list = sorted(d);
    bool all = true;

    for (size_t i = 0; all && i < d->edges_len; i++) {
        const char *const *id = &d->edges[i].needs;
        const char ***found = bsearch(&id, list, d->len, sizeof(*list), by_id);

        all = found != NULL;
        if (all)
            to[i] = (uint32_t)(*found - d->ids);
        else
            *missing = *id;
    }
    free(list);
    return all;
}

size_t blue_depth_waves(const struct blue_depth *d, const char **missing)
{
    uint32_t *to = td_calloc(d->edges_len + 1, sizeof(*to));
    size_t *depth = td_calloc(d->len + 1, sizeof(*depth));
    size_t most = 1;
    bool changed = true;

    *missing = NULL;
    if (!resolve(d, to, missing))
        most = 0;
    for (size_t i = 0; i < d->len; i++)
        depth[i] = 1;
    /* Each round settles at least one more wave; a ring never settles. */
    while (most > 0 && changed) {
        changed = false;
        for (size_t i = 0; i < d->edges_len; i++) {
            size_t needed = depth[to[i]] + 1;

            if (depth[d->edges[i].user] >= needed)
                continue;
            depth[d->edges[i].user] = needed;
            changed = true;
            most = needed > most ? needed : most;
        }
        if (most > d->len)
            most = 0;
    }
    free(to);
    free(depth);
    return most;
}

void blue_depth_release(struct blue_depth *d)
{
    td_arena_release(&d->arena);
    free(d->ids);
    free(d->edges);
    free(d->paths);
    *d = (struct blue_depth){0};
}
