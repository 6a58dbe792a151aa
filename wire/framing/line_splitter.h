/* wire/framing/line_splitter.h - bytes in, lines out; a line may come in any
 * pieces. */
#ifndef WIRE_FRAMING_LINE_SPLITTER_H
#define WIRE_FRAMING_LINE_SPLITTER_H

#include "core/buf.h"

#include <stdbool.h>

/* Bytes before the LF; `whole` is false for what the input ended with. Lives
 * for the call.
 */
typedef void wire_line_fn(void *ctx, struct td_bytes line, bool whole);

/* A line that is longer than the limit; called once, where it begins to be
 * skipped.
 */
typedef void wire_long_fn(void *ctx);

struct wire_lines {
    struct td_buf buf; /* bytes that are not a line yet, and room */
    size_t scanned;    /* of them, without an LF */
    size_t max_line;
    bool skipping; /* until the next LF */
    wire_line_fn *line;
    wire_long_fn *too_long;
    void *ctx;
};

/* A splitter without bytes; the callbacks get ctx. */
void wire_lines_init(struct wire_lines *lines, size_t max_line,
                     wire_line_fn *line, wire_long_fn *too_long, void *ctx);
void wire_lines_release(struct wire_lines *lines);

/* Room for n bytes, n at most WIRE_LINES_READ; then say how many came. */
#define WIRE_LINES_READ ((size_t)256 * 1024)
uint8_t *wire_lines_room(struct wire_lines *lines, size_t n);
void wire_lines_came(struct wire_lines *lines, size_t n);

/* The input has ended: what is left is a line that is not whole. */
void wire_lines_end(struct wire_lines *lines);

#endif
