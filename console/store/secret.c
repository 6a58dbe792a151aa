/* Lines that are kept nowhere. */
#include "console/store/store.h"
#include "core/secret_name.h"

#include <ctype.h>
#include <string.h>

/* Words that look like a secret's name and are none: counts of tokens, and the
 * file that a token is read from. */
static bool is_harmless(const char *word)
{
    static const char *const fronts[] = {"tokens", "token-file", "token_file",
                                         "budget-tokens", "budget_tokens"};

    for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
        size_t len = strlen(fronts[i]);

        if (!strncmp(word, fronts[i], len) && !isalnum((uint8_t)word[len]) &&
            word[len] != '-' && word[len] != '_')
            return true;
    }
    return false;
}

static bool has_any(const char *word)
{
    static const char *const parts[] = {
        "token",   "passw",   "secret", "passphrase", "apikey",
        "api-key", "api_key", "bearer", "credential", "authorization"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strstr(word, parts[i]))
            return true;
    return false;
}

/* NAME=VALUE and NAME:VALUE, with or without dashes in front. */
static bool is_secret(const char *word)
{
    const char *name = word + strspn(word, "-/'\"\\");
    size_t len = strcspn(name, "=:");

    if (is_harmless(name))
        return false;
    return has_any(name) || (name[len] && td_secret_field(td_bytes(name, len)));
}

bool store_may_keep(struct td_bytes line)
{
    struct td_buf word = {0};
    bool keep = line.len > 0 && !isspace(line.ptr[0]);

    for (size_t at = 0; keep && at < line.len; at++) {
        td_buf_clear(&word);
        for (; at < line.len && !isspace(line.ptr[at]); at++)
            (void)td_buf_add_byte(&word, (uint8_t)tolower(line.ptr[at]));
        keep = !is_secret(td_buf_str(&word));
    }
    td_buf_release(&word);
    return keep;
}
