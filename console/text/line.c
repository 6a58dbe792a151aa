#include "console/text/text.h"
#include "core/width.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* SGR parameters of the roles, in their order, by theme: on a light ground
 * yellow is not seen, and faint is too faint for high contrast. */
static const char *const inks[][7] = {
    [TEXT_AUTO] = {"", "32", "31", "33", "36", "", "1"},
    [TEXT_DARK] = {"", "32", "31", "33", "36", "2", "1"},
    [TEXT_LIGHT] = {"", "32", "31", "35", "36", "2", "1"},
    [TEXT_CONTRAST] = {"", "1;32", "1;31", "1;33", "1;36", "", "1"},
};

static void put_colored(struct text_line *line, enum text_role role,
                        struct td_bytes text)
{
    const char *ink =
        inks[line->style->theme][line->style->faded ? TEXT_DIM : role];

    if (!line->style->color || !*ink || text.len == 0) {
        (void)td_buf_add_bytes(line->out, text);
        return;
    }
    (void)td_buf_addf(line->out, "\x1b[%sm", ink);
    (void)td_buf_add_bytes(line->out, text);
    (void)td_buf_add_text(line->out, "\x1b[0m");
}

size_t text_lines(struct td_bytes text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n';
    return count;
}

static size_t room_of(const struct text_line *line)
{
    return line->max > line->used ? line->max - line->used : 0;
}

/* As much of the text as leaves room for the sign that says it was cut. */
static void put_cut(struct text_line *line, enum text_role role,
                    struct td_bytes text)
{
    const char *sign = text_sign(line->style, TEXT_CUT);
    size_t takes = td_width(td_text(sign));
    size_t room = room_of(line);
    size_t fits = td_width_fit(text, room > takes ? room - takes : 0);

    put_colored(line, role, td_bytes(text.ptr, fits));
    line->used += td_width(td_bytes(text.ptr, fits));
    fits = td_width_fit(td_text(sign), room_of(line));
    put_colored(line, role, td_bytes(sign, fits));
    line->used += td_width(td_bytes(sign, fits));
    line->cut = true;
}

void text_put_bytes(struct text_line *line, enum text_role role,
                    struct td_bytes text)
{
    size_t width = td_width(text);

    if (line->cut || text.len == 0)
        return;
    if (width > room_of(line)) {
        put_cut(line, role, text);
        return;
    }
    put_colored(line, role, text);
    line->used += width;
}

void text_put(struct text_line *line, enum text_role role, const char *text)
{
    text_put_bytes(line, role, td_text(text));
}

void text_putf(struct text_line *line, enum text_role role, const char *fmt,
               ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    text_put(line, role, text);
}

void text_put_foreign(struct text_line *line, enum text_role role,
                      struct td_bytes bytes)
{
    /* No column takes more bytes than the longest cluster worth showing: what
     * is far beyond the line's end is not looked at. */
    size_t most = (line->max + 1) * 64;
    struct td_buf clean = {0};

    text_clean(&clean, td_bytes(bytes.ptr, bytes.len < most ? bytes.len : most),
               line->style);
    text_put_bytes(line, role, td_buf_bytes(&clean));
    td_buf_release(&clean);
}

void text_put_sign(struct text_line *line, enum text_role role,
                   enum text_sign sign)
{
    text_put(line, role, text_sign(line->style, sign));
}

void text_tab(struct text_line *line, size_t column)
{
    while (line->used < column && line->used < line->max && !line->cut) {
        (void)td_buf_add_byte(line->out, ' ');
        line->used++;
    }
}

/* Eighths of the cell behind the full ones; "" none. */
static const char *part_of(size_t eighths)
{
    static const char *const parts[] = {"",
                                        "\xe2\x96\x8f",
                                        "\xe2\x96\x8e",
                                        "\xe2\x96\x8d",
                                        "\xe2\x96\x8c",
                                        "\xe2\x96\x8b",
                                        "\xe2\x96\x8a",
                                        "\xe2\x96\x89"};

    return parts[eighths % 8];
}

void text_bar(struct text_line *line, enum text_role role, size_t cells,
              unsigned thousandths)
{
    const struct text_style *style = line->style;
    bool minimal = style->bars == TEXT_BARS_MINIMAL;
    size_t eighths =
        cells * 8 * (thousandths < 1000 ? thousandths : 1000) / 1000;
    size_t full = eighths / 8;
    const char *part = style->bars == TEXT_BARS_DETAILED && style->utf8
                           ? part_of(eighths)
                           : "";
    struct td_buf bar = {0};

    for (size_t i = 0; i < full; i++)
        (void)td_buf_add_text(
            &bar, text_sign(style, minimal ? TEXT_RULE : TEXT_FULL));
    (void)td_buf_add_text(&bar, part);
    text_put_bytes(line, role, td_buf_bytes(&bar));
    td_buf_clear(&bar);
    for (size_t i = full + (*part != '\0'); i < cells; i++)
        (void)td_buf_add_text(&bar,
                              minimal ? " " : text_sign(style, TEXT_EMPTY));
    text_put_bytes(line, TEXT_DIM, td_buf_bytes(&bar));
    td_buf_release(&bar);
}

/* The path from behind its first folder on; itself when it has none. */
static struct td_bytes without_folder(struct td_bytes path)
{
    const uint8_t *slash = memchr(path.ptr, '/', path.len);
    size_t cut = slash ? (size_t)(slash - path.ptr) + 1 : 0;

    return td_bytes(path.ptr + cut, path.len - cut);
}

void text_cut_path(struct td_buf *out, struct td_bytes path, size_t columns,
                   const struct text_style *style)
{
    const char *sign = text_sign(style, TEXT_CUT);
    size_t takes = td_width(td_text(sign)) + 1;
    struct text_line line = {.out = out, .style = style, .max = columns};
    struct td_bytes left = path;

    if (td_width(path) > columns) {
        do
            left = without_folder(left);
        while (memchr(left.ptr, '/', left.len) &&
               td_width(left) + takes > columns);
        if (left.len < path.len && columns > takes) {
            text_put(&line, TEXT_PLAIN, sign);
            text_put(&line, TEXT_PLAIN, "/");
        }
    }
    text_put_bytes(&line, TEXT_PLAIN, left);
}
