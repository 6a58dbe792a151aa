/* What members of a document say. */
#include "core/json_value.h"
#include "tests/suites.h"

#include <math.h>
#include <stdio.h>

#define DOC                                                                    \
    "{\"t\":true,\"f\":false,\"s\":\"a\\u0062\",\"n\":7,"                      \
    "\"most\":18446744073709551615,\"more\":18446744073709551616,"             \
    "\"minus\":-1,\"part\":1.5,\"exp\":1e2,\"huge\":1e999,\"digits\":\"7\","   \
    "\"long\":2.500000000000000000000000000000000000000000000000000000000000"  \
    "000000000000,\"o\":{},\"t\":true}"

static struct td_json_doc parsed(void)
{
    struct td_json_doc doc = {0};

    CU_ASSERT_EQUAL_FATAL(td_json_parse(&doc, td_text(DOC), 8, NULL), TD_OK);
    return doc;
}

static void only_true_is_true_and_only_a_string_has_text(void)
{
    struct td_json_doc doc = parsed();

    CU_ASSERT_TRUE(td_json_member_true(&doc, 0, "t"));
    CU_ASSERT_FALSE(td_json_member_true(&doc, 0, "f"));
    CU_ASSERT_FALSE(td_json_member_true(&doc, 0, "n"));
    CU_ASSERT_FALSE(td_json_member_true(&doc, 0, "none"));
    CU_ASSERT_TRUE(td_bytes_is(td_json_member_inner(&doc, 0, "s"), "a\\u0062"));
    CU_ASSERT_EQUAL(td_json_member_inner(&doc, 0, "n").len, 0);
    CU_ASSERT_EQUAL(td_json_member_inner(&doc, 0, "none").len, 0);
    CU_ASSERT_FALSE(td_json_is(&doc, 0, TD_JSON_OBJECT));
    td_json_release(&doc);
}

static void numbers_are_read_whole_or_not_at_all(void)
{
    static const struct {
        const char *name;
        bool whole;
        uint64_t n;
        bool number;
        double real;
    } rows[] = {
        {"n", true, 7, true, 7},
        {"most", true, UINT64_MAX, true, 0x1p64},
        {"more", false, 0, true, 0x1p64},
        {"minus", false, 0, true, -1},
        {"part", false, 0, true, 1.5},
        {"exp", false, 0, true, 100},
        {"huge", false, 0, true, HUGE_VAL},
        {"long", false, 0, true, 2.5},
        {"digits", false, 0, false, 0},
        {"o", false, 0, false, 0},
        {"none", false, 0, false, 0},
    };
    struct td_json_doc doc = parsed();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t at = td_json_member(&doc, 0, td_text(rows[i].name));
        uint64_t n = 5;
        double real = 5;
        bool whole = td_json_u64(&doc, at, &n);
        bool number = td_json_double(&doc, at, &real);

        if (whole != rows[i].whole || number != rows[i].number)
            printf("\n    %s\n", rows[i].name);
        CU_ASSERT_EQUAL(whole, rows[i].whole);
        CU_ASSERT_EQUAL(n, whole ? rows[i].n : 5);
        CU_ASSERT_EQUAL(number, rows[i].number);
        CU_ASSERT_FALSE(real < (number ? rows[i].real : 5));
        CU_ASSERT_FALSE(real > (number ? rows[i].real : 5));
    }
    td_json_release(&doc);
}

CU_TestInfo core_json_value_tests[] = {
    {"only true is true, and only a string has text",
     only_true_is_true_and_only_a_string_has_text},
    {"numbers are read whole or not at all",
     numbers_are_read_whole_or_not_at_all},
    CU_TEST_INFO_NULL,
};
