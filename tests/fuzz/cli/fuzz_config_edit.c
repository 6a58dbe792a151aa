/* A setting is put into any text: refused, or what comes out says it, and is
 * changed no more by saying it again. The input is VALUE, LF, TEXT.
 */
#include "cli/options/config_edit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const uint8_t *lf = len ? memchr(data, '\n', len) : NULL;
    char value[64] = "";
    struct td_bytes text = td_bytes(data, len);
    struct cli_config_change change = {"console", "theme", value};
    struct td_buf once = {0};
    struct td_buf twice = {0};

    if (!lf || (size_t)(lf - data) >= sizeof(value) ||
        memchr(data, '\0', (size_t)(lf - data)))
        return 0;
    memcpy(value, data, (size_t)(lf - data));
    text = td_bytes(lf + 1, len - (size_t)(lf + 1 - data));
    if (cli_config_edit(&once, "fuzz", text, &change, NULL) == TD_OK) {
        if (cli_config_edit(&twice, "fuzz", td_buf_bytes(&once), &change,
                            NULL) ||
            once.len != twice.len || memcmp(once.ptr, twice.ptr, once.len) != 0)
            abort();
    }
    td_buf_release(&once);
    td_buf_release(&twice);
    return 0;
}
