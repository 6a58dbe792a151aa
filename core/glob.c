#include "core/glob.h"

#include "core/utf8.h"

#include <string.h>

struct matcher {
    struct td_bytes pattern; /* what is left of it */
    const uint8_t *no_end;   /* no set that begins from here on ends, unless it
                                is a class without the brackets around it */
};

/* The first character, cut off; bytes that are no UTF-8 are beyond all code
 * points. */
static uint32_t take(struct td_bytes *text)
{
    size_t len = td_utf8_step(text->ptr, text->ptr + text->len);
    uint32_t c =
        len ? td_utf8_point(text->ptr, len) : (uint32_t)0x110000 + text->ptr[0];

    len += len == 0;
    *text = td_bytes(text->ptr + len, text->len - len);
    return c;
}

static bool begins(struct td_bytes text, char c)
{
    return text.len > 0 && text.ptr[0] == (uint8_t)c;
}

/* Pairs of the first and the last of a range. */
static const struct class
{
    const char *name;
    const char *ranges;
} classes[] = {
    {"[:alnum:]", "09AZaz"},   {"[:alpha:]", "AZaz"},
    {"[:blank:]", "\t\t  "},   {"[:cntrl:]", "\x01\x1f\x7f\x7f"},
    {"[:digit:]", "09"},       {"[:graph:]", "!~"},
    {"[:lower:]", "az"},       {"[:print:]", " ~"},
    {"[:punct:]", "!/:@[`{~"}, {"[:space:]", "\t\r  "},
    {"[:upper:]", "AZ"},       {"[:xdigit:]", "09AFaf"},
};

/* The class that the text begins with, or NULL. */
static const struct class *class_at(struct td_bytes text)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        size_t len = strlen(classes[i].name);

        if (text.len >= len && !memcmp(text.ptr, classes[i].name, len))
            return &classes[i];
    }
    return NULL;
}

static bool in_class(const struct class *class, uint32_t c)
{
    for (const char *r = class->ranges; *r; r += 2)
        if ((uint8_t)r[0] <= c && c <= (uint8_t)r[1])
            return true;
    return false;
}

static uint32_t take_escaped(struct td_bytes *text)
{
    if (begins(*text, '\\') && text->len > 1)
        (void)take(text);
    return take(text);
}

/* The next of what a set has: whether c is in it. */
static bool take_member(struct td_bytes *set, uint32_t c)
{
    const struct class *class = class_at(*set);
    uint32_t from;
    uint32_t to;

    if (class) {
        size_t len = strlen(class->name);

        *set = td_bytes(set->ptr + len, set->len - len);
        return in_class(class, c);
    }
    from = to = take_escaped(set);
    if (begins(*set, '-') && set->len > 1 && set->ptr[1] != ']') {
        (void)take(set);
        to = take_escaped(set);
    }
    return from <= c && c <= to;
}

/* A set, behind its [, against a character: 1 or 0, with the set cut off; -1:
 * it has no end, and is none. */
static int take_set(struct matcher *m, uint32_t c)
{
    const uint8_t *begin = m->pattern.ptr - 1;
    struct td_bytes set = m->pattern;
    bool negated = begins(set, '!') || begins(set, '^');
    bool first = true;
    bool in = false;

    if (begin >= m->no_end && !class_at(td_bytes(begin, set.len + 1)))
        return -1;
    if (negated)
        (void)take(&set);
    for (; set.len > 0 && (first || !begins(set, ']')); first = false)
        in = take_member(&set, c) || in;
    if (set.len == 0) {
        m->no_end = begin < m->no_end ? begin : m->no_end;
        return -1;
    }
    (void)take(&set);
    m->pattern = set;
    return in != negated;
}

/* One character of the name against what is first in the pattern (no *). */
static bool step(struct matcher *m, struct td_bytes *name)
{
    uint32_t want = take(&m->pattern);
    uint32_t c = take(name);
    int in;

    if (want == '?')
        return true;
    if (want == '[') {
        in = take_set(m, c);
        if (in >= 0)
            return in == 1;
    }
    if (want == '\\' && m->pattern.len > 0)
        want = take(&m->pattern);
    return want == c;
}

static bool is_hidden(struct td_bytes name, unsigned flags)
{
    return begins(name, '.') && !(flags & TD_GLOB_HIDDEN);
}

bool td_glob_name(struct td_bytes pattern, struct td_bytes name, unsigned flags)
{
    struct matcher m = {pattern,
                        pattern.len ? pattern.ptr + pattern.len : NULL};
    struct td_bytes star = {0}; /* the pattern behind the last * */
    struct td_bytes from = {0}; /* the name where that began to match */
    bool starred = false;

    if (is_hidden(name, flags) && !begins(pattern, '.') &&
        !(pattern.len > 1 && !memcmp(pattern.ptr, "\\.", 2)))
        return false;
    /* After a mismatch only the last star can take more: those before it have
     * what they need. */
    while (name.len > 0 || begins(m.pattern, '*')) {
        if (begins(m.pattern, '*')) {
            (void)take(&m.pattern);
            star = m.pattern;
            from = name;
            starred = true;
        } else if (m.pattern.len == 0 || !step(&m, &name)) {
            if (!starred || from.len == 0)
                return false;
            (void)take(&from);
            name = from;
            m.pattern = star;
        }
    }
    return m.pattern.len == 0;
}

bool td_glob_is(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] && strchr("*?[", text.ptr[i]))
            return true;
    return false;
}

struct td_bytes td_glob_part(struct td_bytes *path, bool *more)
{
    struct td_bytes all = *path;
    const uint8_t *slash =
        all.len ? (const uint8_t *)memchr(all.ptr, '/', all.len) : NULL;
    size_t len = slash ? (size_t)(slash - all.ptr) : all.len;

    *more = slash != NULL;
    *path =
        slash ? td_bytes(slash + 1, all.len - len - 1) : (struct td_bytes){0};
    return td_bytes(all.ptr, len);
}

/* Where one is in a path. */
struct parts {
    struct td_bytes rest;
    bool more; /* rest is at least one part, if only "" */
};

static struct td_bytes next_part(struct parts *p)
{
    return td_glob_part(&p->rest, &p->more);
}

static bool has_hidden(struct parts path, unsigned flags)
{
    while (path.more)
        if (is_hidden(next_part(&path), flags))
            return true;
    return false;
}

/* As td_glob_name(), with parts in the place of characters. What a ** may not
 * pass over none before it may pass over either. */
bool td_glob_path(struct td_bytes text, struct td_bytes name, unsigned flags)
{
    struct parts pattern = {text, true};
    struct parts path = {name, true};
    struct parts star = {0}; /* the pattern behind the last ** */
    struct parts from = {0}; /* the path where that began to match */
    bool starred = false;

    while (pattern.rest.len > 1 && !memcmp(pattern.rest.ptr, "./", 2))
        (void)next_part(&pattern);
    while (path.more) {
        bool begun = pattern.rest.ptr != text.ptr;
        bool had = pattern.more;
        struct td_bytes part = had ? next_part(&pattern) : td_bytes(NULL, 0);

        if (had && begun && !pattern.more && part.len == 0)
            return true; /* the last slash */
        if (had && td_bytes_is(part, "**")) {
            if (!pattern.more)
                return !has_hidden(path, flags);
            star = pattern;
            from = path;
            starred = true;
            continue;
        }
        if (had && td_glob_name(part, next_part(&path), flags))
            continue;
        if (!starred || !from.more || is_hidden(next_part(&from), flags))
            return false;
        path = from;
        pattern = star;
    }
    return !pattern.more;
}
