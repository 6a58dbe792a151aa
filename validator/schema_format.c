#include "validator/schema_int.h"

#include <arpa/inet.h>

/* A string for the C library; false if it cannot be one, or is too long. */
static bool to_c(struct td_bytes text, char out[64])
{
    if (text.len >= 64 || (text.len > 0 && memchr(text.ptr, 0, text.len)))
        return false;
    if (text.len > 0)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

/* True if every byte fits the shape: 9 is a digit, x a hex digit. */
static bool has_shape(struct td_bytes text, const char *shape)
{
    if (text.len != strlen(shape))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool digit = c >= '0' && c <= '9';
        bool hex = digit || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');

        bool fits = shape[i] == '9'   ? digit
                    : shape[i] == 'x' ? hex
                                      : c == (uint8_t)shape[i];

        if (!fits)
            return false;
    }
    return true;
}

static unsigned two_digits(const uint8_t *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

static bool is_date(struct td_bytes text)
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

/* RFC 3339 full-time. A leap second is the last of a day in UTC. */
static bool is_time(struct td_bytes text)
{
    size_t at = 8;
    int offset;
    int minute;

    if (text.len < 9 || !has_shape(td_bytes(text.ptr, 8), "99:99:99"))
        return false;
    if (text.ptr[at] == '.') {
        size_t from = ++at;

        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
            at++;
        if (at == from)
            return false;
    }
    if (!read_offset(td_bytes(text.ptr + at, text.len - at), &offset) ||
        two_digits(text.ptr) > 23 || two_digits(text.ptr + 3) > 59)
        return false;
    minute = (int)(two_digits(text.ptr) * 60 + two_digits(text.ptr + 3));
    minute = (minute - offset + 2 * 1440) % 1440;
    return two_digits(text.ptr + 6) <= 59 ||
           (two_digits(text.ptr + 6) == 60 && minute == 1439);
}

static bool is_date_time(struct td_bytes text)
{
    return text.len > 11 && is_date(td_bytes(text.ptr, 10)) &&
           (text.ptr[10] | 0x20) == 't' &&
           is_time(td_bytes(text.ptr + 11, text.len - 11));
}

static bool is_uuid(struct td_bytes text)
{
    return has_shape(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

static bool is_ipv4(struct td_bytes text)
{
    char address[64];
    struct in_addr in;

    return to_c(text, address) && inet_pton(AF_INET, address, &in) == 1;
}

static bool is_ipv6(struct td_bytes text)
{
    char address[64];
    struct in6_addr in;

    return to_c(text, address) && inet_pton(AF_INET6, address, &in) == 1;
}

bool (*schema_format(struct td_bytes name))(struct td_bytes text)
{
    static const struct {
        const char *name;
        bool (*check)(struct td_bytes text);
    } formats[] = {
        {"date-time", is_date_time}, {"date", is_date}, {"time", is_time},
        {"uuid", is_uuid},           {"ipv4", is_ipv4}, {"ipv6", is_ipv6},
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (td_bytes_is(name, formats[i].name))
            return formats[i].check;
    }
    return NULL;
}
