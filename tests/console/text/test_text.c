/* What is safe to show, how wide it is, and where it may be cut. */
#include "console/text/text.h"
#include "core/width.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct text_style utf8 = {.utf8 = true};
static const struct text_style ascii = {.utf8 = false};

static void same(struct td_buf *found, const char *expected)
{
    if (strcmp(td_buf_str(found), expected) != 0)
        printf("\n    expected %s\n    found    %s\n", expected,
               td_buf_str(found));
    CU_ASSERT_STRING_EQUAL(td_buf_str(found), expected);
    td_buf_clear(found);
}

static void what_could_act_on_a_terminal_is_shown(void)
{
    static const struct {
        const char *from;
        const char *utf8;
        const char *ascii; /* NULL: the same */
    } rows[] = {
        {"plain", "plain", NULL},
        {"\x1b[2J\r\n\t\x07\x7f", "\\x1b[2J\\x0d\\x0a\\x09\\x07\\x7f", NULL},
        {"\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07", NULL},
        {"a\xe2\x80\xae"
         "b",
         "a\\u202eb", NULL},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m", NULL},
        {"\xff\xc3", "\\xff\\xc3", NULL},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", NULL},
        {"\xe2\x80\xa8", "\\u2028", NULL},
        {"\xf3\xa0\x81\x81", "\\U000e0041", NULL},
        {"商品", "商品", "\\u5546\\u54c1"},
        {"👩‍💻", "👩‍💻", "\\U0001f469\\u200d\\U0001f4bb"},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        text_clean(&out, td_text(rows[i].from), &utf8);
        same(&out, rows[i].utf8);
        text_clean(&out, td_text(rows[i].from), &ascii);
        same(&out, rows[i].ascii ? rows[i].ascii : rows[i].utf8);
    }
    td_buf_release(&out);
}

static void clusters_have_the_width_that_terminals_give_them(void)
{
    static const struct {
        const char *text;
        size_t width;
        size_t first; /* bytes of the first cluster */
    } rows[] = {
        {"", 0, 0},           {"abc", 3, 1},
        {"商品", 4, 3},       {"👩‍💻x", 3, 11},
        {"🇪🇸🇩🇪", 4, 8},       {"e\xcc\x81", 1, 3},
        {"ae\xcc\x81", 2, 1}, {"⚙️", 2, 6},
        {"👍🏽", 2, 8},   {"مرحبا", 5, 2},
        {"ก็", 1, 6},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct td_bytes text = td_text(rows[i].text);

        CU_ASSERT_EQUAL(td_width(text), rows[i].width);
        CU_ASSERT_EQUAL(td_cluster(text).len, rows[i].first);
    }
}

static void a_cut_splits_no_cluster(void)
{
    static const struct {
        const char *text;
        size_t max;
        const char *line;
    } rows[] = {
        {"abc", 3, "abc"},
        {"abcd", 3, "ab…"},
        {"商品商", 5, "商品…"},
        {"商品商", 4, "商…"},
        {"👩‍💻👩‍💻", 3, "👩‍💻…"},
        {"abcd", 1, "…"},
        {"abcd", 0, ""},
        {"", 0, ""},
        {"e\xcc\x81xy", 2, "e\xcc\x81…"},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text_line line = {
            .out = &out, .style = &utf8, .max = rows[i].max};

        text_put_foreign(&line, TEXT_PLAIN, td_text(rows[i].text));
        text_put(&line, TEXT_PLAIN, line.cut ? "never" : "");
        CU_ASSERT(line.used <= rows[i].max);
        CU_ASSERT_EQUAL(td_width(td_buf_bytes(&out)), line.used);
        same(&out, rows[i].line);
    }
    td_buf_release(&out);
}

static void a_path_loses_its_folders_first(void)
{
    static const struct {
        const char *path;
        size_t columns;
        const char *shown;
    } rows[] = {
        {"tests/unit/test_order.c", 23, "tests/unit/test_order.c"},
        {"tests/unit/test_order.c", 22, "…/unit/test_order.c"},
        {"tests/unit/test_order.c", 15, "…/test_order.c"},
        {"tests/unit/test_order.c", 10, "…/test_or…"},
        {"a_long_name.c", 8, "a_long_…"},
        {"src/x.c", 7, "src/x.c"},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        text_cut_path(&out, td_text(rows[i].path), rows[i].columns, &utf8);
        same(&out, rows[i].shown);
    }
    td_buf_release(&out);
}

/* Every width by every tenth of a percent, in both alphabets. */
static void a_bar_fills_the_floor_of_its_part(void)
{
    for (size_t cells = 1; cells <= 200; cells++) {
        for (unsigned part = 0; part <= 1000; part++) {
            struct td_buf out = {0};
            struct text_line line = {
                .out = &out, .style = part % 2 ? &utf8 : &ascii, .max = 200};
            const char *full = text_sign(line.style, TEXT_FULL);
            size_t found = 0;

            text_bar(&line, TEXT_GOOD, cells, part);
            while (!strncmp(td_buf_str(&out) + found * strlen(full), full,
                            strlen(full)))
                found++;
            if (found != cells * part / 1000 || line.used != cells)
                CU_FAIL("a bar of another length");
            td_buf_release(&out);
        }
    }
}

static void bars_are_of_three_kinds(void)
{
    static const struct {
        struct text_style style;
        unsigned part; /* of eight cells */
        const char *bar;
    } rows[] = {
        {{.utf8 = true}, 300, "██░░░░░░"},
        {{.utf8 = true, .bars = TEXT_BARS_MINIMAL}, 300, "──      "},
        {{.utf8 = true, .bars = TEXT_BARS_DETAILED}, 300, "██▍░░░░░"},
        {{.utf8 = true, .bars = TEXT_BARS_DETAILED}, 0, "░░░░░░░░"},
        {{.utf8 = true, .bars = TEXT_BARS_DETAILED}, 1000, "████████"},
        {{.bars = TEXT_BARS_FILLED}, 300, "##------"},
        {{.bars = TEXT_BARS_MINIMAL}, 300, "--      "},
        {{.bars = TEXT_BARS_DETAILED}, 300, "##------"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};
        struct text_line line = {
            .out = &out, .style = &rows[i].style, .max = 80};

        text_bar(&line, TEXT_GOOD, 8, rows[i].part);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].bar);
        CU_ASSERT_EQUAL(line.used, 8);
        td_buf_release(&out);
    }
}

static void colors_are_of_the_theme_and_only_where_wanted(void)
{
    static const struct {
        struct text_style style;
        const char *line;
    } rows[] = {
        {{.utf8 = true}, "ok?"},
        {{.color = true, .theme = TEXT_DARK},
         "\x1b[32mok\x1b[0m\x1b[33m?\x1b[0m"},
        {{.color = true, .theme = TEXT_LIGHT},
         "\x1b[32mok\x1b[0m\x1b[35m?\x1b[0m"},
        {{.color = true, .theme = TEXT_CONTRAST},
         "\x1b[1;32mok\x1b[0m\x1b[1;33m?\x1b[0m"},
    };
    struct td_buf out = {0};

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text_line line = {
            .out = &out, .style = &rows[i].style, .max = 80};

        text_put(&line, TEXT_GOOD, "ok");
        text_put(&line, TEXT_WARN, "?");
        text_put(&line, TEXT_PLAIN, "");
        CU_ASSERT_EQUAL(line.used, 3);
        same(&out, rows[i].line);
    }
    td_buf_release(&out);
}

CU_TestInfo console_text_text_tests[] = {
    {"what could act on a terminal is shown",
     what_could_act_on_a_terminal_is_shown},
    {"clusters have the width that terminals give them",
     clusters_have_the_width_that_terminals_give_them},
    {"a cut splits no cluster", a_cut_splits_no_cluster},
    {"a path loses its folders first", a_path_loses_its_folders_first},
    {"a bar fills the floor of its part", a_bar_fills_the_floor_of_its_part},
    {"bars are of three kinds", bars_are_of_three_kinds},
    {"colors are of the theme and only where wanted",
     colors_are_of_the_theme_and_only_where_wanted},
    CU_TEST_INFO_NULL,
};
