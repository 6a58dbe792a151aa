/* Marks in source that take lines out of coverage. */
#include "tests/suites.h"
#include "validator/gates/exclude.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define LINES   6

static const struct {
    const char *source;
    const char *lines; /* of 1 to 6: x is left out, b only its branches */
} rows[] = {
    {"a\nb\nc\nd\ne\nf\n", "......"},
    {"", "......"},
    {"a\nb LCOV_EXCL_LINE\nc\n", ".x...."},
    {"a\nb GCOVR_EXCL_LINE\nc /* GCOV_EXCL_LINE */\n", ".xx..."},
    {"a\nb LCOV_EXCL_START\nc\nd LCOV_EXCL_STOP\ne\n", ".xx..."},
    {"LCOV_EXCL_START LCOV_EXCL_STOP\nb\n", "......"},
    {"LCOV_EXCL_START\nb LCOV_EXCL_LINE\nLCOV_EXCL_START\nd\n"
     "GCOV_EXCL_STOP\nf\n",
     "xxxx.."},
    {"a\nb LCOV_EXCL_BR_LINE\nc GCOVR_EXCL_BR_START\nd\ne "
     "GCOVR_EXCL_BR_STOP\n",
     ".bbb.."},
    {"a\nb\nc LCOV_EXCL_START\nd\n", "..xxxx"},
    {"LCOV_EXCL_STOP\nXCOV_EXCL_LINE\nLCOV_EXCL_\nLCOV_EXCL_UNREACHABLE\n_EXCL_"
     "LINE\n",
     "......"},
};

static void row(size_t i)
{
    struct td_arena arena = {0};
    const struct gates_excluded *found =
        gates_exclude(&arena, td_text(rows[i].source));

    for (uint64_t line = 1; line <= LINES; line++) {
        char mark = gates_excludes_line(found, line)       ? 'x'
                    : gates_excludes_branches(found, line) ? 'b'
                                                           : '.';

        CU_ASSERT(mark == rows[i].lines[line - 1]);
        CU_ASSERT(mark != 'x' || gates_excludes_branches(found, line));
        if (mark != rows[i].lines[line - 1])
            printf("\n    row %zu, line %d: %c\n", i, (int)line, mark);
    }
    td_arena_release(&arena);
}

static void marks(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        row(i);
}

CU_TestInfo validator_gates_exclude_tests[] = {
    {"marks leave out lines and branches", marks}, CU_TEST_INFO_NULL};
