#include "wire/framing/line_splitter.h"

void wire_lines_init(struct wire_lines *lines, size_t max_line,
                     wire_line_fn *line, wire_long_fn *too_long, void *ctx)
{
    *lines = (struct wire_lines){
        .max_line = max_line, .line = line, .too_long = too_long, .ctx = ctx};
    td_buf_init(&lines->buf, max_line + 2 * WIRE_LINES_READ);
}

void wire_lines_release(struct wire_lines *lines)
{
    td_buf_release(&lines->buf);
}

uint8_t *wire_lines_room(struct wire_lines *lines, size_t n)
{
    return td_buf_room(&lines->buf, n);
}

/* The line from `from` up to the LF at `to`. */
static void one_line(struct wire_lines *lines, size_t from, size_t to)
{
    bool skipped = lines->skipping;

    lines->skipping = false;
    if (skipped)
        return;
    if (to - from > lines->max_line)
        lines->too_long(lines->ctx);
    else
        lines->line(lines->ctx, td_bytes(lines->buf.ptr + from, to - from),
                    true);
}

void wire_lines_came(struct wire_lines *lines, size_t n)
{
    struct td_buf *buf = &lines->buf;
    size_t from = 0;
    size_t at = lines->scanned;

    buf->len += n;
    while (at < buf->len) {
        const uint8_t *lf = memchr(buf->ptr + at, '\n', buf->len - at);

        if (!lf)
            break;
        one_line(lines, from, (size_t)(lf - buf->ptr));
        from = at = (size_t)(lf - buf->ptr) + 1;
    }
    td_buf_drop(buf, from);
    if (!lines->skipping && buf->len > lines->max_line) {
        lines->skipping = true;
        lines->too_long(lines->ctx);
    }
    if (lines->skipping)
        td_buf_clear(buf);
    lines->scanned = buf->len;
}

void wire_lines_end(struct wire_lines *lines)
{
    if (lines->buf.len && !lines->skipping)
        lines->line(lines->ctx, td_buf_bytes(&lines->buf), false);
    td_buf_clear(&lines->buf);
    lines->scanned = 0;
}
