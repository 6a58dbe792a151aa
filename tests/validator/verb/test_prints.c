/* Texts that come twice are found, whatever their length. */
#include "tests/suites.h"
#include "validator/verb/prints.h"

#define NO_MAX UINT64_MAX
#define MANY   5000

/* Every length around the longest that is kept as it is, and every byte. */
static void texts_that_differ_in_one_byte_are_two(void)
{
    struct check_prints prints = {0};
    uint8_t text[40] = {0};
    uint32_t count = 0;
    bool is_new;

    for (size_t len = 0; len <= sizeof(text); len++) {
        CU_ASSERT_EQUAL(
            check_prints_add(&prints, td_bytes(text, len), NO_MAX, &is_new),
            count++);
        CU_ASSERT(is_new);
        for (size_t i = 0; i < len; i++) {
            text[i] = 1;
            CU_ASSERT_EQUAL(
                check_prints_add(&prints, td_bytes(text, len), NO_MAX, &is_new),
                count++);
            CU_ASSERT(is_new);
            text[i] = 0;
        }
        (void)check_prints_add(&prints, td_bytes(text, len), NO_MAX, &is_new);
        CU_ASSERT(!is_new);
    }
    check_prints_release(&prints);
}

static void a_text_keeps_its_number_while_others_come(void)
{
    struct check_prints prints = {0};
    struct td_buf text = {0};
    bool is_new;

    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < MANY; i++) {
            td_buf_clear(&text);
            (void)td_buf_addf(&text, "%ssrc/file_%u.c",
                              i % 2 ? "some/where/" : "", i);
            CU_ASSERT_EQUAL(
                check_prints_add(&prints, td_buf_bytes(&text), MANY, &is_new),
                i);
            CU_ASSERT_EQUAL(is_new, round == 0);
        }
    CU_ASSERT_EQUAL(
        check_prints_add(&prints, td_text("one more"), MANY, &is_new),
        CHECK_NO_PRINT);
    td_buf_release(&text);
    check_prints_release(&prints);
}

CU_TestInfo validator_verb_prints_tests[] = {
    {"texts that differ in one byte are two",
     texts_that_differ_in_one_byte_are_two},
    {"a text keeps its number while others come",
     a_text_keeps_its_number_while_others_come},
    CU_TEST_INFO_NULL,
};
