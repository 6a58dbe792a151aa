#include "tests/support/terminal.h"

#include "core/mem.h"
#include "core/utf8.h"

#include <stdlib.h>
#include <vterm.h>

struct terminal {
    VTerm *vt;
    VTermScreen *screen;
    struct td_buf gone; /* lines that went off the top */
    struct td_buf text;
};

static void add_cells(struct td_buf *out, const VTermScreenCell *cells,
                      int columns)
{
    size_t kept = out->len;

    for (int i = 0; i < columns; i++) {
        const uint32_t *chars = cells[i].chars;
        uint8_t utf8[4];

        if (chars[0] == (uint32_t)-1)
            continue; /* the second half of a wide one */
        if (!chars[0] || chars[0] == ' ') {
            (void)td_buf_add_byte(out, ' ');
            continue;
        }
        for (int k = 0; k < VTERM_MAX_CHARS_PER_CELL && chars[k]; k++)
            (void)td_buf_add(out, utf8, td_utf8_put(utf8, chars[k]));
        kept = out->len;
    }
    out->len = kept;
    (void)td_buf_add_byte(out, '\n');
}

static int on_gone(int columns, const VTermScreenCell *cells, void *ctx)
{
    struct terminal *t = ctx;

    add_cells(&t->gone, cells, columns);
    return 1;
}

static const VTermScreenCallbacks callbacks = {.sb_pushline = on_gone};

struct terminal *terminal_new(int rows, int columns)
{
    struct terminal *t = td_calloc(1, sizeof(*t));

    t->vt = vterm_new(rows, columns);
    vterm_set_utf8(t->vt, 1);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_reset(t->screen, 1);
    return t;
}

void terminal_free(struct terminal *t)
{
    vterm_free(t->vt);
    td_buf_release(&t->gone);
    td_buf_release(&t->text);
    free(t);
}

void terminal_write(struct terminal *t, struct td_bytes bytes)
{
    (void)vterm_input_write(t->vt, (const char *)bytes.ptr, bytes.len);
}

void terminal_resize(struct terminal *t, int rows, int columns)
{
    vterm_set_size(t->vt, rows, columns);
}

const char *terminal_text(struct terminal *t)
{
    VTermScreenCell cells[512];
    int rows;
    int columns;

    vterm_get_size(t->vt, &rows, &columns);
    td_buf_clear(&t->text);
    (void)td_buf_add_bytes(&t->text, td_buf_bytes(&t->gone));
    for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++)
            (void)vterm_screen_get_cell(t->screen,
                                        (VTermPos){.row = row, .col = column},
                                        &cells[column]);
        add_cells(&t->text, cells, columns);
    }
    while (t->text.len >= 2 && t->text.ptr[t->text.len - 1] == '\n' &&
           t->text.ptr[t->text.len - 2] == '\n')
        t->text.len--;
    return td_buf_str(&t->text);
}

void terminal_cursor(struct terminal *t, int *row, int *column)
{
    VTermPos pos;

    vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
    *row = pos.row;
    *column = pos.col;
}
