/* One of many was expected: five at most are named, the nearest first. */
#include "core/alternatives.h"
#include "tests/suites.h"

#include <string.h>

static void say(const char *near, const char *words, const char *expected)
{
    struct td_alternatives all = {.near = td_text(near)};
    struct td_buf out = {0};

    while (*words) {
        size_t len = strcspn(words, " ");

        td_alternatives_add(&all, td_bytes(words, len));
        words += len + (words[len] == ' ');
    }
    td_alternatives_say(&all, &out, "'", " or ");
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), expected);
    td_buf_release(&out);
}

static void few_are_said_as_they_came(void)
{
    say("c", "", "");
    say("c", "a", "'a'");
    say("c", "a b", "'a' or 'b'");
    say("c", "a b c", "'a', 'b' or 'c'");
    say("e", "a b c d e", "'a', 'b', 'c', 'd' or 'e'");
}

static void of_many_the_nearest_come_first(void)
{
    say("task_don", "a b c d e f g task_done task_failed",
        "'task_done', 'task_failed', 'a', 'd', 'b' or 4 more");
    say("", "cc b aaa d e f", "'cc', 'b', 'aaa', 'd', 'e' or 1 more");
    say("x", "x1 x2 x3 x4 x5 x6 x7", "'x1', 'x2', 'x3', 'x4', 'x5' or 2 more");
}

static void long_texts_are_compared_by_their_beginnings(void)
{
    char near[200];
    struct td_alternatives all = {.near = td_bytes(near, sizeof(near))};
    struct td_buf out = {0};

    memset(near, 'n', sizeof(near));
    for (int i = 0; i < 6; i++)
        td_alternatives_add(&all, td_bytes("abcdef" + i, 1));
    td_alternatives_add(&all, all.near);
    td_alternatives_say(&all, &out, "", " or ");
    CU_ASSERT(memcmp(td_buf_str(&out), near, sizeof(near)) == 0);
    td_buf_release(&out);
}

CU_TestInfo core_alternatives_tests[] = {
    {"few are said as they came", few_are_said_as_they_came},
    {"of many the nearest come first", of_many_the_nearest_come_first},
    {"long texts are compared by their beginnings",
     long_texts_are_compared_by_their_beginnings},
    CU_TEST_INFO_NULL,
};
