/* Base64 both ways (RFC 4648 section 10), and what is not base64. */
#include "core/b64.h"
#include "tests/suites.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void bytes_and_text_stand_for_each_other(void)
{
    static const struct {
        const char *data;
        const char *text;
    } rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xbf", "+/+/"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf buf = {0};

        CU_ASSERT_EQUAL(td_b64_encode(&buf, td_text(rows[i].data)), TD_OK);
        CU_ASSERT(td_bytes_is(td_buf_bytes(&buf), rows[i].text));
        td_buf_clear(&buf);
        CU_ASSERT_EQUAL(td_b64_decode(&buf, td_text(rows[i].text)), TD_OK);
        CU_ASSERT(td_bytes_is(td_buf_bytes(&buf), rows[i].data));
        td_buf_release(&buf);
    }
}

static void foreign_texts_are_refused_and_add_nothing(void)
{
    static const char *const rows[] = {
        "Z",        "Zg",     "Zg=",  "Z===", "====",
        "Zh==",     "Zm9=",   "Zg=a", "Zm-v", "Zm9v\n",
        "Zg==Zg==", "Zm 9v=", "=Zg=", "Zm9_", "Z\xc3\xa9=",
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf buf = {0};

        CU_ASSERT_EQUAL(td_b64_decode(&buf, td_text(rows[i])), TD_FORMAT);
        CU_ASSERT_EQUAL(buf.len, 0);
        td_buf_release(&buf);
    }
}

static void limits_hold(void)
{
    struct td_buf buf;

    td_buf_init(&buf, 3);
    CU_ASSERT_EQUAL(td_b64_encode(&buf, td_text("f")), TD_LIMIT);
    CU_ASSERT_EQUAL(td_b64_decode(&buf, td_text("Zm9vYg==")), TD_LIMIT);
    CU_ASSERT_EQUAL(td_b64_decode(&buf, td_text("Zm9v")), TD_OK);
    td_buf_release(&buf);
}

CU_TestInfo core_b64_tests[] = {
    {"bytes and text stand for each other",
     bytes_and_text_stand_for_each_other},
    {"foreign texts are refused and add nothing",
     foreign_texts_are_refused_and_add_nothing},
    {"limits hold", limits_hold},
    CU_TEST_INFO_NULL,
};
