/* What a pattern of ECMA-262 matches, which are none, and where it gives up. */
#include "schema/regex/ecma.h"
#include "schema/regex/pattern.h"
#include "tests/suites.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static enum schema_match match(const char *text, struct td_bytes subject)
{
    struct schema_pattern_memory *memory = schema_pattern_memory_new();
    struct schema_pattern *pattern = NULL;
    struct td_error err = {0};
    enum schema_match got = SCHEMA_GAVE_UP;

    if (schema_pattern_new(&pattern, td_text(text), &err) == TD_OK)
        got = schema_pattern_match(pattern, memory, subject);
    else
        printf("\n    %s: %s\n", text, err.text);
    schema_pattern_free(pattern);
    schema_pattern_memory_free(memory);
    return got;
}

static void expect(const char *pattern, const char *text,
                   enum schema_match want)
{
    enum schema_match got = match(pattern, td_text(text));

    if (got != want)
        printf("\n    %s on \"%s\": %d\n", pattern, text, (int)got);
    CU_ASSERT_EQUAL(got, want);
}

struct row {
    const char *pattern;
    const char *yes[8];
    const char *no[8];
};

static void judge(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; rows[i].yes[j]; j++)
            expect(rows[i].pattern, rows[i].yes[j], SCHEMA_MATCH);
        for (size_t j = 0; rows[i].no[j]; j++)
            expect(rows[i].pattern, rows[i].no[j], SCHEMA_NO_MATCH);
    }
}

static void patterns_mean_what_ecma_262_says(void)
{
    static const struct row rows[] = {
        {"", {"", "x", NULL}, {NULL}},
        {"^abc$", {"abc", NULL}, {"abc\n", "xabc", "abcd", NULL}},
        {"^.$",
         {"x", "\xF0\x9F\x90\xB2", "\xC2\x85", NULL},
         {"\n", "\r", "\xE2\x80\xA8", "\xE2\x80\xA9", "", NULL}},
        {"^\\d$", {"7", NULL}, {"\xE0\xA7\xA8", "a", NULL}},
        {"^\\w\\W$", {"_-", "a\xC3\xA9", NULL}, {"\xC3\xA9-", "ab", NULL}},
        {"^[\\s]$",
         {"\xC2\xA0", "\xEF\xBB\xBF", "\xE3\x80\x80", "\v", NULL},
         {"\xE2\x80\x8B", "\xC2\x85", NULL}},
        {"^[\\S]$", {"\xE2\x80\x8B", NULL}, {"\xC2\xA0", " ", NULL}},
        {"^\\x61\\u0062\\u{63}\\cA\\0?$", {"abc\x01", NULL}, {"abcA", NULL}},
        {"^\\uD83D\\uDC32+$",
         {"\xF0\x9F\x90\xB2\xF0\x9F\x90\xB2", NULL},
         {"\xF0\x9F\x90\xB3", NULL}},
        {"\\uD83D", {NULL}, {"\xF0\x9F\x90\xB2", "", NULL}},
        {"^[^\\uD83D]$", {"a", NULL}, {"", NULL}},
        {"^\\p{Letter}\\P{Lu}\\p{Script=Greek}\\p{gc=Nd}\\p{Emoji}$",
         {"\xC3\x89x\xCE\xA9\xE0\xA7\xA8\xF0\x9F\x90\xB2", NULL},
         {"xX\xCE\xA9"
          "11",
          NULL}},
        {"^\\P{Assigned}[^\\p{Assigned}]$", {NULL}, {"ab", NULL}},
        {"^[^]$", {"\n", NULL}, {"", "ab", NULL}},
        {"[]", {NULL}, {"", "]", NULL}},
        {"^[[:alpha:]]$", {"a]", ":]", NULL}, {"b", "a", NULL}},
        {"^[a\\-z\\]^-]+$", {"a-z]^", NULL}, {"b", NULL}},
        {"^[\\d-x]+$", {"1-x", NULL}, {"a", NULL}},
        {"^[\\b]\\b",
         {"\b"
          "a",
          NULL},
         {"\b-", NULL}},
        {"^(?<n>a|b)\\k<n>\\1$", {"aaa", "bbb", NULL}, {"aab", NULL}},
        {"^\\k<n>(?<n>a)$", {"a", NULL}, {"aa", NULL}},
        {"(?<=ab|c)d(?!e)", {"abd", "cdx", NULL}, {"bd", "abde", NULL}},
        {"(?<!\\$)10", {"a10", NULL}, {"$10", NULL}},
        {"(?<=a+)b", {"aab", "xab", NULL}, {"b", "cb", NULL}},
        {"^(?<=a*)b", {"b", NULL}, {"ab", NULL}},
        {"(?<!^a{2,3})b$", {"ab", "aaaab", "b", NULL}, {"aab", "aaab", NULL}},
        {"^[ab]+(?<=^a+)", {"aab", "a", NULL}, {"ba", NULL}},
        {"(?i:(?<=x|Y+)z)", {"xz", "yyZ", NULL}, {"az", NULL}},
        {"(?<=(?:a|bc)+(?=d).)e", {"abcde", NULL}, {"ae", "de", NULL}},
        {"(?<=(?<!a)b+)c(?<!b{2,}c)", {"bc", NULL}, {"abc", "bbc", NULL}},
        {"(?<=^(?:a{60000}){2}|^b)c", {"bc", NULL}, {"abc", NULL}},
        {"^(?i:ab(?-i:c))d$", {"ABcd", NULL}, {"ABCd", "ABcD", NULL}},
        {"^(?s:.)(?m:^b$)", {"\nb\nc", NULL}, {"ab", "\nbc", NULL}},
        {"^{a}]}$", {"{a}]}", NULL}, {NULL}},
        {"^a{,2}$", {"a{,2}", NULL}, {"aa", NULL}},
        {"^a{", {"a{", NULL}, {"{", NULL}},
        {"^a{1,b", {"a{1,b", NULL}, {"{1,b", NULL}},
        {"^\\/\\-\\#\\@$", {"/-#@", NULL}, {NULL}},
        {"^a b#c$", {"a b#c", NULL}, {"abc", NULL}},
        {"^(a|b)*?c{2,3}$", {"abcc", "ccc", NULL}, {"c", "cccc", NULL}},
    };

    judge(rows, ROWS(rows));
}

/* The same texts with and without an engine. */
static void simple_patterns_take_one_walk(void)
{
    static const struct row rows[] = {
        {"abc", {"abc", "xabcx", NULL}, {"ab", "", NULL}},
        {"^\xC3\xA9", {"\xC3\xA9x", NULL}, {"x\xC3\xA9", NULL}},
        {"b$", {"ab", NULL}, {"ba", "b\n", NULL}},
        {"^ab$", {"ab", NULL}, {"abc", "a", NULL}},
        {"^[a-z_]+$", {"a_z", NULL}, {"", "A", "a1", NULL}},
        {"^task_\\d{3,}$", {"task_0001", NULL}, {"task_12", "task_123a", NULL}},
        {"^\\d{4}-\\d{2}", {"2024-01-01", NULL}, {"2024-1", NULL}},
        {"^a?b?c?$", {"", "ac", NULL}, {"ca", NULL}},
        {"^[^/]+/\\D*$", {"\xC3\xA9/x", NULL}, {"/x", "a/1", NULL}},
        {"^.{2,3}$",
         {"\xC3\xA9x", "xyz", NULL},
         {"x", "wxyz", "x\xE2\x80\xA8", NULL}},
    };

    judge(rows, ROWS(rows));
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct schema_class_sequence *simple = NULL;

        CU_ASSERT_EQUAL(
            schema_ecma_read(td_text(rows[i].pattern), NULL, &simple, NULL),
            TD_OK);
        CU_ASSERT_PTR_NOT_NULL(simple);
        schema_class_sequence_free(simple);
    }
}

static void other_patterns_need_the_engine(void)
{
    static const char *const rows[] = {
        "[a-z]+",  "^[a-z]+z$",   "^a*b?a",       "^(a)$", "a|b",
        "^\\s",    "^[\xC3\xA9]", "^a\\b",        "$^",    "^a$b",
        "^(?=a)a", "^a^b",        "^[a-z]{1,2}.", "",      "^",
        "^(?i:a)", "^\\p{L}",     "^a+\\1(a)",
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct schema_class_sequence *simple = NULL;

        CU_ASSERT_EQUAL(schema_ecma_read(td_text(rows[i]), NULL, &simple, NULL),
                        TD_OK);
        CU_ASSERT_PTR_NULL(simple);
        schema_class_sequence_free(simple);
    }
}

static void what_is_no_pattern_is_refused_where_it_is_wrong(void)
{
    static const struct {
        const char *pattern;
        unsigned at;
        const char *text;
    } rows[] = {
        {"a(b", 1, "this ( has no )"},
        {"a)", 1, "this ) has no ("},
        {"a[b", 1, "this [ has no ]"},
        {"ab\\", 2, "a backslash at the end escapes nothing"},
        {"*a", 0, "there is nothing before it to repeat"},
        {"a**", 2, "there is nothing before it to repeat"},
        {"a++", 2, "there is nothing before it to repeat"},
        {"^+", 1, "there is nothing before it to repeat"},
        {"(?<=a)*", 6, "there is nothing before it to repeat"},
        {"{2}", 0, "there is nothing before it to repeat"},
        {"a{3,2}", 1, "the repeat ends before it begins"},
        {"[b-a]", 1, "the range ends before it begins"},
        {"[\\uD83D-a]", 1, "a range cannot end in half a surrogate pair"},
        {"\\a", 0, "ECMA-262 has no such escape as \\a here"},
        {"x\\Z", 1, "ECMA-262 has no such escape as \\Z here"},
        {"\\c1", 0, "ECMA-262 has no such escape as \\c here"},
        {"\\x1", 0, "ECMA-262 has no such escape as \\x here"},
        {"\\u{110000}", 0, "ECMA-262 has no such escape as \\u here"},
        {"[\\1]", 1, "ECMA-262 has no such escape as \\1 here"},
        {"(a)\\2", 3, "there is no group 2 to refer to"},
        {"\\k<n>(?<m>a)", 0, "\\k<...> wants the name of a group"},
        {"(?<1>a)", 3,
         "a group's name is letters, digits, _ and $, and ends with >"},
        {"(?<n>a)(?<n>b)", 10, "another group has the same name"},
        {"(?P<n>a)", 0, "ECMA-262 has no group of this kind"},
        {"(?i)a", 0, "ECMA-262 has no group of this kind"},
        {"(?ii:a)", 0, "ECMA-262 has no group of this kind"},
        {"(?#a)", 0, "ECMA-262 has no group of this kind"},
        {"(?>a)", 0, "ECMA-262 has no group of this kind"},
        {"(*UTF)a", 1, "there is nothing before it to repeat"},
        {"\\pL", 0,
         "\\p and \\P want a property such as {Letter} or {Script=Greek}"},
        {"\\p{Greek}", 0, "there is no property \"Greek\""},
        {"\\p{gc=Foo}", 0, "there is no property \"gc\""},
        {"\\p{sc=Gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}", 0,
         "there is no property \"sc\""},
        {"\\p{scx=Gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}", 0,
         "a \\p{...} names a script or property that is not known"},
        {"\\p{scx=Gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}", 0,
         "there is no property \"scx\""},
        {"a\xFF", 0, "it is not UTF-8"},
        {"(?<=(?<!b+)a*)b", 0,
         "what a (?<=...) or (?<!...) within another one looks back on must "
         "have one length"},
        {"(a)(?<=\\1+)b", 0,
         "what a (?<=...) or (?<!...) looks back on must have one length where "
         "\\1 or \\k refers to a group"},
        {"(ab){70000}", 0, "a repeat count is above 65535"},
        {"(((a|b){1,1000}){1,1000}){1,1000}", 0,
         "it is too large when its repeats are written out"},
        {"\\p{sc=Nowhere}", 0,
         "a \\p{...} names a script or property that is not known"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct schema_pattern *pattern = NULL;
        struct td_error err = {0};

        CU_ASSERT_EQUAL(
            schema_pattern_new(&pattern, td_text(rows[i].pattern), &err),
            TD_USAGE);
        if (strcmp(err.text, rows[i].text) != 0 || err.offset != rows[i].at)
            printf("\n    %s: %u %s\n", rows[i].pattern, (unsigned)err.offset,
                   err.text);
        CU_ASSERT_STRING_EQUAL(err.text, rows[i].text);
        CU_ASSERT_EQUAL(err.offset, rows[i].at);
    }
}

static void classes_of_posix_can_be_refused(void)
{
    static const struct {
        const char *pattern;
        enum td_code code;
        unsigned at;
    } rows[] = {
        {"x[[:digit:]]", TD_USAGE, 2}, {"[^[:space:]a]", TD_USAGE, 2},
        {"[a[:xdigit:]", TD_USAGE, 2}, {"[[:foo:]]", TD_OK, 0},
        {"[:alpha", TD_OK, 0},         {"", TD_OK, 0},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_error err = {0};

        CU_ASSERT_EQUAL(schema_pattern_no_posix(td_text(rows[i].pattern), &err),
                        rows[i].code);
        CU_ASSERT_EQUAL(err.offset, rows[i].at);
    }
}

static void groups_within_groups_have_a_limit(void)
{
    enum { TOO_MANY = SCHEMA_ECMA_DEPTH + 1 };
    char text[2 * TOO_MANY + 1];

    memset(text, '(', TOO_MANY);
    memset(text + TOO_MANY, ')', TOO_MANY);
    text[2 * TOO_MANY] = '\0';
    CU_ASSERT_EQUAL(schema_pattern_syntax(td_text(text), NULL), TD_USAGE);
    text[2 * TOO_MANY - 1] = '\0';
    expect(text + 1, "", SCHEMA_MATCH);
}

static void matching_without_end_is_given_up(void)
{
    static const char *const rows[] = {
        "^(a|a)*$",
        "^(a+)+$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?<=^(a|a)*[c!])b",
        "(?<!^(?:a+)+[c!])b",
        "^(?:a(?<=a+)|a(?<!ba*))*$",
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        expect(rows[i], "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab!",
               SCHEMA_GAVE_UP);
}

static void a_long_text_needs_no_stack(void)
{
    size_t len = 100000;
    char *text = malloc(len);

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'a', len);
    CU_ASSERT_EQUAL(match("^(?:a|b)*$", td_bytes(text, len)), SCHEMA_MATCH);
    text[len - 1] = '!';
    CU_ASSERT_EQUAL(match("^(?:ab|a)*$", td_bytes(text, len)), SCHEMA_NO_MATCH);
    free(text);
}

/* All matches in text between angle brackets; "?" at the end: given up. */
static void bracket(const char *pattern, struct td_bytes text,
                    struct td_buf *out)
{
    struct schema_pattern_memory *memory = schema_pattern_memory_new();
    struct schema_pattern *finder = NULL;
    enum schema_match got = SCHEMA_GAVE_UP;
    size_t done = 0;
    size_t start = 0;
    size_t end = 0;

    CU_ASSERT_EQUAL_FATAL(
        schema_pattern_new_finder(&finder, td_text(pattern), NULL), TD_OK);
    while ((got = schema_pattern_find(finder, memory, text, &start, &end)) ==
           SCHEMA_MATCH) {
        CU_ASSERT_FATAL(start < end && start >= done && end <= text.len);
        td_buf_add(out, text.ptr + done, start - done);
        td_buf_add_byte(out, '<');
        td_buf_add(out, text.ptr + start, end - start);
        td_buf_add_byte(out, '>');
        done = start = end;
    }
    td_buf_add(out, text.ptr + done, text.len - done);
    if (got == SCHEMA_GAVE_UP)
        td_buf_add_byte(out, '?');
    schema_pattern_free(finder);
    schema_pattern_memory_free(memory);
}

static void every_match_is_found_where_it_is(void)
{
    static const struct {
        const char *pattern;
        const char *text;
        const char *want;
    } rows[] = {
        {"ab", "abxab", "<ab>x<ab>"},
        {"^ab", "abab", "<ab>ab"},
        {"^[a-z]+?", "abc", "<a>bc"},
        {"b$", "bb", "b<b>"},
        {"x*", "axxb", "a<xx>b"},
        {"|x", "axb", "a<x>b"},
        {"$|^|\\b", "a b", "a b"},
        {"\\d{2}", "12345", "<12><34>5"},
        {"(?<=k=)\\w+", "k=ab k=c", "k=<ab> k=<c>"},
        {"(?<=a)a", "aaa", "a<a><a>"},
        {"(?<!a)a", "aa", "<a>a"},
        {"(a|b)\\1", "aabba", "<aa><bb>a"},
        {".", "\xC3\xA9\xF0\x9F\x90\xB2", "<\xC3\xA9><\xF0\x9F\x90\xB2>"},
        {"\\u{1F432}", "x\xF0\x9F\x90\xB2", "x<\xF0\x9F\x90\xB2>"},
        {"a", "", ""},
        {"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab!",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab!?"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf out = {0};

        bracket(rows[i].pattern, td_text(rows[i].text), &out);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].want);
        td_buf_release(&out);
    }
}

/* Neither lets a match through that crosses it nor hides what is beside it. */
/* A lookbehind of many lengths finds what as many of one length find, also
 * where it is asked more often than it looks one by one.
 */
static void lookbehinds_of_many_lengths_find_the_same(void)
{
    static const char *const rows[][2] = {
        {"(?<=zx+)y", "(?:(?<=zx)|(?<=zxx)|(?<=zxxx)|(?<=zxxxx))y"},
        {"(?<!zx+)y", "(?<!zx)(?<!zxx)(?<!zxxx)(?<!zxxxx)y"},
        {"(?<=\\bx*)[yz]+", "(?:(?<=\\b)|(?<=\\bx)|(?<=\\bxx)|(?<=\\bxxx)|"
                            "(?<=\\bxxxx))[yz]+"},
        {"(?<=(?:x|yz)+(?=y))y", "(?:(?<=x(?=y))|(?<=yz(?=y)))y"},
    };
    unsigned seed = 1;

    for (int n = 0; n < 200; n++) {
        struct td_buf text = {0};

        for (int i = 0, run = 0; i < 200; i++) {
            char c;

            seed = seed * 1103515245u + 12345u;
            c = "xyz "[seed >> 16 & 3];
            run = c == 'x' ? run + 1 : 0;
            (void)td_buf_add_byte(&text, (uint8_t)(run > 4 ? ' ' : c));
            run = run > 4 ? 0 : run;
        }
        for (size_t i = 0; i < ROWS(rows); i++) {
            struct td_buf many = {0};
            struct td_buf one = {0};

            bracket(rows[i][0], td_buf_bytes(&text), &many);
            bracket(rows[i][1], td_buf_bytes(&text), &one);
            CU_ASSERT_STRING_EQUAL(td_buf_str(&many), td_buf_str(&one));
            td_buf_release(&many);
            td_buf_release(&one);
        }
        td_buf_release(&text);
    }
}

/* Of a long text they are not given up. */
static void lookbehinds_go_over_long_texts(void)
{
    struct td_buf text = {0};
    struct td_buf out = {0};

    for (int i = 0; i < 20000; i++)
        (void)td_buf_add_text(&text, "word ");
    (void)td_buf_add_text(&text, "key = secret");
    bracket("(?<=key\\s*=\\s*)\\w+", td_buf_bytes(&text), &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(td_buf_str(&out), "key = <secret>"));
    td_buf_release(&text);
    td_buf_release(&out);
}

static void bytes_that_are_no_text_can_be_asked_about(void)
{
    static const struct {
        const char *pattern;
        const char *bytes;
        const char *want; /* of the text that stands for them */
    } rows[] = {
        {"b",
         "a\xFF"
         "b",
         "a\x1A<b>"},
        {"a[^ ]+", "a\xC3\xE9z x", "<a\x1A\x1Az> x"},
        {"\\w+", "a\xFFz", "<a>\x1A<z>"},
        {"\xC3\xA9", "\xC3\xC3\xA9\xC3", "\x1A<\xC3\xA9>\x1A"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_bytes bytes = td_text(rows[i].bytes);
        struct td_buf room = {0};
        struct td_buf out = {0};
        struct td_bytes text = schema_pattern_text(&room, bytes);

        CU_ASSERT_EQUAL(text.len, bytes.len);
        bracket(rows[i].pattern, text, &out);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].want);
        text = td_text("\xC3\xA9");
        CU_ASSERT_PTR_EQUAL(schema_pattern_text(&room, text).ptr, text.ptr);
        td_buf_release(&room);
        td_buf_release(&out);
    }
}

CU_TestInfo schema_regex_pattern_tests[] = {
    {"patterns mean what ECMA-262 says", patterns_mean_what_ecma_262_says},
    {"simple patterns take one walk", simple_patterns_take_one_walk},
    {"other patterns need the engine", other_patterns_need_the_engine},
    {"what is no pattern is refused where it is wrong",
     what_is_no_pattern_is_refused_where_it_is_wrong},
    {"classes of POSIX can be refused", classes_of_posix_can_be_refused},
    {"groups within groups have a limit", groups_within_groups_have_a_limit},
    {"matching without end is given up", matching_without_end_is_given_up},
    {"a long text needs no stack", a_long_text_needs_no_stack},
    {"every match is found where it is", every_match_is_found_where_it_is},
    {"lookbehinds of many lengths find the same",
     lookbehinds_of_many_lengths_find_the_same},
    {"lookbehinds go over long texts", lookbehinds_go_over_long_texts},
    {"bytes that are no text can be asked about",
     bytes_that_are_no_text_can_be_asked_about},
    CU_TEST_INFO_NULL,
};
