#include "validator/diff/timing.h"

#include "core/histogram.h"
#include "core/mem.h"

#include <stdlib.h>

static bool is_untimed(const struct diff_names *names, uint32_t name)
{
    const struct diff_event_rule *rule = diff_names_at(names, name)->rule;

    return rule && rule->untimed;
}

static void add_gaps(struct td_histogram *gaps, const struct diff_names *names,
                     const struct diff_side *side, uint32_t groups)
{
    uint64_t *last = (uint64_t *)td_calloc((size_t)groups + 1, sizeof(*last));

    for (uint32_t i = 0; i < side->len; i++) {
        const struct diff_item *item = &side->items[i];

        if (is_untimed(names, item->name))
            continue;
        /* One more than it was: 0 is nothing yet. */
        if (last[item->group])
            td_histogram_add(gaps,
                             (int64_t)(item->at_ns + 1 - last[item->group]));
        last[item->group] = item->at_ns + 1;
    }
    free(last);
}

static bool is_near(const struct diff_timing_band *band)
{
    double a = (double)band->ns[0];
    double b = (double)band->ns[1];

    return b <= a * (1 + band->share) && b >= a * (1 - band->share);
}

static void judge(struct diff_timing *timing, const struct diff_masks *masks,
                  struct td_histogram gaps[2])
{
    for (uint32_t i = 0; i < masks->bands_len; i++) {
        struct diff_timing_band *band = &timing->bands[timing->bands_len++];

        band->percentile = masks->bands[i].percentile;
        band->share = masks->bands[i].share;
        for (int side = 0; side < 2; side++)
            band->ns[side] = (uint64_t)td_histogram_percentile(
                &gaps[side], band->percentile);
        band->holds = is_near(band);
        timing->broken += !band->holds;
    }
}

struct diff_timing diff_timing(const struct diff_masks *masks,
                               const struct diff_names *names,
                               const struct diff_side *sides, uint32_t groups)
{
    struct diff_timing timing = {0};
    struct td_histogram gaps[2] = {{0}, {0}};

    if (masks->bands_len == 0)
        return timing;
    for (int side = 0; side < 2; side++)
        if (sides[side].timed)
            add_gaps(&gaps[side], names, &sides[side], groups);
    timing.judged = gaps[0].len > 0 && gaps[1].len > 0;
    timing.no_times = !timing.judged;
    if (timing.judged)
        judge(&timing, masks, gaps);
    td_histogram_release(&gaps[0]);
    td_histogram_release(&gaps[1]);
    return timing;
}
