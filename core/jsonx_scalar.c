#include "core/jsonx_internal.h"

#include <string.h>

/* The spellings of section 10.3.2 that are neither numbers nor text. */
static const struct {
    const char *yaml;
    const char *json; /* NULL: there is none */
} words[] = {
    {"", "null"},       {"~", "null"},      {"null", "null"},
    {"Null", "null"},   {"NULL", "null"},   {"true", "true"},
    {"True", "true"},   {"TRUE", "true"},   {"false", "false"},
    {"False", "false"}, {"FALSE", "false"}, {".inf", NULL},
    {".Inf", NULL},     {".INF", NULL},     {"+.inf", NULL},
    {"+.Inf", NULL},    {"+.INF", NULL},    {"-.inf", NULL},
    {"-.Inf", NULL},    {"-.INF", NULL},    {".nan", NULL},
    {".NaN", NULL},     {".NAN", NULL},
};

#define WORD_MAX 5 /* bytes of the longest */

static size_t count_digits(struct td_bytes text, size_t from)
{
    size_t at = from;

    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
        at++;
    return at - from;
}

/* The parts of [-+]? ( [0-9]+ ( \. [0-9]* )? | \. [0-9]+ ) ( [eE] ... )? */
struct decimal {
    bool minus;
    struct td_bytes whole;
    struct td_bytes fraction;
    struct td_bytes exponent; /* with its e and sign */
};

static bool split_exponent(struct td_bytes text, size_t at, struct decimal *d)
{
    size_t digits = at + 1;

    d->exponent = td_bytes(text.ptr + at, text.len - at);
    if (at == text.len)
        return true;
    if ((text.ptr[at] | 0x20) != 'e')
        return false;
    if (digits < text.len &&
        (text.ptr[digits] == '+' || text.ptr[digits] == '-'))
        digits++;
    return digits < text.len && digits + count_digits(text, digits) == text.len;
}

static bool split_decimal(struct td_bytes text, struct decimal *d)
{
    size_t at = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');

    d->minus = at > 0 && text.ptr[0] == '-';
    d->whole = td_bytes(text.ptr + at, count_digits(text, at));
    at += d->whole.len;
    d->fraction = td_bytes(NULL, 0);
    if (at < text.len && text.ptr[at] == '.') {
        at++;
        d->fraction = td_bytes(text.ptr + at, count_digits(text, at));
        at += d->fraction.len;
    }
    return (d->whole.len > 0 || d->fraction.len > 0) &&
           split_exponent(text, at, d);
}

/* JSON wants a digit on both sides of the point and no zeroes in front. */
static void put_decimal(struct td_buf *out, const struct decimal *d)
{
    struct td_bytes whole = d->whole;

    while (whole.len > 1 && whole.ptr[0] == '0') {
        whole.ptr++;
        whole.len--;
    }
    if (whole.len == 0)
        whole = td_text("0");
    (void)td_buf_add_text(out, d->minus ? "-" : "");
    (void)td_buf_add_bytes(out, whole);
    if (d->fraction.len > 0) {
        (void)td_buf_add_byte(out, '.');
        (void)td_buf_add_bytes(out, d->fraction);
    }
    (void)td_buf_add_bytes(out, d->exponent);
}

/* 0o17 and 0x1F. */
static enum td_jsonx_scalar put_based(struct td_buf *out, struct td_bytes text)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    bool octal = text.len > 2 && !memcmp(text.ptr, "0o", 2);
    bool hex = text.len > 2 && !memcmp(text.ptr, "0x", 2);
    uint64_t n = 0;

    if (!octal && !hex)
        return TD_JSONX_TEXT;
    for (size_t i = 2; i < text.len; i++) {
        const char *found = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;
        uint64_t digit = found ? (uint64_t)(found - digits) : 99;
        uint64_t base = octal ? 8 : 16;

        if (digit > 15 && digit < 22)
            digit -= 6;
        if (digit >= base)
            return TD_JSONX_TEXT;
        if (n > (UINT64_MAX - digit) / base)
            return TD_JSONX_NO_JSON;
        n = n * base + digit;
    }
    (void)td_buf_addf(out, "%llu", (unsigned long long)n);
    return TD_JSONX_LITERAL;
}

/* Most scalars are text, as their first byte shows: no more of them is looked
 * at. */
static bool is_plain_text(struct td_bytes text)
{
    static const char others[] = "~nNtTfF.+-0123456789";

    return text.len > 0 && !memchr(others, text.ptr[0], sizeof(others) - 1);
}

enum td_jsonx_scalar td_jsonx_resolve(struct td_buf *out, struct td_bytes text)
{
    struct decimal decimal;

    if (is_plain_text(text))
        return TD_JSONX_TEXT;
    for (size_t i = 0;
         text.len <= WORD_MAX && i < sizeof(words) / sizeof(words[0]); i++) {
        /* To compare two bytes is less than to call for all of them. */
        if (text.len > 1 && (words[i].yaml[0] != (char)text.ptr[0] ||
                             words[i].yaml[1] != (char)text.ptr[1]))
            continue;
        if (!td_bytes_is(text, words[i].yaml))
            continue;
        if (!words[i].json)
            return TD_JSONX_NO_JSON;
        (void)td_buf_add_text(out, words[i].json);
        return TD_JSONX_LITERAL;
    }
    if (!split_decimal(text, &decimal))
        return put_based(out, text);
    put_decimal(out, &decimal);
    return TD_JSONX_LITERAL;
}
