#include "schema/regex/ecma_internal.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "schema/value/chars.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_ENDS "\\x{a}\\x{d}\\x{2028}\\x{2029}"

bool schema_ecma_fail(struct schema_ecma *e, const uint8_t *at, const char *fmt,
                      ...)
{
    char text[200];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    (void)td_error_set(e->err, TD_USAGE, "pattern",
                       (uint64_t)(at - e->whole.ptr), "%s", text);
    return false;
}

bool schema_ecma_skip(struct schema_ecma *e, const char *text)
{
    size_t n = strlen(text);

    if (e->rest.len < n || memcmp(e->rest.ptr, text, n) != 0)
        return false;
    (void)schema_cut(&e->rest, n);
    return true;
}

/* The number of decimal digits that stand next, at most UINT32_MAX - 1; false
 * if there are none.
 */
static bool schema_ecma_number(struct schema_ecma *e, uint32_t *n)
{
    uint64_t sum = 0;
    bool any = false;

    while (e->rest.len > 0 && schema_is_digit(e->rest.ptr[0])) {
        sum = sum * 10 + schema_cut(&e->rest, 1).ptr[0] - '0';
        sum = sum < UINT32_MAX - 1 ? sum : UINT32_MAX - 1;
        any = true;
    }
    *n = (uint32_t)sum;
    return any;
}

/* How often the term before may occur. */
struct range {
    uint32_t min;
    uint32_t max;
};

/* Take "{2}", "{2,}" or "{2,5}"; nothing if it is none of them. */
static bool read_braces(struct schema_ecma *e, struct range *range)
{
    struct td_bytes back = e->rest;
    struct range read;

    if (schema_ecma_skip(e, "{") && schema_ecma_number(e, &read.min)) {
        read.max = read.min;
        if (schema_ecma_skip(e, ",") && !schema_ecma_number(e, &read.max))
            read.max = UINT32_MAX;
        if (schema_ecma_skip(e, "}")) {
            *range = read;
            return true;
        }
    }
    e->rest = back;
    return false;
}

/* Take a quantifier, if there is one, and copy it. */
static bool read_range(struct schema_ecma *e, struct range *range)
{
    struct td_bytes from = e->rest;

    *range = (struct range){1, 1};
    if (schema_ecma_skip(e, "*"))
        *range = (struct range){0, UINT32_MAX};
    else if (schema_ecma_skip(e, "+"))
        *range = (struct range){1, UINT32_MAX};
    else if (schema_ecma_skip(e, "?"))
        *range = (struct range){0, 1};
    else if (!read_braces(e, range))
        return true;
    (void)schema_ecma_skip(e, "?");
    from.len -= e->rest.len;
    (void)td_buf_add_bytes(e->out, from);
    return range->min <= range->max ||
           schema_ecma_fail(e, from.ptr, "the repeat ends before it begins");
}

/* A quantifier behind what is not of the simple kind. */
static bool read_plain_range(struct schema_ecma *e)
{
    struct range range;

    e->simple.refused = true;
    return read_range(e, &range);
}

/* A quantifier behind a set of which e->out has the text. */
static bool read_set_range(struct schema_ecma *e,
                           const struct schema_char_set *set,
                           struct td_bytes text)
{
    struct range range;

    if (!read_range(e, &range))
        return false;
    schema_class_sequence_item(&e->simple, set, range.min, range.max, text);
    return true;
}

static bool put_char(struct schema_ecma *e, uint32_t c)
{
    struct schema_char_set set = {0};
    uint8_t bytes[4];

    if (c == UINT32_MAX) {
        (void)td_buf_add_text(e->out, "(?!)");
        return read_plain_range(e);
    }
    schema_ecma_put(e->out, c);
    schema_char_set_add(&set, c, c);
    return read_set_range(e, &set, td_bytes(bytes, td_utf8_put(bytes, c)));
}

static bool read_dot(struct schema_ecma *e)
{
    struct schema_char_set set = {.wide = SCHEMA_WIDE_DOT};

    schema_char_set_add(&set, '\n', '\n');
    schema_char_set_add(&set, '\r', '\r');
    set.ascii[0] = ~set.ascii[0];
    set.ascii[1] = ~set.ascii[1];
    if (e->dot_all)
        set =
            (struct schema_char_set){{UINT64_MAX, UINT64_MAX}, SCHEMA_WIDE_ALL};
    (void)td_buf_add_text(e->out, e->dot_all ? "[\\x{0}-\\x{10ffff}]"
                                             : "[^" LINE_ENDS "]");
    return read_set_range(e, &set, td_bytes(NULL, 0));
}

static void put_start(struct schema_ecma *e)
{
    if (e->multiline)
        (void)td_buf_add_text(e->out, "(?<![^" LINE_ENDS "])");
    else
        (void)td_buf_add_byte(e->out, '^');
    e->simple.refused |= e->multiline || e->depth > 0;
    schema_class_sequence_start(&e->simple);
}

static void put_end(struct schema_ecma *e)
{
    (void)td_buf_add_text(e->out,
                          e->multiline ? "(?![^" LINE_ENDS "])" : "\\z");
    e->simple.refused |= e->multiline || e->depth > 0;
    schema_class_sequence_end(&e->simple);
}

static struct td_bytes group_name(const struct schema_ecma *e, uint32_t group)
{
    struct td_bytes name;

    memcpy(&name, e->names.ptr + group * sizeof(name), sizeof(name));
    return name;
}

/* Behind \k: "<name>". */
static bool read_name_reference(struct schema_ecma *e, const uint8_t *at)
{
    const uint8_t *end;
    struct td_bytes name = {0};

    if (schema_ecma_skip(e, "<") && e->rest.len > 0 &&
        (end = memchr(e->rest.ptr, '>', e->rest.len))) {
        name = schema_cut(&e->rest, (size_t)(end - e->rest.ptr));
        (void)schema_ecma_skip(e, ">");
    }
    for (uint32_t i = 0; i < e->groups && name.len > 0; i++) {
        if (!td_bytes_equal(name, group_name(e, i)))
            continue;
        (void)td_buf_addf(e->out, "\\g{%u}", i + 1);
        return read_plain_range(e);
    }
    return schema_ecma_fail(e, at, "\\k<...> wants the name of a group");
}

static bool read_reference(struct schema_ecma *e, const uint8_t *at)
{
    uint32_t n;

    (void)schema_ecma_number(e, &n);
    if (n > e->groups)
        return schema_ecma_fail(e, at, "there is no group %u to refer to", n);
    (void)td_buf_addf(e->out, "\\g{%u}", n);
    return read_plain_range(e);
}

/* What a backslash begins outside of a class. */
static bool read_backslash(struct schema_ecma *e)
{
    const uint8_t *at = e->rest.ptr - 1;
    size_t from = e->out->len;
    struct schema_char_set set;
    uint32_t c = 0;
    enum schema_escape kind;

    if (schema_ecma_skip(e, "b") || schema_ecma_skip(e, "B")) {
        (void)td_buf_add(e->out, at, 2);
        e->simple.refused = true;
        return true;
    }
    if (schema_ecma_skip(e, "k"))
        return read_name_reference(e, at);
    if (e->rest.len > 0 && e->rest.ptr[0] >= '1' && e->rest.ptr[0] <= '9')
        return read_reference(e, at);
    (void)td_buf_add_byte(e->out, '[');
    kind = schema_ecma_escape(e, &c, &set);
    if (kind == SCHEMA_ESCAPE_SET) {
        (void)td_buf_add_byte(e->out, ']');
        return read_set_range(e, &set, td_bytes(NULL, 0));
    }
    e->out->len = from;
    return kind == SCHEMA_ESCAPE_CHAR && put_char(e, c);
}

static bool read_brackets(struct schema_ecma *e)
{
    struct schema_char_set set;

    return schema_ecma_class(e, &set) &&
           read_set_range(e, &set, td_bytes(NULL, 0));
}

/* Take the flags of "(?i-ms:": each at most once. */
static bool read_flags(struct schema_ecma *e)
{
    static const char letters[] = "ims-";
    unsigned seen = 0;
    bool on = true;
    bool *flags[] = {&e->ignore_case, &e->multiline, &e->dot_all};

    while (e->rest.len > 0 && schema_is_in(e->rest.ptr[0], letters)) {
        char c = (char)schema_cut(&e->rest, 1).ptr[0];
        unsigned bit = (unsigned)(strchr(letters, c) - letters);

        if (seen & 1U << bit)
            return false;
        seen |= 1U << bit;
        if (c == '-')
            on = false;
        else
            *flags[bit] = on;
        if (c == 'i')
            (void)td_buf_add_text(e->out, on ? "i" : "-i");
    }
    (void)td_buf_add_byte(e->out, ':');
    return seen & 7 && schema_ecma_skip(e, ":");
}

/* A lookbehind is read into a place of its own. */
static bool begin_look(struct schema_ecma *e, bool negative)
{
    struct schema_ecma_looks *looks = e->looks;

    if (looks->len == SCHEMA_ECMA_LOOKS)
        return schema_ecma_fail(e, e->rest.ptr - 1, "more than %d lookbehinds",
                                SCHEMA_ECMA_LOOKS);
    looks->list = td_list_room(looks->list, looks->len, sizeof(*looks->list));
    looks->list[looks->len++] = (struct schema_ecma_look){.negative = negative};
    (void)td_buf_addf(e->out, "(?C%u)", looks->len);
    e->around = e->out;
    e->around_depth = e->depth;
    e->out = &looks->list[looks->len - 1].text;
    (void)td_buf_add_text(e->out, e->ignore_case ? "(?i:" : "(?:");
    return true;
}

/* What stands between "(" and the first alternative; *repeats if a quantifier
 * may follow the group.
 */
static bool read_group_start(struct schema_ecma *e, bool *repeats)
{
    static const char *const starts[] = {"?:", "?=", "?!", "?<=", "?<!"};
    const uint8_t *at = e->rest.ptr - 1;
    const uint8_t *end;

    *repeats = true;
    for (size_t i = 0; i < 5; i++) {
        if (!schema_ecma_skip(e, starts[i]))
            continue;
        *repeats = i < 3;
        if (!*repeats && e->looks && e->around_depth == 0)
            return begin_look(e, i == 4);
        (void)td_buf_addf(e->out, "(%s", starts[i]);
        return true;
    }
    if (schema_ecma_skip(e, "?<")) {
        end = memchr(e->rest.ptr, '>', e->rest.len);
        (void)schema_cut(&e->rest, (size_t)(end - e->rest.ptr) + 1);
    } else if (schema_ecma_skip(e, "?")) {
        (void)td_buf_add_text(e->out, "(?");
        return read_flags(e) ||
               schema_ecma_fail(e, at, "ECMA-262 has no group of this kind");
    }
    (void)td_buf_add_text(e->out, e->captures ? "(" : "(?:");
    return true;
}

static bool open_group(struct schema_ecma *e)
{
    struct schema_ecma_group *g = &e->open[e->depth];

    if (e->depth == SCHEMA_ECMA_DEPTH)
        return schema_ecma_fail(e, e->rest.ptr - 1,
                                "more than %d groups are within each other",
                                SCHEMA_ECMA_DEPTH);
    e->depth++;
    e->simple.refused = true;
    g->at = e->rest.ptr - 1;
    g->dot_all = e->dot_all;
    g->multiline = e->multiline;
    g->ignore_case = e->ignore_case;
    return read_group_start(e, &g->repeats);
}

static bool close_group(struct schema_ecma *e)
{
    const struct schema_ecma_group *g;

    if (e->depth == 0)
        return schema_ecma_fail(e, e->rest.ptr - 1, "this ) has no (");
    (void)td_buf_add_byte(e->out, ')');
    if (e->around_depth == e->depth) {
        e->out = e->around;
        e->around_depth = 0;
    }
    g = &e->open[--e->depth];
    e->dot_all = g->dot_all;
    e->multiline = g->multiline;
    e->ignore_case = g->ignore_case;
    return !g->repeats || read_plain_range(e);
}

static bool read_term(struct schema_ecma *e)
{
    const uint8_t *at = e->rest.ptr;
    struct td_bytes back = e->rest;
    struct range range;
    uint32_t c;

    if (schema_is_in(*at, "*+?") || read_braces(e, &range))
        return schema_ecma_fail(e, at, "there is nothing before it to repeat");
    e->rest = back;
    c = schema_next_char(&e->rest);
    switch (c) {
    case '^':
        put_start(e);
        return true;
    case '$':
        put_end(e);
        return true;
    case '.':
        return read_dot(e);
    case '(':
        return open_group(e);
    case ')':
        return close_group(e);
    case '|':
        (void)td_buf_add_byte(e->out, '|');
        e->simple.refused = true;
        return true;
    case '[':
        return read_brackets(e);
    case '\\':
        return read_backslash(e);
    default:
        return put_char(e, c);
    }
}

static bool is_name(struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (!schema_is_alpha(c) && c < 0x80 && !schema_is_in(c, "_$") &&
            (i == 0 || !schema_is_digit(c)))
            return false;
    }
    return text.len > 0;
}

/* The name in "?<name>"; *good is false if it is not well-formed. */
static struct td_bytes name_of(struct td_bytes group, bool *good)
{
    const uint8_t *end = memchr(group.ptr, '>', group.len);
    struct td_bytes name = td_bytes(group.ptr + 2, 0);

    if (end)
        name.len = (size_t)(end - name.ptr);
    *good = is_name(name);
    return name;
}

static bool add_name(struct schema_ecma *e, struct td_bytes name)
{
    uint32_t named = 0;

    for (uint32_t i = 0; i < e->groups && name.len > 0; i++) {
        named += group_name(e, i).len > 0;
        if (td_bytes_equal(name, group_name(e, i)))
            return schema_ecma_fail(e, name.ptr,
                                    "another group has the same name");
    }
    if (named == SCHEMA_ECMA_NAMES)
        return schema_ecma_fail(e, name.ptr, "more than %d groups have a name",
                                SCHEMA_ECMA_NAMES);
    (void)td_buf_add(&e->names, &name, sizeof(name));
    e->groups++;
    return true;
}

/* Note the group that may begin behind a parenthesis. */
static bool note_group(struct schema_ecma *e, struct td_bytes rest)
{
    struct td_bytes name = {0};
    bool good = true;

    if (rest.len > 0 && rest.ptr[0] == '?') {
        if (rest.len < 3 || rest.ptr[1] != '<' ||
            schema_is_in(rest.ptr[2], "=!"))
            return true;
        name = name_of(rest, &good);
    }
    if (!good)
        return schema_ecma_fail(e, rest.ptr + 2,
                                "a group's name is letters, digits, _ and $, "
                                "and ends with >");
    return add_name(e, name);
}

/* Find all groups before anything is read, since a reference may lead forward.
 */
static bool find_groups(struct schema_ecma *e)
{
    struct td_bytes text = e->whole;
    bool in_class = false;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c == '\\' && ++i < text.len)
            e->captures |= schema_is_in(text.ptr[i], "123456789k");
        else if (c == '[')
            in_class = true;
        else if (c == ']')
            in_class = false;
        else if (c == '(' && !in_class &&
                 !note_group(e, td_bytes(text.ptr + i + 1, text.len - i - 1)))
            return false;
    }
    return true;
}

static bool read_pattern(struct schema_ecma *e)
{
    if (!td_utf8_valid(e->whole))
        return schema_ecma_fail(e, e->whole.ptr, "it is not UTF-8");
    if (!find_groups(e))
        return false;
    while (e->rest.len > 0) {
        if (!read_term(e))
            return false;
    }
    return e->depth == 0 ||
           schema_ecma_fail(e, e->open[e->depth - 1].at, "this ( has no )");
}

enum td_code schema_ecma_read(struct td_bytes pattern, struct td_buf *out,
                              struct schema_class_sequence **simple,
                              struct td_error *err)
{
    struct td_buf unused = {0};
    struct schema_ecma e = {.whole = pattern,
                            .rest = pattern,
                            .out = out ? out : &unused,
                            .err = err};
    bool good;

    if (pattern.len == 0)
        e.whole = e.rest = td_text("");
    good = read_pattern(&e);
    if (simple)
        *simple = good ? schema_class_sequence_new(&e.simple) : NULL;
    schema_class_sequence_release(&e.simple);
    td_buf_release(&e.names);
    td_buf_release(&unused);
    return good ? TD_OK : TD_USAGE;
}

enum td_code schema_ecma_read_looks(struct td_bytes pattern, struct td_buf *out,
                                    struct schema_ecma_looks *looks,
                                    struct td_error *err)
{
    struct schema_ecma e = {.whole = pattern,
                            .rest = pattern,
                            .out = out,
                            .looks = looks,
                            .err = err};
    bool good = read_pattern(&e);

    if (good && e.captures)
        good = schema_ecma_fail(&e, pattern.ptr,
                                "what a (?<=...) or (?<!...) looks back on "
                                "must have one length where \\1 or \\k refers "
                                "to a group");
    schema_class_sequence_release(&e.simple);
    td_buf_release(&e.names);
    return good ? TD_OK : TD_USAGE;
}

void schema_ecma_looks_release(struct schema_ecma_looks *looks)
{
    for (uint32_t i = 0; i < looks->len; i++)
        td_buf_release(&looks->list[i].text);
    free(looks->list);
    *looks = (struct schema_ecma_looks){0};
}
