/* Any bytes give an event or an error; an event that passed every check is
 * read the same without them, and is written and read again as the same.
 */
#include "tape/line.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int same(const struct td_event *a, const struct td_event *b)
{
    return a->seq == b->seq && a->at_ns == b->at_ns && a->conn == b->conn &&
           a->dir == b->dir && a->form == b->form && a->cut == b->cut &&
           td_bytes_equal(a->kind, b->kind) && td_bytes_equal(a->ns, b->ns) &&
           td_bytes_equal(a->id, b->id) && td_bytes_equal(a->ack, b->ack) &&
           td_bytes_equal(a->name, b->name) && td_bytes_equal(a->att, b->att) &&
           td_bytes_equal(a->payload, b->payload);
}

static void comes_back(const struct td_event *ev)
{
    struct td_buf line = {0};
    struct td_buf scratch = {0};
    struct td_event back;

    if (tape_line_encode(&line, ev) ||
        tape_line_parse(&back, td_bytes(line.ptr, line.len - 1), &scratch, true,
                        NULL) ||
        !same(&back, ev))
        abort();
    td_buf_release(&line);
    td_buf_release(&scratch);
}

/* A tape's own lines are parsed without the checks. */
static void needs_no_check(const struct td_event *ev, struct td_bytes line)
{
    struct td_buf scratch = {0};
    struct td_event back;

    if (tape_line_parse(&back, line, &scratch, false, NULL) || !same(ev, &back))
        abort();
    td_buf_release(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf scratch = {0};
    struct td_event ev;
    struct td_error err = {0};

    if (memchr(data, '\n', size))
        return 0; /* the reader cuts lines there */
    if (tape_line_parse(&ev, td_bytes(data, size), &scratch, false, &err) &&
        err.offset > size)
        abort();
    if (!tape_line_parse(&ev, td_bytes(data, size), &scratch, true, &err)) {
        needs_no_check(&ev, td_bytes(data, size));
        comes_back(&ev);
    }
    td_buf_release(&scratch);
    return 0;
}
