/* Quantiles are right to a sixteenth, the maximum exactly. */
#include "replayer/lateness.h"
#include "tests/suites.h"

#include <stdlib.h>

static void an_empty_histogram_is_all_zero(void)
{
    static const struct play_lateness l;

    CU_ASSERT_EQUAL(play_lateness_quantile(&l, 500), 0);
    CU_ASSERT_EQUAL(play_lateness_quantile(&l, 1000), 0);
    CU_ASSERT_EQUAL(play_lateness_above(&l, 0), 0);
}

static void every_size_has_a_slot(void)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        struct play_lateness l = {0};
        uint64_t ns = UINT64_C(1) << bit;

        play_lateness_add(&l, ns);
        play_lateness_add(&l, ns - 1);
        CU_ASSERT_EQUAL(play_lateness_quantile(&l, 1000), ns);
        CU_ASSERT_EQUAL(play_lateness_above(&l, ns - 1), 1);
    }
}

static int order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void quantiles_are_right_to_a_sixteenth(void)
{
    enum { COUNT = 10000 };
    static const unsigned asked[] = {1, 10, 500, 900, 990, 999, 1000};
    static uint64_t all[COUNT];
    static struct play_lateness l;
    uint64_t seed = 2463534242u;

    for (size_t i = 0; i < COUNT; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        all[i] = seed >> (seed % 60);
        play_lateness_add(&l, all[i]);
    }
    qsort(all, COUNT, sizeof(all[0]), order);
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        uint64_t exact = all[(COUNT / 1000) * asked[i] - 1];
        uint64_t got = play_lateness_quantile(&l, asked[i]);

        CU_ASSERT(got >= exact);
        CU_ASSERT(got - exact <= exact / 16);
    }
    CU_ASSERT_EQUAL(play_lateness_quantile(&l, 1000), all[COUNT - 1]);
}

static void both_forms_name_the_buckets(void)
{
    struct play_lateness l = {0};
    struct td_buf out = {0};
    struct td_json_writer w;

    play_lateness_add(&l, 10);
    play_lateness_add(&l, 60000);
    play_lateness_add(&l, UINT64_C(3000000000));
    CU_ASSERT_EQUAL(play_lateness_text(&l, &out), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), "max 3"));
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), "above  1"));
    td_buf_clear(&out);
    w = td_json_writer(&out);
    play_lateness_json(&l, &w, NULL);
    CU_ASSERT_EQUAL(td_json_done(&w), TD_OK);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), "{\"count\":3,\"p50_ns\":61439,"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), "{\"le_ns\":10000,\"count\":1}"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(td_buf_str(&out), "{\"le_ns\":null,\"count\":1}]}"));
    td_buf_release(&out);
}

CU_TestInfo replayer_lateness_tests[] = {
    {"an empty histogram is all zero", an_empty_histogram_is_all_zero},
    {"every size has a slot", every_size_has_a_slot},
    {"quantiles are right to a sixteenth", quantiles_are_right_to_a_sixteenth},
    {"both forms name the buckets", both_forms_name_the_buckets},
    CU_TEST_INFO_NULL,
};
