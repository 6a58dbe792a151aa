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

/* Is what opens at `open` the values of one of two functions? */
static bool is_call(struct td_bytes text, size_t open, const char *const by[2])
{
    for (size_t i = 0; i < 2 && text.ptr[open] == '('; i++) {
        size_t len = strlen(by[i]);

        if (open >= len && !memcmp(text.ptr + open - len, by[i], len) &&
            (open == len || !is_word(text.ptr[open - len - 1])))
            return true;
    }
    return false;
}

/* Where events stand by their names: a bit for each open bracket. */
struct brackets {
    uint64_t events; /* count(EVENT) */
    uint64_t fields; /* sum(EVENT.FIELD) */
};

static void enter(struct brackets *b, struct td_bytes text, size_t open)
{
    static const char *const of_events[] = {"count", "elapsed"};
    static const char *const of_fields[] = {"sum", "distinct"};

    b->events = b->events << 1 | is_call(text, open, of_events);
    b->fields = b->fields << 1 | is_call(text, open, of_fields);
}

static void leave(struct brackets *b)
{
    b->events >>= 1;
    b->fields >>= 1;
}

static bool stands_at(struct td_bytes text, size_t i, struct td_bytes name,
                      const struct brackets *b)
{
    size_t end = i + name.len;

    if (end > text.len || memcmp(text.ptr + i, name.ptr, name.len) != 0 ||
        (i > 0 && (is_word(text.ptr[i - 1]) || strchr(".-", text.ptr[i - 1]))))
        return false;
    if (end < text.len && text.ptr[end] == '.')
        return !(b->fields & 1);
    return !(b->events & 1) && (end == text.len || (!is_word(text.ptr[end]) &&
                                                    text.ptr[end] != '-'));
}

bool check_slip_is(struct td_bytes expr, struct td_bytes name)
{
    struct brackets brackets = {0};
    uint8_t quote = 0;

    if (name.len == 0 || is_plain(name))
        return false;
    for (size_t i = 0; i < expr.len; i++) {
        uint8_t c = expr.ptr[i];

        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '(' || c == '[')
            enter(&brackets, expr, i);
        else if (c == ')' || c == ']')
            leave(&brackets);
        else if (stands_at(expr, i, name, &brackets))
            return true;
    }
    return false;
}
