#include "schema/value/timestamp.h"

#include "core/take.h"
#include "schema/value/decimal.h"

#define SECOND     INT64_C(1000000000)
#define DIGITS_MAX 27 /* of a number: they fit a wide */

__extension__ typedef __int128 wide;

bool schema_timestamp_read(struct td_bytes text, int64_t *ns)
{
    struct td_moment m;

    return td_take_moment(&text, "tT", &m) && text.len == 0 &&
           td_moment_ns(&m, ns);
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
