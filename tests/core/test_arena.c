/* Pieces keep their bytes and their alignment, of any size. */
#include "core/arena.h"
#include "tests/suites.h"

#include <stddef.h>

static void pieces_keep_their_bytes(void)
{
    static const size_t sizes[] = {0, 1, 7, 16, 4095, 4097, 16384, 100000, 3};
    struct td_arena arena = {0};
    char *pieces[sizeof(sizes) / sizeof(sizes[0])];
    size_t len = sizeof(sizes) / sizeof(sizes[0]);

    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < len; i++) {
            pieces[i] = td_arena_alloc(&arena, sizes[i]);
            CU_ASSERT_EQUAL((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++)
                CU_ASSERT_EQUAL_FATAL(pieces[i][k], 0);
            memset(pieces[i], (int)i + 1, sizes[i]);
        }
        for (size_t i = 0; i < len; i++)
            for (size_t k = 0; k < sizes[i]; k++)
                CU_ASSERT_EQUAL_FATAL(pieces[i][k], (char)(i + 1));
    }
    td_arena_release(&arena);
    CU_ASSERT_PTR_NULL(arena.blocks);
}

static void texts_end(void)
{
    struct td_arena arena = {0};

    CU_ASSERT_STRING_EQUAL(td_arena_text(&arena, td_text("")), "");
    CU_ASSERT_STRING_EQUAL(
        td_arena_text(&arena, (struct td_bytes){(const uint8_t *)"abc", 2}),
        "ab");
    CU_ASSERT_PTR_NULL(td_arena_copy(&arena, NULL));
    CU_ASSERT_STRING_EQUAL(td_arena_print(&arena, "%d of %s", 1, "two"),
                           "1 of two");
    td_arena_release(&arena);
}

CU_TestInfo core_arena_tests[] = {
    {"pieces keep their bytes", pieces_keep_their_bytes},
    {"texts end", texts_end},
    CU_TEST_INFO_NULL,
};
