#include "cli/verbs/diff_compare.h"

enum td_code cli_compare(struct cli_comparison *c,
                         const struct cli_comparison_options *options,
                         struct td_error *err)
{
    struct diff_options how = {.masks = &c->masks,
                               .paths = {options->paths[0], options->paths[1]},
                               .key = options->key,
                               .what = options->answers ? DIFF_ANSWERS
                                                        : DIFF_EVENTS,
                               .has_order = options->has_order,
                               .order = options->order};
    enum td_code code = TD_OK;

    if (options->masks)
        code = diff_masks_load(&c->masks, options->masks, err);
    if (!code)
        code = diff_run(&c->diff, &how, err);
    if (!code)
        code = diff_fetch_new(&c->fetch, c->diff, options->shown, err);
    if (!code)
        c->trees = diff_trees_new(c->diff);
    return code;
}

void cli_comparison_release(struct cli_comparison *c)
{
    diff_trees_free(c->trees);
    diff_fetch_free(c->fetch);
    diff_free(c->diff);
    diff_masks_release(&c->masks);
    *c = (struct cli_comparison){0};
}
