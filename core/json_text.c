#include "core/hex.h"
#include "core/json.h"
#include "core/utf8.h"

#include <stdio.h>

#define REPLACEMENT 0xFFFD /* stands for what is no character */

struct td_bytes td_json_raw(const struct td_json_doc *doc, uint32_t i)
{
    const struct td_json_value *v = &doc->values[i];

    return td_bytes(doc->text.ptr + v->start, v->end - v->start);
}

struct td_bytes td_json_inner(const struct td_json_doc *doc, uint32_t i)
{
    struct td_bytes raw = td_json_raw(doc, i);

    return td_bytes(raw.ptr + 1, raw.len - 2);
}

/* Four hex digits, or -1. */
static int32_t hex4(const uint8_t *at, const uint8_t *end)
{
    int32_t n = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = td_hex_digit(at[i]);

        if (digit < 0)
            return -1;
        n = n * 16 + digit;
    }
    return n;
}

/* The code point of \uXXXX or of a pair of them; at is behind the u. */
static bool decode_u(const uint8_t **at, const uint8_t *end, uint32_t *cp)
{
    int32_t first = hex4(*at, end);
    int32_t second;

    if (first < 0)
        return false;
    *at += 4;
    *cp = (uint32_t)first;
    if (first < 0xD800 || first > 0xDFFF)
        return true;
    *cp = REPLACEMENT;
    if (first > 0xDBFF || end - *at < 6 || memcmp(*at, "\\u", 2) != 0)
        return true;
    second = hex4(*at + 2, end);
    if (second >= 0xDC00 && second <= 0xDFFF) {
        *cp = 0x10000 + ((uint32_t)(first - 0xD800) << 10) +
              (uint32_t)(second - 0xDC00);
        *at += 6;
    }
    return true;
}

/* The code point of the escape sequence behind the backslash. */
static bool decode_escape(const uint8_t **at, const uint8_t *end, uint32_t *cp)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *found;

    if (*at == end)
        return false;
    if (**at == 'u') {
        (*at)++;
        return decode_u(at, end, cp);
    }
    found = **at ? strchr(from, **at) : NULL;
    if (!found)
        return false;
    *cp = (uint32_t)to[found - from];
    (*at)++;
    return true;
}

static const uint8_t *find_byte(const uint8_t *at, const uint8_t *end,
                                uint8_t byte)
{
    const uint8_t *found =
        at < end ? memchr(at, byte, (size_t)(end - at)) : NULL;

    return found ? found : end;
}

enum td_code td_json_unescape(struct td_buf *out, struct td_bytes inner)
{
    const uint8_t *at = inner.ptr;
    const uint8_t *end = inner.len ? at + inner.len : at;

    while (at < end) {
        const uint8_t *stop = find_byte(at, end, '\\');
        uint8_t utf8[4];
        uint32_t cp;

        if (td_buf_add(out, at, (size_t)(stop - at)))
            return TD_LIMIT;
        if (stop == end)
            break;
        at = stop + 1;
        if (!decode_escape(&at, end, &cp))
            return TD_FORMAT;
        if (td_buf_add(out, utf8, td_utf8_put(utf8, cp)))
            return TD_LIMIT;
    }
    return TD_OK;
}

/* True if the escaped string body stands for exactly these bytes. */
static bool escaped_equals(struct td_bytes inner, struct td_bytes name)
{
    const uint8_t *at = inner.ptr;
    const uint8_t *end = at + inner.len;
    size_t used = 0;

    while (at < end) {
        uint8_t utf8[4] = {*at++};
        size_t len = 1;
        uint32_t cp;

        if (utf8[0] == '\\') {
            if (!decode_escape(&at, end, &cp))
                return false;
            len = td_utf8_put(utf8, cp);
        }
        if (name.len - used < len || memcmp(name.ptr + used, utf8, len) != 0)
            return false;
        used += len;
    }
    return used == name.len;
}

bool td_json_string_is(const struct td_json_doc *doc, uint32_t i,
                       struct td_bytes text)
{
    const struct td_json_value *v = &doc->values[i];

    if (v->flags & TD_JSON_ESCAPED)
        return escaped_equals(td_json_inner(doc, i), text);
    return td_bytes_equal(td_json_inner(doc, i), text);
}

uint32_t td_json_member(const struct td_json_doc *doc, uint32_t object,
                        struct td_bytes name)
{
    const struct td_json_value *v = &doc->values[object];
    uint32_t found = 0;

    if (v->kind != TD_JSON_OBJECT)
        return 0;
    for (uint32_t key = object + 1; key < v->next;
         key = doc->values[key + 1].next) {
        const struct td_json_value *k = &doc->values[key];

        if (k->end - k->start - 2 != name.len && !(k->flags & TD_JSON_ESCAPED))
            continue;
        if (td_json_string_is(doc, key, name))
            found = key + 1;
    }
    return found;
}

uint32_t td_json_element(const struct td_json_doc *doc, uint32_t array,
                         struct td_bytes digits)
{
    uint32_t n = 0;
    uint32_t i = array + 1;

    if (digits.len == 0 || digits.len > 9 ||
        (digits.len > 1 && digits.ptr[0] == '0'))
        return 0;
    for (size_t k = 0; k < digits.len; k++) {
        if (digits.ptr[k] < '0' || digits.ptr[k] > '9')
            return 0;
        n = n * 10 + (uint32_t)(digits.ptr[k] - '0');
    }
    if (n >= doc->values[array].count)
        return 0;
    for (; n > 0; n--)
        i = doc->values[i].next;
    return i;
}

/* A reference token with ~1 and ~0 decoded; false on another tilde. */
static bool decode_token(struct td_buf *out, struct td_bytes token)
{
    for (size_t i = 0; i < token.len; i++) {
        uint8_t c = token.ptr[i];

        if (c == '~') {
            i++;
            if (i == token.len || (token.ptr[i] != '0' && token.ptr[i] != '1'))
                return false;
            c = token.ptr[i] == '0' ? '~' : '/';
        }
        if (td_buf_add_byte(out, c))
            return false;
    }
    return true;
}

static uint32_t child(const struct td_json_doc *doc, uint32_t i,
                      struct td_bytes token)
{
    struct td_buf name = {0};
    uint32_t found = 0;

    if (doc->values[i].kind == TD_JSON_ARRAY)
        return td_json_element(doc, i, token);
    if (find_byte(token.ptr, token.ptr + token.len, '~') ==
        token.ptr + token.len)
        return td_json_member(doc, i, token);
    if (decode_token(&name, token))
        found = td_json_member(doc, i, td_buf_bytes(&name));
    td_buf_release(&name);
    return found;
}

uint32_t td_json_pointer(const struct td_json_doc *doc, uint32_t from,
                         const char *pointer)
{
    uint32_t i = from;

    while (*pointer) {
        size_t len;

        if (*pointer != '/')
            return UINT32_MAX;
        len = strcspn(++pointer, "/");
        i = child(doc, i, td_bytes(pointer, len));
        if (i == 0)
            return UINT32_MAX;
        pointer += len;
    }
    return i;
}

/* The escape of a byte that may not stand in a string as it is. */
static size_t escape_byte(char out[8], uint8_t c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *found = c ? strchr(from, c) : NULL;

    if (!found)
        return (size_t)snprintf(out, 8, "\\u%04x", c);
    out[0] = '\\';
    out[1] = to[found - from];
    return 2;
}

enum td_code td_json_escape(struct td_buf *out, struct td_bytes text)
{
    size_t done = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        char escape[8];

        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        if (td_buf_add(out, text.ptr + done, i - done) ||
            td_buf_add(out, escape, escape_byte(escape, c)))
            return TD_LIMIT;
        done = i + 1;
    }
    return text.len > done ? td_buf_add(out, text.ptr + done, text.len - done)
                           : TD_OK;
}

enum td_code td_json_escape_any(struct td_buf *out, struct td_bytes text)
{
    const uint8_t *at = text.ptr;
    const uint8_t *end = text.len ? text.ptr + text.len : text.ptr;
    enum td_code code = TD_OK;

    while (at < end && !code) {
        const uint8_t *from = at;
        size_t len = 0;

        while (at < end && (len = td_utf8_step(at, end)) > 0)
            at = td_utf8_skip_ascii(at + len, end);
        code = td_json_escape(out, td_bytes(from, (size_t)(at - from)));
        if (code || at == end)
            break;
        code = td_buf_add_text(out, "\xef\xbf\xbd");
        at += td_utf8_broken(at, end);
    }
    return code;
}

/* Which half of a surrogate pair an escape stands for. */
enum half { HALF_NONE, HALF_FIRST, HALF_SECOND };

static enum half half_at(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u' || (at[2] | 0x20) != 'd')
        return HALF_NONE;
    if (at[3] == '8' || at[3] == '9' || (at[3] | 0x20) == 'a' ||
        (at[3] | 0x20) == 'b')
        return HALF_FIRST;
    return (unsigned)((at[3] | 0x20) - 'c') < 4 ? HALF_SECOND : HALF_NONE;
}

bool td_json_has_half_pair(struct td_bytes text)
{
    const uint8_t *at = text.ptr;
    const uint8_t *end = at + text.len;

    while (at < end && (at = memchr(at, '\\', (size_t)(end - at)))) {
        enum half half = half_at(at, end);

        if (half == HALF_SECOND ||
            (half == HALF_FIRST && half_at(at + 6, end) != HALF_SECOND))
            return true;
        at += half == HALF_FIRST ? 12 : 2;
    }
    return false;
}

enum td_code td_json_mend_pairs(struct td_buf *out, struct td_bytes inner)
{
    const uint8_t *at = inner.ptr;
    const uint8_t *end = at + inner.len;

    while (at < end) {
        enum half half = half_at(at, end);
        bool pair = half == HALF_FIRST && half_at(at + 6, end) == HALF_SECOND;
        size_t len = pair ? 12 : *at == '\\' && end - at > 1 ? 2 : 1;
        enum td_code code = half && !pair ? td_buf_add_text(out, "\\ufffd")
                                          : td_buf_add(out, at, len);

        if (code)
            return code;
        at += half && !pair ? 6 : len;
    }
    return TD_OK;
}
