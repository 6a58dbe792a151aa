#include "validator/diff/diff.h"

#include "core/mem.h"
#include "validator/diff/align.h"
#include "validator/diff/guess.h"
#include "validator/diff/pair.h"

#include <stdlib.h>

#define NEAR_MAX 65536 /* items that are looked at for a neighbour */

const char *diff_kind_text(enum diff_kind kind)
{
    static const char *const texts[] = {
#define TEXT(name, text) text,
        DIFF_KINDS(TEXT)
#undef TEXT
    };

    return texts[kind];
}

/* The items of a side by group: those of group g are from begins[g] on. */
struct buckets {
    uint32_t *items;
    uint32_t *begins;
};

static struct buckets sort_out(const struct diff_side *side, uint32_t groups)
{
    struct buckets out = {
        (uint32_t *)td_calloc((size_t)side->len + 1, sizeof(uint32_t)),
        (uint32_t *)td_calloc((size_t)groups + 2, sizeof(uint32_t))};

    for (uint32_t i = 0; i < side->len; i++)
        out.begins[side->items[i].group + 1]++;
    for (uint32_t g = 0; g < groups; g++)
        out.begins[g + 1] += out.begins[g];
    for (uint32_t i = 0; i < side->len; i++)
        out.items[out.begins[side->items[i].group]++] = i;
    for (uint32_t g = groups; g > 0; g--)
        out.begins[g] = out.begins[g - 1];
    out.begins[0] = 0;
    return out;
}

static void align_groups(struct diff *diff)
{
    struct buckets buckets[2];

    for (int side = 0; side < 2; side++)
        buckets[side] = sort_out(&diff->sides[side], diff->groups.len);
    for (uint32_t g = 0; g < diff->groups.len; g++) {
        struct diff_lists lists;

        for (int side = 0; side < 2; side++) {
            lists.of[side] = buckets[side].items + buckets[side].begins[g];
            lists.len[side] =
                buckets[side].begins[g + 1] - buckets[side].begins[g];
        }
        diff_align(diff->sides, &lists, diff->groups.list[g].order);
    }
    for (int side = 0; side < 2; side++) {
        free(buckets[side].items);
        free(buckets[side].begins);
    }
}

static void find(struct diff *diff, struct diff_finding finding)
{
    diff->findings = (struct diff_finding *)td_list_room(
        diff->findings, diff->findings_len, sizeof(*diff->findings));
    diff->findings[diff->findings_len++] = finding;
    diff->counts[finding.kind]++;
}

static void find_alone(struct diff *diff, int side, uint32_t item)
{
    uint32_t name = diff->sides[side].items[item].name;
    const struct diff_event_rule *rule = diff_names_at(diff->names, name)->rule;
    struct diff_finding finding = {
        .kind = side ? DIFF_EXTRA : DIFF_MISSING,
        .item = {side ? DIFF_NONE : item, side ? item : DIFF_NONE}};

    if (rule && rule->optional)
        diff->optional++;
    else
        find(diff, finding);
}

static void find_in_pair(struct diff *diff, uint32_t a, uint32_t b)
{
    const struct diff_item *x = &diff->sides[0].items[a];
    const struct diff_item *y = &diff->sides[1].items[b];
    struct diff_finding finding = {
        .kind = DIFF_CHANGED, .item = {a, b}, .moved = diff->sides[0].moved[a]};
    bool same = x->hash == y->hash && x->name == y->name;

    if (same && finding.moved)
        finding.kind = DIFF_MOVED;
    else if (same)
        finding.held = !diff_held_holds(diff->held, a, b, &finding.slot);
    if (!same || finding.moved || finding.held)
        find(diff, finding);
}

static int by_weight(const void *a, const void *b)
{
    const struct diff_finding *x = (const struct diff_finding *)a;
    const struct diff_finding *y = (const struct diff_finding *)b;
    int side = x->kind == DIFF_EXTRA;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->item[side] < y->item[side] ? -1 : x->item[side] > y->item[side];
}

static void find_all(struct diff *diff)
{
    for (uint32_t i = 0; i < diff->sides[0].len; i++) {
        if (diff->sides[0].match[i] == DIFF_NONE)
            find_alone(diff, 0, i);
        else
            find_in_pair(diff, i, diff->sides[0].match[i]);
    }
    for (uint32_t i = 0; i < diff->sides[1].len; i++) {
        if (diff->sides[1].match[i] == DIFF_NONE)
            find_alone(diff, 1, i);
    }
    if (diff->findings_len)
        qsort(diff->findings, diff->findings_len, sizeof(*diff->findings),
              by_weight);
}

static enum td_code load(struct diff *diff, const struct diff_options *options,
                         struct td_error *err)
{
    const struct diff_masks *masks = options->masks;
    struct diff_setup setup = {.masks = masks,
                               .names = diff->names,
                               .key = diff->key,
                               .order = options->has_order ? options->order
                                        : masks->has_order ? masks->order
                                                           : DIFF_ORDER_PER_KEY,
                               .groups = &diff->groups,
                               .what = options->what};
    enum td_code code = diff_guess(&setup, options->paths, err);

    for (uint32_t side = 0; side < 2 && !code; side++)
        code = diff_side_load(&diff->sides[side], side, &setup, err);
    return code;
}

enum td_code diff_run(struct diff **out, const struct diff_options *options,
                      struct td_error *err)
{
    struct diff *diff = (struct diff *)td_calloc(1, sizeof(*diff));
    enum td_code code;

    *out = diff;
    diff->masks = options->masks;
    diff->what = options->what;
    diff->names = diff_names_new(options->masks);
    diff->key = options->key ? options->key : options->masks->key;
    diff->sides[0].path = options->paths[0];
    diff->sides[1].path = options->paths[1];
    code = load(diff, options, err);
    if (code)
        return code;
    diff_pair_groups(diff->sides, &diff->groups);
    align_groups(diff);
    diff->held = diff_held_new(options->masks, diff->sides);
    find_all(diff);
    diff->timing =
        diff_timing(options->masks, diff->names, diff->sides, diff->groups.len);
    return TD_OK;
}

void diff_free(struct diff *diff)
{
    if (!diff)
        return;
    diff_held_free(diff->held);
    diff_groups_release(&diff->groups);
    diff_side_release(&diff->sides[0]);
    diff_side_release(&diff->sides[1]);
    diff_names_free(diff->names);
    free(diff->findings);
    free(diff);
}

bool diff_is_same(const struct diff *diff)
{
    return diff->findings_len == 0 && diff->timing.broken == 0;
}

static uint32_t neighbour(const struct diff_side *side, uint32_t item, int step)
{
    uint32_t group = side->items[item].group;
    int64_t i = (int64_t)item + step;

    for (int n = 0; n < NEAR_MAX && i >= 0 && i < side->len; n++, i += step) {
        if (side->items[i].group == group && side->match[i] != DIFF_NONE &&
            !side->moved[i])
            return (uint32_t)i;
    }
    return DIFF_NONE;
}

void diff_neighbours(const struct diff *diff, int side, uint32_t item,
                     uint32_t near[2])
{
    near[0] = neighbour(&diff->sides[side], item, -1);
    near[1] = neighbour(&diff->sides[side], item, 1);
}
