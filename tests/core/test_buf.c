/* A buffer never passes the limit it was born with. */
#include "core/buf.h"
#include "tests/suites.h"

static void adds_keep_their_bytes(void)
{
    struct td_buf buf = {0};

    CU_ASSERT_EQUAL(td_buf_add_text(&buf, "ab"), TD_OK);
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%d%s", 7, "cd"), TD_OK);
    CU_ASSERT_EQUAL(td_buf_add_byte(&buf, 0), TD_OK);
    CU_ASSERT_EQUAL(buf.len, 6);
    CU_ASSERT_EQUAL(memcmp(buf.ptr, "ab7cd\0", 6), 0);
    td_buf_drop(&buf, 2);
    CU_ASSERT_EQUAL(buf.len, 4);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&buf), "7cd");
    td_buf_release(&buf);
}

static void limit_refuses_and_changes_nothing(void)
{
    struct td_buf buf;

    td_buf_init(&buf, 4);
    CU_ASSERT_EQUAL(td_buf_add_text(&buf, "abcd"), TD_OK);
    CU_ASSERT_EQUAL(td_buf_add_byte(&buf, 'e'), TD_LIMIT);
    CU_ASSERT_EQUAL(td_buf_add(&buf, "x", SIZE_MAX), TD_LIMIT);
    CU_ASSERT_EQUAL(buf.len, 4);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&buf), "abcd");
    td_buf_release(&buf);
}

/* Where a text just fits, and just does not. */
static void formatted_texts_keep_the_limit(void)
{
    struct td_buf buf;

    td_buf_init(&buf, 8);
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%s", "abc"), TD_OK);
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%s", "defgh"), TD_LIMIT);
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%s", "defg"), TD_OK);
    CU_ASSERT_EQUAL(td_buf_add_byte(&buf, 'h'), TD_OK);
    CU_ASSERT_EQUAL(buf.len, 8);
    CU_ASSERT_EQUAL(memcmp(buf.ptr, "abcdefgh", 8), 0);
    td_buf_release(&buf);
}

static void formatted_texts_outgrow_what_is_there(void)
{
    struct td_buf buf = {0};
    char text[61];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%s", text), TD_OK);
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%d", 1234), TD_OK);
    CU_ASSERT_EQUAL(td_buf_addf(&buf, "%s%s%s", text, text, text), TD_OK);
    CU_ASSERT_EQUAL(buf.len, 60 + 4 + 180);
    CU_ASSERT_EQUAL(memcmp(buf.ptr + 60, "1234xx", 6), 0);
    td_buf_release(&buf);
}

static void numbers_are_decimal(void)
{
    struct td_buf buf = {0};

    CU_ASSERT_EQUAL(td_buf_add_u64(&buf, 0), TD_OK);
    CU_ASSERT_EQUAL(td_buf_add_u64(&buf, 10), TD_OK);
    CU_ASSERT_EQUAL(td_buf_add_u64(&buf, UINT64_MAX), TD_OK);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&buf), "01018446744073709551615");
    td_buf_release(&buf);
}

CU_TestInfo core_buf_tests[] = {
    {"adds keep their bytes", adds_keep_their_bytes},
    {"limit refuses and changes nothing", limit_refuses_and_changes_nothing},
    {"formatted texts keep the limit", formatted_texts_keep_the_limit},
    {"formatted texts outgrow what is there",
     formatted_texts_outgrow_what_is_there},
    {"numbers are decimal", numbers_are_decimal},
    CU_TEST_INFO_NULL,
};
