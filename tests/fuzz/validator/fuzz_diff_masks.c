/* Any document as a masks file: refused with a reason and a place, or read;
 * then any place is fitted by one of its masks, or by none.
 */
#include "validator/diff/masks.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct diff_masks *masks)
{
    struct diff_place place = {.steps = {td_text("data"), td_text("0"),
                                         td_text("data"), td_text("a/b")}};

    for (place.len = 0; place.len <= 4; place.len++) {
        if (diff_masks_at(masks, &place) > masks->fields_len)
            abort();
    }
    (void)diff_masks_event(masks, td_text("a"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diff_masks masks = {0};
    struct td_jsonx doc = {0};
    struct td_error err = {0};

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, size), NULL))
        return 0;
    if (!diff_masks_read(&masks, &doc, &err))
        ask(&masks);
    else if (!err.text[0] || !strchr(err.where, ':'))
        abort();
    diff_masks_release(&masks);
    td_jsonx_release(&doc);
    return 0;
}
