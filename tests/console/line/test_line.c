/* Keys in, a line out. */
#include "console/line/line.h"
#include "tests/suites.h"

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static enum line_key feed(struct line *line, const char *keys)
{
    enum line_key last = LINE_NONE;

    for (const char *at = keys; *at; at++)
        last = line_feed(line, (uint8_t)*at);
    return last;
}

/* The text with | where the cursor is. */
static void shown(struct td_buf *out, const struct line *line)
{
    struct td_bytes text = line_text(line);
    size_t at = line_cursor(line);

    (void)td_buf_add(out, text.ptr, at);
    (void)td_buf_add_text(out, "|");
    (void)td_buf_add(out, text.ptr + at, text.len - at);
}

static void keys_edit(void)
{
    static const struct {
        const char *keys;
        const char *line;
    } rows[] = {
        {"abc", "abc|"},
        {"abc\x01x", "x|abc"},
        {"abc\x01\x06x\x05y", "axbcy|"},
        {"abc\x02\x7f", "a|c"},
        {"abc\x08", "ab|"},
        {"ab cd  ef\x17", "ab cd  |"},
        {"ab cd\x17\x17", "|"},
        {"ab cd\x17\x01\x19", "cd|ab "},
        {"abcd\x02\x02\x0b", "ab|"},
        {"abcd\x02\x02\x15", "|cd"},
        {"abcd\x01\x04", "|bcd"},
        {"ab\x14", "ba|"},
        {"a商\x7f", "a|"},
        {"商品\x02x", "商x|品"},
        {"a\xff\xc3z", "az|"},
        {"ab\x1b[Dx", "ax|b"},
        {"ab\x1b[H\x1b[Cx\x1b[F!", "axb!|"},
        {"ab\x1b[1;5Cx", "abx|"},
        {"ab\x1b[3~", "ab|"},
        {"ab\x01\x1b[3~", "|b"},
        {"ab\x1bOHx", "x|ab"},
        {"one two\x1b"
         "bx",
         "one x|two"},
        {"one two\x01\x1b"
         "fx",
         "onex| two"},
        {"one two\x01\x1b"
         "d",
         "| two"},
        {"a\x1b[?1;2cb\x1b[99;99;99;99;99;99;99Rc", "abc|"},
        {"\x1b\x1b[Dab", "ab|"},
        {"a\x1b]11;rgb:0000/0000/0000\x07"
         "b",
         "ab|"},
        {"a\x1b]52;c;eA==\x1b\\b", "ab|"},
        {"a\x1bP>|some terminal\x1b\\b", "ab|"},
        {"a\x1b_G\x1b[Db", "b|a"},
        {"a\x1b]never ends\x01"
         "b",
         "b|a"},
        {"x\x1b[200~a\nb\rc\x03\x1b[201~y", "xa b cy|"},
        {"\x1b[200~a\x1b[20b\x1b[201~", "a[20b|"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct line *line = line_new();
        struct td_buf out = {0};

        (void)feed(line, rows[i].keys);
        shown(&out, line);
        if (strcmp(td_buf_str(&out), rows[i].line) != 0)
            printf("\n    row %zu: %s\n", i, td_buf_str(&out));
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].line);
        td_buf_release(&out);
        line_free(line);
    }
}

/* Alt-P begins as an answer of the terminal does. */
static void a_key_that_nothing_follows_takes_no_other(void)
{
    static const struct {
        const char *keys;
        bool waits;
        const char *line; /* with "b", once it was let go */
    } rows[] = {
        {"a\x1bP", true, "ab|"},        {"a\x1b]", true, "ab|"},
        {"a\x1b_", true, "ab|"},        {"a\x1b]11;", false, "a|"},
        {"a\x1bP\x1b\\", false, "ab|"}, {"a", false, "ab|"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct line *line = line_new();
        struct td_buf out = {0};

        (void)feed(line, rows[i].keys);
        CU_ASSERT_EQUAL(line_waits(line), rows[i].waits);
        line_alone(line);
        (void)feed(line, "b");
        shown(&out, line);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].line);
        td_buf_release(&out);
        line_free(line);
    }
}

static void keys_tell(void)
{
    static const struct {
        const char *keys;
        enum line_key key;
    } rows[] = {
        {"abc\r", LINE_ENTERED},
        {"\x03", LINE_STOPPED},
        {"\x04", LINE_ENDED},
        {"a\x04", LINE_EDITED},
        {"\x1a", LINE_SUSPEND},
        {"\x0c", LINE_REDRAW},
        {"a\t", LINE_TAB},
        {" ", LINE_SIGN},
        {"a ", LINE_EDITED},
        {"\x1b[D", LINE_LEFT},
        {"\x1b[1;2D", LINE_FAR_LEFT},
        {"\x1b[1;2C", LINE_FAR_RIGHT},
        {"\x1bOC", LINE_RIGHT},
        {"a\x1bOP", LINE_F1},
        {"\x1bOQ", LINE_F2},
        {"\x1b[11~", LINE_F1},
        {"a\x1b[12~", LINE_F2},
        {"\x1b[[A", LINE_F1},
        {"a\x1b[[B", LINE_F2},
        {"\x1b[[C", LINE_NONE},
        {"\x1b[1;5C", LINE_RIGHT},
        {"\x1b[C", LINE_RIGHT},
        {"\x1b[H", LINE_HOME},
        {"a\x1b[D", LINE_EDITED},
        {"\x1b", LINE_NONE},
        {"\x1b[", LINE_NONE},
        {"\x1b[200~\r", LINE_NONE},
        {"+", LINE_SIGN},
        {"\xc3", LINE_NONE},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct line *line = line_new();

        line_signs(line, " +");
        CU_ASSERT_EQUAL(feed(line, rows[i].keys), rows[i].key);
        line_free(line);
    }
}

static void history_is_looked_through_by_its_front(void)
{
    static const struct {
        const char *keys;
        const char *line;
    } rows[] = {
        {"\x1b[A", "show tokens|"},
        {"\x1b[A\x1b[A", "logs|"},
        {"\x1b[A\x1b[A\x1b[A\x1b[A", "show|"},
        {"sh\x1b[A\x1b[A", "show|"},
        {"sh\x1b[A\x1b[A\x1b[B", "show tokens|"},
        {"sh\x1b[A\x1b[B\x1b[B", "sh|"},
        {"zz\x1b[A", "zz|"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct line *line = line_new();
        struct td_buf out = {0};

        line_remember(line, td_text("show"));
        line_remember(line, td_text("logs"));
        line_remember(line, td_text("logs"));
        line_remember(line, td_text(" secret"));
        line_remember(line, td_text("show tokens"));
        (void)feed(line, rows[i].keys);
        shown(&out, line);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out), rows[i].line);
        td_buf_release(&out);
        line_free(line);
    }
}

static void what_is_too_long_is_refused(void)
{
    struct line *line = line_new();

    (void)feed(line, "\x1b[200~");
    for (size_t i = 0; i < LINE_MAX_BYTES + 10; i++)
        (void)line_feed(line, 'a');
    CU_ASSERT_EQUAL(feed(line, "\x1b[201~"), LINE_TOO_LONG);
    CU_ASSERT_EQUAL(line_text(line).len, LINE_MAX_BYTES);
    CU_ASSERT_EQUAL(feed(line, "b"), LINE_TOO_LONG);
    line_clear(line);
    CU_ASSERT_EQUAL(feed(line, "b"), LINE_EDITED);
    line_free(line);
}

CU_TestInfo console_line_line_tests[] = {
    {"keys edit", keys_edit},
    {"a key that nothing follows takes no other",
     a_key_that_nothing_follows_takes_no_other},
    {"keys tell", keys_tell},
    {"history is looked through by its front",
     history_is_looked_through_by_its_front},
    {"what is too long is refused", what_is_too_long_is_refused},
    CU_TEST_INFO_NULL,
};
