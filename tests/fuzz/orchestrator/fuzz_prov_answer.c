/* Any stream of a model gives the same answer, however it is cut into pieces
 * (the first byte says how); a good one is text, and its blocks of code lie in
 * it, one behind the other.
 */
#include "core/utf8.h"
#include "orchestrator/provider/answer.h"
#include "wire/sse/sse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_blocks(struct td_bytes text)
{
    const uint8_t *at = text.ptr;
    struct td_bytes block;

    for (uint32_t n = 0; prov_answer_block(text, n, &block); n++) {
        if (block.ptr < at || block.ptr + block.len > text.ptr + text.len)
            abort();
        at = block.ptr + block.len;
    }
}

/* As the provider takes it: until it is done or broken. */
static enum td_code take(struct prov_answer *answer, struct sse_parser *sse,
                         struct td_bytes in)
{
    struct sse_item item;
    enum td_code code = TD_OK;

    while (!answer->done && !answer->failed && !code &&
           (code = sse_next(sse, &in, &item, NULL)) == TD_OK)
        if (item.kind == SSE_EVENT)
            code = prov_answer_take(answer, item.data, NULL);
    return code == TD_AGAIN ? TD_OK : code;
}

static void understand(struct td_buf *log, struct td_bytes all, size_t chunk)
{
    struct prov_answer answer = {0};
    struct sse_parser sse;
    struct prov_end end = {0};
    enum td_code code = TD_OK;

    sse_parser_init(&sse, 0);
    while (all.len > 0 && !code) {
        size_t len = all.len < chunk ? all.len : chunk;

        code = take(&answer, &sse, td_bytes(all.ptr, len));
        all = td_bytes(all.ptr + len, all.len - len);
    }
    if (prov_answer_judge(&answer, &end) != end.ok || (end.ok && *end.text))
        abort();
    if (!td_utf8_valid(td_buf_bytes(&answer.text)))
        abort();
    check_blocks(td_buf_bytes(&answer.text));
    td_buf_addf(log, "%d %d %d %u %u %s ", (int)code, end.ok, (int)end.fault,
                (unsigned)answer.tokens_in, (unsigned)answer.tokens_out,
                end.text);
    td_buf_add_bytes(log, td_buf_bytes(&answer.text));
    prov_answer_release(&answer);
    sse_parser_release(&sse);
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
