#include "schema/value/decimal.h"

#include "core/mem.h"

#include <gmp.h>
#include <stdlib.h>

#define POWER_MAX   INT64_C(100000000000000000)
#define WORD_DIGITS 18 /* always fit a uint64_t */

__extension__ typedef unsigned __int128 wide;

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static int64_t read_exponent(const uint8_t *at, const uint8_t *end)
{
    bool minus = at < end && *at == '-';
    int64_t n = 0;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end; at++) {
        n = n * 10 + (*at - '0');
        if (n > POWER_MAX)
            n = POWER_MAX;
    }
    return minus ? -n : n;
}

/* The next digit behind *at, stepping over the point. */
static unsigned next_digit(const uint8_t **at)
{
    if (**at == '.')
        ++*at;
    return (unsigned)(*(*at)++ - '0');
}

void schema_decimal_read(struct schema_decimal *d, struct td_bytes token)
{
    const uint8_t *at = token.ptr;
    const uint8_t *end = at + token.len;
    int64_t whole = 0;  /* digits before the point */
    uint32_t seen = 0;  /* digits so far */
    uint32_t first = 0; /* of them, zeroes in front */
    uint32_t last = 0;  /* digits up to the last that is not 0 */
    bool point = false;

    *d = (struct schema_decimal){.negative = *at == '-'};
    for (at += d->negative; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        seen++;
        whole += !point;
        if (*at == '0')
            continue;
        last = seen;
        if (!d->digits) {
            d->digits = at;
            first = seen - 1;
        }
    }
    if (!d->digits) {
        d->negative = false;
        return;
    }
    d->count = last - first;
    d->top = whole - 1 - first;
    if (at < end)
        d->top += read_exponent(at + 1, end);
}

/* Compare the digits of two numbers with the same top. */
static int compare_digits(const struct schema_decimal *a,
                          const struct schema_decimal *b)
{
    const uint8_t *x = a->digits;
    const uint8_t *y = b->digits;
    uint32_t both = a->count < b->count ? a->count : b->count;

    for (uint32_t i = 0; i < both; i++) {
        unsigned m = next_digit(&x);
        unsigned n = next_digit(&y);

        if (m != n)
            return m < n ? -1 : 1;
    }
    if (a->count == b->count)
        return 0;
    return a->count < b->count ? -1 : 1;
}

int schema_decimal_compare(const struct schema_decimal *a,
                           const struct schema_decimal *b)
{
    int size;

    if (a->count == 0 && b->count == 0)
        return 0;
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    if (a->count == 0 || b->count == 0)
        size = a->count == 0 ? -1 : 1;
    else if (a->top != b->top)
        size = a->top < b->top ? -1 : 1;
    else
        size = compare_digits(a, b);
    return a->negative ? -size : size;
}

/* The power of ten of the last significant digit. */
static int64_t bottom(const struct schema_decimal *d)
{
    return d->top - (int64_t)d->count + 1;
}

bool schema_decimal_is_integer(const struct schema_decimal *d)
{
    return d->count == 0 || bottom(d) >= 0;
}

bool schema_decimal_can_divide(const struct schema_decimal *d)
{
    return d->count > 0 && !d->negative;
}

static uint64_t digits_modulo(const struct schema_decimal *d, uint64_t by)
{
    const uint8_t *at = d->digits;
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->count; i++)
        n = (uint64_t)(((wide)n * 10 + next_digit(&at)) % by);
    return n;
}

static uint64_t ten_to_the_modulo(uint64_t power, uint64_t by)
{
    wide base = 10 % by;
    wide n = 1 % by;

    for (; power > 0; power >>= 1) {
        if (power & 1)
            n = n * base % by;
        base = base * base % by;
    }
    return (uint64_t)n;
}

static uint64_t digits_word(const struct schema_decimal *d)
{
    const uint8_t *at = d->digits;
    uint64_t n = 0;

    for (uint32_t i = 0; i < d->count; i++)
        n = n * 10 + next_digit(&at);
    return n;
}

/* The digits without the point. */
static void read_digits(mpz_t n, const struct schema_decimal *d)
{
    const uint8_t *at = d->digits;
    char *text = td_calloc((size_t)d->count + 1, 1);

    for (uint32_t i = 0; i < d->count; i++)
        text[i] = (char)('0' + next_digit(&at));
    (void)mpz_set_str(n, text, 10);
    free(text);
}

/* Whether m * 10^power is a multiple of n, of any length. */
static bool long_multiple(const struct schema_decimal *d,
                          const struct schema_decimal *by, uint64_t power)
{
    mpz_t m;
    mpz_t n;
    mpz_t tens;
    bool whole;

    mpz_init(m);
    mpz_init(n);
    mpz_init_set_ui(tens, 10);
    read_digits(m, d);
    read_digits(n, by);
    mpz_powm_ui(tens, tens, power, n);
    mpz_mul(m, m, tens);
    whole = mpz_divisible_p(m, n) != 0;
    mpz_clear(m);
    mpz_clear(n);
    mpz_clear(tens);
    return whole;
}

/* d = m * 10^p and by = n * 10^q, where neither m nor n ends in 0. */
bool schema_decimal_is_multiple(const struct schema_decimal *d,
                                const struct schema_decimal *by)
{
    int64_t power = bottom(d) - bottom(by);
    uint64_t n;
    wide rest;

    if (d->count == 0)
        return true;
    if (power < 0)
        return false;
    if (by->count > WORD_DIGITS)
        return long_multiple(d, by, (uint64_t)power);
    n = digits_word(by);
    if (n == 1)
        return true;
    rest = digits_modulo(d, n);
    return rest * ten_to_the_modulo((uint64_t)power, n) % n == 0;
}

bool schema_decimal_int64(const struct schema_decimal *d, int64_t *n)
{
    *n = 0;
    if (d->count == 0)
        return true;
    if (!schema_decimal_is_integer(d) || d->top >= WORD_DIGITS)
        return false;
    *n = (int64_t)digits_word(d);
    for (int64_t i = bottom(d); i > 0; i--)
        *n *= 10;
    if (d->negative)
        *n = -*n;
    return true;
}
