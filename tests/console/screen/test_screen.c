/* The bottom that is drawn again and again, on a terminal in memory. */
#include "console/screen/screen.h"
#include "core/rand.h"
#include "tests/suites.h"
#include "tests/support/terminal.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct scene {
    struct terminal *terminal;
    struct screen *screen;
    struct td_buf printed; /* all lines of the scrollback */
    struct td_buf bottom;
};

static void open_scene(struct scene *s, int rows, int columns)
{
    *s = (struct scene){.terminal = terminal_new(rows, columns),
                        .screen = screen_new((size_t)columns, (size_t)rows)};
}

static void close_scene(struct scene *s)
{
    terminal_free(s->terminal);
    screen_free(s->screen);
    td_buf_release(&s->printed);
    td_buf_release(&s->bottom);
}

static void draw(struct scene *s, const char *above, const char *lines,
                 size_t row, size_t column)
{
    struct td_buf out = {0};

    screen_draw(s->screen, &out, td_text(above), td_text(lines), row, column);
    terminal_write(s->terminal, td_buf_bytes(&out));
    td_buf_release(&out);
    (void)td_buf_add_text(&s->printed, above);
    td_buf_clear(&s->bottom);
    (void)td_buf_add_text(&s->bottom, lines);
}

/* What is to be seen is all that was printed, and the bottom below it. */
static bool is_right(struct scene *s)
{
    struct td_buf all = {0};
    const char *found = terminal_text(s->terminal);
    bool good;

    (void)td_buf_add_bytes(&all, td_buf_bytes(&s->printed));
    (void)td_buf_add_bytes(&all, td_buf_bytes(&s->bottom));
    good = !strcmp(td_buf_str(&all), found);
    if (!good)
        printf("\n--- expected\n%s--- found\n%s", td_buf_str(&all), found);
    td_buf_release(&all);
    return good;
}

static void scrollback_grows_above_the_bottom(void)
{
    static const struct {
        const char *above;
        const char *lines;
        size_t row, column;
    } rows[] = {
        {"", "status 1\n>\n", 1, 1},
        {"", "status 2\n>\n", 1, 1},
        {"one\n", "status 2\n>\n", 1, 1},
        {"two\nthree\nfour\n", "status 3\n> abc\n", 1, 4},
        {"", "a\nb\nc\nd\n> abc\n", 4, 5},
        {"", "a\nb\nX\nd\n> abc\n", 4, 2},
        {"five\n", "> abc\n", 0, 5},
        {"", "a\nb\n>\n", 2, 1},
        {"", ">\n", 0, 1},
        {"a\nb\nc\nd\ne\nf\ng\nh\ni\n", "status 4\n>\nmenu\n", 1, 1},
        {"", "status 5\n>\n", 1, 1},
    };
    struct scene s;

    open_scene(&s, 8, 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int row;
        int column;

        draw(&s, rows[i].above, rows[i].lines, rows[i].row, rows[i].column);
        CU_ASSERT(is_right(&s));
        terminal_cursor(s.terminal, &row, &column);
        CU_ASSERT_EQUAL(column, (int)rows[i].column);
    }
    close_scene(&s);
}

#define AT_ONCE(text) "\x1b[?2026h" text "\x1b[?2026l"

static void nothing_is_written_where_nothing_changed(void)
{
    struct screen *screen = screen_new(20, 8);
    struct td_buf out = {0};

    screen_draw(screen, &out, td_text(""), td_text("a\nb\n>\n"), 2, 1);
    td_buf_clear(&out);
    screen_draw(screen, &out, td_text(""), td_text("a\nb\n>\n"), 2, 1);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), "");
    screen_draw(screen, &out, td_text(""), td_text("a\nb\n>\n"), 2, 0);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out), AT_ONCE("\r"));
    td_buf_clear(&out);
    screen_draw(screen, &out, td_text(""), td_text("a\nB\n>\n"), 2, 1);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           AT_ONCE("\x1b[1A\rB\x1b[K\n\r\x1b[1C"));
    screen_free(screen);
    td_buf_release(&out);
}

/* The same as draw() of the bottom that is there. */
static bool insert(struct scene *s, const char *above)
{
    struct td_buf out = {0};
    bool done = screen_insert(s->screen, &out, td_text(above));

    CU_ASSERT(done == (out.len > 0));
    terminal_write(s->terminal, td_buf_bytes(&out));
    td_buf_release(&out);
    if (done)
        (void)td_buf_add_text(&s->printed, above);
    return done;
}

#define LINK "\x1b]8;;file:///srv/an/example/of/many/a.c\x1b\\"

static void lines_are_inserted_and_the_bottom_stays(void)
{
    static const struct {
        const char *above;
        bool done;
    } rows[] = {
        {"one\n", true},
        {"two\nthree\n", true},
        {"1\n2\n3\n4\n5\n", true},
        {"1\n2\n3\n4\n5\n6\n", false},
        {"1234567890123456789\n", true},
        {"12345678901234567890\n", false},
        {"\xe5\x95\x86\xe5\x95\x86\xe5\x95\x86\xe5\x95\x86\xe5\x95\x86"
         "\xe5\x95\x86\xe5\x95\x86\xe5\x95\x86\xe5\x95\x86\xe5\x95\x86\n",
         false},
    };
    struct scene s;
    int row;
    int column;

    open_scene(&s, 8, 20);
    CU_ASSERT(!insert(&s, "too early\n"));
    draw(&s, "", "status\n> abc\nmenu\n", 1, 5);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CU_ASSERT(insert(&s, rows[i].above) == rows[i].done);
        CU_ASSERT(is_right(&s));
        terminal_cursor(s.terminal, &row, &column);
        CU_ASSERT_EQUAL(column, 5);
    }
    CU_ASSERT_EQUAL(row, 6);
    close_scene(&s);
}

static void what_a_terminal_is_told_has_no_width(void)
{
    struct screen *screen = screen_new(20, 8);
    struct td_buf out = {0};

    screen_draw(screen, &out, td_text(""), td_text("a\n>\n"), 1, 0);
    td_buf_clear(&out);
    CU_ASSERT(screen_insert(
        screen, &out, td_text(LINK "a.c\x1b]8;;\x1b\\ \x1b[32mok\x1b[0m\n")));
    CU_ASSERT_STRING_EQUAL(
        td_buf_str(&out), AT_ONCE("\n\x1b[2A\x1b[1L\r" LINK
                                  "a.c\x1b]8;;\x1b\\ \x1b[32mok\x1b[0m\n\n\r"));
    td_buf_clear(&out);
    screen_draw(screen, &out, td_text("b\n"), td_text("a\n>\n"), 1, 0);
    CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                           AT_ONCE("\n\x1b[2A\x1b[1L\rb\n\n\r"));
    screen_free(screen);
    td_buf_release(&out);
}

static uint32_t pick(struct td_rand *rand, uint32_t below)
{
    uint32_t n;

    td_rand_bytes(rand, &n, sizeof(n));
    return n % below;
}

static void add_lines(struct td_buf *out, struct td_rand *rand, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        (void)td_buf_addf(out, "%.*s%u\n", (int)pick(rand, 12), "-----------",
                          pick(rand, 3));
}

static void any_frames_in_any_order(void)
{
    struct td_rand rand;

    td_rand_seeded(&rand, 7);
    for (int round = 0; round < 200; round++) {
        struct scene s;
        bool good = true;

        open_scene(&s, 10, 20);
        for (int i = 0; i < 30 && good; i++) {
            struct td_buf above = {0};
            struct td_buf lines = {0};
            uint32_t count = 1 + pick(&rand, 6);

            if (pick(&rand, 2))
                add_lines(&above, &rand, pick(&rand, 14));
            add_lines(&lines, &rand, count);
            draw(&s, td_buf_str(&above), td_buf_str(&lines), pick(&rand, count),
                 pick(&rand, 10));
            good = is_right(&s);
            if (pick(&rand, 2)) {
                (void)insert(&s, td_buf_str(&above));
                good = good && is_right(&s);
            }
            td_buf_release(&above);
            td_buf_release(&lines);
        }
        CU_ASSERT(good);
        close_scene(&s);
    }
}

CU_TestInfo console_screen_screen_tests[] = {
    {"scrollback grows above the bottom", scrollback_grows_above_the_bottom},
    {"nothing is written where nothing changed",
     nothing_is_written_where_nothing_changed},
    {"lines are inserted and the bottom stays",
     lines_are_inserted_and_the_bottom_stays},
    {"what a terminal is told has no width",
     what_a_terminal_is_told_has_no_width},
    {"any frames in any order", any_frames_in_any_order},
    CU_TEST_INFO_NULL,
};
