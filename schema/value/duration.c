#include "schema/value/duration.h"

#include "core/take.h"

bool schema_duration_read(struct td_bytes text, int64_t *ns)
{
    bool minus = text.len > 0 && *text.ptr == '-';
    uint64_t part;

    if (minus)
        text = td_bytes(text.ptr + 1, text.len - 1);
    /* CEL has no days. */
    if (text.len == 0 || memchr(text.ptr, 'd', text.len))
        return false;
    for (*ns = 0; text.len > 0;)
        if (td_take_duration(&text, &part) ||
            __builtin_add_overflow(*ns, part, ns))
            return false;
    if (minus)
        *ns = -*ns;
    return true;
}
