/* The names that give a credential away. */
#include "recorder/redact.h"

#include <ctype.h>

/* Bytes of name without "-" and "_", in lower case; longer names are cut: the
 * words looked for are short, and stand at the start or the end.
 */
static size_t plain_name(char *out, size_t max, struct td_bytes name)
{
    size_t len = 0;

    for (size_t i = 0; i < name.len && len < max - 1; i++)
        if (name.ptr[i] != '-' && name.ptr[i] != '_')
            out[len++] = (char)tolower(name.ptr[i]);
    out[len] = '\0';
    return len;
}

bool rec_redact_is_secret(struct td_bytes name)
{
    static const char *const parts[] = {
        "token",     "secret",     "passw",        "passphrase", "apikey",
        "accesskey", "privatekey", "credential",   "signature",  "cookie",
        "session",   "jwt",        "authorization"};
    static const char *const wholes[] = {"auth", "key",  "sig", "sid", "pass",
                                         "pwd",  "code", "pw",  "pid"};
    char text[128];

    plain_name(text, sizeof(text), name);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(text, parts[i]))
            return true;
    for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++)
        if (!strcmp(text, wholes[i]))
            return true;
    return false;
}
