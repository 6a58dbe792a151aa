#include "console/marks.h"

#include "core/mem.h"

#include <stdlib.h>

#define MARKS_MAX 256

struct console_marks {
    struct console_mark list[MARKS_MAX]; /* in the order of the tape */
    size_t len;
    size_t bytes;
    uint64_t apart; /* events */
};

struct console_marks *console_marks_new(void)
{
    struct console_marks *marks = td_calloc(1, sizeof(*marks));

    marks->apart = MARKS_EVENTS;
    return marks;
}

void console_marks_free(struct console_marks *marks)
{
    if (!marks)
        return;
    for (size_t i = 0; i < marks->len; i++)
        seen_free(marks->list[i].seen);
    free(marks);
}

static void thin_out(struct console_marks *marks)
{
    size_t kept = 0;

    marks->bytes = 0;
    marks->apart *= 2;
    for (size_t i = 0; i < marks->len; i++) {
        if (i % 2 == 0) {
            seen_free(marks->list[i].seen);
            continue;
        }
        marks->list[kept++] = marks->list[i];
        marks->bytes += seen_bytes(marks->list[i].seen);
    }
    marks->len = kept;
}

void console_marks_note(struct console_marks *marks, const struct seen *seen,
                        uint64_t at_ns, uint64_t seq)
{
    const struct console_mark *last =
        marks->len ? &marks->list[marks->len - 1] : NULL;

    if (seq < (last ? last->seq : 0) + marks->apart ||
        (last && at_ns <= last->at_ns))
        return;
    marks->bytes += seen_bytes(seen);
    marks->list[marks->len++] = (struct console_mark){
        .at_ns = at_ns, .seq = seq, .seen = seen_copy(seen)};
    while (marks->len == MARKS_MAX ||
           (marks->len && marks->bytes > MARKS_BYTES))
        thin_out(marks);
}

const struct console_mark *
console_marks_before(const struct console_marks *marks, uint64_t at_ns)
{
    const struct console_mark *found = NULL;
    size_t low = 0;
    size_t high = marks->len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (marks->list[middle].at_ns < at_ns) {
            found = &marks->list[middle];
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return found;
}
