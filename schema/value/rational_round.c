/* Numbers to integers, to decimals, and to text. */
#include "schema/value/rational_internal.h"

#include <stdlib.h>

#define SHOWN_DIGITS 40 /* of an integer */
#define SHOWN_PLACES 12

static int64_t whole_small(int64_t num, int64_t den, enum check_rounding how)
{
    int64_t q = num / den;
    int64_t rest = num % den;

    if (rest == 0)
        return q;
    if (how == CHECK_FLOOR)
        return rest < 0 ? q - 1 : q;
    if (how == CHECK_CEIL)
        return rest > 0 ? q + 1 : q;
    if (how == CHECK_TRUNC || llabs(rest) < den - llabs(rest))
        return q;
    return rest < 0 ? q - 1 : q + 1;
}

static void whole_large(mpz_t out, mpq_t q, enum check_rounding how)
{
    if (how == CHECK_ROUND) {
        /* trunc((2 |num| + den) / (2 den)), and the sign again */
        int sign = mpq_sgn(q);

        mpz_abs(out, mpq_numref(q));
        mpz_mul_2exp(out, out, 1);
        mpz_add(out, out, mpq_denref(q));
        mpz_mul_2exp(mpq_denref(q), mpq_denref(q), 1);
        mpz_tdiv_q(out, out, mpq_denref(q));
        if (sign < 0)
            mpz_neg(out, out);
    } else if (how == CHECK_FLOOR) {
        mpz_fdiv_q(out, mpq_numref(q), mpq_denref(q));
    } else if (how == CHECK_CEIL) {
        mpz_cdiv_q(out, mpq_numref(q), mpq_denref(q));
    } else {
        mpz_tdiv_q(out, mpq_numref(q), mpq_denref(q));
    }
}

void check_number_whole(struct check_number *n, enum check_rounding how)
{
    mpq_t q;
    mpz_t z;

    if (n->den != 0) {
        check_number_set(n, whole_small(n->num, n->den, how));
        return;
    }
    mpq_init(q);
    mpz_init(z);
    number_get(q, n);
    whole_large(z, q, how);
    mpq_set_z(q, z);
    (void)number_put(n, q); /* not larger than it was */
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
static enum check_trouble shift(struct check_number *n, int places, bool divide)
{
    enum check_trouble trouble = CHECK_FINE;
    struct check_number scale = {.den = 1};

    if (places < 0) {
        places = -places;
        divide = !divide;
    }
    while (places > 0 && trouble == CHECK_FINE) {
        int part = places > 18 ? 18 : places;

        check_number_set(&scale, ten_to(part));
        trouble =
            check_number_calc(n, divide ? CHECK_DIV : CHECK_MUL, n, &scale);
        places -= part;
    }
    return trouble;
}

enum check_trouble check_number_round(struct check_number *n, int places)
{
    enum check_trouble trouble = shift(n, places, false);

    if (trouble == CHECK_FINE)
        check_number_whole(n, CHECK_ROUND);
    return trouble == CHECK_FINE ? shift(n, places, true) : trouble;
}

void check_number_negate(struct check_number *n)
{
    if (n->den == 0)
        mpq_neg(n->big->q, n->big->q);
    else
        n->num = -n->num;
}

bool check_number_within(const struct check_number *a,
                         const struct check_number *b,
                         const struct check_number *by)
{
    struct check_number gap = {.den = 1};
    bool within = check_number_calc(&gap, CHECK_SUB, a, b) == CHECK_FINE;

    if (within && check_number_sign(&gap) < 0)
        check_number_negate(&gap);
    within = within && check_number_compare(&gap, by) <= 0;
    check_number_release(&gap);
    return within;
}

bool check_number_int64(const struct check_number *n, int64_t *value)
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

void check_number_write(struct td_buf *out, const struct check_number *n)
{
    mpz_t whole;
    mpq_t q;

    mpq_init(q);
    mpz_init(whole);
    number_get(q, n);
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
