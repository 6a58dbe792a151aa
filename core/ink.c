#include "core/ink.h"

enum td_code td_ink(struct td_buf *out, enum td_ink ink, const char *text,
                    bool on)
{
    /* SGR, ECMA-48 8.3.117. */
    static const char *const begins[] = {
        [TD_INK_BAD] = "\033[31m",
        [TD_INK_GOOD] = "\033[32m",
        [TD_INK_WARN] = "\033[33m",
    };

    return td_buf_addf(out, "%s%s%s", on ? begins[ink] : "", text,
                       on ? "\033[m" : "");
}
