/* What looks like a key, a token, a password. */
#include "core/secret_name.h"
#include "validator/audit/values.h"

#include <math.h>

#define KEY_LEAST   24 /* letters of what may be a key by them alone */
#define KEY_MOST    512
#define LONG        16384 /* bytes of a text that is looked at */
#define NAMED_LEAST 8     /* of a value whose field is called so */
#define BITS_LEAST  4.2   /* of chance in each letter */

static bool begins(struct td_bytes text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text.len >= len + NAMED_LEAST && !memcmp(text.ptr, prefix, len);
}

static const char *const prefixes[] = {
    "sk-",        "sk_live_",    "rk_live_", "ghp_",   "gho_",
    "ghs_",       "github_pat_", "glpat-",   "xoxb-",  "xoxp-",
    "AKIA",       "ASIA",        "AIza",     "npm_",   "hf_",
    "eyJhbGciOi", "-----BEGIN",  "Bearer ",  "Basic ",
};

static double bits_of(struct td_bytes text)
{
    unsigned counts[256] = {0};
    double bits = 0;

    for (size_t i = 0; i < text.len; i++)
        counts[text.ptr[i]]++;
    for (size_t i = 0; i < 256; i++) {
        double share = (double)counts[i] / (double)text.len;

        if (counts[i])
            bits -= share * log2(share);
    }
    return bits;
}

/* Small and large letters and digits in no order, and nothing of a sentence,
 * a path or a number of hexadecimal digits.
 */
static bool is_random(struct td_bytes text)
{
    bool small = false;
    bool large = false;
    bool digit = false;

    if (text.len < KEY_LEAST || text.len > KEY_MOST)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        small = small || (c >= 'a' && c <= 'z');
        large = large || (c >= 'A' && c <= 'Z');
        digit = digit || (c >= '0' && c <= '9');
        if (c <= ' ' || c > '~' || strchr(".:/\\,;(){}[]<>\"'", c))
            return false;
    }
    return small && large && digit && bits_of(text) >= BITS_LEAST;
}

bool audit_secret_name(struct td_bytes name)
{
    /* A field `code` is one of an authorization, or what a fault is called. */
    return td_secret_name(name) && !td_bytes_equal(name, td_text("code"));
}

static const char begins_so[] = "begins as keys do";
static const char named_so[] = "its field is called as secrets are";
static const char looks_so[] = "looks like a key";

const char *audit_secret_reason(const char *text)
{
    if (strcmp(text, begins_so) == 0)
        return begins_so;
    return strcmp(text, named_so) == 0 ? named_so : looks_so;
}

const char *audit_secret(bool named, struct td_bytes text)
{
    if (text.len < NAMED_LEAST || text.len > LONG)
        return NULL;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (text.ptr[0] == (uint8_t)prefixes[i][0] && begins(text, prefixes[i]))
            return begins_so;
    }
    if (named)
        return named_so;
    return is_random(text) ? looks_so : NULL;
}
