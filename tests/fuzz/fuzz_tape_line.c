/* Any bytes give an event or an error; an event that passed every check is
 * written and read again as the same.
 */
#include "tape/line.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void comes_back(const struct td_event *ev)
{
    struct td_buf line = {0};
    struct td_buf scratch = {0};
    struct td_event back;

    if (tape_line_encode(&line, ev) ||
        tape_line_parse(&back, td_bytes(line.ptr, line.len - 1), &scratch, true,
                        NULL) ||
        back.form != ev->form || !td_bytes_equal(back.payload, ev->payload))
        abort();
    td_buf_release(&line);
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
    if (!tape_line_parse(&ev, td_bytes(data, size), &scratch, true, &err))
        comes_back(&ev);
    td_buf_release(&scratch);
    return 0;
}
