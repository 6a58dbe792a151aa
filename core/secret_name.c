#include "core/secret_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The byte at i, or the one that "%41" there stands for; i is at its end. */
static int next_byte(struct td_bytes name, size_t *i)
{
    char digits[3] = "";

    if (name.ptr[*i] == '%' && name.len - *i > 2 &&
        isxdigit(name.ptr[*i + 1]) && isxdigit(name.ptr[*i + 2])) {
        memcpy(digits, name.ptr + *i + 1, 2);
        *i += 2;
        return (int)strtol(digits, NULL, 16);
    }
    return name.ptr[*i];
}

/* Bytes of name without "-" and "_", in lower case; longer names are cut: the
 * words looked for are short, and stand at the start or the end.
 */
static void plain_name(char *out, size_t max, struct td_bytes name)
{
    size_t len = 0;

    for (size_t i = 0; i < name.len && len < max - 1; i++) {
        int c = next_byte(name, &i);

        if (c != '-' && c != '_' && c != '\0')
            out[len++] = (char)tolower(c);
    }
    out[len] = '\0';
}

bool td_secret_name(struct td_bytes name)
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
