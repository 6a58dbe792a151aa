#include "core/hex.h"

enum td_code td_percent_decode(struct td_buf *out, struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        int c = text.ptr[i];

        if (c == '%') {
            int high = text.len - i > 2 ? td_hex_digit(text.ptr[i + 1]) : -1;
            int low = text.len - i > 2 ? td_hex_digit(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return TD_FORMAT;
            c = high << 4 | low;
            i += 2;
        }
        if (c == 0)
            return TD_FORMAT;
        if (td_buf_add_byte(out, (uint8_t)c))
            return TD_LIMIT;
    }
    return TD_OK;
}
