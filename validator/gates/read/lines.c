#include "validator/gates/read/lines.h"

static void keep(struct read_lines *lines, struct td_bytes part)
{
    size_t room = lines->max - lines->rest.len;

    lines->cut = lines->cut || part.len > room;
    (void)td_buf_add(&lines->rest, part.ptr, part.len < room ? part.len : room);
}

static void show(struct read_lines *lines, struct td_bytes line)
{
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    lines->number++;
    if (line.len > lines->max) {
        line.len = lines->max;
        lines->cut = true;
    }
    lines->line(lines->self, line);
    lines->cut = false;
}

void read_lines_put(struct read_lines *lines, struct td_bytes piece)
{
    while (piece.len > 0 && !lines->stop) {
        const uint8_t *end = memchr(piece.ptr, '\n', piece.len);
        size_t len = end ? (size_t)(end - piece.ptr) : piece.len;

        if (!end) {
            keep(lines, piece);
            return;
        }
        if (lines->rest.len > 0) {
            keep(lines, td_bytes(piece.ptr, len));
            show(lines, td_buf_bytes(&lines->rest));
            td_buf_clear(&lines->rest);
        } else {
            show(lines, td_bytes(piece.ptr, len));
        }
        piece = td_bytes(piece.ptr + len + 1, piece.len - len - 1);
    }
}

bool read_lines_end(struct read_lines *lines)
{
    if (lines->rest.len == 0 || lines->stop)
        return false;
    show(lines, td_buf_bytes(&lines->rest));
    td_buf_clear(&lines->rest);
    return true;
}
