/* Lengths of time as text. */
#include "schema/value/duration.h"
#include "tests/suites.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *text;
    bool good;
    int64_t ns;
} rows[] = {
    {"10m32s", true, 632000000000},
    {"1h2m3s4ms5us6ns", true, 3723004005006},
    {"1.5h", true, 5400000000000},
    {"0.000000001s", true, 1},
    {"0.0000000019s", true, 1},
    {"1.12345678901234567890s", true, 1123456789},
    {"-250ms", true, -250000000},
    {"0s", true, 0},
    {"9223372036854775807ns", true, INT64_MAX},
    {"9223372036854775808ns", false, 0},
    {"9223372036s900ms", false, 0},
    {"99999999999999999999s", false, 0},
    {"9999999999h", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {"10", false, 0},
    {"10m32", false, 0},
    {"1d", false, 0},
    {"1h1d", false, 0},
    {"m", false, 0},
    {"1.s", false, 0},
    {".5s", false, 0},
    {"1x", false, 0},
    {"1m 2s", false, 0},
    {"10 minutes", false, 0},
    {"+1s", false, 0},
};

static void spans_are_read_exactly(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ns;
        bool good = schema_duration_read(td_text(rows[i].text), &ns);

        if (good != rows[i].good || (good && ns != rows[i].ns))
            printf("\n    \"%s\": %d, %" PRId64 "\n", rows[i].text, good, ns);
        CU_ASSERT_EQUAL(good, rows[i].good);
        if (good && rows[i].good)
            CU_ASSERT_EQUAL(ns, rows[i].ns);
    }
}

CU_TestInfo schema_value_duration_tests[] = {
    {"spans are read exactly", spans_are_read_exactly},
    CU_TEST_INFO_NULL,
};
