#include "validator/expr/slip.h"

#include <ctype.h>
#include <string.h>

static bool is_word(uint8_t c)
{
    return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

static bool is_plain(struct td_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_word(name.ptr[i]) && name.ptr[i] != '.')
            return false;
    }
    return true;
}

static bool stands_at(struct td_bytes text, size_t i, struct td_bytes name)
{
    return i + name.len < text.len && text.ptr[i + name.len] == '.' &&
           !memcmp(text.ptr + i, name.ptr, name.len) &&
           (i == 0 ||
            (!is_word(text.ptr[i - 1]) && !strchr(".-", text.ptr[i - 1])));
}

bool check_slip_is(struct td_bytes expr, struct td_bytes name)
{
    uint8_t quote = 0;

    if (name.len == 0 || is_plain(name))
        return false;
    for (size_t i = 0; i < expr.len; i++) {
        uint8_t c = expr.ptr[i];

        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (stands_at(expr, i, name))
            return true;
    }
    return false;
}
