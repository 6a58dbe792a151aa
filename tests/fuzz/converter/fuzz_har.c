/* A HAR from outside: what comes out goes forward in time and fits on lines,
 * and written as a HAR again it is one.
 */
#include "converter/convert.h"
#include "converter/format.h"
#include "converter/har_read.h"
#include "tape/line.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All events as lines, and as a HAR; false: it is none. */
static bool read_all(struct td_bytes text, struct td_buf *lines,
                     struct conv_out *out)
{
    struct conv_options options = {.format = "har", .program = "tapedeck 0"};
    struct conv_har *har = NULL;
    struct td_event ev;
    uint64_t last_ns = 0;
    uint64_t seq = 0;
    void *self;

    if (conv_har_open(&har, text, "-", NULL))
        return false;
    options.start_wall_ns = conv_har_start_wall(har);
    self = conv_har_format.open(out, &options);
    while (!conv_har_next(har, &ev, NULL)) {
        if (ev.at_ns < last_ns)
            abort();
        last_ns = ev.at_ns;
        ev.seq = ++seq;
        if (ev.at_ns > TAPE_INT_MAX)
            abort();
        if (ev.form == TD_FORM_JSON && !td_json_fits_line(ev.payload))
            abort();
        if (tape_line_encode(lines, &ev))
            abort();
        if (conv_har_format.put(self, out, &ev, NULL))
            abort();
    }
    conv_har_format.end(self, out);
    conv_har_format.free(self);
    conv_har_close(har);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf lines = {0};
    struct td_buf again = {0};
    struct conv_out out = {0};
    struct conv_out second = {0};

    if (size < 1 << 20 && read_all(td_bytes(data, size), &lines, &out) &&
        !read_all(td_buf_bytes(&out.bytes), &again, &second))
        abort();
    td_buf_release(&lines);
    td_buf_release(&again);
    td_buf_release(&out.bytes);
    td_buf_release(&second.bytes);
    return 0;
}
