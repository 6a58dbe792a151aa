/* Any bytes are understood the same, however they are cut into pieces. The
 * first byte chooses the role and the size of the pieces.
 */
#include "wire/http/http.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell_trailers(struct td_buf *log, const struct http_parser *parser)
{
    struct http_field field;
    size_t at = 0;

    while (http_next_trailer(parser, &at, &field)) {
        td_buf_add_bytes(log, field.name);
        td_buf_add_text(log, "=");
        td_buf_add_bytes(log, field.value);
    }
}

static void understand(struct td_buf *log, enum http_role role,
                       struct td_bytes all, size_t chunk)
{
    static const struct http_limits limits = {300, 1000, 2000};
    struct http_parser parser;
    enum td_code code = TD_AGAIN;

    http_parser_init(&parser, role, &limits);
    parser.keep_trailers = true;
    while (all.len > 0 && code == TD_AGAIN) {
        struct td_bytes in =
            td_bytes(all.ptr, all.len < chunk ? all.len : chunk);
        struct http_item item;

        all.ptr += in.len;
        all.len -= in.len;
        while ((code = http_next(&parser, &in, &item, NULL)) == TD_OK) {
            if (item.kind == HTTP_BODY)
                td_buf_add_bytes(log, item.body);
            else
                td_buf_addf(log, "<%d>", (int)item.kind);
            if (item.kind == HTTP_BODY && item.chunk_ends)
                td_buf_add_text(log, "|");
            if (item.kind == HTTP_END)
                tell_trailers(log, &parser);
            if (item.kind == HTTP_HEAD)
                td_buf_add_bytes(log, http_head_text(&parser));
            if (item.kind == HTTP_HEAD)
                td_buf_addf(log, "%zu %d %d", item.head->field_count,
                            (int)item.head->framing, item.head->status);
        }
        if (code == TD_AGAIN && in.len > 0)
            abort();
    }
    /* Of two faults the one that is seen first depends on the pieces. */
    td_buf_addf(log, code == TD_AGAIN ? "." : "!");
    http_parser_release(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_buf whole = {0};
    struct td_buf pieces = {0};
    enum http_role role;

    if (size == 0)
        return 0;
    role = *data & 1 ? HTTP_REQUESTS : HTTP_RESPONSES;
    understand(&whole, role, td_bytes(data + 1, size - 1), size);
    understand(&pieces, role, td_bytes(data + 1, size - 1),
               (size_t)(*data >> 1) % 16 + 1);
    if (!td_bytes_equal(td_buf_bytes(&whole), td_buf_bytes(&pieces)))
        abort();
    td_buf_release(&whole);
    td_buf_release(&pieces);
    return 0;
}
