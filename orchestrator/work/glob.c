#include "orchestrator/work/glob.h"

#include "core/utf8.h"

#include <string.h>

/* The first character, cut off; bytes that are no UTF-8 are beyond all code
 * points. */
static uint32_t take(struct td_bytes *text)
{
    size_t len = td_utf8_step(text->ptr, text->ptr + text->len);
    uint32_t c = text->ptr[0];

    if (len == 0) {
        c += 0x110000;
        len = 1;
    } else if (len > 1) {
        c &= 0xffU >> (len + 1);
        for (size_t i = 1; i < len; i++)
            c = c << 6 | (text->ptr[i] & 0x3fU);
    }
    *text = td_bytes(text->ptr + len, text->len - len);
    return c;
}

bool work_glob_is(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("*?[", text.ptr[i]) && text.ptr[i])
            return true;
    return false;
}

/* A set, behind its [, against a character: 1 or 0, with the set cut off; -1:
 * it has no end, and is none. */
static int take_set(struct td_bytes *pattern, uint32_t c)
{
    struct td_bytes p = *pattern;
    bool not = p.len > 0 && (p.ptr[0] == '!' || p.ptr[0] == '^');
    bool first = true;
    bool in = false;

    if (not )
        (void)take(&p);
    while (p.len > 0 && (first || p.ptr[0] != ']')) {
        uint32_t from;
        uint32_t to;

        first = false;
        if (p.ptr[0] == '\\' && p.len > 1)
            (void)take(&p);
        from = to = take(&p);
        if (p.len > 1 && p.ptr[0] == '-' && p.ptr[1] != ']') {
            (void)take(&p);
            to = take(&p);
        }
        in = in || (from <= c && c <= to);
    }
    if (p.len == 0)
        return -1;
    (void)take(&p);
    *pattern = p;
    return in != not ;
}

/* One character of the name against what is first in the pattern (no *). */
static bool step(struct td_bytes *pattern, struct td_bytes *name)
{
    uint32_t want = take(pattern);
    uint32_t c = take(name);
    int in;

    if (want == '?')
        return true;
    if (want == '[') {
        in = take_set(pattern, c);
        if (in >= 0)
            return in == 1;
    }
    if (want == '\\' && pattern->len > 0)
        want = take(pattern);
    return want == c;
}

bool work_glob_match(struct td_bytes pattern, struct td_bytes name)
{
    struct td_bytes star = {0}; /* the pattern behind the last * */
    struct td_bytes from = {0}; /* the name where that began to match */
    bool starred = false;

    if (name.len && name.ptr[0] == '.' &&
        (!pattern.len || pattern.ptr[0] != '.'))
        return false;
    /* After a mismatch only the last star can take more: those before it have
     * what they need. */
    while (name.len > 0 || (pattern.len > 0 && pattern.ptr[0] == '*')) {
        if (pattern.len > 0 && pattern.ptr[0] == '*') {
            (void)take(&pattern);
            star = pattern;
            from = name;
            starred = true;
        } else if (pattern.len == 0 || !step(&pattern, &name)) {
            if (!starred || from.len == 0)
                return false;
            (void)take(&from);
            name = from;
            pattern = star;
        }
    }
    return pattern.len == 0;
}
