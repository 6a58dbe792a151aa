/* Commands as words, variables, patterns of paths. */
#include "tests/suites.h"
#include "validator/gates/words.h"

#include <stdio.h>

#include <string.h>

static const struct {
    const char *text;
    const char *words; /* joined by |; NULL: a quote is open */
} commands[] = {
    {"ctest --test-dir b", "ctest|--test-dir|b"},
    {"  a\t b\n", "a|b"},
    {"", ""},
    {"a 'b c' d", "a|b c|d"},
    {"a \"b 'c'\" d", "a|b 'c'|d"},
    {"a 'b\"c\\n'", "a|b\"c\\n"},
    {"a b\\ c", "a|b c"},
    {"a \"\\$x \\\" \\n\"", "a|$x \" \\n"},
    {"a ''", "a|"},
    {"pre'fix 'post", "prefix post"},
    {"a 'b", NULL},
    {"a \"b", NULL},
};

static void commands_become_words(void)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct td_arena arena = {0};
        struct verdict_words words;
        char joined[200] = "";
        bool fine = gates_split(&arena, commands[i].text, &words);

        CU_ASSERT_EQUAL(fine, commands[i].words != NULL);
        for (size_t k = 0; fine && k < words.len; k++) {
            size_t len = strlen(joined);

            (void)snprintf(joined + len, sizeof(joined) - len, "%s%s",
                           k ? "|" : "", words.list[k]);
        }
        if (fine)
            CU_ASSERT_STRING_EQUAL(joined, commands[i].words);
        td_arena_release(&arena);
    }
}

static const char *look_up(void *self, const char *name)
{
    (void)self;
    if (!strcmp(name, "OUT"))
        return "/o";
    return !strcmp(name, "a-1.OUT") ? "/x" : NULL;
}

static const struct {
    const char *text;
    const char *made; /* NULL: bad is told */
    const char *bad;
} variables[] = {
    {"$OUT/j", "/o/j", NULL},
    {"${OUT}j", "/oj", NULL},
    {"${a-1.OUT}/c", "/x/c", NULL},
    {"$$OUT", "$OUT", NULL},
    {"$HOME ${HOME}", "$HOME ${HOME}", NULL},
    {"$(date) $", "$(date) $", NULL},
    {"${OUT", "${OUT", NULL},
    {"${b.OUT}", NULL, "b.OUT"},
    {"$OUTER", "$OUTER", NULL},
};

static void variables_are_replaced(void)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        struct td_arena arena = {0};
        const char *bad;
        const char *made =
            gates_expand(&arena, variables[i].text, look_up, NULL, &bad);

        if (variables[i].made)
            CU_ASSERT_STRING_EQUAL(made ? made : "", variables[i].made)
        else
            CU_ASSERT_STRING_EQUAL(bad ? bad : "", variables[i].bad);
        td_arena_release(&arena);
    }
}

static const struct {
    const char *pattern;
    const char *path;
    bool matches;
} globs[] = {
    {"src/**", "src/a.c", true},
    {"src/**", "src/a/b.c", true},
    {"src/**", "srcs/a.c", false},
    {"**/a.c", "a.c", true},
    {"**/a.c", "x/y/a.c", true},
    {"**/a.c", "x/ya.c", false},
    {"src/*.c", "src/a.c", true},
    {"src/*.c", "src/x/a.c", false},
    {"src/**/t/*.c", "src/t/a.c", true},
    {"src/**/t/*.c", "src/a/b/t/a.c", true},
    {"src/**/t/*.c", "src/a/t/b/a.c", false},
    {"src/", "src/a/b", true},
    {"src/", "src", false},
    {"./src/?.c", "src/a.c", true},
    {"[ab].c", "b.c", true},
    {"[ab].c", "c.c", false},
    {"a", "a", true},
    {"a", "a/b", false},
    {"**", "a/b", true},
    {"*", "a/b", false},
    {"", "a", false},
};

static void patterns_match_paths(void)
{
    for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
        bool seen = gates_glob(globs[i].pattern, globs[i].path);

        if (seen != globs[i].matches)
            (void)fprintf(stderr, "%s %s\n", globs[i].pattern, globs[i].path);
        CU_ASSERT_EQUAL(seen, globs[i].matches);
    }
}

CU_TestInfo validator_gates_words_tests[] = {
    {"commands become words", commands_become_words},
    {"variables are replaced", variables_are_replaced},
    {"patterns match paths", patterns_match_paths},
    CU_TEST_INFO_NULL,
};
