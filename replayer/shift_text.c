/* One timestamp as text, moved. */
#include "replayer/shift_time.h"

#include <inttypes.h>
#include <string.h>

#define BASE       19 /* "2026-01-31T12:00:00" */
#define DIGITS_MAX 9  /* of a second: a nanosecond */

static const uint64_t tens[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_of(struct td_bytes text, size_t from)
{
    size_t n = 0;

    while (from + n < text.len && is_digit(text.ptr[from + n]))
        n++;
    return n;
}

/* Rounded down, so that equal distances stay equal on both sides of now. */
static int64_t floor_div(int64_t by, int64_t unit)
{
    int64_t q = by / unit;

    return by % unit < 0 ? q - 1 : q;
}

/* *value + by; false if it is not from 0 to 2^63-1. */
static bool add(uint64_t *value, int64_t by)
{
    int64_t sum;

    if (*value > INT64_MAX ||
        __builtin_add_overflow((int64_t)*value, by, &sum) || sum < 0)
        return false;
    *value = (uint64_t)sum;
    return true;
}

static uint64_t read_digits(const uint8_t *at, size_t n)
{
    uint64_t value = 0;

    while (n-- > 0)
        value = value * 10 + (uint64_t)(*at++ - '0');
    return value;
}

/* The greatest unit in which a number is a time since 1973; 0: there is none.
 */
static uint64_t unit_of(uint64_t value)
{
    static const uint64_t least = 100000000; /* s: March 1973 */

    for (uint64_t unit = TD_NS_PER_S; unit > 0; unit /= 1000)
        if (value >= least * (TD_NS_PER_S / unit) && value < INT64_MAX / unit)
            return unit;
    return 0;
}

bool play_shift_number(struct td_buf *out, struct td_bytes text, int64_t by_ns)
{
    size_t whole = digits_of(text, 0);
    size_t point = whole < text.len && text.ptr[whole] == '.';
    size_t part = point ? digits_of(text, whole + 1) : 0;
    size_t taken = part < DIGITS_MAX ? part : DIGITS_MAX;
    uint64_t unit;
    uint64_t value;

    if (whole == 0 || whole > 19 || whole + point + part != text.len ||
        (point && part == 0) || (whole > 1 && text.ptr[0] == '0'))
        return false;
    unit = unit_of(read_digits(text.ptr, whole));
    while (taken > 0 && tens[taken] > unit)
        taken--;
    if (unit == 0)
        return false;
    value = read_digits(text.ptr, whole) * tens[taken] +
            read_digits(text.ptr + whole + point, taken);
    if (!add(&value, floor_div(by_ns, (int64_t)(unit / tens[taken]))))
        return false;
    (void)td_buf_add_u64(out, value / tens[taken]);
    if (point)
        (void)td_buf_add_byte(out, '.');
    if (taken > 0)
        (void)td_buf_addf(out, "%0*" PRIu64, (int)taken, value % tens[taken]);
    (void)td_buf_add(out, text.ptr + whole + point + taken, part - taken);
    return true;
}

/* "Z", "z" or "+02:00" and nothing behind it. */
static bool is_zone(struct td_bytes zone)
{
    if (zone.len == 1)
        return zone.ptr[0] == 'Z' || zone.ptr[0] == 'z';
    return zone.len == 6 && (zone.ptr[0] == '+' || zone.ptr[0] == '-') &&
           digits_of(zone, 1) == 2 && zone.ptr[3] == ':' &&
           digits_of(zone, 4) == 2;
}

/* The local time to the second, as if it were UTC. */
static bool read_base(struct td_bytes text, uint64_t *ns)
{
    char base[BASE + 2];

    memcpy(base, text.ptr, BASE);
    base[10] = 'T';
    base[BASE] = 'Z';
    base[BASE + 1] = '\0';
    return strchr("Tt ", text.ptr[10]) && text.ptr[10] &&
           !td_time_parse(td_text(base), ns);
}

static bool shift_rfc3339(struct td_buf *out, struct td_bytes text,
                          int64_t by_ns)
{
    size_t point = text.len > BASE && text.ptr[BASE] == '.';
    size_t part = point ? digits_of(text, BASE + 1) : 0;
    size_t zone = BASE + point + part;
    size_t taken = part < DIGITS_MAX ? part : DIGITS_MAX;
    uint64_t ns = 0;
    uint64_t last = tens[DIGITS_MAX - taken]; /* ns of the last digit */
    struct td_buf room = {0};

    if (text.len <= BASE || zone >= text.len || (point && part == 0) ||
        !is_zone(td_bytes(text.ptr + zone, text.len - zone)) ||
        !read_base(text, &ns))
        return false;
    ns += read_digits(text.ptr + BASE + point, taken) * last;
    if (!add(&ns, floor_div(by_ns, (int64_t)last) * (int64_t)last))
        return false;
    (void)td_time_format(&room, ns);
    room.ptr[10] = text.ptr[10];
    (void)td_buf_add(out, room.ptr, BASE + point + taken);
    (void)td_buf_add(out, text.ptr + BASE + point + taken,
                     text.len - BASE - point - taken);
    td_buf_release(&room);
    return true;
}

bool play_shift_text(struct td_buf *out, struct td_bytes text, int64_t by_ns)
{
    return play_shift_number(out, text, by_ns) ||
           shift_rfc3339(out, text, by_ns);
}
