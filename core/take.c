#include "core/take.h"

#include <string.h>

#define SECOND INT64_C(1000000000)

static bool take_one(struct td_bytes *text, const char *any_of)
{
    if (text->len == 0 || !*text->ptr || !strchr(any_of, *text->ptr))
        return false;
    *text = td_bytes(text->ptr + 1, text->len - 1);
    return true;
}

static bool take_digit(struct td_bytes *text, int *digit)
{
    if (text->len == 0 || *text->ptr < '0' || *text->ptr > '9')
        return false;
    *digit = *text->ptr - '0';
    *text = td_bytes(text->ptr + 1, text->len - 1);
    return true;
}

/* Exactly `digits` decimal digits that make a number up to max. */
static bool take_field(struct td_bytes *text, int digits, int max, int *out)
{
    int digit;

    for (*out = 0; digits > 0; digits--) {
        if (!take_digit(text, &digit))
            return false;
        *out = *out * 10 + digit;
    }
    return *out <= max;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01, years counted from the March of 400 years before year
 * 0, so that the odd day of a leap year is the last of its year.
 */
static int64_t day_number(int year, int month, int day)
{
    int64_t y = year + (month <= 2 ? 399 : 400);
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 -
           865565;
}

bool td_take_date(struct td_bytes *text, struct td_moment *m)
{
    int year;
    int month;
    int day;

    if (!take_field(text, 4, 9999, &year) || !take_one(text, "-") ||
        !take_field(text, 2, 12, &month) || !take_one(text, "-") ||
        !take_field(text, 2, 31, &day) || month == 0 || day == 0 ||
        day > days_in(year, month))
        return false;
    m->day = day_number(year, month, day);
    return true;
}

/* Digits behind a decimal point; there need not be one. */
static bool take_fraction(struct td_bytes *text, int *ns)
{
    int unit = SECOND / 10;
    int digit;

    *ns = 0;
    if (!take_one(text, "."))
        return true;
    if (!take_digit(text, &digit))
        return false;
    do {
        *ns += digit * unit;
        unit /= 10;
    } while (take_digit(text, &digit));
    return true;
}

/* "hh:mm" */
static bool take_minutes(struct td_bytes *text, int *minutes)
{
    int hour;
    int minute;
    bool ok = take_field(text, 2, 23, &hour) && take_one(text, ":") &&
              take_field(text, 2, 59, &minute);

    if (ok)
        *minutes = hour * 60 + minute;
    return ok;
}

/* "Z" or "+hh:mm" */
static bool take_zone(struct td_bytes *text, int *east)
{
    bool west = text->len > 0 && *text->ptr == '-';

    *east = 0;
    if (take_one(text, "zZ"))
        return true;
    if (!take_one(text, "+-") || !take_minutes(text, east))
        return false;
    *east *= west ? -1 : 1;
    return true;
}

bool td_take_time(struct td_bytes *text, struct td_moment *m)
{
    return take_minutes(text, &m->minute) && take_one(text, ":") &&
           take_field(text, 2, 60, &m->second) && take_fraction(text, &m->ns) &&
           take_zone(text, &m->east);
}

bool td_take_moment(struct td_bytes *text, const char *between,
                    struct td_moment *m)
{
    return td_take_date(text, m) && take_one(text, between) &&
           td_take_time(text, m);
}

bool td_moment_ns(const struct td_moment *m, int64_t *ns)
{
    int64_t minutes = m->day * 1440 + m->minute - m->east;

    return !__builtin_mul_overflow(minutes * 60 + m->second, SECOND, ns) &&
           !__builtin_add_overflow(*ns, m->ns, ns);
}
