/* Lines of documents: by their shapes they are what td_json_parse() says. */
#include "tests/support/same_doc.h"

#include <stdlib.h>

#define DEPTH 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_lines(struct td_json_shapes *shapes, struct td_bytes text)
{
    while (text.len > 0) {
        const uint8_t *lf = memchr(text.ptr, '\n', text.len);
        size_t len = lf ? (size_t)(lf - text.ptr) : text.len;
        uint64_t shape;

        if (!same_doc(shapes, DEPTH, td_bytes(text.ptr, len), &shape))
            abort();
        text.ptr += len + (lf != NULL);
        text.len -= len + (lf != NULL);
    }
}

/* Twice: what the first round has learned, the second walks along. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_json_shapes *shapes = td_json_shapes_new(DEPTH);

    take_lines(shapes, td_bytes(data, size));
    take_lines(shapes, td_bytes(data, size));
    td_json_shapes_free(shapes);
    return 0;
}
