/* recorder/line_splitter.h - bytes in, lines out; a line may come in any
 * pieces. */
#ifndef RECORDER_LINE_SPLITTER_H
#define RECORDER_LINE_SPLITTER_H

#include "core/buf.h"

#include <stdbool.h>

/* Bytes before the LF; `whole` is false for what the input ended with. Lives
 * for the call.
 */
typedef void rec_line_fn(void *ctx, struct td_bytes line, bool whole);

/* A line that is longer than the limit; called once, where it begins to be
 * skipped.
 */
typedef void rec_long_fn(void *ctx);

struct rec_lines {
    struct td_buf buf; /* bytes that are not a line yet, and room */
    size_t scanned;    /* of them, without an LF */
    size_t max_line;
    bool skipping; /* until the next LF */
    rec_line_fn *line;
    rec_long_fn *too_long;
    void *ctx;
};

/* A splitter without bytes; the callbacks get ctx. */
void rec_lines_init(struct rec_lines *lines, size_t max_line, rec_line_fn *line,
                    rec_long_fn *too_long, void *ctx);
void rec_lines_release(struct rec_lines *lines);

/* Room for n bytes, n at most REC_LINES_READ; then say how many came. */
#define REC_LINES_READ ((size_t)256 * 1024)
uint8_t *rec_lines_room(struct rec_lines *lines, size_t n);
void rec_lines_came(struct rec_lines *lines, size_t n);

/* The input has ended: what is left is a line that is not whole. */
void rec_lines_end(struct rec_lines *lines);

#endif
