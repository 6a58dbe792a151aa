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
 * words looked for are short, and stand at the start. Returns where its last
 * word begins.
 */
static size_t plain_name(char *out, size_t max, struct td_bytes name)
{
    size_t len = 0;
    size_t word = 0;
    bool parted = false;

    for (size_t i = 0; i < name.len && len < max - 1; i++) {
        int c = next_byte(name, &i);

        if (c == '-' || c == '_') {
            parted = true;
        } else if (c != '\0') {
            word = parted ? len : word;
            parted = false;
            out[len++] = (char)tolower(c);
        }
    }
    out[len] = '\0';
    return word;
}

static bool is_one_of(const char *text, const char *const *words, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strcmp(text, words[i]))
            return true;
    return false;
}

bool td_secret_name(struct td_bytes name)
{
    static const char *const parts[] = {
        "token",     "secret",     "passw",         "passphrase",  "apikey",
        "accesskey", "privatekey", "credential",    "signature",   "cookie",
        "session",   "jwt",        "authorization", "samlresponse"};
    static const char *const wholes[] = {"auth",
                                         "key",
                                         "sig",
                                         "sid",
                                         "pass",
                                         "pwd",
                                         "code",
                                         "pw",
                                         "pid",
                                         "otp",
                                         "clientassertion",
                                         "codeverifier",
                                         "assertion"};
    char text[128];

    (void)plain_name(text, sizeof(text), name);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(text, parts[i]))
            return true;
    return is_one_of(text, wholes, sizeof(wholes) / sizeof(wholes[0]));
}

/* What ends in "key" and opens nothing, without its dashes. */
static bool is_harmless(const char *text)
{
    static const char *const names[] = {"idempotencykey",  "xidempotencykey",
                                        "secwebsocketkey", "surrogatekey",
                                        "cachekey",        "xcachekey"};

    return is_one_of(text, names, sizeof(names) / sizeof(names[0]));
}

bool td_secret_field(struct td_bytes name)
{
    static const char *const lasts[] = {
        "auth", "authentication", "key", "pass", "pwd", "pw", "otp",
        "pin",  "bearer"};
    char text[1024];
    size_t word = plain_name(text, sizeof(text), name);

    if (is_one_of(text + word, lasts, sizeof(lasts) / sizeof(lasts[0])))
        return !is_harmless(text);
    return td_secret_name(name);
}

bool td_secret_member(struct td_bytes name)
{
    static const char *const parts[] = {
        "passw",        "passphrase",   "apikey",       "accesskey",
        "privatekey",   "secretkey",    "clientsecret", "accesstoken",
        "refreshtoken", "authtoken",    "bearertoken",  "idtoken",
        "sessiontoken", "authorization"};
    static const char *const wholes[] = {"secret", "pwd", "jwt", "cookie",
                                         "credentials"};
    char text[128];

    (void)plain_name(text, sizeof(text), name);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(text, parts[i]))
            return true;
    return is_one_of(text, wholes, sizeof(wholes) / sizeof(wholes[0]));
}
