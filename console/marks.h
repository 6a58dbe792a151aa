/* console/marks.h - how the fold stood at some places of a tape, so that a move
 * need not begin at the tape's start.
 *
 * They take MARKS_BYTES at most: when there are more, every second one goes,
 * and those that come are twice as far apart.
 */
#ifndef CONSOLE_MARKS_H
#define CONSOLE_MARKS_H

#include "console/seen/seen.h"

#define MARKS_EVENTS 8192 /* between two, at first */
#define MARKS_BYTES  ((size_t)24 << 20)

struct console_marks;

struct console_mark {
    uint64_t at_ns; /* of the last event that is in the fold */
    uint64_t seq;
    struct seen *seen;
};

/* None yet. */
struct console_marks *console_marks_new(void);
/* NULL is fine. */
void console_marks_free(struct console_marks *marks);

/* The fold with the event at this place as its last. Keeps a copy, if it is far
 * enough behind the last one. */
void console_marks_note(struct console_marks *marks, const struct seen *seen,
                        uint64_t at_ns, uint64_t seq);

/* The last that is in front of this time; NULL: none is. Valid until the next
 * note. */
const struct console_mark *
console_marks_before(const struct console_marks *marks, uint64_t at_ns);

#endif
