/* Lines come out whole, however the bytes came in. */
#include "tests/suites.h"
#include "wire/framing/line_splitter.h"

#include <stdio.h>

struct heard {
    struct td_buf text; /* "line|line|partial?" */
    unsigned too_long;
};

static void on_line(void *ctx, struct td_bytes line, bool whole)
{
    struct heard *heard = ctx;

    td_buf_add_bytes(&heard->text, line);
    td_buf_add_byte(&heard->text, whole ? '|' : '?');
}

static void on_long(void *ctx)
{
    struct heard *heard = ctx;

    heard->too_long++;
    td_buf_add_byte(&heard->text, '!');
}

static void lines_come_whole_in_any_pieces(void)
{
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        {"", ""},
        {"\n", "|"},
        {"a\nbc\n", "a|bc|"},
        {"a\r\n\nb", "a\r||b?"},
        {"12345678\n", "12345678|"},
        {"123456789\nab\n", "!ab|"},
        {"123456789", "!"},
        {"12345678901234567890\n\n123456789\n", "!|!"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = strlen(rows[i].in);

        for (size_t piece = 1; piece <= len + 1; piece++) {
            struct heard heard = {0};
            struct wire_lines lines;

            wire_lines_init(&lines, 8, on_line, on_long, &heard);
            for (size_t at = 0; at < len; at += piece) {
                size_t n = len - at < piece ? len - at : piece;
                uint8_t *room = wire_lines_room(&lines, n);

                CU_ASSERT_FATAL(room != NULL);
                memcpy(room, rows[i].in + at, n);
                wire_lines_came(&lines, n);
            }
            wire_lines_end(&lines);
            if (strcmp(td_buf_str(&heard.text), rows[i].out) != 0)
                printf("\n    row %zu in pieces of %zu: %s\n", i, piece,
                       td_buf_str(&heard.text));
            CU_ASSERT_STRING_EQUAL(td_buf_str(&heard.text), rows[i].out);
            wire_lines_release(&lines);
            td_buf_release(&heard.text);
        }
    }
}

CU_TestInfo wire_framing_line_splitter_tests[] = {
    {"lines come whole in any pieces", lines_come_whole_in_any_pieces},
    CU_TEST_INFO_NULL,
};
