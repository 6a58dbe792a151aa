/* Patterns of names and paths, by rows, beside a slow oracle that follows
 * core/glob.h word by word, and beside fnmatch(3) where both mean the same. */
#include "core/glob.h"
#include "core/rand.h"
#include "tests/suites.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *pattern;
    const char *name;
    bool match;
    bool hidden; /* TD_GLOB_HIDDEN */
} names[] = {
    {"*", "a", true, false},
    {"*", ".a", false, false},
    {"*", ".a", true, true},
    {".*", ".a", true, false},
    {"\\.a", ".a", true, false},
    {"[.]a", ".a", false, false},
    {"[.]a", ".a", true, true},
    {"?a", ".a", false, false},
    {"*.csv", "a.csv", true, false},
    {"*.csv", "a.csvx", false, false},
    {"?", "\xc3\xa9", true, false},
    {"?", "ab", false, false},
    {"[a-c]x", "bx", true, false},
    {"[!a-c]x", "bx", false, false},
    {"[^a-c]x", "dx", true, false},
    {"[]]", "]", true, false},
    {"[!]]", "]", false, false},
    {"[a-]", "-", true, false},
    {"[z-a]", "b", false, false},
    {"[a\\]]", "]", true, false},
    {"[a-\\c]", "b", true, false},
    {"[a", "[a", true, false},
    {"[a", "a", false, false},
    {"[]", "[]", true, false},
    {"[[:digit:]]", "7", true, false},
    {"[[:digit:]]", "d", false, false},
    {"[![:space:]_]", "_", false, false},
    {"[[:alpha:]", "[a", true, false},
    {"[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true, false},
    {"\\*", "*", true, false},
    {"\\*", "a", false, false},
    {"a\\", "a\\", true, false},
    {"a*b*c", "aXbYbZc", true, false},
    {"a*b*c", "aXbYbZ", false, false},
    {"?", "\xff", true, false},
    {"A", "a", false, false},
    {"**", "a", true, false},
    {"*", "", true, false},
    {"", "", true, false},
    {"", "a", false, false},
    {"a*", "a", true, false},
};

static void names_match_by_the_rows(void)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        bool seen =
            td_glob_name(td_text(names[i].pattern), td_text(names[i].name),
                         names[i].hidden ? TD_GLOB_HIDDEN : 0);

        if (seen != names[i].match)
            (void)fprintf(stderr, "%s %s\n", names[i].pattern, names[i].name);
        CU_ASSERT_EQUAL(seen, names[i].match);
    }
}

static const struct {
    const char *pattern;
    const char *path;
    bool match;
    bool hidden;
} paths[] = {
    {"src/**", "src/a.c", true, false},
    {"src/**", "src/a/b.c", true, false},
    {"src/**", "srcs/a.c", false, false},
    {"src/**", "src", false, false},
    {"src/**", "src/.a", false, false},
    {"src/**", "src/.a/b", true, true},
    {"**/a.c", "a.c", true, false},
    {"**/a.c", "x/y/a.c", true, false},
    {"**/a.c", "x/.y/a.c", false, false},
    {"**/a.c", "x/ya.c", false, false},
    {"**/.y/a.c", "x/.y/a.c", true, false},
    {"src/*.c", "src/a.c", true, false},
    {"src/*.c", "src/x/a.c", false, false},
    {"src/**/t/*.c", "src/t/a.c", true, false},
    {"src/**/t/*.c", "src/a/b/t/a.c", true, false},
    {"src/**/t/*.c", "src/a/t/b/a.c", false, false},
    {"**/a/**/b/**/c", "a/x/a/b/b/x/c", true, false},
    {"**/a/**/b/**/c", "a/x/b/x/c/d", false, false},
    {"src/", "src/a/b", true, false},
    {"src/", "src/.a/b", true, false},
    {"src/", "src", false, false},
    {"**/src/", "a/src/b", true, false},
    {"**/", "a", true, false},
    {"./src/?.c", "src/a.c", true, false},
    {"././a", "a", true, false},
    {"[a/b]", "a", false, false},
    {"[a/b]", "[a/b]", true, false},
    {"a", "a/b", false, false},
    {"a/b", "a", false, false},
    {"**", "a/b", true, false},
    {"**/**", "a/b", true, false},
    {"a**", "a/b", false, false},
    {"*", "a/b", false, false},
    {"/tmp/*", "/tmp/a", true, false},
    {"", "a", false, false},
};

static void paths_match_by_the_rows(void)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        bool seen =
            td_glob_path(td_text(paths[i].pattern), td_text(paths[i].path),
                         paths[i].hidden ? TD_GLOB_HIDDEN : 0);

        if (seen != paths[i].match)
            (void)fprintf(stderr, "%s %s\n", paths[i].pattern, paths[i].path);
        CU_ASSERT_EQUAL(seen, paths[i].match);
    }
}

static void what_is_a_pattern_is_told(void)
{
    static const char *const patterns[] = {"*", "a?", "x[", "**/a"};
    static const char *const plain[] = {"", "a/b.c", "a]", "\\", "{a,b}"};

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        CU_ASSERT(td_glob_is(td_text(patterns[i])));
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        CU_ASSERT(!td_glob_is(td_text(plain[i])));
}

/* The oracle: ASCII, no classes; tries all that a star may take in. */

/* Behind the ] of the set that begins at p[1], or NULL. */
static const char *set_end(const char *p)
{
    const char *at = p + 1;

    at += *at == '!' || *at == '^';
    for (bool first = true; *at; first = false) {
        if (*at == ']' && !first)
            return at + 1;
        at += *at == '\\' && at[1] ? 2 : 1;
        if (*at == '-' && at[1] && at[1] != ']')
            at += at[1] == '\\' && at[2] ? 3 : 2;
    }
    return NULL;
}

static bool set_has(const char *p, const char *end, char c)
{
    bool negated = p[1] == '!' || p[1] == '^';
    bool in = false;

    for (p += 1 + negated; p < end - 1;) {
        char from = *p == '\\' ? p[1] : *p;
        char to = from;

        p += *p == '\\' ? 2 : 1;
        if (*p == '-' && p + 1 < end - 1) {
            to = p[1] == '\\' ? p[2] : p[1];
            p += p[1] == '\\' ? 3 : 2;
        }
        in = in || (from <= c && c <= to);
    }
    return in != negated;
}

/* NOLINTBEGIN(misc-no-recursion) */
static bool oracle_rest(const char *p, const char *t)
{
    const char *end;

    if (*p == '*')
        return oracle_rest(p + 1, t) || (*t && oracle_rest(p, t + 1));
    if (!*p || !*t)
        return !*p && !*t;
    end = *p == '[' ? set_end(p) : NULL;
    if (end)
        return set_has(p, end, *t) && oracle_rest(end, t + 1);
    if (*p == '?')
        return oracle_rest(p + 1, t + 1);
    p += *p == '\\' && p[1];
    return *p == *t && oracle_rest(p + 1, t + 1);
}

static bool oracle_name(const char *p, const char *t, bool hidden)
{
    if (*t == '.' && !hidden && *p != '.' && strncmp(p, "\\.", 2) != 0)
        return false;
    return oracle_rest(p, t);
}

struct words {
    char text[24];
    const char *list[24];
    size_t len;
};

static void split(struct words *out, const char *text)
{
    (void)snprintf(out->text, sizeof(out->text), "%s", text);
    out->len = 0;
    for (char *at = out->text; at; out->len++) {
        out->list[out->len] = at;
        at = strchr(at, '/');
        if (at)
            *at++ = '\0';
    }
}

static bool oracle_parts(const struct words *p, size_t pi,
                         const struct words *t, size_t ti, bool hidden)
{
    if (pi > 0 && pi + 1 == p->len && !*p->list[pi])
        return ti < t->len;
    if (pi == p->len || ti == t->len)
        return pi == p->len && ti == t->len;
    if (strcmp(p->list[pi], "**") != 0)
        return oracle_name(p->list[pi], t->list[ti], hidden) &&
               oracle_parts(p, pi + 1, t, ti + 1, hidden);
    if (pi + 1 < p->len && oracle_parts(p, pi + 1, t, ti, hidden))
        return true;
    if (*t->list[ti] == '.' && !hidden)
        return false;
    return (pi + 1 == p->len && ti + 1 == t->len) ||
           oracle_parts(p, pi, t, ti + 1, hidden);
}
/* NOLINTEND(misc-no-recursion) */

static bool oracle_path(const char *pattern, const char *path, bool hidden)
{
    struct words p;
    struct words t;

    split(&t, path);
    split(&p, pattern);
    return oracle_parts(&p, 0, &t, 0, hidden);
}

static struct td_rand dice;

/* 0 .. below - 1 */
static size_t throw(size_t below)
{
    uint32_t n;

    td_rand_bytes(&dice, &n, sizeof(n));
    return n % below;
}

/* Fewer than max letters. */
static void make(char *out, size_t max, const char *letters)
{
    size_t len = throw(max);

    for (size_t i = 0; i < len; i++)
        out[i] = letters[throw(strlen(letters))];
    out[len] = '\0';
}

static bool same(const char *pattern, const char *text, bool hidden, bool path)
{
    unsigned flags = hidden ? TD_GLOB_HIDDEN : 0;
    bool seen = path ? td_glob_path(td_text(pattern), td_text(text), flags)
                     : td_glob_name(td_text(pattern), td_text(text), flags);
    bool want = path ? oracle_path(pattern, text, hidden)
                     : oracle_name(pattern, text, hidden);

    if (seen != want)
        (void)fprintf(stderr, "%s on %s%s: %d\n", pattern, text,
                      hidden ? " (hidden)" : "", seen);
    return seen == want;
}

static void the_oracle_says_the_same(void)
{
    unsigned differ = 0;

    td_rand_seeded(&dice, 1);
    for (int i = 0; i < 300000 && differ < 10; i++) {
        bool hidden = i & 1;
        char pattern[16];
        char text[16];

        make(pattern, 8, "ab*?[]!-\\.");
        make(text, 7, "ab.]-[");
        differ += !same(pattern, text, hidden, false);
        make(pattern, 14, "a*/**/.b/");
        make(text, 14, "a/.a/b/");
        if (strncmp(pattern, "./", 2) != 0)
            differ += !same(pattern, text, hidden, true);
    }
    CU_ASSERT_EQUAL(differ, 0);
}

/* Where both mean the same: no \ at the end, and no [ without its ]. */
static void fnmatch_says_the_same(void)
{
    static const char *const parts[] = {
        "a", "b",    "*",    "?",     "[ab]",        "[!a]",
        ".", "\\*",  "[]a]", "[a-c]", "[[:alpha:]]", "[^[:punct:]b]",
        "-", "[a-]", "\\a",  "]"};
    unsigned differ = 0;

    td_rand_seeded(&dice, 2);
    for (int i = 0; i < 100000 && differ < 10; i++) {
        bool hidden = i & 1;
        char pattern[128] = "";
        char text[16];
        size_t len = 0;
        bool want;
        bool seen;

        for (size_t n = throw(7); n > 0; n--)
            len +=
                (size_t)snprintf(pattern + len, sizeof(pattern) - len, "%s",
                                 parts[throw(sizeof(parts) / sizeof(*parts))]);
        make(text, 7, "ab.]-*c");
        want = fnmatch(pattern, text, hidden ? 0 : FNM_PERIOD) == 0;
        seen = td_glob_name(td_text(pattern), td_text(text),
                            hidden ? TD_GLOB_HIDDEN : 0);
        if (seen != want)
            (void)fprintf(stderr, "%s on %s: %d\n", pattern, text, seen);
        differ += seen != want;
    }
    CU_ASSERT_EQUAL(differ, 0);
}

/* Each of these takes longer than the world stands where all ways are tried.
 */
static void hostile_patterns_end(void)
{
    enum { LONG = 1 << 15 };
    char *pattern = calloc(1, LONG + 3);
    char *text = calloc(1, LONG + 1);

    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[200] = 'b';
    memset(text, 'a', 4000);
    CU_ASSERT(!td_glob_name(td_text(pattern), td_text(text), 0));

    memset(pattern, 0, LONG);
    memset(text, 0, LONG);
    for (size_t i = 0; i < 500; i += 5)
        memcpy(pattern + i, "**/a/", 5);
    pattern[500] = 'b';
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(text + i, "a/", 2);
    CU_ASSERT(!td_glob_path(td_text(pattern), td_text(text), 0));

    /* A set that is open to the end is looked for once, not at each [. */
    memset(pattern, '[', LONG);
    memset(text, '[', LONG);
    CU_ASSERT(td_glob_name(td_text(pattern), td_text(text), 0));
    memset(text, 0, LONG);
    for (size_t i = 0; i + 11 <= LONG; i += 10)
        memcpy(pattern + i, "[[:digit:]", 10);
    pattern[LONG - LONG % 10] = '\0';
    for (size_t i = 0; i < LONG / 10 * 2; i += 2)
        memcpy(text + i, "[d", 2);
    CU_ASSERT(td_glob_name(td_text(pattern), td_text(text), 0));
    free(pattern);
    free(text);
}

CU_TestInfo core_glob_tests[] = {
    {"names match by the rows", names_match_by_the_rows},
    {"paths match by the rows", paths_match_by_the_rows},
    {"what is a pattern is told", what_is_a_pattern_is_told},
    {"the oracle says the same", the_oracle_says_the_same},
    {"fnmatch says the same", fnmatch_says_the_same},
    {"hostile patterns end", hostile_patterns_end},
    CU_TEST_INFO_NULL,
};
