#include "schema/value/rational.h"

#include "core/mem.h"
#include "schema/value/decimal.h"
#include "schema/value/rational_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define WORD_DIGITS 18 /* always fit an int64_t */

__extension__ typedef __int128 wide;

static const int64_t tens[WORD_DIGITS + 1] = {1,
                                              10,
                                              100,
                                              1000,
                                              10000,
                                              100000,
                                              1000000,
                                              10000000,
                                              100000000,
                                              1000000000,
                                              10000000000,
                                              100000000000,
                                              1000000000000,
                                              10000000000000,
                                              100000000000000,
                                              1000000000000000,
                                              10000000000000000,
                                              100000000000000000,
                                              1000000000000000000};

mpq_ptr number_big(struct check_number *n)
{
    if (!n->big) {
        n->big = td_calloc(1, sizeof(*n->big));
        mpq_init(n->big->q);
    }
    return n->big->q;
}

void check_number_release(struct check_number *n)
{
    if (n->big)
        mpq_clear(n->big->q);
    free(n->big);
    *n = (struct check_number){.den = 1};
}

void check_number_set(struct check_number *n, int64_t value)
{
    check_number_ratio(n, value, 1);
}

void check_number_copy(struct check_number *to, const struct check_number *from)
{
    if (to == from)
        return;
    check_number_ratio(to, from->num, from->den);
    if (from->den == 0)
        mpq_set(number_big(to), from->big->q);
}

void number_get(mpq_t out, const struct check_number *n)
{
    if (n->den == 0) {
        mpq_set(out, n->big->q);
        return;
    }
    mpz_set_si(mpq_numref(out), n->num);
    mpz_set_si(mpq_denref(out), n->den);
    mpq_canonicalize(out);
}

/* INT64_MIN stays large, so that a small number can always be negated. */
static bool is_small(mpz_srcptr z)
{
    return mpz_fits_slong_p(z) && mpz_cmp_si(z, INT64_MIN) != 0;
}

enum check_trouble number_put(struct check_number *n, mpq_srcptr q)
{
    if (mpz_sizeinbase(mpq_numref(q), 2) > CHECK_NUMBER_BITS ||
        mpz_sizeinbase(mpq_denref(q), 2) > CHECK_NUMBER_BITS)
        return CHECK_TOO_LARGE;
    if (is_small(mpq_numref(q)) && is_small(mpq_denref(q))) {
        check_number_ratio(n, mpz_get_si(mpq_numref(q)),
                           mpz_get_si(mpq_denref(q)));
        return CHECK_FINE;
    }
    mpq_set(number_big(n), q);
    n->den = 0;
    return CHECK_FINE;
}

/* Digits of a token that has more of them than a word, or an exponent. */
static bool read_long(struct check_number *n, struct td_bytes token)
{
    char digits[2 * CHECK_NUMBER_POWER + 2];
    struct check_decimal d;
    const uint8_t *at;
    int64_t bottom;
    mpz_t power;
    mpq_t q;

    check_decimal_read(&d, token);
    bottom = d.top - (int64_t)d.count + 1;
    if (d.count > 0 &&
        (d.top > CHECK_NUMBER_POWER || bottom < -CHECK_NUMBER_POWER))
        return false;
    at = d.digits;
    for (uint32_t i = 0; i < d.count; i++) {
        at += *at == '.';
        digits[i] = (char)*at++;
    }
    digits[d.count] = '\0';
    mpq_init(q);
    mpz_init(power);
    if (d.count > 0)
        (void)mpz_set_str(mpq_numref(q), digits, 10);
    mpz_ui_pow_ui(power, 10, (unsigned long)llabs(bottom));
    if (bottom > 0)
        mpz_mul(mpq_numref(q), mpq_numref(q), power);
    else if (d.count > 0)
        mpz_set(mpq_denref(q), power);
    mpq_canonicalize(q);
    if (d.negative)
        mpq_neg(q, q);
    (void)number_put(n, q);
    mpz_clear(power);
    mpq_clear(q);
    return true;
}

bool check_number_read(struct check_number *n, struct td_bytes token)
{
    const uint8_t *end = token.ptr + token.len;
    const uint8_t *point = NULL;
    bool negative = token.ptr[0] == '-';
    int64_t value = 0;

    if (token.len > WORD_DIGITS)
        return read_long(n, token);
    for (const uint8_t *at = token.ptr + negative; at < end; at++) {
        if (*at == '.') {
            point = at;
            continue;
        }
        if (*at < '0' || *at > '9')
            return read_long(n, token);
        value = value * 10 + (*at - '0');
    }
    check_number_ratio(n, negative ? -value : value,
                       tens[point ? end - point - 1 : 0]);
    return true;
}

/* The power of ten of the last printed digit. */
static int64_t last_power(struct td_bytes token)
{
    const uint8_t *end = token.ptr + token.len;
    bool point = false;
    bool minus = false;
    int64_t exponent = 0;
    int64_t decimals = 0;
    const uint8_t *at = token.ptr;

    for (; at < end && (*at | 0x20) != 'e'; at++) {
        decimals += point;
        point |= *at == '.';
    }
    for (at += at < end; at < end; at++) {
        minus |= *at == '-';
        if (*at >= '0' && *at <= '9' && exponent < INT32_MAX)
            exponent = exponent * 10 + (*at - '0');
    }
    return (minus ? -exponent : exponent) - decimals;
}

bool check_number_half_unit(struct check_number *n, struct td_bytes token)
{
    int64_t power = last_power(token);
    char unit[24];

    if (power >= -WORD_DIGITS + 1 && power <= 0) {
        check_number_ratio(n, 5, tens[1 - power]);
        return true;
    }
    (void)snprintf(unit, sizeof(unit), "5e%lld", (long long)power - 1);
    return check_number_read(n, td_text(unit));
}

static wide gcd(wide a, wide b)
{
    while (b != 0) {
        wide rest = a % b;

        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static bool fits(wide value)
{
    return value <= INT64_MAX && value > INT64_MIN;
}

/* Keep num / den if it is small; den is not 0. */
static bool keep(struct check_number *out, wide num, wide den)
{
    if (!fits(num) || !fits(den)) {
        wide common = gcd(num, den);

        num /= common;
        den /= common;
    }
    if (!fits(num) || !fits(den))
        return false;
    if (den < 0) {
        num = -num;
        den = -den;
    }
    check_number_ratio(out, (int64_t)num, (int64_t)den);
    return true;
}

/* False: the result, or one of the two, is not small. */
static bool calc_small(struct check_number *out, enum check_sum op,
                       const struct check_number *a,
                       const struct check_number *b)
{
    wide left = (wide)a->num * b->den;
    wide right = (wide)b->num * a->den;

    if (a->den == 0 || b->den == 0)
        return false;
    if (op == CHECK_MUL)
        return keep(out, (wide)a->num * b->num, (wide)a->den * b->den);
    if (op == CHECK_DIV)
        return keep(out, left, right);
    if (op == CHECK_MOD)
        return keep(out, left % right, (wide)a->den * b->den);
    if (a->den == b->den)
        return keep(out, (wide)a->num + (op == CHECK_ADD ? b->num : -b->num),
                    a->den);
    return keep(out, op == CHECK_ADD ? left + right : left - right,
                (wide)a->den * b->den);
}

/* a mod b is a - b * trunc(a / b). */
static void modulo(mpq_t a, const mpq_t b)
{
    mpq_t whole;

    mpq_init(whole);
    mpq_div(whole, a, b);
    mpz_tdiv_q(mpq_numref(whole), mpq_numref(whole), mpq_denref(whole));
    mpz_set_ui(mpq_denref(whole), 1);
    mpq_mul(whole, whole, b);
    mpq_sub(a, a, whole);
    mpq_clear(whole);
}

static enum check_trouble calc_large(struct check_number *out,
                                     enum check_sum op,
                                     const struct check_number *a,
                                     const struct check_number *b)
{
    enum check_trouble trouble;
    mpq_t x;
    mpq_t y;

    mpq_inits(x, y, NULL);
    number_get(x, a);
    number_get(y, b);
    if (op == CHECK_ADD)
        mpq_add(x, x, y);
    else if (op == CHECK_SUB)
        mpq_sub(x, x, y);
    else if (op == CHECK_MUL)
        mpq_mul(x, x, y);
    else if (op == CHECK_DIV)
        mpq_div(x, x, y);
    else
        modulo(x, y);
    trouble = number_put(out, x);
    mpq_clears(x, y, NULL);
    return trouble;
}

enum check_trouble check_number_calc(struct check_number *out,
                                     enum check_sum op,
                                     const struct check_number *a,
                                     const struct check_number *b)
{
    if ((op == CHECK_DIV || op == CHECK_MOD) && check_number_sign(b) == 0)
        return CHECK_BY_ZERO;
    return calc_small(out, op, a, b) ? CHECK_FINE : calc_large(out, op, a, b);
}

int check_number_compare(const struct check_number *a,
                         const struct check_number *b)
{
    mpq_t x;
    mpq_t y;
    int order;

    if (a->den != 0 && b->den != 0) {
        wide left = (wide)a->num * b->den;
        wide right = (wide)b->num * a->den;

        return (left > right) - (left < right);
    }
    mpq_inits(x, y, NULL);
    number_get(x, a);
    number_get(y, b);
    order = mpq_cmp(x, y);
    mpq_clears(x, y, NULL);
    return order;
}

int check_number_sign(const struct check_number *n)
{
    return n->den == 0 ? mpq_sgn(n->big->q) : (n->num > 0) - (n->num < 0);
}
