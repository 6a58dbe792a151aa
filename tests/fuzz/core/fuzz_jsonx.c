/* Any text is refused with a place, or becomes JSON with a mark a value. */
#include "core/jsonx.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_jsonx doc = {0};
    struct td_error err = {0};

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, size),
                       &err)) {
        if (strncmp(err.where, "fuzz:", 5) != 0 || doc.name)
            abort();
        return 0;
    }
    for (uint32_t i = 0; i < doc.json.len; i++) {
        struct td_jsonx_mark mark = td_jsonx_where(&doc, i);

        if (mark.line == 0 || mark.column == 0)
            abort();
    }
    td_jsonx_release(&doc);
    return 0;
}
