#include "validator/gates/read/number.h"

#include <math.h>

#define SECOND 1e9

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

bool read_digits(struct td_bytes *text, uint64_t *value)
{
    uint64_t sum = 0;
    size_t i = 0;

    for (; i < text->len && is_digit(text->ptr[i]); i++) {
        unsigned digit = text->ptr[i] - (unsigned)'0';

        if (sum > (UINT64_MAX - digit) / 10)
            sum = UINT64_MAX;
        else
            sum = sum * 10 + digit;
    }
    *value = sum;
    if (i > 0)
        *text = td_bytes(text->ptr + i, text->len - i);
    return i > 0;
}

bool read_uint(struct td_bytes text, uint64_t *value)
{
    return read_digits(&text, value) && text.len == 0 && *value != UINT64_MAX;
}

/* The digits of a number, gathered into a mantissa and a power of ten. */
struct digits {
    uint64_t mantissa;
    int power;
    bool any;
};

static void take_digit(struct digits *digits, uint8_t byte, bool is_fraction)
{
    digits->any = true;
    if (digits->mantissa < UINT64_MAX / 10 - 1) {
        digits->mantissa = digits->mantissa * 10 + (uint64_t)(byte - '0');
        digits->power -= is_fraction && digits->power > -5000;
    } else {
        digits->power += !is_fraction && digits->power < 5000;
    }
}

/* The whole part; false if a comma is not before a group of three. */
static bool take_whole(struct td_bytes text, size_t *at, struct digits *digits)
{
    size_t group = 0;
    bool grouped = false;

    for (; *at < text.len; ++*at) {
        uint8_t byte = text.ptr[*at];

        if (is_digit(byte)) {
            take_digit(digits, byte, false);
            group++;
        } else if (byte == ',' && group > 0 &&
                   (grouped ? group == 3 : group <= 3)) {
            grouped = true;
            group = 0;
        } else {
            break;
        }
    }
    return !grouped || group == 3;
}

/* The exponent, if any; false if it has no digits. */
static bool take_exponent(struct td_bytes text, size_t *at, int *power)
{
    struct td_bytes rest;
    uint64_t size;
    bool minus;

    if (*at >= text.len || (text.ptr[*at] | 0x20) != 'e')
        return true;
    ++*at;
    minus = *at < text.len && text.ptr[*at] == '-';
    *at += *at < text.len && (minus || text.ptr[*at] == '+');
    rest = td_bytes(text.ptr + *at, text.len - *at);
    if (!read_digits(&rest, &size))
        return false;
    *at = text.len - rest.len;
    size = size < 10000 ? size : 10000;
    *power += minus ? -(int)size : (int)size;
    return true;
}

/* All of them are exact in the 64 bits of a long double. */
static const long double tens[] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
    1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L};
#define TENS ((int)(sizeof(tens) / sizeof(tens[0])))

/* By squares where the table ends: exact enough. */
static long double power_of_ten(int power)
{
    long double factor = 1;
    long double square = 10;

    if (power < TENS)
        return tens[power];
    for (; power > 0; power >>= 1) {
        if (power & 1)
            factor *= square;
        square *= square;
    }
    return factor;
}

static long double scaled(uint64_t mantissa, int power)
{
    return power < 0 ? (long double)mantissa / power_of_ten(-power)
                     : (long double)mantissa * power_of_ten(power);
}

bool read_decimal(struct td_bytes text, double *value)
{
    struct digits digits = {0};
    bool minus = text.len > 0 && text.ptr[0] == '-';
    size_t at = minus;

    if (text.len == 0 || !take_whole(text, &at, &digits))
        return false;
    if (at < text.len && text.ptr[at] == '.') {
        for (at++; at < text.len && is_digit(text.ptr[at]); at++)
            take_digit(&digits, text.ptr[at], true);
    }
    if (!digits.any || !take_exponent(text, &at, &digits.power) ||
        at != text.len)
        return false;
    *value = (double)scaled(digits.mantissa, digits.power);
    if (minus)
        *value = -*value;
    return isfinite(*value);
}

int64_t read_nanoseconds(double value, double unit)
{
    double ns = value * unit;

    return ns >= 0 && ns < 9.2e18 ? (int64_t)(ns + 0.5) : -1;
}

int64_t read_time(struct td_bytes text, double unit)
{
    double value;

    return read_decimal(text, &value) ? read_nanoseconds(value, unit) : -1;
}

int64_t read_clock(struct td_bytes text)
{
    uint64_t days = 0;
    uint64_t hours;
    uint64_t minutes;
    int64_t rest;

    if (!read_digits(&text, &hours) || text.len == 0)
        return -1;
    if (text.ptr[0] == '.') {
        days = hours;
        text = td_bytes(text.ptr + 1, text.len - 1);
        if (!read_digits(&text, &hours) || text.len == 0)
            return -1;
    }
    if (text.ptr[0] != ':' || hours > 1000000 || days > 36500)
        return -1;
    text = td_bytes(text.ptr + 1, text.len - 1);
    if (!read_digits(&text, &minutes) || minutes > 59 || text.len == 0 ||
        text.ptr[0] != ':')
        return -1;
    rest = read_time(td_bytes(text.ptr + 1, text.len - 1), SECOND);
    if (rest < 0 || rest > (int64_t)(61 * SECOND))
        return -1;
    return (int64_t)((days * 24 + hours) * 60 + minutes) * 60 *
               (int64_t)SECOND +
           rest;
}
