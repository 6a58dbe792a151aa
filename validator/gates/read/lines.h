/* validator/gates/read/lines.h - bytes in pieces, cut at their ends of line.
 *
 * LF and CR LF end a line and are not part of it. A line that lies within a
 * piece is shown there, without a copy.
 */
#ifndef VALIDATOR_GATES_READ_LINES_H
#define VALIDATOR_GATES_READ_LINES_H

#include "core/buf.h"

#include <stdbool.h>

struct read_lines {
    struct td_buf rest; /* of a line whose end is to come */
    size_t max;         /* bytes of a line that are shown */
    uint64_t number;    /* of the line that is shown, from 1 */
    bool cut;           /* the line that is shown was longer */
    bool stop;          /* set it to end read_lines_put() */
    void (*line)(void *self, struct td_bytes line);
    void *self;
};

void read_lines_put(struct read_lines *lines, struct td_bytes piece);
/* Show the last line if it has no end; true if there was one. */
bool read_lines_end(struct read_lines *lines);

#endif
