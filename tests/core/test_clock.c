/* Times and durations as people write them, and a clock that obeys a test. */
#include "core/clock.h"
#include "tests/suites.h"

#include <inttypes.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void durations_are_read_exactly(void)
{
    static const struct {
        const char *text;
        enum td_code code;
        uint64_t ns;
    } rows[] = {
        {"250ms", TD_OK, 250 * TD_NS_PER_MS},
        {"2s", TD_OK, 2 * TD_NS_PER_S},
        {"2", TD_FORMAT, 0},
        {"0", TD_OK, 0},
        {"1.5h", TD_OK, 5400 * TD_NS_PER_S},
        {"10m", TD_OK, 600 * TD_NS_PER_S},
        {"7d", TD_OK, 604800 * TD_NS_PER_S},
        {"100us", TD_OK, 100000},
        {"5ns", TD_OK, 5},
        {"0.000000001", TD_FORMAT, 0},
        {"0.000000001s", TD_OK, 1},
        {"0.0000000019s", TD_OK, 1},
        {"0.123456789123456h", TD_OK, 444444440844},
        {"9223372036.854775807s", TD_OK, INT64_MAX},
        {"1h30m", TD_OK, 5400 * TD_NS_PER_S},
        {"2m05s", TD_OK, 125 * TD_NS_PER_S},
        {"1d2h3m4s5ms6us7ns", TD_OK, UINT64_C(93784005006007)},
        {"1.5h30m", TD_OK, 7200 * TD_NS_PER_S},
        {"9223372036s900ms", TD_LIMIT, 0},
        {"1h1h", TD_FORMAT, 0},
        {"2h1m3h", TD_FORMAT, 0},
        {"30m1h", TD_FORMAT, 0},
        {"1s1s", TD_FORMAT, 0},
        {"9223372036.854775808s", TD_LIMIT, 0},
        {"1h30", TD_FORMAT, 0},
        {"1h 30m", TD_FORMAT, 0},
        {"00", TD_FORMAT, 0},
        {"99999999999999999999999d", TD_LIMIT, 0},
        {"", TD_FORMAT, 0},
        {"s", TD_FORMAT, 0},
        {"-1s", TD_FORMAT, 0},
        {"1 s", TD_FORMAT, 0},
        {"1.s", TD_FORMAT, 0},
        {".5s", TD_FORMAT, 0},
        {"1sec", TD_FORMAT, 0},
        {"0x10", TD_FORMAT, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t ns = 0;
        enum td_code code = td_duration_parse(rows[i].text, &ns);

        if (code != rows[i].code || ns != rows[i].ns)
            printf("\n    \"%s\": %s, %" PRIu64, rows[i].text,
                   td_code_text(code), ns);
        CU_ASSERT_EQUAL(code, rows[i].code);
        CU_ASSERT_EQUAL(ns, rows[i].ns);
    }
}

static void sizes_are_powers_of_1024(void)
{
    static const struct {
        const char *text;
        enum td_code code;
        uint64_t bytes;
    } rows[] = {
        {"0", TD_OK, 0},           {"17", TD_OK, 17},
        {"17B", TD_OK, 17},        {"64k", TD_OK, 65536},
        {"64K", TD_OK, 65536},     {"10M", TD_OK, 10485760},
        {"1G", TD_OK, 1073741824}, {"2T", TD_OK, UINT64_C(2) << 40},
        {"64KiB", TD_OK, 65536},   {"3MiB", TD_OK, 3145728},
        {"8388608T", TD_LIMIT, 0}, {"18446744073709551616", TD_LIMIT, 0},
        {"", TD_FORMAT, 0},        {"M", TD_FORMAT, 0},
        {"1.5M", TD_FORMAT, 0},    {"1 M", TD_FORMAT, 0},
        {"-1", TD_FORMAT, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t bytes = 0;
        enum td_code code = td_size_parse(rows[i].text, &bytes);

        if (code != rows[i].code || bytes != rows[i].bytes)
            printf("\n    \"%s\": %s, %" PRIu64, rows[i].text,
                   td_code_text(code), bytes);
        CU_ASSERT_EQUAL(code, rows[i].code);
        CU_ASSERT_EQUAL(bytes, rows[i].bytes);
    }
}

static void times_are_read_with_any_offset(void)
{
    static const struct {
        const char *text;
        enum td_code code;
        uint64_t ns;
    } rows[] = {
        {"1970-01-01T00:00:00Z", TD_OK, 0},
        {"1970-01-01T00:00:00.000000001Z", TD_OK, 1},
        {"2000-03-01T00:00:00.123456789987Z", TD_OK,
         UINT64_C(951868800123456789)},
        {"2026-01-31T12:00:00.5+02:00", TD_OK, UINT64_C(1769853600500000000)},
        {"2026-01-31t10:00:00z", TD_OK, UINT64_C(1769853600000000000)},
        {"2026-01-31 04:30:00-05:30", TD_OK, UINT64_C(1769853600000000000)},
        {"2024-02-29T00:00:00Z", TD_OK, UINT64_C(1709164800000000000)},
        {"2016-12-31T23:59:60Z", TD_OK, UINT64_C(1483228800000000000)},
        {"2023-02-29T00:00:00Z", TD_FORMAT, 0},
        {"2026-13-01T00:00:00Z", TD_FORMAT, 0},
        {"2026-04-31T00:00:00Z", TD_FORMAT, 0},
        {"1970-01-01T00:00:00+01:00", TD_FORMAT, 0},
        {"1969-12-31T23:59:59Z", TD_FORMAT, 0},
        {"1969-12-31T23:00:00.000000001-01:00", TD_OK, 1},
        {"2262-04-11T23:47:16.854775807Z", TD_OK, INT64_MAX},
        {"2262-04-11T23:47:16.854775808Z", TD_FORMAT, 0},
        {"0000-01-01T00:00:00Z", TD_FORMAT, 0},
        {"2026-00-31T00:00:00Z", TD_FORMAT, 0},
        {"2026-01-00T00:00:00Z", TD_FORMAT, 0},
        {"2026-01-31T12:00:61Z", TD_FORMAT, 0},
        {"2026-01-31T12:00:00+24:00", TD_FORMAT, 0},
        {"2026-01-31T12:00:00", TD_FORMAT, 0},
        {"2026-01-31T12:00:00.Z", TD_FORMAT, 0},
        {"2026-01-31T12:00:00ZZ", TD_FORMAT, 0},
        {"2026-01-31T24:00:00Z", TD_FORMAT, 0},
        {"2026-01-31", TD_FORMAT, 0},
        {"", TD_FORMAT, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t ns = 0;
        enum td_code code = td_time_parse(td_text(rows[i].text), &ns);

        if (code != rows[i].code || ns != rows[i].ns)
            printf("\n    \"%s\": %s, %" PRIu64, rows[i].text,
                   td_code_text(code), ns);
        CU_ASSERT_EQUAL(code, rows[i].code);
        CU_ASSERT_EQUAL(ns, rows[i].ns);
    }
}

static void a_formatted_time_reads_back(void)
{
    static const uint64_t rows[] = {0, 1, UINT64_C(1769853600500000000),
                                    UINT64_C(9183196799999999999)};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct td_buf text = {0};
        uint64_t ns = 7;

        CU_ASSERT_EQUAL(td_time_format(&text, rows[i]), TD_OK);
        CU_ASSERT_EQUAL(text.len, 30);
        CU_ASSERT_EQUAL(td_time_parse(td_buf_bytes(&text), &ns), TD_OK);
        CU_ASSERT_EQUAL(ns, rows[i]);
        td_buf_release(&text);
    }
}

static void durations_are_short_for_people(void)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } rows[] = {
        {0, "0 ns"},
        {999, "999 ns"},
        {17000, "17 us"},
        {1250 * TD_NS_PER_MS, "1.25 s"},
        {250 * TD_NS_PER_MS, "250 ms"},
        {999700000, "1 s"},
        {59 * TD_NS_PER_S, "59 s"},
        {125 * TD_NS_PER_S, "2m05s"},
        {7380 * TD_NS_PER_S, "2h03m"},
        {273600 * TD_NS_PER_S, "3d04h"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct td_buf text = {0};

        CU_ASSERT_EQUAL(td_duration_format(&text, rows[i].ns), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&text), rows[i].text);
        td_buf_release(&text);
    }
}

static void durations_have_one_writer(void)
{
    static const struct {
        uint64_t ns;
        const char *tenth;
        const char *count;
        const char *exact;
    } rows[] = {
        {0, "0.0s", "0s", "0s"},
        {1, "0.0s", "0s", "1ns"},
        {1500, "0.0s", "0s", "1.5us"},
        {250 * TD_NS_PER_MS, "0.2s", "0s", "250ms"},
        {1234567891, "1.2s", "1s", "1.234567891s"},
        {90 * TD_NS_PER_S, "1m30s", "1m30s", "90s"},
        {59951 * TD_NS_PER_MS, "1m00s", "59s", "59.951s"},
        {3600 * TD_NS_PER_S, "1h00m", "1h00m", "1h"},
        {86400 * TD_NS_PER_S, "1d00h", "1d00h", "1d"},
        {INT64_MAX, "106751d23h", "106751d23h", "9223372036.854775807s"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[TD_AMOUNT_SIZE];
        uint64_t ns;

        CU_ASSERT_STRING_EQUAL(
            td_duration_text(text, rows[i].ns, TD_DURATION_TENTH),
            rows[i].tenth);
        CU_ASSERT_STRING_EQUAL(
            td_duration_text(text, rows[i].ns, TD_DURATION_COUNT),
            rows[i].count);
        CU_ASSERT_STRING_EQUAL(
            td_duration_text(text, rows[i].ns, TD_DURATION_EXACT),
            rows[i].exact);
        CU_ASSERT_EQUAL(td_duration_parse(text, &ns), TD_OK);
        CU_ASSERT_EQUAL(ns, rows[i].ns);
    }
}

static void sizes_have_one_writer(void)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1536, "1.5 KiB"},
        {1048575, "1.0 MiB"},
        {UINT64_C(200) << 20, "200.0 MiB"},
        {UINT64_MAX, "16.0 EiB"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[TD_AMOUNT_SIZE];

        CU_ASSERT_STRING_EQUAL(td_size_text(text, rows[i].bytes), rows[i].text);
    }
}

static void a_virtual_clock_moves_when_told(void)
{
    struct td_clock clock;

    td_clock_virtual(&clock, 5, 100);
    CU_ASSERT_EQUAL(td_mono_ns(&clock), 5);
    td_clock_advance(&clock, 10);
    CU_ASSERT_EQUAL(td_mono_ns(&clock), 15);
    CU_ASSERT_EQUAL(td_wall_ns(&clock), 110);
}

static void the_real_clock_never_goes_back(void)
{
    const struct td_clock *clock = td_clock_real();
    uint64_t before = td_mono_ns(clock);

    CU_ASSERT(td_mono_ns(clock) >= before);
    CU_ASSERT(td_wall_ns(clock) > UINT64_C(1600000000) * TD_NS_PER_S);
}

CU_TestInfo core_clock_tests[] = {
    {"durations are read exactly", durations_are_read_exactly},
    {"sizes are powers of 1024", sizes_are_powers_of_1024},
    {"times are read with any offset", times_are_read_with_any_offset},
    {"a formatted time reads back", a_formatted_time_reads_back},
    {"durations are short for people", durations_are_short_for_people},
    {"durations have one writer", durations_have_one_writer},
    {"sizes have one writer", sizes_have_one_writer},
    {"a virtual clock moves when told", a_virtual_clock_moves_when_told},
    {"the real clock never goes back", the_real_clock_never_goes_back},
    CU_TEST_INFO_NULL,
};
