/* The shelf: every contract loads. With TD_SHELF_TIMES in the environment it is
 * said how long that takes, of the processor. */
#include "tests/suites.h"
#include "validator/contract/contract.h"
#include "validator/shelf/shelf.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRIES 20 /* where times are asked for */

static int64_t used_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The best of some tries, since others use the machine too. */
static int64_t load_ns(const char *path, int tries)
{
    int64_t best = INT64_MAX;

    for (int i = 0; i < tries; i++) {
        struct check_contract *contract = NULL;
        struct schema_options how = {0};
        struct td_error err = {0};
        int64_t start = used_ns();
        enum td_code code = check_contract_load(&contract, path, &how, &err);
        int64_t took = used_ns() - start;

        CU_ASSERT_EQUAL_FATAL(code, TD_OK);
        check_contract_free(contract);
        best = took < best ? took : best;
    }
    return best;
}

static void each_loads(void)
{
    const char *times = getenv("TD_SHELF_TIMES");

    for (size_t i = 0; check_shelf_name(i); i++) {
        struct td_buf path = {0};
        int64_t took;

        (void)td_buf_addf(&path, "std:%s", check_shelf_name(i));
        took = load_ns(td_buf_str(&path), times ? TRIES : 1);
        if (times)
            (void)fprintf(stderr, "%s: %.2f ms\n", td_buf_str(&path),
                          (double)took / 1e6);
        td_buf_release(&path);
    }
}

static void names_are_in_order(void)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(check_shelf_name(0));
    for (size_t i = 1; check_shelf_name(i); i++)
        CU_ASSERT_TRUE(strcmp(check_shelf_name(i - 1), check_shelf_name(i)) <
                       0);
}

static void a_name_is_no_path(void)
{
    static const char *const wrong[] = {"std:", "std:../ag-ui", "std:AG-UI",
                                        "std:/etc/passwd"};

    CU_ASSERT_FALSE(check_shelf_is("standard.yaml"));
    CU_ASSERT_FALSE(check_shelf_is("./std:ag-ui"));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct td_buf text = {0};
        struct td_error err = {0};

        CU_ASSERT_TRUE(check_shelf_is(wrong[i]));
        CU_ASSERT_EQUAL(check_shelf_read(&text, wrong[i], &err), TD_USAGE);
        CU_ASSERT_TRUE(err.hint[0] != '\0');
        td_buf_release(&text);
    }
}

CU_TestInfo validator_shelf_shelf_tests[] = {
    {"each loads", each_loads},
    {"names are in order", names_are_in_order},
    {"a name is no path", a_name_is_no_path},
    CU_TEST_INFO_NULL,
};
