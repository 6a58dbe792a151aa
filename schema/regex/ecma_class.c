#include "schema/regex/ecma_internal.h"

#include "schema/value/chars.h"

/* A member of a class: a character, or a set that was written out already. */
struct member {
    enum schema_escape kind;
    uint32_t c;
};

static void put(struct schema_ecma *e, uint32_t c)
{
    if (c != UINT32_MAX)
        schema_ecma_put(e->out, c);
}

static bool read_member(struct schema_ecma *e, struct schema_char_set *set,
                        struct member *m)
{
    struct schema_char_set escaped;

    m->kind = SCHEMA_ESCAPE_CHAR;
    if (!schema_ecma_skip(e, "\\")) {
        m->c = schema_next_char(&e->rest);
        return true;
    }
    if (schema_ecma_skip(e, "b")) {
        m->c = '\b';
        return true;
    }
    m->kind = schema_ecma_escape(e, &m->c, &escaped);
    if (m->kind == SCHEMA_ESCAPE_SET)
        schema_char_set_join(set, &escaped);
    return m->kind != SCHEMA_ESCAPE_WRONG;
}

/* From one character to another, none of which stands there for itself. */
static bool put_range(struct schema_ecma *e, const uint8_t *at, uint32_t from,
                      uint32_t to, struct schema_char_set *set)
{
    if (from == UINT32_MAX || to == UINT32_MAX)
        return schema_ecma_fail(e, at,
                                "a range cannot end in half a surrogate pair");
    if (from > to)
        return schema_ecma_fail(e, at, "the range ends before it begins");
    put(e, from);
    (void)td_buf_add_byte(e->out, '-');
    put(e, to);
    schema_char_set_add(set, from, to);
    return true;
}

static void put_char(struct schema_ecma *e, uint32_t c,
                     struct schema_char_set *set)
{
    put(e, c);
    if (c != UINT32_MAX)
        schema_char_set_add(set, c, c);
}

/* A member, or two with a hyphen between them, which is one itself if either
 * is a set (annex B).
 */
static bool read_range(struct schema_ecma *e, struct schema_char_set *set)
{
    const uint8_t *at = e->rest.ptr;
    struct member from;
    struct member to;

    if (!read_member(e, set, &from))
        return false;
    if (e->rest.len < 2 || e->rest.ptr[0] != '-' || e->rest.ptr[1] == ']') {
        if (from.kind == SCHEMA_ESCAPE_CHAR)
            put_char(e, from.c, set);
        return true;
    }
    (void)schema_ecma_skip(e, "-");
    if (!read_member(e, set, &to))
        return false;
    if (from.kind == SCHEMA_ESCAPE_CHAR && to.kind == SCHEMA_ESCAPE_CHAR)
        return put_range(e, at, from.c, to.c, set);
    put_char(e, '-', set);
    if (from.kind == SCHEMA_ESCAPE_CHAR)
        put_char(e, from.c, set);
    if (to.kind == SCHEMA_ESCAPE_CHAR)
        put_char(e, to.c, set);
    return true;
}

/* Brackets around nothing are everything or nothing to ECMA-262, and no class
 * to PCRE2; the same for a class of half surrogate pairs.
 */
static void close_class(struct schema_ecma *e, size_t from, bool negate,
                        bool empty)
{
    if (!empty) {
        (void)td_buf_add_byte(e->out, ']');
        return;
    }
    e->out->len = from;
    (void)td_buf_add_text(e->out, negate ? "[\\x{0}-\\x{10ffff}]" : "(?!)");
}

bool schema_ecma_class(struct schema_ecma *e, struct schema_char_set *set)
{
    const uint8_t *at = e->rest.ptr - 1;
    bool negate = schema_ecma_skip(e, "^");
    size_t from = e->out->len;
    size_t inner;

    *set = (struct schema_char_set){0};
    (void)td_buf_add_text(e->out, negate ? "[^" : "[");
    inner = e->out->len;
    while (!schema_ecma_skip(e, "]")) {
        if (e->rest.len == 0)
            return schema_ecma_fail(e, at, "this [ has no ]");
        if (!read_range(e, set))
            return false;
    }
    close_class(e, from, negate, e->out->len == inner);
    if (negate)
        schema_char_set_negate(set);
    return true;
}
