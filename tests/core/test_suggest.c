/* What a mistyped word may have meant. */
#include "core/suggest.h"
#include "tests/suites.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = {"schema", "aliases", "note",
                                    "stream", "events",  NULL};

static const struct {
    const char *word;
    const char *best; /* NULL: none */
} rows[] = {
    {"shema", "schema"},
    {"schmea", "schema"},
    {"alias", "aliases"},
    {"notes", "note"},
    {"strem", "stream"},
    {"event", "events"},
    {"str", "stream"},
    {"xyz", NULL},
    {"", NULL},
    {"schema", "schema"},
    {"a word that is longer than any of ours", NULL},
};

static void the_nearest_word_is_meant(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *best = td_suggest_among(rows[i].word, words);
        bool good = rows[i].best ? best && !strcmp(best, rows[i].best) : !best;

        if (!good)
            printf("\n    %s: %s\n", rows[i].word, best ? best : "none");
        CU_ASSERT_TRUE(good);
    }
}

CU_TestInfo core_suggest_tests[] = {
    {"the nearest word is meant", the_nearest_word_is_meant},
    CU_TEST_INFO_NULL,
};
