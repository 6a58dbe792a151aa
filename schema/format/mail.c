#include "schema/format/format_internal.h"

#define LOCAL_MAX 64 /* bytes; RFC 5321 section 4.5.3.1 */

/* A character of a dot-string; beyond ASCII if `wide` (RFC 6531). */
static bool is_atext(uint32_t c, bool wide)
{
    return schema_is_alpha(c) || schema_is_digit(c) ||
           schema_is_in(c, "!#$%&'*+-/=?^_`{|}~") ||
           (wide && c >= 0x80 && c != UINT32_MAX);
}

/* Take a dot-string. */
static bool read_dot_string(struct td_bytes *text, bool wide)
{
    bool need = true; /* a character, not a dot or the end */

    while (text->len > 0 && text->ptr[0] != '@') {
        uint32_t c = schema_next_char(text);

        if (c == '.' ? need : !is_atext(c, wide))
            return false;
        need = c == '.';
    }
    return !need;
}

/* Take a quoted string: printable characters, a backslash before any. */
static bool read_quoted_string(struct td_bytes *text, bool wide)
{
    (void)schema_cut(text, 1);
    while (text->len > 0) {
        uint32_t c = schema_next_char(text);

        if (c == '"')
            return true;
        if (c == '\\' && text->len > 0) {
            c = schema_next_char(text);
            wide = wide && c < 0x80;
        }
        if ((c < 0x20 || c >= 0x7f) && (!wide || c < 0x80 || c == UINT32_MAX))
            return false;
    }
    return false;
}

/* "[127.0.0.1]" or "[IPv6:::1]". */
static bool is_literal(struct td_bytes text)
{
    static const char tag[] = "IPv6:";
    struct td_bytes inner;

    if (text.len < 2 || text.ptr[text.len - 1] != ']')
        return false;
    inner = td_bytes(text.ptr + 1, text.len - 2);
    if (inner.len < sizeof(tag) ||
        strncasecmp((const char *)inner.ptr, tag, sizeof(tag) - 1) != 0)
        return schema_is_ipv4(inner);
    (void)schema_cut(&inner, sizeof(tag) - 1);
    return schema_is_ipv6(inner);
}

static bool is_mail(struct td_bytes text, bool wide)
{
    const uint8_t *from = text.ptr;
    bool good;

    if (text.len == 0)
        return false;
    good = text.ptr[0] == '"' ? read_quoted_string(&text, wide)
                              : read_dot_string(&text, wide);
    if (!good || text.len == 0 || text.ptr[0] != '@' ||
        text.ptr - from > LOCAL_MAX)
        return false;
    (void)schema_cut(&text, 1);
    if (text.len > 0 && text.ptr[0] == '[')
        return is_literal(text);
    return wide ? schema_is_idn_name(text) : schema_is_ldh_name(text);
}

bool schema_is_email(struct td_bytes text)
{
    return is_mail(text, false);
}

bool schema_is_idn_email(struct td_bytes text)
{
    return is_mail(text, true);
}
