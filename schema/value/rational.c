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

/* The room for a large value, made if there is none. */
static mpq_ptr rational_big(struct schema_rational *n)
{
    if (!n->big) {
        n->big = td_calloc(1, sizeof(*n->big));
        mpq_init(n->big->q);
    }
    return n->big->q;
}

void schema_rational_release(struct schema_rational *n)
{
    if (n->big)
        mpq_clear(n->big->q);
    free(n->big);
    *n = (struct schema_rational){.den = 1};
}

void schema_rational_set(struct schema_rational *n, int64_t value)
{
    schema_rational_ratio(n, value, 1);
}

void schema_rational_copy(struct schema_rational *to,
                          const struct schema_rational *from)
{
    if (to == from)
        return;
    schema_rational_ratio(to, from->num, from->den);
    if (from->den == 0)
        mpq_set(rational_big(to), from->big->q);
}

void rational_get(mpq_t out, const struct schema_rational *n)
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

enum schema_trouble rational_put(struct schema_rational *n, mpq_srcptr q)
{
    if (mpz_sizeinbase(mpq_numref(q), 2) > SCHEMA_RATIONAL_BITS ||
        mpz_sizeinbase(mpq_denref(q), 2) > SCHEMA_RATIONAL_BITS)
        return SCHEMA_TOO_LARGE;
    if (is_small(mpq_numref(q)) && is_small(mpq_denref(q))) {
        schema_rational_ratio(n, mpz_get_si(mpq_numref(q)),
                              mpz_get_si(mpq_denref(q)));
        return SCHEMA_FINE;
    }
    mpq_set(rational_big(n), q);
    n->den = 0;
    return SCHEMA_FINE;
}

/* Digits of a token that has more of them than a word, or an exponent. */
static bool read_long(struct schema_rational *n, struct td_bytes token)
{
    char digits[2 * SCHEMA_RATIONAL_POWER + 2];
    struct schema_decimal d;
    const uint8_t *at;
    int64_t bottom;
    mpz_t power;
    mpq_t q;

    schema_decimal_read(&d, token);
    bottom = d.top - (int64_t)d.count + 1;
    if (d.count > 0 &&
        (d.top > SCHEMA_RATIONAL_POWER || bottom < -SCHEMA_RATIONAL_POWER))
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
    (void)rational_put(n, q);
    mpz_clear(power);
    mpq_clear(q);
    return true;
}

bool schema_rational_read(struct schema_rational *n, struct td_bytes token)
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
    schema_rational_ratio(n, negative ? -value : value,
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

bool schema_rational_half_unit(struct schema_rational *n, struct td_bytes token)
{
    int64_t power = last_power(token);
    char unit[24];

    if (power >= -WORD_DIGITS + 1 && power <= 0) {
        schema_rational_ratio(n, 5, tens[1 - power]);
        return true;
    }
    (void)snprintf(unit, sizeof(unit), "5e%lld", (long long)power - 1);
    return schema_rational_read(n, td_text(unit));
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
static bool keep(struct schema_rational *out, wide num, wide den)
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
    schema_rational_ratio(out, (int64_t)num, (int64_t)den);
    return true;
}

/* False: the result, or one of the two, is not small. */
static bool calc_small(struct schema_rational *out, enum schema_arithmetic op,
                       const struct schema_rational *a,
                       const struct schema_rational *b)
{
    wide left = (wide)a->num * b->den;
    wide right = (wide)b->num * a->den;

    if (a->den == 0 || b->den == 0)
        return false;
    if (op == SCHEMA_MUL)
        return keep(out, (wide)a->num * b->num, (wide)a->den * b->den);
    if (op == SCHEMA_DIV)
        return keep(out, left, right);
    if (op == SCHEMA_MOD)
        return keep(out, left % right, (wide)a->den * b->den);
    if (a->den == b->den)
        return keep(out, (wide)a->num + (op == SCHEMA_ADD ? b->num : -b->num),
                    a->den);
    return keep(out, op == SCHEMA_ADD ? left + right : left - right,
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

static enum schema_trouble calc_large(struct schema_rational *out,
                                      enum schema_arithmetic op,
                                      const struct schema_rational *a,
                                      const struct schema_rational *b)
{
    enum schema_trouble trouble;
    mpq_t x;
    mpq_t y;

    mpq_inits(x, y, NULL);
    rational_get(x, a);
    rational_get(y, b);
    if (op == SCHEMA_ADD)
        mpq_add(x, x, y);
    else if (op == SCHEMA_SUB)
        mpq_sub(x, x, y);
    else if (op == SCHEMA_MUL)
        mpq_mul(x, x, y);
    else if (op == SCHEMA_DIV)
        mpq_div(x, x, y);
    else
        modulo(x, y);
    trouble = rational_put(out, x);
    mpq_clears(x, y, NULL);
    return trouble;
}

enum schema_trouble schema_rational_calc(struct schema_rational *out,
                                         enum schema_arithmetic op,
                                         const struct schema_rational *a,
                                         const struct schema_rational *b)
{
    if ((op == SCHEMA_DIV || op == SCHEMA_MOD) && schema_rational_sign(b) == 0)
        return SCHEMA_BY_ZERO;
    return calc_small(out, op, a, b) ? SCHEMA_FINE : calc_large(out, op, a, b);
}

int schema_rational_compare(const struct schema_rational *a,
                            const struct schema_rational *b)
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
    rational_get(x, a);
    rational_get(y, b);
    order = mpq_cmp(x, y);
    mpq_clears(x, y, NULL);
    return order;
}

int schema_rational_sign(const struct schema_rational *n)
{
    return n->den == 0 ? mpq_sgn(n->big->q) : (n->num > 0) - (n->num < 0);
}
