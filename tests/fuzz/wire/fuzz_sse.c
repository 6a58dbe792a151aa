/* Any bytes are understood the same, however they are cut into pieces (the
 * first byte says how), and an event that is written again comes back.
 */
#include "wire/sse/sse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct sse_item *item)
{
    struct sse_parser parser = {0};
    struct td_buf out = {0};
    struct sse_item again;
    struct td_bytes in;

    if (sse_put(&out, item->name, item->id, item->data))
        abort();
    in = td_buf_bytes(&out);
    if (sse_next(&parser, &in, &again, NULL) || again.kind != SSE_EVENT ||
        !td_bytes_equal(again.name, item->name) ||
        !td_bytes_equal(again.id, item->id) ||
        !td_bytes_equal(again.data, item->data))
        abort();
    td_buf_release(&out);
    sse_parser_release(&parser);
}

static void understand(struct td_buf *log, struct td_bytes all, size_t chunk)
{
    struct sse_parser parser;
    enum td_code code = TD_AGAIN;

    sse_parser_init(&parser, 200);
    while (all.len > 0 && code == TD_AGAIN) {
        struct td_bytes in =
            td_bytes(all.ptr, all.len < chunk ? all.len : chunk);
        struct sse_item item;

        all.ptr += in.len;
        all.len -= in.len;
        while ((code = sse_next(&parser, &in, &item, NULL)) == TD_OK) {
            td_buf_addf(log, "<%d %d>", (int)item.kind, item.has_id);
            td_buf_add_bytes(log, item.name);
            td_buf_add_byte(log, '#');
            td_buf_add_bytes(log, item.id);
            td_buf_add_byte(log, '=');
            td_buf_add_bytes(log, item.data);
            if (item.kind == SSE_EVENT)
                check_written(&item);
        }
        if (code == TD_AGAIN && in.len > 0)
            abort();
    }
    td_buf_addf(log, "!%d", (int)code);
    sse_parser_release(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf whole = {0};
    struct td_buf pieces = {0};

    if (size == 0)
        return 0;
    understand(&whole, td_bytes(data + 1, size - 1), size);
    understand(&pieces, td_bytes(data + 1, size - 1), *data % 16U + 1);
    if (!td_bytes_equal(td_buf_bytes(&whole), td_buf_bytes(&pieces)))
        abort();
    td_buf_release(&whole);
    td_buf_release(&pieces);
    return 0;
}
