/* Bytes of a terminal become keys; what is not known is swallowed. */
#include "replayer/key_decoder.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

static void bytes_become_keys(void)
{
    /* by enum play_key */
    static const char letters[] = "-P.+_><m?q";
    static const struct {
        const char *bytes;
        const char *keys;
    } rows[] = {
        {" ", "P"},
        {".", "."},
        {"q", "q"},
        {"Q", "q"},
        {"?h", "??"},
        {"mM", "m"},
        {"x\t\r\n", ""},
        {"\x1b[A\x1b[B\x1b[C\x1b[D", "+_><"},
        {"\x1bOA\x1bOD", "+<"},
        {"\x1b[1;5A", "+"},
        {"\x1b[15~ ", "P"},
        {"\x1b[?25h.", "."},
        {"\x1b\x1b[A", "+"},
        {"\x1bx ", "P"},
        {"\x1b[", ""},
        {"A[A", ""},
        {"\xff\x80 ", "P"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct play_keys keys = {0};
        char seen[16] = "";
        size_t n = 0;

        for (const char *c = rows[i].bytes; *c; c++) {
            enum play_key key = play_keys_feed(&keys, (uint8_t)*c);

            if (key)
                seen[n++] = letters[key];
        }
        if (strcmp(seen, rows[i].keys) != 0)
            printf("\n    row %zu: %s\n", i, seen);
        CU_ASSERT_STRING_EQUAL(seen, rows[i].keys);
    }
}

CU_TestInfo replayer_key_decoder_tests[] = {
    {"bytes become keys", bytes_become_keys},
    CU_TEST_INFO_NULL,
};
