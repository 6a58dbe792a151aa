/* What decodes encodes to the same text, and any bytes survive both ways. */
#include "core/b64.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_bytes in = td_bytes(data, size);
    struct td_buf there = {0};
    struct td_buf back = {0};

    if (td_b64_decode(&there, in) == TD_OK) {
        if (td_b64_encode(&back, td_buf_bytes(&there)) ||
            !td_bytes_equal(td_buf_bytes(&back), in))
            abort();
    }
    td_buf_clear(&there);
    td_buf_clear(&back);
    if (td_b64_encode(&there, in) ||
        td_b64_decode(&back, td_buf_bytes(&there)) ||
        !td_bytes_equal(td_buf_bytes(&back), in))
        abort();
    td_buf_release(&there);
    td_buf_release(&back);
    return 0;
}
