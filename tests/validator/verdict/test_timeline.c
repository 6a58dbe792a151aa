/* Events counted by time and name, against counting them one by one. */
#include "tests/suites.h"
#include "validator/verdict/timeline.h"

#include <stdio.h>
#include <string.h>

static uint64_t sum_of(const struct verdict_timeline *t, size_t name)
{
    uint64_t sum = 0;

    for (size_t bin = 0; bin < t->bins_len; bin++)
        sum += t->counts[bin * t->names.len + name];
    return sum;
}

static void test_nothing(void)
{
    struct verdict_timeline_maker *maker = verdict_timeline_new();
    struct td_arena arena = {0};

    CU_ASSERT_PTR_NULL(verdict_timeline_make(maker, &arena));
    verdict_timeline_free(maker);
    verdict_timeline_free(NULL);
    td_arena_release(&arena);
}

/* However long a stream is, each event is in the bin of its time. */
static void test_lengths(void)
{
    static const uint64_t steps[] = {0, 1, 1000, 1000000, UINT64_C(1) << 42};

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct verdict_timeline_maker *maker = verdict_timeline_new();
        struct td_arena arena = {0};
        struct verdict_timeline *t;
        uint64_t width;

        for (uint64_t n = 0; n < 10000; n++)
            verdict_timeline_put(maker, 77 + n * steps[i], td_text("a"));
        t = verdict_timeline_make(maker, &arena);
        width = (t->end_ns - t->start_ns) / t->bins_len;
        CU_ASSERT_EQUAL(t->start_ns, 77);
        CU_ASSERT(t->end_ns > 77 + 9999 * steps[i]);
        CU_ASSERT(t->bins_len <= VERDICT_BINS);
        CU_ASSERT_EQUAL(sum_of(t, 0), 10000);
        if (steps[i] > 1024) {
            CU_ASSERT(t->bins_len > VERDICT_BINS / 2);
            for (uint64_t n = 0; n < 10000; n++)
                t->counts[n * steps[i] / width]--;
            CU_ASSERT_EQUAL(sum_of(t, 0), 0);
        }
        verdict_timeline_free(maker);
        td_arena_release(&arena);
    }
}

/* The most frequent names have a row, and nothing is lost of the others. */
static void test_names(void)
{
    struct verdict_timeline_maker *maker = verdict_timeline_new();
    struct td_arena arena = {0};
    struct verdict_timeline *t;
    uint64_t all = 0;

    for (int name = 0; name < 100; name++)
        for (int i = 0; i <= (name < 50 ? name : 0); i++) {
            char text[16];

            snprintf(text, sizeof(text), "n%d", name);
            verdict_timeline_put(maker, (uint64_t)(name * 100 + i),
                                 td_text(text));
            all++;
        }
    t = verdict_timeline_make(maker, &arena);
    CU_ASSERT_EQUAL_FATAL(t->names.len, VERDICT_NAMES + 1);
    CU_ASSERT_STRING_EQUAL(t->names.list[0], "n49");
    CU_ASSERT_STRING_EQUAL(t->names.list[10], "n39");
    CU_ASSERT_STRING_EQUAL(t->names.list[11], "other");
    CU_ASSERT_EQUAL(sum_of(t, 0), 50);
    for (size_t i = 0; i < t->names.len; i++)
        all -= sum_of(t, i);
    CU_ASSERT_EQUAL(all, 0);
    verdict_timeline_free(maker);
    td_arena_release(&arena);
}

static void test_gaps(void)
{
    struct verdict_timeline_maker *maker = verdict_timeline_new();
    struct td_arena arena = {0};
    struct verdict_timeline *t;
    uint64_t at = 0;

    for (uint64_t n = 1; n <= 1000; n++) {
        verdict_timeline_put(maker, at, td_text("a"));
        at += n % 200 == 0 ? 1000000 + n : 10;
    }
    t = verdict_timeline_make(maker, &arena);
    CU_ASSERT_EQUAL_FATAL(t->gaps_len, 4);
    for (uint64_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(t->gaps[i][1] - t->gaps[i][0], 1000200 + 200 * i);
    CU_ASSERT(t->gaps[0][0] < t->gaps[1][0]);
    verdict_timeline_free(maker);
    td_arena_release(&arena);
}

/* Times that go back are counted, and make no gap. */
static void test_back(void)
{
    struct verdict_timeline_maker *maker = verdict_timeline_new();
    struct td_arena arena = {0};
    struct verdict_timeline *t;

    verdict_timeline_put(maker, 5000, td_text("a"));
    verdict_timeline_put(maker, 9000, td_text("a"));
    verdict_timeline_put(maker, 10, td_text("a"));
    t = verdict_timeline_make(maker, &arena);
    CU_ASSERT_EQUAL(t->counts[0], 2);
    CU_ASSERT_EQUAL(t->start_ns, 5000);
    CU_ASSERT_EQUAL(sum_of(t, 0), 3);
    verdict_timeline_free(maker);
    td_arena_release(&arena);
}

CU_TestInfo validator_verdict_timeline_tests[] = {
    {"nothing", test_nothing}, {"lengths", test_lengths}, {"names", test_names},
    {"gaps", test_gaps},       {"back", test_back},       CU_TEST_INFO_NULL,
};
