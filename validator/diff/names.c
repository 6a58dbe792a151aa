#include "validator/diff/names.h"

#include "core/mem.h"
#include "schema/value/fingerprint.h"
#include "validator/diff/table.h"

#include <stdlib.h>

struct diff_names {
    const struct diff_masks *masks;
    struct td_arena arena;
    struct diff_name *list;
    uint32_t len;
    struct diff_table table; /* print of a name: its number */
    size_t bytes;
};

struct diff_names *diff_names_new(const struct diff_masks *masks)
{
    struct diff_names *names =
        (struct diff_names *)td_calloc(1, sizeof(*names));

    names->masks = masks;
    schema_hash_seed_draw();
    return names;
}

void diff_names_free(struct diff_names *names)
{
    if (!names)
        return;
    free(names->list);
    diff_table_release(&names->table);
    td_arena_release(&names->arena);
    free(names);
}

/* What the masks say of its identity. */
static void take_identity(struct diff_name *name)
{
    const struct diff_event_rule *rule = name->rule;

    if (!rule)
        return;
    for (uint32_t i = 0; i < rule->identity_len; i++)
        name->identity.fields[name->identity.len++] = rule->identity[i];
}

static enum td_code add_new(struct diff_names *names, struct td_bytes text,
                            struct td_error *err)
{
    struct diff_name *name;

    if (names->len == DIFF_NAMES_MAX ||
        names->bytes + text.len > DIFF_NAMES_BYTES)
        return td_error_set(err, TD_LIMIT, "", 0,
                            "there are more than %u names of events, or longer "
                            "ones: is the name a key?",
                            names->len);
    names->list = (struct diff_name *)td_list_room(names->list, names->len,
                                                   sizeof(*names->list));
    name = &names->list[names->len++];
    *name = (struct diff_name){
        .text = {(uint8_t *)td_arena_text(&names->arena, text), text.len},
        .rule = diff_masks_event(names->masks, text)};
    take_identity(name);
    names->bytes += text.len;
    return TD_OK;
}

enum td_code diff_names_add(struct diff_names *names, struct td_bytes text,
                            uint32_t *out, struct td_error *err)
{
    uint64_t print =
        text.len ? schema_fingerprint_text(1, text.ptr, text.len, text.len) | 1
                 : 1;
    bool made;
    struct diff_slot *slot =
        diff_table_add(&names->table, print, names->len, &made);

    *out = slot->value;
    return made ? add_new(names, text, err) : TD_OK;
}

struct diff_name *diff_names_at(const struct diff_names *names, uint32_t name)
{
    return &names->list[name];
}

uint32_t diff_names_len(const struct diff_names *names)
{
    return names->len;
}

struct td_arena *diff_names_arena(struct diff_names *names)
{
    return &names->arena;
}
