/* The counts of names, beside a plain count of the same. */
#include "tape/name_counts.h"
#include "tests/suites.h"

#include <stdio.h>

#define NAMES 400
#define ROUND 5000

/* Names that differ by one byte, wherever it is, and names of any length. */
static void make_name(char *out, size_t room, unsigned n)
{
    static const char text[] = "the_name_of_an_event_of_some_length";
    size_t len = n % sizeof(text);

    (void)snprintf(out, room, "%.*s", (int)len, text);
    if (len > 0)
        out[n / sizeof(text) % len] = (char)('A' + n % 26);
}

static void every_name_has_its_own_count(void)
{
    static char names[NAMES][64];
    static uint64_t seen[NAMES];
    struct tape_counts counts = {0};
    uint64_t state = 88172645463325252;
    uint64_t total = 0;

    memset(seen, 0, sizeof(seen));
    for (unsigned i = 0; i < NAMES; i++)
        make_name(names[i], sizeof(names[i]), i);
    for (unsigned i = 0; i < ROUND; i++) {
        unsigned n;

        state = state * 6364136223846793005 + 1442695040888963407;
        n = (unsigned)(state >> 40) % NAMES;
        (void)tape_counts_add(&counts, td_text(names[n]));
        for (unsigned k = 0; k < NAMES; k++)
            if (!strcmp(names[k], names[n])) {
                seen[k]++;
                break; /* some names are the same */
            }
    }
    for (size_t i = 0; i < counts.len; i++) {
        const struct tape_name *name = &counts.list[i];
        unsigned k = 0;

        while (k < NAMES && strcmp(names[k], name->text) != 0)
            k++;
        CU_ASSERT_FATAL(k < NAMES);
        CU_ASSERT_EQUAL(name->count, seen[k]);
        total += name->count;
    }
    CU_ASSERT_EQUAL(total, ROUND);
    tape_counts_release(&counts);
}

static void names_beyond_the_limit_are_counted_together(void)
{
    struct tape_counts counts = {0};

    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < TAPE_NAMES_MAX + 7; i++) {
            char name[24];

            (void)snprintf(name, sizeof(name), "name_%u", i);
            (void)tape_counts_add(&counts, td_text(name));
        }
    CU_ASSERT_EQUAL(counts.len, TAPE_NAMES_MAX);
    CU_ASSERT_EQUAL(counts.other, 14);
    for (size_t i = 0; i < counts.len; i++)
        CU_ASSERT_EQUAL(counts.list[i].count, 2);
    tape_counts_release(&counts);
}

CU_TestInfo tape_name_counts_tests[] = {
    {"every name has its own count", every_name_has_its_own_count},
    {"names beyond the limit are counted together",
     names_beyond_the_limit_are_counted_together},
    CU_TEST_INFO_NULL,
};
