/* Any text is a URL or an error, and its password is in neither what is shown
 * nor the error.
 */
#include "core/mem.h"
#include "wire/http/url.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = td_strndup(data, size);
    struct td_error err = {0};
    struct td_buf shown = {0};
    struct wire_url url;
    char *host;
    char *path;
    uint16_t port;

    if (wire_url_public(&shown, text))
        abort();
    if (wire_url_parse(&url, text, &err) == TD_OK) {
        struct wire_url again;

        if ((!url.host && !url.unix_path) || !url.path || !url.query)
            abort();
        if (wire_url_parse(&again, td_buf_str(&shown), NULL) == TD_OK &&
            again.user)
            abort();
        wire_url_release(&again);
        wire_url_release(&url);
    }
    if (wire_url_listen(text, &host, &port, &path, &err) == TD_OK) {
        free(host);
        free(path);
    }
    td_buf_release(&shown);
    free(text);
    return 0;
}
