#include "tests/support/secrets.h"

#include "core/b64.h"
#include "core/json.h"

#include <ctype.h>

uint32_t secret_below(struct td_rand *rand, uint32_t n)
{
    uint32_t x;

    td_rand_bytes(rand, &x, sizeof(x));
    return x % n;
}

static void space(struct td_buf *out, struct td_rand *rand, bool breaks)
{
    static const char *const some[] = {" ", "\t", "  ", "\r", "\n", "\r\n "};

    if (secret_below(rand, 4) == 0)
        td_buf_add_text(out, some[secret_below(rand, breaks ? 6 : 3)]);
}

/* Text as the body of a string, now and then with escapes it does not need. */
static void spell(struct td_buf *out, struct td_rand *rand,
                  struct td_bytes text)
{
    uint32_t how = secret_below(rand, 4);

    for (size_t i = 0; i < text.len; i++) {
        if (how == 0 && text.ptr[i] < 0x80 && secret_below(rand, 3) == 0)
            td_buf_addf(out, secret_below(rand, 2) ? "\\u%04x" : "\\u%04X",
                        text.ptr[i]);
        else
            td_json_escape(out, td_bytes(text.ptr + i, 1));
    }
}

static void string(struct td_buf *out, struct td_rand *rand, const char *text)
{
    td_buf_add_byte(out, '"');
    spell(out, rand, td_text(text));
    td_buf_add_byte(out, '"');
}

static void scalar(struct td_buf *out, struct td_rand *rand)
{
    static const char *const some[] = {"1",
                                       "-2.50e3",
                                       "true",
                                       "null",
                                       "\"\"",
                                       "\"a b\"",
                                       "\"\\n\"",
                                       "[]",
                                       "\"\\ud83d\\ude00\"",
                                       "\"\xc3\xa9\"",
                                       "\"C:\\\\Users\\\\x\""};

    td_buf_add_text(out, some[secret_below(rand, 11)]);
}

/* What stands under a key or a pointer. */
static void value(struct td_buf *out, struct td_rand *rand, bool breaks)
{
    uint32_t how = secret_below(rand, 4);

    if (how == 0)
        td_buf_add_text(out, "{\"x\":[");
    string(out, rand, how == 1 ? "a " SECRET_TEXT " b" : SECRET_TEXT);
    space(out, rand, breaks);
    if (how == 0)
        td_buf_add_text(out, "]}");
}

static void fillers(struct td_buf *out, struct td_rand *rand, bool breaks)
{
    static const char *const keys[] = {"a", "type", "data", "user2", "é"};

    for (uint32_t n = secret_below(rand, 3); n > 0; n--) {
        space(out, rand, breaks);
        string(out, rand, keys[secret_below(rand, 5)]);
        space(out, rand, breaks);
        td_buf_add_byte(out, ':');
        space(out, rand, breaks);
        scalar(out, rand);
        td_buf_add_byte(out, ',');
    }
}

static void key(struct td_buf *out, struct td_rand *rand, const char *name,
                bool any_case)
{
    char text[32] = "";

    for (size_t i = 0; name[i]; i++)
        text[i] = any_case && secret_below(rand, 8) == 0
                      ? (char)toupper((unsigned char)name[i])
                      : name[i];
    string(out, rand, text);
    td_buf_add_byte(out, ':');
}

static void member(struct td_buf *out, struct td_rand *rand,
                   enum secret_rule rule, bool breaks);

/* The object as text in a string of another. */
static void in_a_string(struct td_buf *out, struct td_rand *rand,
                        enum secret_rule rule)
{
    struct td_buf inner = {0};

    td_buf_add_byte(&inner, '{');
    member(&inner, rand, rule, true);
    td_buf_add_byte(&inner, '}');
    td_buf_add_text(out, "\"body\":\"");
    spell(out, rand, td_buf_bytes(&inner));
    td_buf_add_byte(out, '"');
    td_buf_release(&inner);
}

static void member(struct td_buf *out, struct td_rand *rand,
                   enum secret_rule rule, bool breaks)
{
    uint32_t how = secret_below(rand, 8);

    fillers(out, rand, breaks);
    if (rule == SECRET_POINTER) {
        key(out, rand, "user", false);
        td_buf_add_text(out, "{\"pin\":0,");
        fillers(out, rand, breaks);
        key(out, rand, "pin", false);
        value(out, rand, breaks);
        td_buf_add_text(out, how < 4 ? "}" : "},\"user\":[]");
    } else if (how == 0) {
        in_a_string(out, rand, rule);
    } else if (how < 3) {
        td_buf_add_text(out, how == 1 ? "\"d\":[{" : "\"d\":{");
        member(out, rand, rule, breaks);
        td_buf_add_text(out, how == 1 ? "}]" : "}");
    } else if (rule == SECRET_KEY) {
        key(out, rand, "password", true);
        value(out, rand, breaks);
    } else if (how == 3) {
        string(out, rand, SECRET_TEXT);
        td_buf_add_text(out, ":1");
    } else {
        td_buf_add_text(out, "\"t\":");
        value(out, rand, breaks);
    }
}

void secret_object(struct td_buf *out, struct td_rand *rand,
                   enum secret_rule rule, bool breaks)
{
    space(out, rand, breaks);
    td_buf_add_byte(out, '{');
    member(out, rand, rule, breaks);
    space(out, rand, breaks);
    td_buf_add_byte(out, '}');
    space(out, rand, breaks);
}

void secret_arguments(struct td_buf *out, struct td_rand *rand,
                      enum secret_rule rule, const char *name)
{
    space(out, rand, true);
    td_buf_add_byte(out, '[');
    space(out, rand, true);
    td_buf_addf(out, "\"%s\"", name);
    space(out, rand, true);
    td_buf_add_byte(out, ',');
    secret_object(out, rand, rule, true);
    td_buf_add_byte(out, ']');
    space(out, rand, true);
}

/* Put in bytes at a place. */
static void insert(struct td_buf *text, size_t at, const char *what)
{
    struct td_buf old = *text;

    *text = (struct td_buf){0};
    td_buf_add(text, old.ptr, at);
    td_buf_add_text(text, what);
    td_buf_add(text, old.ptr + at, old.len - at);
    td_buf_release(&old);
}

/* Deeper than anything is parsed. */
static void bury(struct td_buf *text)
{
    for (int i = 0; i < TD_JSON_DEPTH; i++)
        insert(text, 0, "[");
    for (int i = 0; i < TD_JSON_DEPTH; i++)
        td_buf_add_byte(text, ']');
}

void secret_spoil(struct td_buf *text, struct td_rand *rand)
{
    static const char *const bytes[] = {"\xff", "\xc3", "\x01", "\\",
                                        "}",    "\"",   ",",    "\xef\xbb\xbf"};
    size_t at = secret_below(rand, (uint32_t)text->len + 1);

    switch (secret_below(rand, 100) ? secret_below(rand, 6) : 6) {
    case 0:
    case 1:
        text->len = at;
        return;
    case 2:
        td_buf_drop(text, at);
        return;
    case 3:
        insert(text, at, bytes[secret_below(rand, 8)]);
        /* Else it may be JSON with a member of another name. */
        if (!td_json_check(td_buf_bytes(text), TD_JSON_DEPTH, NULL))
            insert(text, at, "\xff");
        return;
    case 4:
        insert(text, 0, secret_below(rand, 2) ? "1 " : "\xef\xbb\xbf");
        return;
    case 5:
        insert(text, secret_below(rand, 2) ? 0 : text->len,
               secret_below(rand, 2) ? " INFO: {} " : "{\"a\":1}");
        return;
    default:
        bury(text);
        return;
    }
}

static bool has(struct td_bytes bytes)
{
    return bytes.len > 0 &&
           memmem(bytes.ptr, bytes.len, SECRET_TEXT, strlen(SECRET_TEXT));
}

/* Every escape that is one decoded. */
static void unescape(struct td_buf *out, struct td_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t n = i + 1 < text.len && text.ptr[i + 1] == 'u' ? 6 : 2;

        if (text.ptr[i] == '\\' && i + n <= text.len &&
            !td_json_unescape(out, td_bytes(text.ptr + i, n)))
            i += n - 1;
        else
            td_buf_add_byte(out, text.ptr[i]);
    }
}

/* Every string that may be base64 decoded. */
static void decode(struct td_buf *out, struct td_bytes text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/=";
    size_t from = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (strchr(digits, text.ptr[i]) && text.ptr[i])
            continue;
        if (i - from > 8 &&
            !td_b64_decode(out, td_bytes(text.ptr + from, i - from)))
            td_buf_add_byte(out, ' ');
        from = i + 1;
    }
}

bool secret_is_in(struct td_bytes bytes)
{
    struct td_buf now = {0};
    struct td_buf next = {0};
    bool found = has(bytes);

    decode(&now, bytes);
    td_buf_add_bytes(&now, bytes);
    for (int level = 0; level < 6 && !found; level++) {
        struct td_buf old = now;

        found = has(td_buf_bytes(&now));
        if (found || !memchr(now.ptr, '\\', now.len))
            break;
        td_buf_clear(&next);
        unescape(&next, td_buf_bytes(&now));
        now = next;
        next = old;
    }
    td_buf_release(&now);
    td_buf_release(&next);
    return found;
}
