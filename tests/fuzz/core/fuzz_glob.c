/* A pattern, a NUL, and a name or path. Any bytes may be asked, a plain text
 * with a \ before each character takes in itself, and what is taken in without
 * hidden names is so with them. */
#include "core/buf.h"
#include "core/glob.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_self(struct td_bytes text)
{
    struct td_buf escaped = {0};

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x80 && text.ptr[i] != '/')
            (void)td_buf_add_byte(&escaped, '\\');
        (void)td_buf_add_byte(&escaped, text.ptr[i]);
    }
    if (!td_glob_name(td_buf_bytes(&escaped), text, 0))
        abort();
    td_buf_release(&escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    struct td_bytes pattern = td_bytes(data, nul ? (size_t)(nul - data) : size);
    struct td_bytes text =
        nul ? td_bytes(nul + 1, size - pattern.len - 1) : td_bytes(data, size);

    if (td_glob_name(pattern, text, 0) &&
        !td_glob_name(pattern, text, TD_GLOB_HIDDEN))
        abort();
    if (td_glob_path(pattern, text, 0) &&
        !td_glob_path(pattern, text, TD_GLOB_HIDDEN))
        abort();
    check_self(text);
    (void)td_glob_is(pattern);
    return 0;
}
