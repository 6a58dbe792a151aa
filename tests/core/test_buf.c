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

CU_TestInfo core_buf_tests[] = {
    {"adds keep their bytes", adds_keep_their_bytes},
    {"limit refuses and changes nothing", limit_refuses_and_changes_nothing},
    CU_TEST_INFO_NULL,
};
