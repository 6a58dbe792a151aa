#include "validator/diff/single.h"

#include "core/mem.h"

#include <stdlib.h>

struct diff_single {
    struct diff around; /* as much of it as trees need */
    struct diff_look *look;
    struct diff_trees *trees;
};

struct diff_single *diff_single_new(const struct diff_masks *masks)
{
    struct diff_single *single =
        (struct diff_single *)td_calloc(1, sizeof(*single));

    single->around.masks = masks;
    single->around.names = diff_names_new(masks);
    single->look = diff_look_new(masks, single->around.names, NULL);
    single->trees = diff_trees_new(&single->around);
    return single;
}

void diff_single_free(struct diff_single *single)
{
    if (!single)
        return;
    diff_trees_free(single->trees);
    diff_look_free(single->look);
    diff_names_free(single->around.names);
    free(single);
}

enum td_code diff_single_look(struct diff_single *single,
                              const struct diff_message *m,
                              struct diff_view *view, struct td_error *err)
{
    return diff_look(single->look, m, view, err);
}

void diff_single_tree(struct diff_single *single, const struct diff_message *a,
                      const struct diff_message *b, struct diff_tree *tree)
{
    const struct diff_finding moved = {.kind = DIFF_MOVED};

    diff_tree_make(single->trees, &moved, a, b, tree);
}
