/* A child finds the address in variables of its own. */
#include "core/proc_env.h"
#include "tests/suites.h"

#include <stdlib.h>

static void wishes_are_in_order_or_refused(void)
{
    static const struct {
        const char *wishes[3];
        const char *text; /* NULL: in order */
    } rows[] = {
        {{"A"}, NULL},
        {{"OPENAI_BASE_URL=/v1", "B"}, NULL},
        {{"_a1=/"}, NULL},
        {{""}, "the name of a variable"},
        {{"=/x"}, "the name of a variable"},
        {{"1A"}, "the name of a variable"},
        {{"A B=/x"}, "the name of a variable"},
        {{"A="}, "is no path"},
        {{"A=v1"}, "is no path"},
        {{"A", "A=/v1"}, "A is given twice"},
    };

    CU_ASSERT_EQUAL(td_proc_env_check(NULL, "--env", NULL), TD_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_error err = {0};
        enum td_code code = td_proc_env_check(rows[i].wishes, "--env", &err);

        CU_ASSERT_EQUAL(code, rows[i].text ? TD_USAGE : TD_OK);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(err.text, rows[i].text ? rows[i].text : ""));
    }
}

static size_t count(char **env, const char *text)
{
    size_t found = 0;

    for (char **at = env; *at; at++)
        found += !strncmp(*at, text, strlen(text));
    return found;
}

static void what_is_wished_for_stands_in_the_place_of_what_is_there(void)
{
    static const char *const wishes[] = {"TD_TEST_A=/v1", "TD_TEST_B", NULL};
    char **env;

    CU_ASSERT_EQUAL(setenv("TD_TEST_A", "old", 1), 0);
    CU_ASSERT_EQUAL(setenv("TD_TEST_AB", "kept", 1), 0);
    env = td_proc_env(wishes, "http://127.0.0.1:7");
    CU_ASSERT_EQUAL(count(env, "TD_TEST_A=http://127.0.0.1:7/v1"), 1);
    CU_ASSERT_EQUAL(count(env, "TD_TEST_A="), 1);
    CU_ASSERT_EQUAL(count(env, "TD_TEST_B=http://127.0.0.1:7"), 1);
    CU_ASSERT_EQUAL(count(env, "TD_TEST_AB=kept"), 1);
    CU_ASSERT_EQUAL(count(env, "PATH="), 1);
    td_proc_env_free(env);
    td_proc_env_free(NULL);
    (void)unsetenv("TD_TEST_A");
    (void)unsetenv("TD_TEST_AB");
}

CU_TestInfo core_proc_env_tests[] = {
    {"wishes are in order or refused", wishes_are_in_order_or_refused},
    {"what is wished for stands in the place of what is there",
     what_is_wished_for_stands_in_the_place_of_what_is_there},
    CU_TEST_INFO_NULL,
};
