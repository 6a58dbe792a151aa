/* Sixteen bytes at once, beside plain loops: of the half that is compiled. */
#include "core/rand.h"
#include "core/simd.h"
#include "tests/suites.h"

#include <stdbool.h>
#include <stdio.h>

#define PAIRS 256 /* of random operands */

typedef td_simd16 (*operation)(td_simd16 a, td_simd16 b);
typedef uint8_t (*plain)(uint8_t a, uint8_t b);

#define OPERATION(name, expression)                                            \
    static td_simd16 wide_##name(td_simd16 a, td_simd16 b)                     \
    {                                                                          \
        return td_simd_##name(a, b);                                           \
    }                                                                          \
    static uint8_t plain_##name(uint8_t a, uint8_t b)                          \
    {                                                                          \
        return (uint8_t)(expression);                                          \
    }

OPERATION(equal, a == b ? 255 : 0)
OPERATION(less, (int8_t)a < (int8_t)b ? 255 : 0)
OPERATION(min, a <= b ? a : b)
OPERATION(max, a >= b ? a : b)
OPERATION(sub, a + 256 - b)
OPERATION(or, a | b)
OPERATION(xor, (a | b) & ~(a &b))

static const struct {
    const char *name;
    operation wide;
    plain plain;
} rows[] = {
    {"equal", wide_equal, plain_equal}, {"less", wide_less, plain_less},
    {"min", wide_min, plain_min},       {"max", wide_max, plain_max},
    {"sub", wide_sub, plain_sub},       {"or", wide_or, plain_or},
    {"xor", wide_xor, plain_xor},
};

static void random_bytes(uint8_t *to, size_t len)
{
    static struct td_rand rand;

    if (!rand.fill)
        td_rand_seeded(&rand, 1);
    td_rand_bytes(&rand, to, len);
}

/* Both operands begin at odd addresses, and bytes around the result stay. */
static bool is_as_plain(size_t row, const uint8_t *a, const uint8_t *b)
{
    uint8_t out[18];
    bool good;

    memset(out, 0x5a, sizeof(out));
    td_simd_store(out + 1, rows[row].wide(td_simd_load(a), td_simd_load(b)));
    good = out[0] == 0x5a && out[17] == 0x5a;
    for (size_t i = 0; i < 16; i++)
        good = good && out[1 + i] == rows[row].plain(a[i], b[i]);
    return good;
}

/* All 65536 pairs of bytes, each at one of the 16 places. */
static void each_operation_is_the_plain_one(void)
{
    uint8_t a[17];
    uint8_t b[17];

    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        size_t bad = 0;

        for (unsigned x = 0; x < 256; x++) {
            for (unsigned y = 0; y < 256; y += 16) {
                for (unsigned i = 0; i < 16; i++) {
                    a[1 + i] = (uint8_t)x;
                    b[1 + i] = (uint8_t)(y + (i + x) % 16);
                }
                bad += !is_as_plain(row, a + 1, b + 1);
            }
        }
        if (bad)
            printf("\n    %s: %zu of 4096 differ\n", rows[row].name, bad);
        CU_ASSERT_EQUAL(bad, 0);
    }
}

static void places_do_not_mix(void)
{
    uint8_t bytes[33];

    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        for (unsigned n = 0; n < PAIRS; n++) {
            random_bytes(bytes, sizeof(bytes));
            CU_ASSERT_TRUE(is_as_plain(row, bytes + 1, bytes + 17));
        }
    }
}

static void mask_has_the_high_bits(void)
{
    uint8_t bytes[17];

    for (unsigned n = 0; n < PAIRS; n++) {
        unsigned want = 0;

        random_bytes(bytes, sizeof(bytes));
        for (unsigned i = 0; i < 16; i++)
            want |= bytes[1 + i] >= 0x80 ? 1u << i : 0;
        CU_ASSERT_EQUAL(td_simd_mask(td_simd_load(bytes + 1)), want);
    }
    CU_ASSERT_EQUAL(td_simd_mask(td_simd_fill(0x80)), 0xffff);
    CU_ASSERT_EQUAL(td_simd_mask(td_simd_fill(0x7f)), 0);
}

static void fill_and_half_set_every_byte(void)
{
    uint8_t from[9];
    uint8_t out[16];
    uint8_t want[16];

    for (unsigned c = 0; c < 256; c++) {
        memset(want, (int)c, sizeof(want));
        td_simd_store(out, td_simd_fill((uint8_t)c));
        CU_ASSERT_EQUAL(memcmp(out, want, sizeof(out)), 0);

        random_bytes(from, sizeof(from));
        memset(want, 0, sizeof(want));
        memcpy(want, from + 1, 8);
        td_simd_store(out, td_simd_load_half(from + 1));
        CU_ASSERT_EQUAL(memcmp(out, want, sizeof(out)), 0);
    }
}

static td_simd16 numbers(const uint32_t n[4])
{
    return td_simd_numbers(n[0], n[1], n[2], n[3]);
}

static bool are_numbers(td_simd16 v, uint32_t n0, uint32_t n1, uint32_t n2,
                        uint32_t n3)
{
    uint32_t out[4];

    td_simd_store(out, v);
    return out[0] == n0 && out[1] == n1 && out[2] == n2 && out[3] == n3;
}

static void numbers_are_added_and_moved(void)
{
    uint32_t a[4] = {UINT32_MAX, 0x7fffffff, 0xff, 0x80000000};
    uint32_t b[4] = {1, 1, 1, 0x80000000};

    CU_ASSERT_TRUE(are_numbers(td_simd_add_numbers(numbers(a), numbers(b)), 0,
                               0x80000000, 0x100, 0));
    for (unsigned n = 0; n < PAIRS; n++) {
        random_bytes((uint8_t *)a, sizeof(a));
        random_bytes((uint8_t *)b, sizeof(b));
        CU_ASSERT_TRUE(are_numbers(numbers(a), a[0], a[1], a[2], a[3]));
        CU_ASSERT_TRUE(are_numbers(td_simd_add_numbers(numbers(a), numbers(b)),
                                   a[0] + b[0], a[1] + b[1], a[2] + b[2],
                                   a[3] + b[3]));
        CU_ASSERT_TRUE(
            are_numbers(td_simd_move_even(numbers(a)), 0, a[0], 0, a[2]));
    }
}

CU_TestInfo core_simd_tests[] = {
    {"each operation is the plain one", each_operation_is_the_plain_one},
    {"places do not mix", places_do_not_mix},
    {"mask has the high bits", mask_has_the_high_bits},
    {"fill and half set every byte", fill_and_half_set_every_byte},
    {"numbers are added and moved", numbers_are_added_and_moved},
    CU_TEST_INFO_NULL,
};
