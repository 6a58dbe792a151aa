#include "recorder/line_splitter.h"

void rec_lines_init(struct rec_lines *lines, size_t max_line, rec_line_fn *line,
                    rec_long_fn *too_long, void *ctx)
{
    *lines = (struct rec_lines){
        .max_line = max_line, .line = line, .too_long = too_long, .ctx = ctx};
    td_buf_init(&lines->buf, max_line + 2 * REC_LINES_READ);
}

void rec_lines_release(struct rec_lines *lines)
{
    td_buf_release(&lines->buf);
}

uint8_t *rec_lines_room(struct rec_lines *lines, size_t n)
{
    return td_buf_room(&lines->buf, n);
}

/* The line from `from` up to the LF at `to`. */
static void one_line(struct rec_lines *lines, size_t from, size_t to)
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

void rec_lines_came(struct rec_lines *lines, size_t n)
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

void rec_lines_end(struct rec_lines *lines)
{
    if (lines->buf.len && !lines->skipping)
        lines->line(lines->ctx, td_buf_bytes(&lines->buf), false);
    td_buf_clear(&lines->buf);
    lines->scanned = 0;
}
