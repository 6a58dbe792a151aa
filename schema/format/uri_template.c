#include "schema/format/format_internal.h"

/* Section 2.1, and the apostrophe, which URIs may hold as well. */
static bool is_literal(uint32_t c)
{
    if (c >= 0x80)
        return schema_is_ucschar(c) || schema_is_iprivate(c);
    return c > 0x20 && c != 0x7f && !schema_is_in(c, "\"%<>\\^`{|}");
}

/* Take one character of a variable's name. */
static bool read_name_char(struct td_bytes *text)
{
    if (schema_next_percent(text))
        return true;
    if (text->len == 0 ||
        (!schema_is_alpha(text->ptr[0]) && !schema_is_digit(text->ptr[0]) &&
         text->ptr[0] != '_'))
        return false;
    (void)schema_cut(text, 1);
    return true;
}

/* Take ":" and a number from 1 to 9999. */
static bool read_prefix(struct td_bytes *text)
{
    size_t digits = 0;

    (void)schema_cut(text, 1);
    while (digits < text->len && schema_is_digit(text->ptr[digits]))
        digits++;
    return digits >= 1 && schema_cut(text, digits).ptr[0] != '0' && digits <= 4;
}

/* Take a variable with its modifier. */
static bool read_variable(struct td_bytes *text)
{
    if (!read_name_char(text))
        return false;
    while (text->len > 0 && !schema_is_in(text->ptr[0], ",:*}")) {
        if (text->ptr[0] == '.')
            (void)schema_cut(text, 1);
        if (!read_name_char(text))
            return false;
    }
    if (text->len > 0 && text->ptr[0] == ':')
        return read_prefix(text);
    if (text->len > 0 && text->ptr[0] == '*')
        (void)schema_cut(text, 1);
    return true;
}

/* Take an expression, of which the brace is gone. */
static bool read_expression(struct td_bytes *text)
{
    if (text->len > 0 && schema_is_in(text->ptr[0], "+#./;?&=,!@|"))
        (void)schema_cut(text, 1);
    while (read_variable(text) && text->len > 0) {
        uint8_t c = schema_cut(text, 1).ptr[0];

        if (c != ',')
            return c == '}';
    }
    return false;
}

bool schema_is_uri_template(struct td_bytes text)
{
    while (text.len > 0) {
        uint32_t c;

        if (schema_next_percent(&text))
            continue;
        c = schema_next_char(&text);
        if (c == '{' ? !read_expression(&text) : !is_literal(c))
            return false;
    }
    return true;
}
