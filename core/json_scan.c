#include "core/json_internal.h"

#include "core/utf8.h"

static bool is_digit(const uint8_t *at, const uint8_t *end)
{
    return at < end && (unsigned)(*at - '0') < 10;
}

static bool is_hex(uint8_t c)
{
    return (unsigned)(c - '0') < 10 || (unsigned)((c | 0x20) - 'a') < 6;
}

static bool is_escape(uint8_t c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return true;
    default:
        return false;
    }
}

static const uint8_t *scan_escape(const uint8_t *at, const uint8_t *end,
                                  const uint8_t **bad)
{
    *bad = ++at;
    if (at == end)
        return NULL;
    if (is_escape(*at))
        return at + 1;
    if (*at != 'u')
        return NULL;
    for (int i = 0; i < 4; i++) {
        *bad = ++at;
        if (at == end || !is_hex(*at))
            return NULL;
    }
    return at + 1;
}

/* Behind a run of characters that are not ASCII. */
static const uint8_t *scan_utf8(const uint8_t *at, const uint8_t *end,
                                const uint8_t **bad)
{
    do {
        size_t len = td_utf8_step(at, end);

        *bad = at;
        if (len == 0)
            return NULL;
        at += len;
    } while (at < end && *at >= 0x80);
    return at;
}

static const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end)
{
    for (; end - at >= JSON_WIDE; at += JSON_WIDE) {
        unsigned mask = json_special_mask(at);

        if (mask != 0)
            return at + __builtin_ctz(mask);
    }
    while (at < end && *at >= ' ' && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

const uint8_t *td_json_scan_string_rest(const uint8_t *at, const uint8_t *end,
                                        uint8_t *flags, const uint8_t **bad)
{
    at = skip_plain(at, end);
    while (at < end && *at != '"') {
        *bad = at;
        if (*at < ' ')
            return NULL;
        if (*at == '\\') {
            *flags = TD_JSON_ESCAPED;
            at = scan_escape(at, end, bad);
        } else {
            at = scan_utf8(at, end, bad);
        }
        if (!at)
            return NULL;
        at = skip_plain(at, end);
    }
    *bad = end;
    return at < end ? at + 1 : NULL;
}

static const uint8_t *scan_digits(const uint8_t *at, const uint8_t *end,
                                  const uint8_t **bad)
{
    *bad = at;
    if (!is_digit(at, end))
        return NULL;
    while (is_digit(at, end))
        at++;
    return at;
}

static const uint8_t *scan_exponent(const uint8_t *at, const uint8_t *end,
                                    const uint8_t **bad)
{
    at++;
    if (at < end && (*at == '+' || *at == '-'))
        at++;
    return scan_digits(at, end, bad);
}

const uint8_t *td_json_scan_number_rest(const uint8_t *at, const uint8_t *end,
                                        uint8_t *flags, const uint8_t **bad)
{
    const uint8_t *first = at + (*at == '-');

    *flags = 0;
    at = scan_digits(first, end, bad);
    if (!at)
        return NULL;
    if (*first == '0' && at > first + 1) {
        *bad = first + 1;
        return NULL;
    }
    if (at < end && *at == '.') {
        *flags = TD_JSON_NOT_INT;
        at = scan_digits(at + 1, end, bad);
    }
    if (at && at < end && (*at | 0x20) == 'e') {
        *flags = TD_JSON_NOT_INT;
        at = scan_exponent(at, end, bad);
    }
    return at;
}
