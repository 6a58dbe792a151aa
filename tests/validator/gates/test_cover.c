/* Lines and branches, merged. */
#include "tests/suites.h"
#include "validator/gates/cover.h"

#include <stdio.h>
#include <string.h>

static void add_line(void *self, uint64_t line, bool hit)
{
    char *out = self;
    size_t len = strlen(out);

    (void)snprintf(out + len, 200 - len, "%d%s ", (int)line, hit ? "+" : "-");
}

static void a_line_is_hit_if_one_report_says_so(void)
{
    struct gates_cover *cover = gates_cover_new();
    struct gates_cover_file *file = gates_cover_file(cover, "a.c");
    char seen[200] = "";

    CU_ASSERT(gates_cover_line(cover, file, 3, false));
    CU_ASSERT(gates_cover_line(cover, file, 3, true));
    CU_ASSERT(gates_cover_line(cover, file, 3, false));
    CU_ASSERT(gates_cover_line(cover, file, 700, false));
    CU_ASSERT(gates_cover_line(cover, file, 256, true));
    CU_ASSERT(gates_cover_line(cover, file, GATES_COVER_LINE_MAX, true));
    CU_ASSERT(!gates_cover_line(cover, file, GATES_COVER_LINE_MAX + 1, true));
    gates_cover_lines(file, add_line, seen);
    CU_ASSERT_STRING_EQUAL(seen, "3+ 256+ 700- 16777215+ ");
    gates_cover_free(cover);
}

static void branches_are_told_apart_and_summed(void)
{
    struct gates_cover *cover = gates_cover_new();
    struct gates_cover_file *file = gates_cover_file(cover, "a.c");
    uint64_t sum[2];

    for (unsigned round = 0; round < 2; round++)
        for (unsigned line = 0; line < 50; line++)
            for (unsigned block = 0; block < 3; block++)
                for (unsigned b = 0; b < 4; b++)
                    CU_ASSERT(gates_cover_branch(
                        cover, file,
                        &(struct read_branch){
                            {0}, line, block, b, round == 1 && b == 0}));
    gates_cover_branches(file, sum);
    CU_ASSERT_EQUAL(sum[0], 150);
    CU_ASSERT_EQUAL(sum[1], 600);
    gates_cover_free(cover);
}

static void files_are_found_again_and_sorted(void)
{
    struct gates_cover *cover = gates_cover_new();
    char path[20];
    int count = 0;

    for (int i = 999; i >= 0; i--) {
        bool added;
        struct gates_cover_name *name;

        (void)snprintf(path, sizeof(path), "f%03d", i);
        name = gates_cover_name(cover, td_text(path), &added);
        CU_ASSERT(added);
        name->file = gates_cover_file(cover, path);
    }
    for (int i = 0; i < 1000; i++) {
        bool added;

        (void)snprintf(path, sizeof(path), "f%03d", i);
        CU_ASSERT_STRING_EQUAL(
            gates_cover_name(cover, td_text(path), &added)->file->path, path);
        CU_ASSERT(!added);
        CU_ASSERT(gates_cover_has(cover, path));
    }
    CU_ASSERT(!gates_cover_has(cover, "f"));
    gates_cover_sort(cover);
    for (struct gates_cover_file *f = cover->files; f; f = f->next) {
        (void)snprintf(path, sizeof(path), "f%03d", count++);
        CU_ASSERT_STRING_EQUAL(f->path, path);
    }
    CU_ASSERT_EQUAL(count, 1000);
    gates_cover_free(cover);
}

CU_TestInfo validator_gates_cover_tests[] = {
    {"a line is hit if one report says so",
     a_line_is_hit_if_one_report_says_so},
    {"branches are told apart and summed", branches_are_told_apart_and_summed},
    {"files are found again and sorted", files_are_found_again_and_sorted},
    CU_TEST_INFO_NULL,
};
