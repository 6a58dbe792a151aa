/* The counts of names, beside a plain count of the same. */
#include "tape/member.h"
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

/* However it is escaped, and whichever spelling comes first. */
static void a_name_has_one_count_in_all_spellings(void)
{
    static const struct {
        const char *name;
        const char *text;
    } rows[] = {
        {"\\u0041/", "A/"},
        {"A\\/", "A/"},
        {"A/", "A/"},
        {"say \\\"x\\\"", "say \\\"x\\\""},
        {"\\u0073ay \\u0022x\\\"", "say \\\"x\\\""},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\\u000A", "\\n"},
        {"\\n", "\\n"},
    };
    struct tape_counts counts = {0};
    struct td_buf out = {0};
    struct td_json_writer w = td_json_writer(&out);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tape_name *name =
            tape_counts_name(&counts, td_text(rows[i].name));

        CU_ASSERT_PTR_NOT_NULL_FATAL(name);
        CU_ASSERT_STRING_EQUAL(name->text, rows[i].text);
        CU_ASSERT_EQUAL(name->bit, tape_name_bit(td_text(rows[i].name)));
    }
    tape_counts_write(&counts, &w, NULL);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           "{\"A/\":3,\"say \\\"x\\\"\":2,"
                           "\"\xf0\x9f\x98\x80\":2,\"\\n\":2}");
    td_buf_release(&out);
    tape_counts_release(&counts);
}

/* Other programs may have written an end line with each spelling apart. */
static void what_is_said_of_a_name_is_said_in_all_spellings(void)
{
    struct td_json_doc doc = {0};
    struct tape_counts counts = {0};

    (void)tape_counts_add(&counts, td_text("\\u0041"));
    (void)tape_counts_add(&counts, td_text("b"));
    CU_ASSERT_EQUAL_FATAL(
        td_json_parse(&doc, td_text("{\"A\":3,\"c\":9,\"\\u0041\":4}"),
                      TD_JSON_DEPTH, NULL),
        TD_OK);
    CU_ASSERT_EQUAL(tape_counts_said(&counts, 0, &doc, 0), 7);
    CU_ASSERT_EQUAL(tape_counts_said(&counts, 1, &doc, 0), 0);
    td_json_release(&doc);
    tape_counts_release(&counts);
}

CU_TestInfo tape_name_counts_tests[] = {
    {"every name has its own count", every_name_has_its_own_count},
    {"names beyond the limit are counted together",
     names_beyond_the_limit_are_counted_together},
    {"a name has one count in all spellings",
     a_name_has_one_count_in_all_spellings},
    {"what is said of a name is said in all spellings",
     what_is_said_of_a_name_is_said_in_all_spellings},
    CU_TEST_INFO_NULL,
};
