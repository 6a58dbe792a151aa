#include "cli/shared/json_text.h"

#include "core/json.h"
#include "core/utf8.h"

void cli_json_text(struct td_buf *out, const char *key, const char *text)
{
    if (key)
        (void)td_buf_addf(out, "\"%s\":", key);
    (void)td_buf_add_byte(out, '"');
    (void)td_json_escape_any(out, td_text(text));
    (void)td_buf_add_byte(out, '"');
}
