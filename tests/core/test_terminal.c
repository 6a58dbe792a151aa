/* The lines that are drawn again, as the bytes that a terminal gets. */
#include "core/terminal.h"

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TEN     "0123456789"
#define WIDE_78 TEN TEN TEN TEN TEN TEN TEN "01234567"

/* What is written for text, to something that is 80 columns wide. */
static void draw(struct td_term_block *block, const char *text,
                 const char *wanted)
{
    char seen[512];
    ssize_t n;
    int ends[2];

    CU_ASSERT_FATAL(pipe(ends) == 0);
    CU_ASSERT_TRUE(td_term_block(ends[1], block, td_text(text)));
    (void)close(ends[1]);
    n = read(ends[0], seen, sizeof(seen));
    (void)close(ends[0]);
    CU_ASSERT_EQUAL(n, (ssize_t)strlen(wanted));
    CU_ASSERT_TRUE(n >= 0 && !memcmp(seen, wanted, (size_t)n));
}

static void a_block_takes_the_place_of_the_last(void)
{
    struct td_term_block block = {.count = 0};

    draw(&block, "one\ntwo\nthree", "one\ntwo\nthree");
    draw(&block, "four\nfive", "\r\033[2A\033[Jfour\nfive");
    draw(&block, "six", "\r\033[1A\033[Jsix");
    draw(&block, "", "\r\033[J");
    draw(&block, "", "");
    /* Of lines that a terminal of 80 columns has wrapped. */
    block = (struct td_term_block){.widths = {100, 0, 79}, .count = 3};
    draw(&block, "x", "\r\033[3A\033[Jx");
}

static void a_line_ends_before_the_last_column(void)
{
    struct td_term_block block = {.count = 0};
    char text[101];
    char wanted[80];

    memset(text, 'a', 100);
    text[100] = '\0';
    memset(wanted, 'a', 79);
    wanted[79] = '\0';
    draw(&block, text, wanted);
    CU_ASSERT_EQUAL(block.widths[0], 79);
}

/* A cut splits no letter from its marks, and none that is wide. */
static void lines_are_as_wide_as_they_look(void)
{
    static const struct {
        const char *text;
        const char *wanted;
        unsigned columns;
    } rows[] = {{"\u00e9\u2026", "\u00e9\u2026", 2},
                {"\u0e01\u0e47", "\u0e01\u0e47", 1},
                {"\u65e5\u672c", "\u65e5\u672c", 4},
                {"\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb", 2},
                {WIDE_78 "\u65e5", WIDE_78, 78},
                {WIDE_78 "e\u0301x", WIDE_78 "e\u0301", 79}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_term_block block = {.count = 0};

        draw(&block, rows[i].text, rows[i].wanted);
        CU_ASSERT_EQUAL(block.widths[0], rows[i].columns);
    }
}

/* One that is held takes nothing, and is not gone for that. */
static void nobody_waits_for_one_that_is_held(void)
{
    struct td_term_block block = {.count = 0};
    int keeper = posix_openpt(O_RDWR | O_NOCTTY);
    int fd;
    char seen[64];
    ssize_t n;

    CU_ASSERT_FATAL(keeper >= 0 && !grantpt(keeper) && !unlockpt(keeper));
    fd = open(ptsname(keeper), O_RDWR | O_NOCTTY | O_NONBLOCK);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(tcflow(fd, TCOOFF), 0);
    CU_ASSERT_TRUE(td_term_line(fd, td_text("held")));
    CU_ASSERT_TRUE(td_term_block(fd, &block, td_text("held")));
    CU_ASSERT_EQUAL(block.count, 0);
    CU_ASSERT_EQUAL(tcflow(fd, TCOON), 0);
    CU_ASSERT_TRUE(td_term_line(fd, td_text("on")));
    n = read(keeper, seen, sizeof(seen));
    CU_ASSERT_TRUE(n == 6 && !memcmp(seen, "\ron\033[K", 6));
    (void)close(fd);
    (void)close(keeper);
}

static void it_is_known_where_lines_can_be_drawn_again(void)
{
    int keeper = posix_openpt(O_RDWR | O_NOCTTY);

    CU_ASSERT_FATAL(keeper >= 0);
    (void)setenv("TERM", "xterm", 1);
    CU_ASSERT_TRUE(td_term_draws(keeper));
    (void)setenv("TERM", "dumb", 1);
    CU_ASSERT_FALSE(td_term_draws(keeper));
    (void)unsetenv("TERM");
    CU_ASSERT_TRUE(td_term_draws(keeper));
    (void)close(keeper);
}

CU_TestInfo core_terminal_tests[] = {
    {"a block takes the place of the last",
     a_block_takes_the_place_of_the_last},
    {"a line ends before the last column", a_line_ends_before_the_last_column},
    {"lines are as wide as they look", lines_are_as_wide_as_they_look},
    {"nobody waits for one that is held", nobody_waits_for_one_that_is_held},
    {"it is known where lines can be drawn again",
     it_is_known_where_lines_can_be_drawn_again},
    CU_TEST_INFO_NULL,
};
