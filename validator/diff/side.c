#include "validator/diff/side.h"

#include "core/mem.h"
#include "schema/value/hash_seed.h"

#include <stdlib.h>

struct loading {
    struct diff_side *side;
    uint32_t number;
    const struct diff_setup *setup;
    struct diff_source *source;
    struct diff_look *look;
};

static enum diff_order order_of(const struct diff_setup *setup, uint32_t name)
{
    const struct diff_event_rule *rule =
        diff_names_at(setup->names, name)->rule;

    return rule && rule->has_order ? rule->order : setup->order;
}

static uint32_t group_of(struct loading *in, const struct diff_message *m,
                         const struct diff_view *view)
{
    struct diff_groups *groups = in->setup->groups;
    struct diff_group group = {.order = order_of(in->setup, view->name),
                               .side = in->number};
    uint64_t hash = 1;
    bool made;
    uint32_t at;

    if (group.order == DIFF_ORDER_BAG)
        hash = ((uint64_t)view->name << 8) | 2;
    if (group.order == DIFF_ORDER_PER_KEY) {
        group.by_place = !in->setup->key || view->key_renamed;
        hash = in->setup->key ? view->key : m->conn;
        hash = hash * 8 + (group.by_place ? 3 + in->number : 5);
    }
    hash =
        schema_hash_mix(hash ^ schema_hash_seed.start, schema_hash_seed.step) |
        1;
    at = diff_table_add(&groups->table, hash, groups->len, &made)->value;
    if (made) {
        groups->list = (struct diff_group *)td_list_room(
            groups->list, groups->len, sizeof(*groups->list));
        groups->list[groups->len++] = group;
    }
    return at;
}

static void keep_held(struct diff_side *side, const struct diff_view *view)
{
    for (uint32_t i = 0; i < view->held_len; i++) {
        side->held = (struct diff_side_held *)td_list_room(
            side->held, side->held_len, sizeof(*side->held));
        side->held[side->held_len++] = (struct diff_side_held){
            side->len, view->held[i].slot, view->held[i].value};
    }
}

static enum td_code keep(struct loading *in, const struct diff_message *m,
                         const struct diff_view *view, struct td_error *err)
{
    struct diff_side *side = in->side;

    if (side->len == DIFF_ITEMS_MAX ||
        side->held_len > UINT32_MAX - view->held_len)
        return td_error_set(err, TD_LIMIT, side->path, 0,
                            "has more than %u messages", side->len);
    keep_held(side, view);
    side->items = (struct diff_item *)td_list_room(side->items, side->len,
                                                   sizeof(*side->items));
    side->items[side->len++] =
        (struct diff_item){.hash = view->hash,
                           .id = view->id,
                           .seq = m->seq,
                           .at_ns = m->at_ns,
                           .name = view->name,
                           .group = group_of(in, m, view)};
    side->timed = m->has_t;
    return TD_OK;
}

static enum td_code load(struct loading *in, struct td_error *err)
{
    struct diff_message m;
    struct diff_view view;
    enum td_code code;

    while (!(code = diff_source_next(in->source, &m, err))) {
        code = diff_look(in->look, &m, &view, err);
        if (!code)
            code = keep(in, &m, &view, err);
        if (code)
            return code;
    }
    return code == TD_END ? TD_OK : code;
}

enum td_code diff_side_load(struct diff_side *side, uint32_t number,
                            const struct diff_setup *setup,
                            struct td_error *err)
{
    struct loading in = {.side = side, .number = number, .setup = setup};
    enum td_code code =
        diff_source_open(&in.source, side->path, setup->what, err);

    if (code)
        return code;
    in.look = diff_look_new(setup->masks, setup->names, setup->key);
    code = load(&in, err);
    side->state = diff_source_state(in.source);
    diff_look_free(in.look);
    diff_source_close(in.source);
    side->match =
        (uint32_t *)td_calloc((size_t)side->len + 1, sizeof(*side->match));
    side->moved = (bool *)td_calloc((size_t)side->len + 1, sizeof(bool));
    for (uint32_t i = 0; i < side->len; i++)
        side->match[i] = DIFF_NONE;
    return code;
}

void diff_side_release(struct diff_side *side)
{
    free(side->items);
    free(side->held);
    free(side->match);
    free(side->moved);
    *side = (struct diff_side){.path = side->path};
}

void diff_groups_release(struct diff_groups *groups)
{
    diff_table_release(&groups->table);
    free(groups->list);
    *groups = (struct diff_groups){0};
}
