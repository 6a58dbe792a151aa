/* Faults within a payload: exactly so much of it is wrong. */
#include "core/utf8.h"
#include "replayer/fault_bytes.h"
#include "tests/suites.h"

static struct play_fault_rule rule_of(const char *text, uint64_t seed)
{
    struct play_fault_rule rule;

    CU_ASSERT_EQUAL_FATAL(play_fault_read(&rule, text, seed, 0, NULL), TD_OK);
    return rule;
}

static void some_bytes_are_others(void)
{
    const char *text = "{\"n\":1,\"s\":\"abc\"}";
    struct td_buf out = {0};

    for (uint64_t seed = 0; seed < 200; seed++) {
        struct play_fault_rule rule = rule_of("corrupt p=1 bytes=1", seed);
        struct td_event ev = {.form = TD_FORM_JSON, .payload = td_text(text)};
        size_t other = 0;

        CU_ASSERT(play_fault_corrupt(&rule, &ev, &out));
        CU_ASSERT_EQUAL_FATAL(ev.payload.len, strlen(text));
        CU_ASSERT_EQUAL(ev.form, TD_FORM_TEXT);
        for (size_t i = 0; i < ev.payload.len; i++)
            other += ev.payload.ptr[i] != (uint8_t)text[i];
        CU_ASSERT_EQUAL(other, 1);
    }
    td_buf_release(&out);
}

static void half_a_sequence_is_no_utf8(void)
{
    static const char *const rows[] = {"\xc3\xa9", "abc", "x",
                                       "a\xf0\x9f\x98\x80z\xe2\x82\xac"};
    struct td_buf out = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct play_fault_rule rule = rule_of("utf8-half p=1", seed);
            struct td_event ev = {.form = TD_FORM_TEXT,
                                  .payload = td_text(rows[i])};

            CU_ASSERT(play_fault_utf8_half(&rule, &ev, &out));
            CU_ASSERT(!td_utf8_valid(ev.payload));
            CU_ASSERT_EQUAL(ev.form, TD_FORM_TEXT);
        }
    }
    td_buf_release(&out);
}

static void one_fault_goes_over_the_other(void)
{
    struct play_fault_rule rule = rule_of("json-half p=1", 3);
    struct td_event ev = {.form = TD_FORM_JSON,
                          .payload = td_text("{\"text\":\"\xc3\xa9\"}")};
    struct td_buf out = {0};
    size_t len = ev.payload.len;

    CU_ASSERT(play_fault_json_half(&rule, &ev, &out));
    CU_ASSERT(ev.payload.len > 0 && ev.payload.len < len);
    CU_ASSERT(!memcmp(ev.payload.ptr, "{", 1));
    len = ev.payload.len;
    CU_ASSERT(play_fault_corrupt(&rule, &ev, &out));
    CU_ASSERT_EQUAL(ev.payload.len, len);
    play_fault_shorten(&ev, 1, &out);
    CU_ASSERT_EQUAL(ev.payload.len, len - 1);
    play_fault_shorten(&ev, 1000, &out);
    CU_ASSERT_EQUAL(ev.payload.len, 0);
    CU_ASSERT(!play_fault_corrupt(&rule, &ev, &out));
    CU_ASSERT(!play_fault_utf8_half(&rule, &ev, &out));
    CU_ASSERT(!play_fault_json_half(&rule, &ev, &out));
    td_buf_release(&out);
}

CU_TestInfo replayer_fault_bytes_tests[] = {
    {"some bytes are others", some_bytes_are_others},
    {"half a sequence is no UTF-8", half_a_sequence_is_no_utf8},
    {"one fault goes over the other", one_fault_goes_over_the_other},
    CU_TEST_INFO_NULL,
};
