/* Runs every suite, or the one that is named: td_tests [SUITE]. */
#include "tests/suites.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static CU_SuiteInfo suites[] = {
#define X(name) {#name, NULL, NULL, NULL, NULL, name##_tests},
#include "suites.inc"
#undef X
    CU_SUITE_INFO_NULL,
};

static bool skipped;

void test_skip(const char *why)
{
    printf("skipped: %s ... ", why);
    skipped = true;
}

int main(int argc, char **argv)
{
    unsigned failed;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    for (CU_SuiteInfo *s = suites; s->pName; s++) {
        CU_SuiteInfo one[] = {*s, CU_SUITE_INFO_NULL};

        if ((argc < 2 || !strcmp(argv[1], s->pName)) && CU_register_suites(one))
            return 2;
    }
    if (CU_get_registry()->uiNumberOfSuites == 0) {
        (void)fprintf(stderr, "no suite named %s\n", argc > 1 ? argv[1] : "?");
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    if (failed)
        return 1;
    return skipped ? TEST_SKIPPED : 0;
}
