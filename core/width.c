#include "core/width.h"

#include "core/utf8.h"

#include <utf8proc.h>

/* Variation selector 16: the picture, two columns. */
#define EMOJI_STYLE 0xfe0f
#define FLAG_FIRST  0x1f1e6
#define FLAG_LAST   0x1f1ff

static size_t width_of(utf8proc_int32_t cp)
{
    int width = utf8proc_charwidth(cp);

    if (cp >= FLAG_FIRST && cp <= FLAG_LAST)
        return 2;
    return width < 0 ? 0 : (size_t)width;
}

static size_t step_of(struct td_bytes text, utf8proc_int32_t *cp)
{
    utf8proc_ssize_t step =
        utf8proc_iterate(text.ptr, (utf8proc_ssize_t)text.len, cp);

    return step < 1 ? 1 : (size_t)step;
}

struct td_cluster td_cluster(struct td_bytes text)
{
    struct td_cluster cluster = {0};
    utf8proc_int32_t before = 0;
    utf8proc_int32_t state = 0;

    while (cluster.len < text.len) {
        utf8proc_int32_t cp = 0;
        size_t step = step_of(
            td_bytes(text.ptr + cluster.len, text.len - cluster.len), &cp);
        size_t width = cp == EMOJI_STYLE && cluster.len ? 2 : width_of(cp);

        if (cluster.len && utf8proc_grapheme_break_stateful(before, cp, &state))
            break;
        if (width > cluster.width)
            cluster.width = width;
        cluster.len += step;
        before = cp;
    }
    return cluster;
}

/* Most text is ASCII: bytes in front of the last one before another are
 * clusters of their own. */
static size_t ascii_front(struct td_bytes text, size_t most)
{
    const uint8_t *other = text.ptr;
    size_t n;

    if (text.len > 0)
        other = td_utf8_skip_ascii(text.ptr, text.ptr + text.len);
    n = (size_t)(other - text.ptr);
    if (n && n < text.len)
        n--; /* it may carry an accent */
    return n < most ? n : most;
}

size_t td_width(struct td_bytes text)
{
    size_t width = ascii_front(text, text.len);
    size_t at = width;

    while (at < text.len) {
        struct td_cluster next =
            td_cluster(td_bytes(text.ptr + at, text.len - at));

        at += next.len;
        width += next.width;
    }
    return width;
}

size_t td_width_fit(struct td_bytes text, size_t columns)
{
    size_t width = ascii_front(text, columns);
    size_t at = width;

    while (at < text.len) {
        struct td_cluster next =
            td_cluster(td_bytes(text.ptr + at, text.len - at));

        if (width + next.width > columns)
            break;
        at += next.len;
        width += next.width;
    }
    return at;
}
