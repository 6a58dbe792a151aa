#include "validator/diff/masks.h"

/* Greedy with one way back: where `**` took too little, it takes one more. */
static bool fits(const struct diff_mask *mask, const struct diff_place *place)
{
    uint32_t step = 0;
    uint32_t at = 0;
    uint32_t again_step = UINT32_MAX;
    uint32_t again_at = 0;

    while (at < place->len || step < mask->steps_len) {
        const struct diff_step *s =
            step < mask->steps_len ? &mask->steps[step] : NULL;

        if (s && s->kind == DIFF_STEP_DEEP) {
            again_step = step++;
            again_at = at;
        } else if (s && at < place->len &&
                   (s->kind == DIFF_STEP_ANY ||
                    td_bytes_equal(s->name, place->steps[at]))) {
            step++;
            at++;
        } else if (again_step != UINT32_MAX && again_at < place->len) {
            at = ++again_at;
            step = again_step + 1;
        } else {
            return false;
        }
    }
    return true;
}

uint32_t diff_masks_at(const struct diff_masks *masks,
                       const struct diff_place *place)
{
    for (uint32_t i = 0; i < masks->fields_len; i++) {
        if (fits(&masks->fields[i], place))
            return i + 1;
    }
    return 0;
}
