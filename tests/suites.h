/* tests/suites.h - every suite, one a file; the list is made from file names */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>

#define X(name) extern CU_TestInfo name##_tests[];
#include "suites.inc"
#undef X

/* This test cannot run here, and why. The program then exits with
 * TEST_SKIPPED, if nothing failed.
 */
#define TEST_SKIPPED 77
void test_skip(const char *why);

#endif
