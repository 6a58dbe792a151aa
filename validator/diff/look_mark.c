#include "validator/diff/look_internal.h"

#include "core/mem.h"

#include <stdio.h>

static struct td_bytes key_text(struct diff_look *look, uint32_t key)
{
    struct td_bytes inner = td_json_inner(&look->doc, key);

    if (!(look->doc.values[key].flags & TD_JSON_ESCAPED))
        return inner;
    td_buf_clear(&look->scratch);
    (void)td_json_unescape(&look->scratch, inner);
    return td_bytes(td_arena_text(&look->keys, td_buf_bytes(&look->scratch)),
                    look->scratch.len);
}

static bool goes_in(const struct diff_look *look, uint32_t mark)
{
    return mark == 0 || look->masks->fields[mark - 1].kind == DIFF_SORT;
}

/* NOLINTBEGIN(misc-no-recursion): the place bounds the depth */

static void mark_value(struct diff_look *look, uint16_t *marks, uint32_t at,
                       struct diff_place *place);

static void mark_items(struct diff_look *look, uint16_t *marks, uint32_t at,
                       struct diff_place *place)
{
    uint32_t number = 0;
    char digits[16];

    for (uint32_t i = at + 1; i < look->doc.values[at].next;
         i = look->doc.values[i].next) {
        int len = snprintf(digits, sizeof(digits), "%u", number++);

        place->steps[place->len++] = td_bytes(digits, (size_t)len);
        mark_value(look, marks, i, place);
        place->steps[--place->len] = td_bytes(NULL, 0);
    }
}

static void mark_members(struct diff_look *look, uint16_t *marks, uint32_t at,
                         struct diff_place *place)
{
    for (uint32_t i = at + 1; i < look->doc.values[at].next;
         i = look->doc.values[i + 1].next) {
        place->steps[place->len++] = key_text(look, i);
        mark_value(look, marks, i + 1, place);
        place->len--;
    }
}

static void mark_value(struct diff_look *look, uint16_t *marks, uint32_t at,
                       struct diff_place *place)
{
    marks[at] = (uint16_t)diff_masks_at(look->masks, place);
    if (!goes_in(look, marks[at]) || place->len == DIFF_STEPS_MAX)
        return;
    if (look->doc.values[at].kind == TD_JSON_OBJECT)
        mark_members(look, marks, at, place);
    else if (look->doc.values[at].kind == TD_JSON_ARRAY)
        mark_items(look, marks, at, place);
}

/* NOLINTEND(misc-no-recursion) */

void diff_look_mark_all(struct diff_look *look, struct diff_shape_place *place)
{
    struct diff_place from = {.len = 0};

    if (look->masks->fields_len == 0)
        return;
    if (place->marks_len < look->doc.len) {
        place->marks = (uint16_t *)td_realloc(
            place->marks, look->doc.len * sizeof(*place->marks));
        place->marks_len = look->doc.len;
    }
    memset(place->marks, 0, look->doc.len * sizeof(*place->marks));
    mark_value(look, place->marks, place->root, &from);
    td_arena_release(&look->keys);
}
