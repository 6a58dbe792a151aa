#include "schema/value/timestamp.h"

#include "schema/value/decimal.h"

#define SECOND     INT64_C(1000000000)
#define DIGITS_MAX 27 /* of a number: they fit a wide */

__extension__ typedef __int128 wide;

/* The two, four digits at `at`; -1 if they are none. */
static int digits(const uint8_t *at, int count)
{
    int n = 0;

    for (int i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        n = n * 10 + (at[i] - '0');
    }
    return n;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01, years counted from March, so that the odd day of a
 * leap year is the last of its year.
 */
static int64_t day_number(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 -
           719468;
}

/* "Z" or "+02:00" in seconds. */
static bool read_zone(struct td_bytes text, int64_t *seconds)
{
    int hours;
    int minutes;

    *seconds = 0;
    if (text.len == 1 && (text.ptr[0] == 'Z' || text.ptr[0] == 'z'))
        return true;
    if (text.len != 6 || (text.ptr[0] != '+' && text.ptr[0] != '-') ||
        text.ptr[3] != ':')
        return false;
    hours = digits(text.ptr + 1, 2);
    minutes = digits(text.ptr + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *seconds = (hours * 60 + minutes) * (text.ptr[0] == '-' ? -60 : 60);
    return true;
}

static bool read_day(const uint8_t *at, int64_t *day)
{
    int year = digits(at, 4);
    int month = digits(at + 5, 2);
    int of_month = digits(at + 8, 2);

    if (year < 1680 || year > 2260 || month < 1 || month > 12 || at[4] != '-' ||
        at[7] != '-' || of_month < 1 || of_month > days_in(year, month))
        return false;
    *day = day_number(year, month, of_month);
    return true;
}

static bool read_time(const uint8_t *at, int64_t *second)
{
    int hour = digits(at, 2);
    int minute = digits(at + 3, 2);
    int of_minute = digits(at + 6, 2);

    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || of_minute < 0 ||
        of_minute > 60 || at[2] != ':' || at[5] != ':')
        return false;
    *second = (hour * 60 + minute) * 60 + of_minute;
    return true;
}

bool schema_timestamp_read(struct td_bytes text, int64_t *ns)
{
    static const size_t fixed = sizeof("2025-01-31T16:32:00") - 1;
    int64_t place = SECOND / 10;
    int64_t part = 0;
    int64_t day;
    int64_t second;
    int64_t zone;
    size_t at = fixed;

    if (text.len <= fixed || (text.ptr[10] != 'T' && text.ptr[10] != 't') ||
        !read_day(text.ptr, &day) || !read_time(text.ptr + 11, &second))
        return false;
    if (text.ptr[at] == '.') {
        for (at++; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
             at++) {
            part += place * (text.ptr[at] - '0');
            place /= 10;
        }
        if (at == fixed + 1)
            return false;
    }
    if (!read_zone(td_bytes(text.ptr + at, text.len - at), &zone))
        return false;
    *ns = (day * 86400 + second - zone) * SECOND + part;
    return true;
}

bool schema_timestamp_number(struct td_bytes token, int64_t unit, int64_t *ns)
{
    struct schema_decimal d;
    const uint8_t *at;
    wide n = 0;

    schema_decimal_read(&d, token);
    if (d.top >= 19 || d.top < -9) {
        *ns = 0;
        return d.top < 0 || d.count == 0;
    }
    at = d.digits;
    for (int64_t i = 0; i <= d.top + 9 && i < DIGITS_MAX; i++) {
        unsigned digit = 0;

        if (i < d.count) {
            at += *at == '.';
            digit = (unsigned)(*at++ - '0');
        }
        n = n * 10 + digit;
    }
    for (int64_t i = DIGITS_MAX; i <= d.top + 9; i++)
        n *= 10;
    n = n * unit / SECOND;
    if (n > INT64_MAX)
        return false;
    *ns = d.negative ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool is_decimal(struct td_bytes text)
{
    size_t at = text.len > 0 && text.ptr[0] == '-';
    size_t points = 0;

    if (at == text.len || text.ptr[at] == '.' || text.ptr[text.len - 1] == '.')
        return false;
    for (; at < text.len; at++) {
        points += text.ptr[at] == '.';
        if (text.ptr[at] != '.' && (text.ptr[at] < '0' || text.ptr[at] > '9'))
            return false;
    }
    return points <= 1;
}

bool schema_instant_text(struct td_bytes text, int64_t unit, int64_t *ns)
{
    return is_decimal(text) ? schema_timestamp_number(text, unit, ns)
                            : schema_timestamp_read(text, ns);
}
