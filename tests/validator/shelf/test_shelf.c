/* The shelf: every contract loads. */
#include "tests/suites.h"
#include "validator/contract/contract.h"
#include "validator/shelf/shelf.h"

#include <string.h>

static void each_loads(void)
{
    for (size_t i = 0; check_shelf_name(i); i++) {
        struct check_contract *contract = NULL;
        struct schema_options how = {0};
        struct td_error err = {0};
        struct td_buf path = {0};

        (void)td_buf_addf(&path, "std:%s", check_shelf_name(i));
        CU_ASSERT_EQUAL_FATAL(
            check_contract_load(&contract, td_buf_str(&path), &how, &err),
            TD_OK);
        check_contract_free(contract);
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
