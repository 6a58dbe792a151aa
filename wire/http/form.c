#include "wire/http/form.h"

#include "core/hex.h"
#include "core/secret_name.h"

#include <ctype.h>
#include <string.h>

struct http_pair http_pair_next(struct td_bytes *rest)
{
    const uint8_t *end = rest->len ? memchr(rest->ptr, '&', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    const uint8_t *sign = len ? memchr(rest->ptr, '=', len) : NULL;
    struct http_pair pair = {.whole = td_bytes(rest->ptr, len)};

    pair.name = td_bytes(rest->ptr, sign ? (size_t)(sign - rest->ptr) : len);
    if (sign)
        pair.value = td_bytes(sign + 1, len - pair.name.len - 1);
    len += end != NULL;
    if (len)
        *rest = td_bytes(rest->ptr + len, rest->len - len);
    return pair;
}

struct td_bytes http_pair_member(struct td_bytes name)
{
    const uint8_t *open;

    if (!name.len || name.ptr[name.len - 1] != ']')
        return name;
    open = memrchr(name.ptr, '[', name.len);
    if (!open)
        return name;
    return td_bytes(open + 1, name.len - (size_t)(open + 2 - name.ptr));
}

bool http_pair_is_secret(const struct http_pair *pair)
{
    struct td_buf plain = {0};
    bool secret = pair->value.ptr != NULL;

    if (secret && !td_secret_name(pair->name)) {
        if (td_percent_decode(&plain, pair->name))
            td_buf_clear(&plain);
        secret = td_secret_name(http_pair_member(td_buf_bytes(&plain)));
    }
    td_buf_release(&plain);
    return secret;
}

/* What browsers leave as it is in a name, what stands for all else, and what
 * parts it from a name without a value before it.
 */
static bool is_name_byte(uint8_t byte)
{
    return isalnum(byte) || byte >= 0x80 || strchr("%+-_.*[]~:$@!&", byte);
}

/* What begins there is a name and "=". */
static bool is_pair(struct td_bytes body, size_t at)
{
    size_t from = at;

    while (at < body.len && body.ptr[at] != '&' && body.ptr[at] &&
           is_name_byte(body.ptr[at]))
        at++;
    return at > from && at < body.len && body.ptr[at] == '=';
}

/* The same, and a value, which "=" at the end of a line of base64 has not. */
static bool is_setting(struct td_bytes body, size_t at)
{
    const uint8_t *end = body.ptr + body.len;
    const uint8_t *sign;

    if (!is_pair(body, at))
        return false;
    sign = memchr(body.ptr + at, '=', body.len - at);
    return sign + 1 < end && sign[1] > ' ' && sign[1] != '=';
}

bool http_form_read(struct td_bytes *pairs, struct td_bytes body)
{
    bool lines = false; /* that are pairs */
    bool joined = false;
    size_t at = 0;

    while (at < body.len && body.ptr[at] && is_name_byte(body.ptr[at]))
        at++;
    if (at == 0 || at == body.len || body.ptr[at] != '=')
        return false;
    while (memchr("\r\n", body.ptr[body.len - 1], 2))
        body.len--;
    for (; at < body.len; at++) {
        uint8_t byte = body.ptr[at];

        if ((byte < ' ' && !memchr("\t\r\n", byte, 3)) || byte == 0x7f)
            return false;
        if (byte == '&')
            joined = joined || is_pair(body, at + 1);
        else if (byte < ' ')
            lines = lines || is_setting(body, at + 1);
    }
    *pairs = body;
    return joined || !lines;
}
