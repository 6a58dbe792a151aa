/* Commands as words, variables, patterns of paths. */
#include "core/buf.h"
#include "tests/suites.h"
#include "validator/gates/words.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static const struct {
    const char *text;
    const char *sign; /* NULL: none */
} signs[] = {
    {"echo x; exit 1", ";"},
    {"a ;b", ";b"},
    {"a && b", "&&"},
    {"a&&b", "&&b"},
    {"a||b", "||b"},
    {"a | b", "|"},
    {"a |b", "|b"},
    {"server & x", "&"},
    {"a &>log", "&>log"},
    {"a >/dev/null", ">/dev/null"},
    {"a 2>&1", "2>&1"},
    {"a <in", "<in"},
    {"make -j$(nproc)", "$(nproc)"},
    {"a `date`", "`date`"},
    {"a\n b", "\n"},
    {"  a b \n", NULL},
    {"find . -exec rm {} \\;", NULL},
    {"grep '|' \"a && `b`; \\\" c\" 'd\n> e'", NULL},
    {"ctest -R ^(unit|cli)$ -E a|b x>=1 http://h/?a=1&b=2 a;b 10", NULL},
    {"x -t ($FAILED)$ $HOME *.c ~/x \\&\\& '", NULL},
    {"", NULL},
    {"a \\", NULL},
};

static void signs_of_a_shell_are_found(void)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const struct td_bytes sign = gates_shell_sign(signs[i].text);
        const char *want = signs[i].sign ? signs[i].sign : "";

        CU_ASSERT_EQUAL(sign.len, strlen(want));
        CU_ASSERT(sign.len == 0 || !memcmp(sign.ptr, want, sign.len));
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

static void make_file(const char *root, const char *name)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", root, name);
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        (void)mkdir(path, 0700);
        *at = '/';
    }
    file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fclose(file);
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* The root's own name has what patterns know, which means nothing there. */
static void files_are_found_below_the_root(void)
{
    static const char *const made[] = {"a.xml",      "r/b.xml", "r/x/c.xml",
                                       "r/.h/d.xml", "r/e.txt", ".git/f.xml",
                                       "q]/[g].xml"};
    static const struct {
        const char *pattern;
        const char *found; /* below the root, with a blank behind each */
    } rows[] = {
        {"*.xml", "a.xml "},
        {"./r/*.xml", "r/b.xml "},
        {"r/**/*.xml", "r/.h/d.xml r/b.xml r/x/c.xml "},
        {"**/c.xml", "r/x/c.xml "},
        {"r/", "r/.h/d.xml r/b.xml r/e.txt r/x/c.xml "},
        {"r/b.xml", "r/b.xml "},
        {"q]/\\[?].xml", "q]/[g].xml "},
        {"**/f.xml", ""},
        {"r", ""},
        {"none", ""},
    };
    char root[] = "/tmp/gates_[w]*XXXXXX";

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        make_file(root, made[i]);
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const char *pattern = rows[i / 2].pattern;
        struct td_arena arena = {0};
        struct td_buf seen = {0};
        struct verdict_words files;

        if (i % 2)
            pattern = td_arena_print(&arena, "%s/%s", root, pattern);
        files = gates_files(&arena, root, pattern, 10);
        for (size_t n = 0; n < files.len; n++)
            (void)td_buf_addf(&seen, "%s ", files.list[n] + sizeof(root));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&seen), rows[i / 2].found);
        td_buf_release(&seen);
        td_arena_release(&arena);
    }
    CU_ASSERT_EQUAL(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

CU_TestInfo validator_gates_words_tests[] = {
    {"commands become words", commands_become_words},
    {"signs of a shell are found", signs_of_a_shell_are_found},
    {"variables are replaced", variables_are_replaced},
    {"files are found below the root", files_are_found_below_the_root},
    CU_TEST_INFO_NULL,
};
