/* Hexadecimal digits, and what percent-encoded texts stand for. */
#include "core/hex.h"
#include "tests/suites.h"

#include <string.h>

static void digits_count_in_any_case(void)
{
    static const char digits[] = "0123456789abcdefABCDEF";

    for (int c = 0; c < 256; c++) {
        const char *found = c ? strchr(digits, c) : NULL;
        int n = found ? (int)(found - digits) : -1;

        CU_ASSERT_EQUAL(td_hex_digit((uint8_t)c), n > 15 ? n - 6 : n);
    }
}

static void percent_sequences_are_decoded(void)
{
    static const struct {
        const char *text;
        const char *plain; /* NULL: it is refused */
    } rows[] = {
        {"", ""},         {"a b", "a b"},
        {"%41", "A"},     {"%c3%A9x", "\xc3\xa9x"},
        {"%2541", "%41"}, {"%", NULL},
        {"a%4", NULL},    {"%4g", NULL},
        {"%g4", NULL},    {"a%00", NULL},
        {"%%41", NULL},
    };
    struct td_buf small = {.max = 1};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};
        enum td_code code = td_percent_decode(&out, td_text(rows[i].text));

        CU_ASSERT_EQUAL(code, rows[i].plain ? TD_OK : TD_FORMAT);
        if (rows[i].plain)
            CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].plain);
        td_buf_release(&out);
    }
    CU_ASSERT_EQUAL(td_percent_decode(&(struct td_buf){0}, td_bytes("\0", 1)),
                    TD_FORMAT);
    CU_ASSERT_EQUAL(td_percent_decode(&small, td_text("%41%42")), TD_LIMIT);
    td_buf_release(&small);
}

CU_TestInfo core_hex_tests[] = {
    {"digits count in any case", digits_count_in_any_case},
    {"percent sequences are decoded", percent_sequences_are_decoded},
    CU_TEST_INFO_NULL,
};
