#include "tests/support/same_doc.h"

#include <stdlib.h>

static bool same_values(const struct td_json_doc *a,
                        const struct td_json_doc *b)
{
    for (uint32_t i = 0; i < a->len; i++) {
        const struct td_json_value *x = &a->values[i];
        const struct td_json_value *y = &b->values[i];

        if (x->start != y->start || x->end != y->end || x->next != y->next ||
            x->count != y->count || x->kind != y->kind || x->flags != y->flags)
            return false;
    }
    return a->len == b->len && a->text.ptr == b->text.ptr &&
           a->text.len == b->text.len;
}

bool same_doc(struct td_json_shapes *shapes, unsigned max_depth,
              struct td_bytes text, uint64_t *shape)
{
    uint8_t *exact = malloc(text.len + 1); /* so that a read behind is seen */
    struct td_json_doc plain = {0};
    struct td_json_doc known = {0};
    struct td_error a = {0};
    struct td_error b = {0};
    enum td_code code;
    bool same;
    bool suits;

    if (!exact)
        return false;
    memcpy(exact + 1, text.ptr, text.len);
    text.ptr = exact + 1;
    code = td_json_parse(&plain, text, max_depth, &a);
    same = td_json_shapes_parse(shapes, &known, text, &b) == code &&
           a.offset == b.offset && !strcmp(a.text, b.text) &&
           same_values(&plain, &known);
    *shape = known.shape;
    same = same && td_json_shapes_suit_line(shapes, &known, text, &suits) ==
                       td_json_suits_line(text);
    same = same &&
           td_json_shapes_parse_line(shapes, &known, text, &suits) == code &&
           suits == (code == TD_OK && td_json_suits_line(text)) &&
           same_values(&plain, &known);
    td_json_release(&plain);
    td_json_release(&known);
    free(exact);
    return same;
}
