#include "schema/value/duration.h"

__extension__ typedef __int128 wide;

#define DIGITS 18 /* of a part of a second that count */

static const struct {
    const char *text;
    int64_t ns;
} units[] = {
    {"ns", 1},         {"us", 1000},       {"ms", 1000000},
    {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

/* What is left of a text that is read. */
struct cursor {
    struct td_bytes text;
    size_t at;
};

static bool is_digit(const struct cursor *c)
{
    return c->at < c->text.len && c->text.ptr[c->at] >= '0' &&
           c->text.ptr[c->at] <= '9';
}

/* Digits; false: there are none, or too many. */
static bool read_whole(struct cursor *c, int64_t *out)
{
    size_t from = c->at;

    *out = 0;
    for (; is_digit(c); c->at++) {
        if (__builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, c->text.ptr[c->at] - '0', out))
            return false;
    }
    return c->at > from;
}

static int64_t unit_at(struct cursor *c)
{
    size_t from = c->at;

    while (c->at < c->text.len && c->text.ptr[c->at] >= 'a' &&
           c->text.ptr[c->at] <= 'z')
        c->at++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (td_bytes_is(td_bytes(c->text.ptr + from, c->at - from),
                        units[i].text))
            return units[i].ns;
    }
    return 0;
}

/* The digits behind a point as nanoseconds of a unit. */
static int64_t fraction(struct td_bytes digits, int64_t unit)
{
    wide value = 0;
    wide scale = 1;

    for (size_t i = 0; i < digits.len && i < DIGITS; i++) {
        value = value * 10 + (digits.ptr[i] - '0');
        scale *= 10;
    }
    return (int64_t)(value * unit / scale);
}

static bool read_part(struct cursor *c, int64_t *ns)
{
    struct td_bytes behind = {0};
    int64_t whole;
    int64_t unit;

    if (!read_whole(c, &whole))
        return false;
    if (c->at < c->text.len && c->text.ptr[c->at] == '.') {
        size_t from = ++c->at;

        while (is_digit(c))
            c->at++;
        behind = td_bytes(c->text.ptr + from, c->at - from);
        if (behind.len == 0)
            return false;
    }
    unit = unit_at(c);
    return unit > 0 && !__builtin_mul_overflow(whole, unit, &whole) &&
           !__builtin_add_overflow(whole, fraction(behind, unit), &whole) &&
           !__builtin_add_overflow(*ns, whole, ns);
}

bool schema_duration_read(struct td_bytes text, int64_t *ns)
{
    struct cursor c = {text, 0};
    bool minus = text.len > 0 && text.ptr[0] == '-';

    c.at = minus;
    *ns = 0;
    if (c.at == text.len)
        return false;
    while (c.at < text.len) {
        if (!read_part(&c, ns))
            return false;
    }
    if (minus)
        *ns = -*ns;
    return true;
}
