#include "schema/format/format_internal.h"

/* True if every byte fits the shape, in which 9 is a digit. */
static bool has_shape(struct td_bytes text, const char *shape)
{
    if (text.len != strlen(shape))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (shape[i] == '9' ? !schema_is_digit(text.ptr[i])
                            : text.ptr[i] != (uint8_t)shape[i])
            return false;
    }
    return true;
}

static unsigned two_digits(const uint8_t *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

bool schema_is_date(struct td_bytes text)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31};
    unsigned year;
    unsigned month;
    unsigned day;
    bool leap;

    if (!has_shape(text, "9999-99-99"))
        return false;
    year = two_digits(text.ptr) * 100 + two_digits(text.ptr + 2);
    month = two_digits(text.ptr + 5);
    day = two_digits(text.ptr + 8);
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap);
}

/* The offset behind a time: Z or +hh:mm; *minutes is what it adds. */
static bool read_offset(struct td_bytes text, int *minutes)
{
    unsigned hours;
    unsigned rest;

    *minutes = 0;
    if (text.len == 1)
        return (text.ptr[0] | 0x20) == 'z';
    if (!has_shape(text, "+99:99") && !has_shape(text, "-99:99"))
        return false;
    hours = two_digits(text.ptr + 1);
    rest = two_digits(text.ptr + 4);
    *minutes = (int)(hours * 60 + rest) * (text.ptr[0] == '-' ? -1 : 1);
    return hours <= 23 && rest <= 59;
}

/* Take a fraction of a second, if there is one. */
static bool skip_fraction(struct td_bytes *text)
{
    size_t at = 1;

    if (text->len == 0 || text->ptr[0] != '.')
        return true;
    while (at < text->len && schema_is_digit(text->ptr[at]))
        at++;
    (void)schema_cut(text, at);
    return at > 1;
}

/* A leap second is the last of a day in UTC. */
bool schema_is_time(struct td_bytes text)
{
    struct td_bytes clock = schema_cut(&text, 8);
    int offset;
    int minute;

    if (!has_shape(clock, "99:99:99") || !skip_fraction(&text) ||
        !read_offset(text, &offset) || two_digits(clock.ptr) > 23 ||
        two_digits(clock.ptr + 3) > 59)
        return false;
    minute = (int)(two_digits(clock.ptr) * 60 + two_digits(clock.ptr + 3));
    minute = (minute - offset + 2 * 1440) % 1440;
    return two_digits(clock.ptr + 6) <= 59 ||
           (two_digits(clock.ptr + 6) == 60 && minute == 1439);
}

bool schema_is_date_time(struct td_bytes text)
{
    return text.len > 11 && schema_is_date(td_bytes(text.ptr, 10)) &&
           (text.ptr[10] | 0x20) == 't' &&
           schema_is_time(td_bytes(text.ptr + 11, text.len - 11));
}

/* Take numbers with units off text: any of the units first, and after each only
 * the one that stands next in the list. False, and nothing taken, if there is
 * no such number.
 */
static bool read_units(struct td_bytes *text, const char *units)
{
    bool any = false;

    for (;;) {
        size_t at = 0;
        const char *unit = NULL;

        while (at < text->len && schema_is_digit(text->ptr[at]))
            at++;
        if (at > 0 && at < text->len && schema_is_in(text->ptr[at], units))
            unit = strchr(units, text->ptr[at]);
        if (!unit || (any && unit != units))
            return any;
        (void)schema_cut(text, at + 1);
        units = unit + 1;
        any = true;
    }
}

/* Appendix A of RFC 3339, which knows no fractions. */
bool schema_is_duration(struct td_bytes text)
{
    bool dated;

    if (text.len == 0 || text.ptr[0] != 'P')
        return false;
    (void)schema_cut(&text, 1);
    if (read_units(&text, "W"))
        return text.len == 0;
    dated = read_units(&text, "YMD");
    if (text.len == 0 || text.ptr[0] != 'T')
        return dated && text.len == 0;
    (void)schema_cut(&text, 1);
    return read_units(&text, "HMS") && text.len == 0;
}
