#include "schema/value/duration.h"

#include "core/clock.h"

bool schema_duration_read(struct td_bytes text, int64_t *ns)
{
    bool minus = text.len > 0 && *text.ptr == '-';
    uint64_t span;

    if (minus)
        text = td_bytes(text.ptr + 1, text.len - 1);
    /* CEL has no days. */
    if (text.len == 0 || memchr(text.ptr, 'd', text.len) ||
        td_duration_read(text, &span))
        return false;
    *ns = minus ? -(int64_t)span : (int64_t)span;
    return true;
}
