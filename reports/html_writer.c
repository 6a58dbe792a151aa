#include "reports/html_writer.h"

#include "core/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct report_tags *w, const void *ptr, size_t len)
{
    if (w->code == TD_OK)
        w->code = td_buf_add(w->out, ptr, len);
}

static void add_text(struct report_tags *w, const char *text)
{
    add(w, text, strlen(text));
}

/* ---- text ---- */

static const char *entity_of(uint8_t byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Ranges of code points that hide, or turn around, what is beside them. */
static const uint32_t unseen[][2] = {
    {0x80, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},     {0x180e, 0x180e},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe01ef},
};

static bool is_unseen(uint32_t cp)
{
    for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
        if (cp >= unseen[i][0] && cp <= unseen[i][1])
            return true;
    return false;
}

/* True in an element that holds text and nothing else: in the text of an SVG a
 * <b> would end the picture, and in a title it would be read as it stands.
 */
static bool only_text(const struct report_tags *w)
{
    const char *name = w->depth ? w->open[w->depth - 1] : "";

    return strcmp(name, "text") == 0 || strcmp(name, "title") == 0;
}

static void show_code(struct report_tags *w, uint32_t cp, bool in_tag)
{
    char text[48];

    (void)snprintf(text, sizeof(text),
                   in_tag         ? "U+%04X"
                   : only_text(w) ? "[U+%04X]"
                                  : "<b class=\"u\">U+%04X</b>",
                   (unsigned)cp);
    add_text(w, text);
    w->shown++;
}

/* One byte of ASCII that is not plain. */
static void put_ascii(struct report_tags *w, uint8_t byte, bool in_tag)
{
    uint8_t picture[3] = {0xe2, 0x90, 0x80};

    if (entity_of(byte)) {
        add_text(w, entity_of(byte));
    } else if (byte == 0x7f && in_tag) {
        show_code(w, byte, in_tag);
    } else {
        picture[2] = (uint8_t)(byte == 0x7f ? 0xa1 : 0x80 + byte);
        add(w, picture, sizeof(picture));
        w->shown++;
    }
}

static bool is_plain(uint8_t byte)
{
    return byte < 0x7f && (byte >= ' ' || byte == '\n' || byte == '\t') &&
           !entity_of(byte);
}

static size_t put_wide(struct report_tags *w, const uint8_t *at,
                       const uint8_t *end, bool in_tag)
{
    size_t len = td_utf8_step(at, end);

    if (len == 0) {
        add(w, "\xef\xbf\xbd", 3);
        w->shown++;
        return td_utf8_broken(at, end);
    }
    if (is_unseen(td_utf8_point(at, len)))
        show_code(w, td_utf8_point(at, len), in_tag);
    else
        add(w, at, len);
    return len;
}

static void put_escaped(struct report_tags *w, struct td_bytes text,
                        bool in_tag)
{
    const uint8_t *at = text.ptr;
    const uint8_t *end = at + text.len;

    while (at < end) {
        const uint8_t *from = at;

        while (at < end && is_plain(*at))
            at++;
        add(w, from, (size_t)(at - from));
        if (at < end && *at < 0x80)
            put_ascii(w, *at++, in_tag);
        else if (at < end)
            at += put_wide(w, at, end, in_tag);
    }
}

void report_put_bytes(struct report_tags *w, struct td_bytes text)
{
    if (text.len)
        put_escaped(w, text, false);
}

void report_put(struct report_tags *w, const char *text)
{
    if (text)
        report_put_bytes(w, td_text(text));
}

static void put_args(struct report_tags *w, const char *fmt, va_list args)
    TD_PRINTF(2, 0);

static void put_args(struct report_tags *w, const char *fmt, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, fmt, args) < 0)
        abort();
    report_put(w, text);
    free(text);
}

void report_putf(struct report_tags *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    put_args(w, fmt, args);
    va_end(args);
}

/* ---- elements ---- */

static void put_start(struct report_tags *w, const char *name, va_list args)
{
    const char *attribute;

    add(w, "<", 1);
    add_text(w, name);
    while ((attribute = va_arg(args, const char *)) != NULL) {
        const char *value = va_arg(args, const char *);

        if (!value)
            continue;
        add(w, " ", 1);
        add_text(w, attribute);
        if (value[0]) {
            add(w, "=\"", 2);
            put_escaped(w, td_text(value), true);
            add(w, "\"", 1);
        }
    }
    add(w, ">", 1);
}

static void push(struct report_tags *w, const char *name)
{
    assert(w->depth < REPORT_TAGS_DEEP);
    w->open[w->depth++] = name;
}

void report_tag(struct report_tags *w, const char *name, ...)
{
    va_list args;

    va_start(args, name);
    put_start(w, name, args);
    va_end(args);
    push(w, name);
}

void report_void(struct report_tags *w, const char *name, ...)
{
    va_list args;

    va_start(args, name);
    put_start(w, name, args);
    va_end(args);
}

void report_end(struct report_tags *w)
{
    assert(w->depth > 0);
    add(w, "</", 2);
    add_text(w, w->open[--w->depth]);
    add(w, ">", 1);
}

void report_leaf(struct report_tags *w, const char *name, const char *class,
                 const char *text)
{
    report_tag(w, name, "class", class, REPORT_END);
    report_put(w, text);
    report_end(w);
}

void report_leaff(struct report_tags *w, const char *name, const char *class,
                  const char *fmt, ...)
{
    va_list args;

    report_tag(w, name, "class", class, REPORT_END);
    va_start(args, fmt);
    put_args(w, fmt, args);
    va_end(args);
    report_end(w);
}

void report_payload(struct report_tags *w, const char *name, const char *text,
                    size_t max)
{
    size_t len = strlen(text);
    size_t keep = len;

    if (len > max) {
        keep = max;
        while (keep > 0 && ((uint8_t)text[keep] & 0xc0) == 0x80)
            keep--;
    }
    report_tag(w, name, "class", "p", REPORT_END);
    report_tag(w, "bdi", REPORT_END);
    report_put_bytes(w, td_bytes((const uint8_t *)text, keep));
    report_end(w);
    if (keep < len)
        report_leaff(w, "i", "cut", " ... %zu bytes more", len - keep);
    report_end(w);
}

void report_raw(struct report_tags *w, struct td_bytes text)
{
    add(w, text.ptr, text.len);
}
