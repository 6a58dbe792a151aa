/* What a mistyped word may have meant. */
#include "core/suggest.h"
#include "tests/suites.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = {"schema", "aliases", "note", "stream",
                                    "events"};

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
        struct td_suggestion near = {.word = rows[i].word};
        const char *best = rows[i].best;
        bool good;

        for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
            td_suggest(&near, words[k]);
        good = best ? near.best && !strcmp(near.best, best) : !near.best;
        if (!good)
            printf("\n    %s: %s\n", rows[i].word,
                   near.best ? near.best : "none");
        CU_ASSERT_TRUE(good);
    }
}

CU_TestInfo core_suggest_tests[] = {
    {"the nearest word is meant", the_nearest_word_is_meant},
    CU_TEST_INFO_NULL,
};
