#include "schema/value/chars.h"

#include "core/utf8.h"

struct td_bytes schema_cut(struct td_bytes *text, size_t n)
{
    struct td_bytes head = *text;

    if (n < text->len)
        head.len = n;
    if (head.len > 0)
        text->ptr += head.len;
    text->len -= head.len;
    return head;
}

uint32_t schema_next_char(struct td_bytes *text)
{
    size_t n = td_utf8_step(text->ptr, text->ptr + text->len);
    uint32_t c = n ? td_utf8_point(text->ptr, n) : UINT32_MAX;

    (void)schema_cut(text, n ? n : 1);
    return c;
}

bool schema_next_percent(struct td_bytes *text)
{
    if (text->len < 3 || text->ptr[0] != '%' || !schema_is_hex(text->ptr[1]) ||
        !schema_is_hex(text->ptr[2]))
        return false;
    (void)schema_cut(text, 3);
    return true;
}
