#include "schema/regex/ecma_internal.h"

#include "core/hex.h"
#include "core/utf8.h"
#include "schema/value/chars.h"

/* White space and line ends (ECMA-262 sections 12.2 and 12.3), and all else. */
#define SPACES                                                                 \
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}"         \
    "\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACES                                                              \
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}"              \
    "\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"                \
    "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}"                \
    "\\x{ff00}-\\x{10ffff}"

void schema_ecma_put(struct td_buf *out, uint32_t c)
{
    uint8_t bytes[4];

    if (schema_is_alpha(c) || schema_is_digit(c))
        (void)td_buf_add_byte(out, (uint8_t)c);
    else if (c < 0x80)
        (void)td_buf_addf(out, "\\x{%x}", c);
    else
        (void)td_buf_add(out, bytes, td_utf8_put(bytes, c));
}

static void letters_and_digits(struct schema_char_set *set)
{
    schema_char_set_add(set, '0', '9');
    schema_char_set_add(set, 'A', 'Z');
    schema_char_set_add(set, '_', '_');
    schema_char_set_add(set, 'a', 'z');
}

/* \d \D \w \W \s \S */
static bool read_set(struct schema_ecma *e, uint32_t letter,
                     struct schema_char_set *set)
{
    static const char *const texts[][2] = {
        {"\\d", "\\D"}, {"\\w", "\\W"}, {SPACES, NO_SPACES}};
    bool negate = letter < 'a';
    int which;

    *set = (struct schema_char_set){0};
    switch (letter | 0x20) {
    case 'd':
        which = 0;
        schema_char_set_add(set, '0', '9');
        break;
    case 'w':
        which = 1;
        letters_and_digits(set);
        break;
    case 's':
        which = 2;
        schema_char_set_add(set, '\t', '\r');
        schema_char_set_add(set, ' ', ' ');
        set->wide = SCHEMA_WIDE_SOME;
        break;
    default:
        return false;
    }
    if (negate)
        schema_char_set_negate(set);
    (void)td_buf_add_text(e->out, texts[which][negate]);
    return true;
}

/* Take so many hex digits; nothing is taken if there are fewer. */
static bool read_hex(struct schema_ecma *e, size_t digits, uint32_t *c)
{
    *c = 0;
    for (size_t i = 0; i < digits; i++) {
        if (i >= e->rest.len || !schema_is_hex(e->rest.ptr[i]))
            return false;
        *c = *c * 16 + (uint32_t)td_hex_digit(e->rest.ptr[i]);
    }
    (void)schema_cut(&e->rest, digits);
    return true;
}

/* "{1F600}" */
static bool read_braces(struct schema_ecma *e, uint32_t *c)
{
    size_t digits = 0;

    *c = 0;
    while (e->rest.len > 0 && schema_is_hex(e->rest.ptr[0])) {
        *c = *c * 16 + (uint32_t)td_hex_digit(schema_cut(&e->rest, 1).ptr[0]);
        if (*c > 0x10ffff)
            return false;
        digits++;
    }
    return digits > 0 && schema_ecma_skip(e, "}");
}

/* The second half of a surrogate pair, if it stands next. */
static uint32_t join_pair(struct schema_ecma *e, uint32_t high)
{
    struct td_bytes back = e->rest;
    uint32_t low;

    if (high < 0xdc00 && schema_ecma_skip(e, "\\u") && read_hex(e, 4, &low) &&
        low >= 0xdc00 && low <= 0xdfff)
        return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
    e->rest = back;
    return UINT32_MAX;
}

/* Behind \u. */
static bool read_unicode(struct schema_ecma *e, uint32_t *c)
{
    if (schema_ecma_skip(e, "{") ? !read_braces(e, c) : !read_hex(e, 4, c))
        return false;
    if (*c >= 0xd800 && *c <= 0xdfff)
        *c = join_pair(e, *c);
    return true;
}

/* Behind \c. */
static bool read_control(struct schema_ecma *e, uint32_t *c)
{
    if (e->rest.len == 0 || !schema_is_alpha(e->rest.ptr[0]))
        return false;
    *c = schema_cut(&e->rest, 1).ptr[0] & 0x1f;
    return true;
}

static bool read_letter(struct schema_ecma *e, uint32_t letter, uint32_t *c)
{
    static const char letters[] = "tnvfr";
    static const char meant[] = "\t\n\v\f\r";

    if (schema_is_in(letter, letters)) {
        *c = (uint8_t)meant[strchr(letters, (int)letter) - letters];
        return true;
    }
    switch (letter) {
    case '0':
        *c = 0;
        return e->rest.len == 0 || !schema_is_digit(e->rest.ptr[0]);
    case 'c':
        return read_control(e, c);
    case 'x':
        return read_hex(e, 2, c);
    case 'u':
        return read_unicode(e, c);
    default:
        return false;
    }
}

enum schema_escape schema_ecma_escape(struct schema_ecma *e, uint32_t *c,
                                      struct schema_char_set *set)
{
    const uint8_t *at = e->rest.ptr - 1;
    uint32_t letter;

    if (e->rest.len == 0) {
        (void)schema_ecma_fail(e, at, "a backslash at the end escapes nothing");
        return SCHEMA_ESCAPE_WRONG;
    }
    letter = schema_next_char(&e->rest);
    if (letter == 'p' || letter == 'P') {
        *set = (struct schema_char_set){.wide = SCHEMA_WIDE_SOME};
        return schema_ecma_property(e, letter == 'P') ? SCHEMA_ESCAPE_SET
                                                      : SCHEMA_ESCAPE_WRONG;
    }
    if (read_set(e, letter, set))
        return SCHEMA_ESCAPE_SET;
    *c = letter;
    if ((!schema_is_alpha(letter) && !schema_is_digit(letter)) ||
        read_letter(e, letter, c))
        return SCHEMA_ESCAPE_CHAR;
    (void)schema_ecma_fail(e, at, "ECMA-262 has no such escape as \\%c here",
                           (int)letter);
    return SCHEMA_ESCAPE_WRONG;
}
