#include "console/screen/screen.h"
#include "console/text/text.h"
#include "core/mem.h"
#include "core/width.h"

#include <stdlib.h>
#include <string.h>

/* Between these a terminal that knows them shows nothing half done. */
#define AT_ONCE "\x1b[?2026h"
#define NOW     "\x1b[?2026l"

struct screen {
    size_t columns, rows; /* of the terminal */
    struct td_buf lines;  /* of the bottom as it stands */
    size_t count;
    size_t row; /* of the cursor in it */
    size_t column;
};

struct screen *screen_new(size_t columns, size_t rows)
{
    struct screen *screen = td_calloc(1, sizeof(*screen));

    screen->columns = columns;
    screen->rows = rows;
    return screen;
}

void screen_free(struct screen *screen)
{
    if (!screen)
        return;
    td_buf_release(&screen->lines);
    free(screen);
}

/* The first line of *text, taken off it. */
static struct td_bytes take_line(struct td_bytes *text)
{
    const uint8_t *lf = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    size_t len = lf ? (size_t)(lf - text->ptr) : text->len;
    struct td_bytes line = td_bytes(text->ptr, len);

    len += lf != NULL;
    *text = td_bytes(text->ptr + len, text->len - len);
    return line;
}

static void up(struct td_buf *out, size_t rows)
{
    if (rows)
        (void)td_buf_addf(out, "\x1b[%zuA", rows);
}

static void down(struct td_buf *out, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        (void)td_buf_add_text(out, "\n");
}

/* A line in its row, whatever stood there. */
static void put_line(struct td_buf *out, struct td_bytes line)
{
    (void)td_buf_add_text(out, "\r");
    (void)td_buf_add_bytes(out, line);
    (void)td_buf_add_text(out, "\x1b[K");
}

/* Over the bottom, which is drawn again below them. */
static void overwrite(struct screen *screen, struct td_buf *out,
                      struct td_bytes above)
{
    up(out, screen->row);
    while (above.len) {
        put_line(out, take_line(&above));
        (void)td_buf_add_text(out, "\n");
        screen->count -= screen->count > 0;
    }
    td_buf_clear(&screen->lines);
}

/* From the first line that differs on; returns the row the cursor is in. */
static size_t put_lines(struct screen *screen, struct td_buf *out,
                        struct td_bytes lines, size_t *count)
{
    struct td_bytes old = td_buf_bytes(&screen->lines);
    size_t at = screen->row;
    size_t row = 0;

    for (; lines.len; row++) {
        struct td_bytes now = take_line(&lines);
        bool known = old.len > 0;
        struct td_bytes was = take_line(&old);

        if (known && td_bytes_equal(now, was))
            continue;
        if (at > row)
            up(out, at - row);
        else
            down(out, row - at);
        put_line(out, now);
        at = row;
    }
    *count = row;
    return at;
}

/* Rows of the last bottom that this one does not have. */
static size_t wipe_rest(struct screen *screen, struct td_buf *out, size_t at,
                        size_t count)
{
    if (screen->count <= count)
        return at;
    if (at >= count) {
        up(out, at - (count - 1));
        at = count - 1;
    }
    down(out, count - 1 - at);
    (void)td_buf_add_text(out, "\r\n\x1b[J");
    return count;
}

/* The cursor, from row `at` of the bottom, to where it stays. */
static void put_cursor(const struct screen *screen, struct td_buf *out,
                       size_t at)
{
    if (at > screen->row)
        up(out, at - screen->row);
    else
        down(out, screen->row - at);
    (void)td_buf_add_text(out, "\r");
    if (screen->column)
        (void)td_buf_addf(out, "\x1b[%zuC", screen->column);
}

/* ---- lines between the scrollback and the bottom ---- */

/* What a terminal is told at the front of the text (a color, a link). */
static size_t told_length(struct td_bytes text)
{
    bool link = text.len > 1 && text.ptr[1] == ']';
    size_t i = 2;

    while (i < text.len &&
           (link ? text.ptr[i - 1] != 0x1b || text.ptr[i] != '\\'
                 : text.ptr[i] < '@' || text.ptr[i] > '~'))
        i++;
    return i < text.len ? i + 1 : text.len;
}

/* Columns of a line that has such sequences in it. */
static size_t shown_width(struct td_bytes line)
{
    struct td_buf clean = {0};
    size_t width;
    size_t i = 0;

    while (i < line.len) {
        if (line.ptr[i] == 0x1b)
            i += told_length(td_bytes(line.ptr + i, line.len - i));
        else
            (void)td_buf_add_byte(&clean, line.ptr[i++]);
    }
    width = td_width(td_buf_bytes(&clean));
    td_buf_release(&clean);
    return width;
}

/* How many lines they are, if none of them wraps and they and the bottom have
 * room on the terminal; else 0. */
static size_t count_fitting(const struct screen *screen, struct td_bytes lines)
{
    size_t count = 0;

    for (; lines.len; count++)
        if (shown_width(take_line(&lines)) >= screen->columns)
            return 0;
    return screen->count && screen->count + count <= screen->rows ? count : 0;
}

/* Room is made under the bottom, where the terminal scrolls by itself, and the
 * lines are inserted over it, which moves it there. The cursor ends in its
 * first row. */
static void insert(const struct screen *screen, struct td_buf *out,
                   struct td_bytes above, size_t count)
{
    down(out, screen->count - 1 - screen->row + count);
    up(out, screen->count - 1 + count);
    (void)td_buf_addf(out, "\x1b[%zuL", count);
    while (above.len) {
        (void)td_buf_add_text(out, "\r");
        (void)td_buf_add_bytes(out, take_line(&above));
        (void)td_buf_add_text(out, "\n");
    }
}

bool screen_insert(const struct screen *screen, struct td_buf *out,
                   struct td_bytes above)
{
    size_t count = count_fitting(screen, above);

    if (count == 0)
        return false;
    (void)td_buf_add_text(out, AT_ONCE);
    insert(screen, out, above, count);
    put_cursor(screen, out, 0);
    (void)td_buf_add_text(out, NOW);
    return true;
}

static void put_above(struct screen *screen, struct td_buf *out,
                      struct td_bytes above)
{
    size_t count = count_fitting(screen, above);

    if (count)
        insert(screen, out, above, count);
    else
        overwrite(screen, out, above);
    screen->row = 0;
}

void screen_draw(struct screen *screen, struct td_buf *out,
                 struct td_bytes above, struct td_bytes lines, size_t row,
                 size_t column)
{
    size_t count = 0;
    size_t at;

    if (above.len == 0 && row == screen->row && column == screen->column &&
        td_bytes_equal(lines, td_buf_bytes(&screen->lines)))
        return;
    (void)td_buf_add_text(out, AT_ONCE);
    if (above.len)
        put_above(screen, out, above);
    at = put_lines(screen, out, lines, &count);
    at = wipe_rest(screen, out, at, count);
    screen->row = row;
    screen->column = column;
    put_cursor(screen, out, at);
    (void)td_buf_add_text(out, NOW);
    td_buf_clear(&screen->lines);
    (void)td_buf_add_bytes(&screen->lines, lines);
    screen->count = count;
}

void screen_wipe(struct screen *screen, struct td_buf *out)
{
    if (screen->count) {
        up(out, screen->row);
        /* Not from the corner of the screen: there tmux takes it for clearing
         * all, and puts what stood there into its scrollback. */
        (void)td_buf_add_text(out, "\r\x1b[K\x1b[C\x1b[J\r");
    }
    td_buf_clear(&screen->lines);
    screen->count = 0;
    screen->row = 0;
}

void screen_resize(struct screen *screen, struct td_buf *out, size_t columns,
                   size_t terminal_rows)
{
    struct td_bytes lines = td_buf_bytes(&screen->lines);
    size_t rows = 0;

    for (size_t i = 0; i < screen->row && lines.len; i++) {
        size_t width = shown_width(take_line(&lines));

        rows += columns < screen->columns && width
                    ? (width + columns - 1) / columns
                    : 1;
    }
    screen->row = rows;
    screen->columns = columns;
    screen->rows = terminal_rows;
    screen_wipe(screen, out);
}
