#include "core/take.h"

#include <string.h>

#define SECOND       INT64_C(1000000000)
#define FRACTION_MAX 18 /* digits of a fraction that count */
#define MILLION      1000000u
#define MONEY_MAX    1000000000u
#define MONEY_DIGITS 6

__extension__ typedef unsigned __int128 wide;

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

/* The digits behind a decimal point; there need not be one. */
static bool take_fraction(struct td_bytes *text, struct td_bytes *digits)
{
    int digit;

    *digits = td_bytes(NULL, 0);
    if (!take_one(text, "."))
        return true;
    for (digits->ptr = text->ptr; take_digit(text, &digit);)
        digits->len++;
    return digits->len > 0;
}

bool td_take_money(struct td_bytes *text, uint64_t *millionths)
{
    struct td_bytes digits;
    uint64_t scale = MILLION;

    if (!td_take_number(text, millionths) || *millionths > MONEY_MAX ||
        !take_fraction(text, &digits) || digits.len > MONEY_DIGITS)
        return false;
    *millionths *= MILLION;
    for (size_t i = 0; i < digits.len; i++) {
        scale /= 10;
        *millionths += scale * (uint64_t)(digits.ptr[i] - '0');
    }
    return true;
}

/* Such digits as whole parts of a unit. */
static uint64_t fraction_of(struct td_bytes digits, uint64_t unit)
{
    wide part = 0;
    wide scale = 1;

    for (size_t i = 0; i < digits.len && i < FRACTION_MAX; i++) {
        part = part * 10 + (unsigned)(digits.ptr[i] - '0');
        scale *= 10;
    }
    return (uint64_t)(part * unit / scale);
}

bool td_take_number(struct td_bytes *text, uint64_t *n)
{
    size_t len = text->len;
    int digit;

    for (*n = 0; take_digit(text, &digit);)
        if (__builtin_mul_overflow(*n, 10, n) ||
            __builtin_add_overflow(*n, digit, n))
            *n = UINT64_MAX;
    return text->len < len;
}

/* Letters that name a unit of time, in ns; 0 if they name none. */
static uint64_t take_unit(struct td_bytes *text)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"ns", 1},
        {"us", 1000},
        {"ms", 1000000},
        {"s", SECOND},
        {"m", 60 * SECOND},
        {"h", 3600 * SECOND},
        {"d", 86400 * SECOND},
    };
    struct td_bytes name = td_bytes(text->ptr, 0);

    while (name.len < text->len && name.ptr[name.len] >= 'a' &&
           name.ptr[name.len] <= 'z')
        name.len++;
    *text = td_bytes(text->ptr + name.len, text->len - name.len);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (td_bytes_is(name, units[i].name))
            return units[i].ns;
    return 0;
}

static bool is_zero(struct td_bytes digits)
{
    for (size_t i = 0; i < digits.len; i++)
        if (digits.ptr[i] != '0')
            return false;
    return true;
}

enum td_code td_take_duration(struct td_bytes *text, uint64_t *below,
                              uint64_t *ns)
{
    struct td_bytes digits;
    uint64_t whole;
    uint64_t unit;

    if (!td_take_number(text, &whole) || !take_fraction(text, &digits))
        return TD_FORMAT;
    unit = take_unit(text);
    if (unit == 0 || unit >= *below)
        return TD_FORMAT;
    *below = unit;
    if (__builtin_mul_overflow(whole, unit, ns) ||
        __builtin_add_overflow(*ns, fraction_of(digits, unit), ns) ||
        *ns > INT64_MAX)
        return TD_LIMIT;
    return *ns == 0 && whole == 0 && !is_zero(digits) ? TD_FORMAT : TD_OK;
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

/* "hh:mm" */
static bool take_minutes(struct td_bytes *text, int *minutes)
{
    int hour;
    int minute;

    if (!take_field(text, 2, 23, &hour) || !take_one(text, ":") ||
        !take_field(text, 2, 59, &minute))
        return false;
    *minutes = hour * 60 + minute;
    return true;
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
    struct td_bytes digits;

    if (!take_minutes(text, &m->minute) || !take_one(text, ":") ||
        !take_field(text, 2, 60, &m->second) || !take_fraction(text, &digits) ||
        !take_zone(text, &m->east))
        return false;
    m->ns = (int)fraction_of(digits, SECOND);
    return true;
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
