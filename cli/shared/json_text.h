/* cli/shared/json_text.h - texts as JSON strings. */
#ifndef CLI_SHARED_JSON_TEXT_H
#define CLI_SHARED_JSON_TEXT_H

#include "core/buf.h"

/* Append text as a JSON string with its quotes, "key": before it unless key is
 * NULL. Text that is not UTF-8 cannot stand in JSON and becomes "".
 */
void cli_json_text(struct td_buf *out, const char *key, const char *text);

#endif
