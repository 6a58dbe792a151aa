/* Random bytes: repeatable for a seed, of the right shape as a UUID. */
#include "core/rand.h"
#include "tests/suites.h"

#include <string.h>

static void a_seed_repeats(void)
{
    struct td_rand a;
    struct td_rand b;
    uint8_t x[13];
    uint8_t y[13];

    td_rand_seeded(&a, 42);
    td_rand_seeded(&b, 42);
    td_rand_bytes(&a, x, sizeof(x));
    td_rand_bytes(&b, y, sizeof(y));
    CU_ASSERT_EQUAL(memcmp(x, y, sizeof(x)), 0);
    td_rand_bytes(&a, x, sizeof(x));
    CU_ASSERT_NOT_EQUAL(memcmp(x, y, sizeof(x)), 0);
}

static void the_first_word_of_seed_0_is_splitmix64s(void)
{
    struct td_rand rand;
    uint64_t word;

    td_rand_seeded(&rand, 0);
    td_rand_bytes(&rand, &word, sizeof(word));
    CU_ASSERT_EQUAL(word, UINT64_C(0xe220a8397b1dcdaf));
}

static void a_uuid_names_its_version(void)
{
    struct td_rand rand;
    char text[TD_UUID_SIZE];
    char other[TD_UUID_SIZE];

    td_rand_seeded(&rand, 0);
    for (int i = 0; i < 100; i++) {
        td_uuid4(&rand, text);
        CU_ASSERT_EQUAL(strlen(text), 36);
        CU_ASSERT_EQUAL(strspn(text, "0123456789abcdef-"), 36);
        CU_ASSERT_EQUAL(text[14], '4');
        CU_ASSERT_PTR_NOT_NULL(strchr("89ab", text[19]));
    }
    td_uuid4(td_rand_real(), text);
    td_uuid4(td_rand_real(), other);
    CU_ASSERT_STRING_NOT_EQUAL(text, other);
}

CU_TestInfo core_rand_tests[] = {
    {"a seed repeats", a_seed_repeats},
    {"the first word of seed 0 is splitmix64's",
     the_first_word_of_seed_0_is_splitmix64s},
    {"a UUID names its version", a_uuid_names_its_version},
    CU_TEST_INFO_NULL,
};
