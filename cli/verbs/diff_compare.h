/* cli/verbs/diff_compare.h - two streams compared, with all that is shown. */
#ifndef CLI_VERBS_DIFF_COMPARE_H
#define CLI_VERBS_DIFF_COMPARE_H

#include "cli/verbs/diff_show.h"

struct cli_comparison {
    struct diff_masks masks;
    struct diff *diff;
    struct diff_fetch *fetch;
    struct diff_trees *trees;
};

struct cli_comparison_options {
    const char *paths[2];
    const char *masks; /* file, or NULL */
    const char *key;   /* as in diff_options */
    bool answers;      /* what servers of exchanges said: DIFF_ANSWERS */
    bool has_order;
    enum diff_order order;
    uint32_t shown; /* differences that are looked into */
};

/* Compare; *c is zeroed, and released also after an error. As diff_masks_load()
 * and diff_run().
 */
TD_MUST_CHECK enum td_code
cli_compare(struct cli_comparison *c,
            const struct cli_comparison_options *options, struct td_error *err);
void cli_comparison_release(struct cli_comparison *c);

#endif
