/* An error names its place and survives being asked for by nobody. */
#include "core/error.h"
#include "tests/suites.h"

#include <errno.h>
#include <string.h>

static void an_error_holds_all_four_parts(void)
{
    struct td_error err = {.hint = "old"};

    CU_ASSERT_EQUAL(
        td_error_set(&err, TD_FORMAT, "x.tape", 7, "magic is %02x", 0x1fU),
        TD_FORMAT);
    CU_ASSERT_STRING_EQUAL(err.where, "x.tape");
    CU_ASSERT_EQUAL(err.offset, 7);
    CU_ASSERT_STRING_EQUAL(err.text, "magic is 1f");
    CU_ASSERT_STRING_EQUAL(err.hint, "");
    CU_ASSERT_EQUAL(td_error_hint(&err, "run %s", "recover"), TD_FORMAT);
    CU_ASSERT_STRING_EQUAL(err.hint, "run recover");
    CU_ASSERT_EQUAL(td_error_errno(&err, TD_IO, NULL, ENOENT, "cannot open"),
                    TD_IO);
    CU_ASSERT_STRING_EQUAL(err.where, "");
    CU_ASSERT_STRING_EQUAL(err.text, "cannot open: No such file or directory");
}

static void a_failure_stays_one_without_an_error(void)
{
    CU_ASSERT_EQUAL(td_error_set(NULL, TD_IO, "x", 0, "y"), TD_IO);
    CU_ASSERT_NOT_EQUAL(td_error_hint(NULL, "z"), TD_OK);
}

static void a_long_place_keeps_its_tail(void)
{
    struct td_error err;
    char path[400];

    (void)memset(path, 'a', sizeof(path));
    (void)memcpy(path + sizeof(path) - 8, "/x.tape", 8);
    (void)td_error_set(&err, TD_IO, path, 0, "no");
    CU_ASSERT_EQUAL(strlen(err.where), sizeof(err.where) - 1);
    CU_ASSERT_EQUAL(strncmp(err.where, "...aaa", 6), 0);
    CU_ASSERT_STRING_EQUAL(err.where + sizeof(err.where) - 8, "/x.tape");
}

static void every_code_has_its_status(void)
{
    CU_ASSERT_EQUAL(td_code_exit_status(TD_OK), 0);
    CU_ASSERT_EQUAL(td_code_exit_status(TD_FORMAT), 4);
    CU_ASSERT_EQUAL(td_code_exit_status(TD_CANCELLED), 130);
    CU_ASSERT_STRING_EQUAL(td_code_text(TD_LOSSY), "done, but lossy");
    CU_ASSERT_EQUAL(td_code_of_status(0), TD_OK);
    CU_ASSERT_EQUAL(td_code_of_status(4), TD_IO);
    CU_ASSERT_EQUAL(td_code_of_status(130), TD_CANCELLED);
    CU_ASSERT_EQUAL(td_code_of_status(99), TD_FAILED);
    CU_ASSERT_EQUAL(td_code_of_status(-1), TD_FAILED);
}

CU_TestInfo core_error_tests[] = {
    {"an error holds all four parts", an_error_holds_all_four_parts},
    {"a failure stays one without an error",
     a_failure_stays_one_without_an_error},
    {"a long place keeps its tail", a_long_place_keeps_its_tail},
    {"every code has its status", every_code_has_its_status},
    CU_TEST_INFO_NULL,
};
