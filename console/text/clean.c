#include "console/text/text.h"
#include "core/utf8.h"

#include <utf8proc.h>

#define ZWNJ 0x200c
#define ZWJ  0x200d

/* True of what takes no place and is no part of a character: directions,
 * tags, line and paragraph separators, what is not assigned. */
static bool is_hidden(utf8proc_int32_t cp)
{
    switch ((int)utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_CF:
        return cp != ZWNJ && cp != ZWJ;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
        return true;
    default:
        return false;
    }
}

static void put_escape(struct td_buf *out, utf8proc_int32_t cp)
{
    if (cp < 0x80)
        (void)td_buf_addf(out, "\\x%02x", (unsigned)cp);
    else if (cp <= 0xffff)
        (void)td_buf_addf(out, "\\u%04x", (unsigned)cp);
    else
        (void)td_buf_addf(out, "\\U%08x", (unsigned)cp);
}

void text_clean(struct td_buf *out, struct td_bytes bytes,
                const struct text_style *style)
{
    const uint8_t *at = bytes.ptr;
    const uint8_t *end = bytes.len ? at + bytes.len : at;

    while (at < end) {
        size_t step = td_utf8_step(at, end);
        utf8proc_int32_t cp;

        if (step == 0) {
            (void)td_buf_addf(out, "\\x%02x", *at++);
            continue;
        }
        cp = (utf8proc_int32_t)td_utf8_point(at, step);
        if (is_hidden(cp) || (cp >= 0x80 && !style->utf8))
            put_escape(out, cp);
        else
            (void)td_buf_add(out, at, step);
        at += step;
    }
}
