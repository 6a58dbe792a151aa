/* What comes from outside cannot steer the terminal it is shown on. */
#include "core/log.h"
#include "tests/suites.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void control_bytes_are_shown(void)
{
    static const struct {
        const char *text;
        const char *clean;
    } rows[] = {
        {"", ""},
        {"plain \xc3\xa9 \xe2\x82\xac", "plain \xc3\xa9 \xe2\x82\xac"},
        {"a\nb\tc", "a b c"},
        {"\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"},
        {"\x1b]0;title\x07", "\\u001b]0;title\\u0007"},
        {"over\rwrite", "over\\u000dwrite"},
        {"del\x7f", "del\\u007f"},
        {"c1\xc2\x9b"
         "2J",
         "c1\\u009b2J"},
        {"\x9b"
         "2J",
         "\\x9b2J"},
        {"\xe2\x80\xaegnp.exe", "\\u202egnp.exe"},
        {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
        {"\xd8\x9c\xe2\x80\x8f\xe2\x80\xa8", "\\u061c\\u200f\\u2028"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"cut \xe2\x80", "cut \\xe2\\x80"},
        {"cut \xc2", "cut \\xc2"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf out = {0};

        CU_ASSERT_EQUAL(td_text_clean(&out, td_text(rows[i].text)), TD_OK);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].clean);
        td_buf_release(&out);
    }
}

static void a_limit_stops_it(void)
{
    struct td_buf out;

    td_buf_init(&out, 2);
    CU_ASSERT_EQUAL(td_text_clean(&out, td_text("abc")), TD_LIMIT);
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(td_text_clean_lines(&out, td_text("\na")), TD_OK);
    CU_ASSERT_TRUE(td_bytes_is(td_buf_bytes(&out), "\na"));
    td_buf_clear(&out);
    CU_ASSERT_EQUAL(td_text_clean_lines(&out, td_text("\t\n\033")), TD_LIMIT);
    CU_ASSERT_EQUAL(out.len, 2);
    td_buf_release(&out);
}

static void lines_above_the_level_are_not_written(void)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    char text[128] = {0};

    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    (void)dup2(ends[1], STDERR_FILENO);
    td_log(TD_LOG_DEBUG, "unseen");
    td_log(TD_LOG_WARN, "disk %d%%\x1b full", 95);
    td_log_set_level(TD_LOG_NONE);
    td_log(TD_LOG_ERROR, "unseen");
    td_log_set_level(TD_LOG_INFO);
    (void)dup2(saved, STDERR_FILENO);
    (void)close(ends[1]);
    CU_ASSERT(read(ends[0], text, sizeof(text) - 1) > 0);
    CU_ASSERT_STRING_EQUAL(text, "tapedeck: warning: disk 95%\\u001b full\n");
    CU_ASSERT_EQUAL(read(ends[0], text, sizeof(text)), 0);
    (void)close(ends[0]);
    (void)close(saved);
}

CU_TestInfo core_log_tests[] = {
    {"control bytes are shown", control_bytes_are_shown},
    {"a limit stops it", a_limit_stops_it},
    {"lines above the level are not written",
     lines_above_the_level_are_not_written},
    CU_TEST_INFO_NULL,
};
