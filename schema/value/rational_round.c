/* Numbers to integers, to decimals, and to text. */
#include "schema/value/rational_internal.h"

#include <stdlib.h>

#define SHOWN_DIGITS 40 /* of an integer */
#define SHOWN_PLACES 12

static int64_t whole_small(int64_t num, int64_t den, enum schema_rounding how)
{
    int64_t q = num / den;
    int64_t rest = num % den;

    if (rest == 0)
        return q;
    if (how == SCHEMA_FLOOR)
        return rest < 0 ? q - 1 : q;
    if (how == SCHEMA_CEIL)
        return rest > 0 ? q + 1 : q;
    if (how == SCHEMA_TRUNC || llabs(rest) < den - llabs(rest))
        return q;
    return rest < 0 ? q - 1 : q + 1;
}

static void whole_large(mpz_t out, mpq_t q, enum schema_rounding how)
{
    if (how == SCHEMA_ROUND) {
        /* trunc((2 |num| + den) / (2 den)), and the sign again */
        int sign = mpq_sgn(q);

        mpz_abs(out, mpq_numref(q));
        mpz_mul_2exp(out, out, 1);
        mpz_add(out, out, mpq_denref(q));
        mpz_mul_2exp(mpq_denref(q), mpq_denref(q), 1);
        mpz_tdiv_q(out, out, mpq_denref(q));
        if (sign < 0)
            mpz_neg(out, out);
    } else if (how == SCHEMA_FLOOR) {
        mpz_fdiv_q(out, mpq_numref(q), mpq_denref(q));
    } else if (how == SCHEMA_CEIL) {
        mpz_cdiv_q(out, mpq_numref(q), mpq_denref(q));
    } else {
        mpz_tdiv_q(out, mpq_numref(q), mpq_denref(q));
    }
}

void schema_rational_whole(struct schema_rational *n, enum schema_rounding how)
{
    mpq_t q;
    mpz_t z;

    if (n->den != 0) {
        schema_rational_set(n, whole_small(n->num, n->den, how));
        return;
    }
    mpq_init(q);
    mpz_init(z);
    rational_get(q, n);
    whole_large(z, q, how);
    mpq_set_z(q, z);
    (void)rational_put(n, q); /* not larger than it was */
    mpz_clear(z);
    mpq_clear(q);
}

static int64_t ten_to(int power)
{
    int64_t n = 1;

    while (power-- > 0)
        n *= 10;
    return n;
}

/* n = n * 10^places, or / where divide. */
static enum schema_trouble shift(struct schema_rational *n, int places,
                                 bool divide)
{
    enum schema_trouble trouble = SCHEMA_FINE;
    struct schema_rational scale = {.den = 1};

    if (places < 0) {
        places = -places;
        divide = !divide;
    }
    while (places > 0 && trouble == SCHEMA_FINE) {
        int part = places > 18 ? 18 : places;

        schema_rational_set(&scale, ten_to(part));
        trouble = schema_rational_calc(n, divide ? SCHEMA_DIV : SCHEMA_MUL, n,
                                       &scale);
        places -= part;
    }
    return trouble;
}

enum schema_trouble schema_rational_round(struct schema_rational *n, int places)
{
    enum schema_trouble trouble = shift(n, places, false);

    if (trouble == SCHEMA_FINE)
        schema_rational_whole(n, SCHEMA_ROUND);
    return trouble == SCHEMA_FINE ? shift(n, places, true) : trouble;
}

void schema_rational_negate(struct schema_rational *n)
{
    if (n->den == 0)
        mpq_neg(n->big->q, n->big->q);
    else
        n->num = -n->num;
}

bool schema_rational_within(const struct schema_rational *a,
                            const struct schema_rational *b,
                            const struct schema_rational *by)
{
    struct schema_rational gap = {.den = 1};
    bool within = schema_rational_calc(&gap, SCHEMA_SUB, a, b) == SCHEMA_FINE;

    if (within && schema_rational_sign(&gap) < 0)
        schema_rational_negate(&gap);
    within = within && schema_rational_compare(&gap, by) <= 0;
    schema_rational_release(&gap);
    return within;
}

bool schema_rational_int64(const struct schema_rational *n, int64_t *value)
{
    if (n->den == 0 || n->num % n->den != 0)
        return false;
    *value = n->num / n->den;
    return true;
}

static void write_integer(struct td_buf *out, mpz_srcptr z)
{
    char *text = mpz_get_str(NULL, 10, z);
    size_t len = strlen(text);

    if (len <= SHOWN_DIGITS)
        (void)td_buf_add(out, text, len);
    else
        (void)td_buf_addf(out, "%.20s... (%zu digits)", text,
                          len - (text[0] == '-'));
    free(text);
}

/* The decimals of rest / den, 0 <= rest < den. */
static void write_decimals(struct td_buf *out, mpz_t rest, mpz_srcptr den)
{
    mpz_t digit;

    if (mpz_sgn(rest) == 0)
        return;
    mpz_init(digit);
    (void)td_buf_add_byte(out, '.');
    for (int i = 0; i < SHOWN_PLACES && mpz_sgn(rest) != 0; i++) {
        mpz_mul_ui(rest, rest, 10);
        mpz_tdiv_qr(digit, rest, rest, den);
        (void)td_buf_add_byte(out, (uint8_t)('0' + mpz_get_ui(digit)));
    }
    if (mpz_sgn(rest) != 0)
        (void)td_buf_add_text(out, "...");
    mpz_clear(digit);
}

void schema_rational_write(struct td_buf *out, const struct schema_rational *n)
{
    mpz_t whole;
    mpq_t q;

    mpq_init(q);
    mpz_init(whole);
    rational_get(q, n);
    if (mpq_sgn(q) < 0) {
        (void)td_buf_add_byte(out, '-');
        mpq_neg(q, q);
    }
    mpz_tdiv_qr(whole, mpq_numref(q), mpq_numref(q), mpq_denref(q));
    write_integer(out, whole);
    write_decimals(out, mpq_numref(q), mpq_denref(q));
    mpz_clear(whole);
    mpq_clear(q);
}
